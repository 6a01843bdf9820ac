"""TRTC: what was recorded of a room, minutes late: to look back, never to decide by.

Most of it is told only to accounts with a paid edition of the monitoring dashboard. A
call is one life of a room, from its making to its end; its ID is opaque, and both pages
describe it in parts: the SdkAppId, the room, and when that was made.

Pages: https://www.tencentcloud.com/document/product/647/44050 and those beside it
"""

from ipaddress import IPv4Address, ip_address
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from bot.i18n import _
from bot.tencent.models.base import Deadline, Level, Repeat, Reply, Request
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.faults import Broken
from bot.tencent.models.trtc.requests import TRTC
from bot.tencent.models.trtc.room import RoomId, SdkAppId
from bot.tencent.models.values import Between, Many, Name, OneOf, Text, Whole

HOUR, DAY = 3600, 86_400
KEPT_DAYS = 14
MOST_ROOMS, MOST_USERS, MOST_MEASURED = 100, 100, 6  # in one answer

Second = Annotated[Whole, NO_EXIT]
CommId = Annotated[str, Text(most=128), NO_EXIT]
UserName = Annotated[Name, NO_EXIT]
RoomName = Annotated[RoomId, NO_EXIT]
Page = Annotated[int, Between(0, 10_000), NO_EXIT]

# Kilobits are not among them: bit rates come in bits a second.
MEASURES = (
    "bigvBit",
    "bigvCapFps",
    "bigvEncFps",
    "bigvLoss",
    "aBit",
    "aLoss",
    "rtt",
)
Measure = Annotated[str, OneOf(*MEASURES), NO_EXIT]


def masked_address(claimed: object) -> str:
    """Return the network of the IP address *claimed*: where, and not who.

    What is none comes back empty.
    """
    try:
        address = ip_address(str(claimed).strip())
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        first, second, *_rest = str(address).split(".")
        return f"{first}.{second}.*.*"
    return ":".join(address.exploded.split(":")[:2]) + ":*"


# ── what comes back ──────────────────────────────────────────────────────────────────


class _Recalled(Reply):
    """What may lack any of its fields, or have nothing in it."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, claimed: Any) -> Any:
        if not isinstance(claimed, dict):
            return claimed
        return {name: value for name, value in claimed.items() if value is not None}


class RoomCall(_Recalled):
    """One life of a room; times are Unix seconds."""

    comm_id: str = ""
    room_string: str = ""
    create_time: int = 0
    destroy_time: int = 0
    is_finished: bool = False


class Calls(_Recalled):
    """The calls of a room; *total* counts those of this page."""

    total: int | None = None
    room_list: Many[RoomCall] | None = None


class Attendance(_Recalled):
    """Somebody's stay in a call; of their address the network alone is kept."""

    user_id: str = ""
    join_ts: int = 0
    leave_ts: int = 0  # of whoever is there still: now
    device_type: str = ""
    sdk_version: str = ""
    client_ip: Annotated[str, BeforeValidator(masked_address)] = ""
    finished: bool = False


class Attendances(_Recalled):
    """Who was in a call; *total* counts all of them."""

    total: int | None = None
    user_list: Many[Attendance] | None = None


class Happening(_Recalled):
    """What the SDK of somebody reported; *time* is in milliseconds."""

    type: int = 0
    time: int = 0
    event_id: int = 0
    param_one: int = -1
    param_two: int = -1


class HappeningsOf(_Recalled):
    """What was reported that has to do with one other user, or with nobody."""

    peer_id: str = ""
    content: Many[Happening] | None = None


class Happenings(_Recalled):
    """What the SDK of one user reported in a call."""

    data: Many[HappeningsOf] | None = None


class Measured(_Recalled):
    """One measurement; *time* is in Unix seconds."""

    time: int = 0
    value: float = 0.0


class Series(_Recalled):
    """One measure of one user over time; without a *peer_id*: of what they sent."""

    user_id: str = ""
    peer_id: str = ""
    data_type: str = ""
    content: Many[Measured] | None = None


class Quality(_Recalled):
    """What was measured in a call."""

    total: int | None = None
    data: Many[Series] | None = None


class Cause(_Recalled):
    """What may have made an experience bad; without a *peer_id* it was one's own."""

    abnormal_event_id: int = 0
    peer_id: str = ""


class Experience(_Recalled):
    """Something that went badly for somebody; *event_time* is in Unix seconds."""

    user_id: str = ""
    experience_id: int = 0
    room_id: str = ""
    event_time: int = 0
    abnormal_event_list: Many[Cause] | None = None


class Experiences(_Recalled):
    """Up to 20 things that went badly, in no order, and not all of them."""

    total: int | None = None
    abnormal_experience_list: Many[Experience] | None = None


# ── what is asked ────────────────────────────────────────────────────────────────────


class _Past(Request[Reply]):
    """A look back: from one moment to a later one, both in Unix seconds."""

    service = TRTC
    permit = "room.history"
    level = Level.READ
    repeat = Repeat.SAFE
    rate = 18
    deadline = Deadline(attempt=8, connect=1.5, read=6, overall=20)
    longest: ClassVar[int] = HOUR  # seconds from the one to the other

    sdk_app_id: SdkAppId
    start_time: Second
    end_time: Second

    def _rules(self) -> Broken:
        if not 0 < self.end_time - self.start_time <= self.longest:
            sentence = _("Tencent is asked for {n} h at most, and for no more at once.")
            yield "EndTime", sentence.format(n=self.longest // HOUR)


class DescribeRoomInfo(_Past):
    """Look up the calls that a room had."""

    action = "DescribeRoomInfo"
    reply = Calls
    longest = DAY
    page = "https://www.tencentcloud.com/document/product/647/44050"

    room_id: RoomName
    page_number: Page = 0
    page_size: Annotated[int, Between(1, MOST_ROOMS), NO_EXIT] = 20


class DescribeUserInfo(_Past):
    """Look up who was in a call, page by page."""

    action = "DescribeUserInfo"
    reply = Attendances
    longest = 4 * HOUR
    page = "https://www.tencentcloud.com/document/product/647/44051"

    comm_id: CommId
    user_ids: Annotated[Many[UserName], Field(max_length=MOST_USERS)] | None = None
    page_number: Page = 0
    page_size: Annotated[int, Between(1, MOST_USERS), NO_EXIT] = 20


class DescribeUserEvent(_Past):
    """Look up what the SDK of one user reported: camera, network, coming and going."""

    action = "DescribeUserEvent"
    reply = Happenings
    page = "https://www.tencentcloud.com/document/product/647/37762"

    comm_id: CommId
    user_id: UserName
    room_id: RoomName


class DescribeCallDetailInfo(_Past):
    """Look up what was measured of some users in a call."""

    action = "DescribeCallDetailInfo"
    reply = Quality
    page = "https://www.tencentcloud.com/document/product/647/44049"

    comm_id: CommId
    user_ids: Annotated[Many[UserName], Field(max_length=MOST_MEASURED)] | None = None
    data_type: Many[Measure] = MEASURES
    page_number: Page = 0
    page_size: Annotated[int, Between(1, MOST_MEASURED), NO_EXIT] = MOST_MEASURED


class DescribeUnusualEvent(_Past):
    """Look up what went badly in a room: up to 20 things, chosen by Tencent."""

    action = "DescribeUnusualEvent"
    reply = Experiences
    page = "https://www.tencentcloud.com/document/product/647/37763"

    room_id: RoomName


HISTORY = (
    DescribeUnusualEvent,
    DescribeRoomInfo,
    DescribeUserInfo,
    DescribeUserEvent,
    DescribeCallDetailInfo,
)
