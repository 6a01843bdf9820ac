"""CSS, Tencent's CDN for live streams: what it gets of a stream, and how that stands.

All of it reads. Of what comes back only numbers are kept, and what tells a stream from
others: addresses of senders and servers are left out where they come in.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, SecretStr

from bot.tencent.models.base import (
    Api,
    Deadline,
    Level,
    Repeat,
    Reply,
    Request,
    Secret,
)
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.trtc.output import target_digest
from bot.tencent.models.urls import address_of
from bot.tencent.models.values import Between, Many, Text

LIVE = Api(
    name="live",
    version="2018-08-01",
    regional=False,  # "Region: this parameter is not required for this API"
    page="https://www.tencentcloud.com/document/product/267",
)
PAGE_SIZE = 500  # streams; some 200 kB, and a reply has 1 MiB at most
QUICK = Deadline(attempt=4, connect=1.5, read=2.5, overall=12)
LARGEST = 10**12  # bit/s, and more than anybody sends

_Named = Annotated[str, Text(most=255), NO_EXIT]
_Moment = Annotated[str, Text(most=32), NO_EXIT]


def written(at: datetime) -> str:
    """Return a moment as these actions take it: UTC, with a Z."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class StreamName:
    """Where a stream is pushed to, as CSS names it; the *stream* opens it, a secret."""

    domain: str
    app: str
    stream: SecretStr


def stream_of(url: SecretStr) -> StreamName | None:
    """Return the stream that is pushed to the address *url*; None if it is none.

    That is `rtmp://domain/app/stream`; what signs it, behind a question mark, is not
    part of its name.
    """
    address = address_of(url.get_secret_value())
    if address is None:
        return None
    path = re.split(r"[?#]", address.rest, maxsplit=1)[0]
    app, _slash, stream = path.strip("/").partition("/")
    if not (app and stream):
        return None
    return StreamName(address.host, app, SecretStr(stream))


def _number(claimed: object) -> float | None:
    """Return a number that is none too large, also one in text; None of all else."""
    if isinstance(claimed, bool) or not isinstance(claimed, int | float | str):
        return None
    try:
        number = float(claimed)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 <= number <= LARGEST else None


def _words(claimed: object) -> str:
    return claimed if isinstance(claimed, str) else ""


_Number = Annotated[float | None, BeforeValidator(_number)]
_Words = Annotated[str, BeforeValidator(_words)]


class PushedStream(Reply):
    """What is pushed as one stream: frames and bits a second, None if not said.

    *begin_push_time* tells one push from the next; its time zone is not documented.
    """

    push_domain: _Words = ""
    app_name: _Words = ""
    stream_name: _Words = ""
    begin_push_time: _Words = ""
    video_fps: _Number = None
    video_speed: _Number = None  # bit/s
    audio_speed: _Number = None  # bit/s

    @property
    def target(self) -> str:
        """The digest by which a relay knows the push address of this stream."""
        return target_digest(
            f"rtmp://{self.push_domain}/{self.app_name}/{self.stream_name}"
        )


class PushedStreams(Reply):
    """A page of what is pushed now, and how many pages there are."""

    data_info_list: Many[PushedStream] | None = None
    total_page: _Number = None


class DescribeLiveStreamPushInfoList(Request[PushedStreams]):
    """Ask what the CDN gets of every stream that is pushed now."""

    service = LIVE
    action = "DescribeLiveStreamPushInfoList"
    permit = "relay.read"
    level = Level.READ
    repeat = Repeat.SAFE
    rate = 27  # the mainland's limit is 30; "recommended: once a minute"
    deadline = QUICK
    reply = PushedStreams
    page = "https://www.tencentcloud.com/document/product/267/37303"

    push_domain: _Named | None = None
    app_name: _Named | None = None
    page_num: Annotated[int, Between(1, 10_000), NO_EXIT]
    page_size: Annotated[int, Between(1, 1000), NO_EXIT] = PAGE_SIZE


class Reading(Reply):
    """What was got of a stream at a *time*: frames and bits a second."""

    time: _Words = ""  # UTC, as `2019-01-08T10:00:00Z`
    video_fps: _Number = None
    video_rate: _Number = None  # bit/s

    @property
    def at(self) -> datetime | None:
        """When that was; None if it cannot be read."""
        try:
            moment = datetime.fromisoformat(self.time)
        except ValueError:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class Readings(Reply):
    """What was got of a stream over some time."""

    data_info_list: Many[Reading] | None = None


class DescribeStreamPushInfoList(Request[Readings]):
    """Ask what the CDN got of one stream: of three hours at most, in seven days."""

    service = LIVE
    action = "DescribeStreamPushInfoList"
    permit = "relay.read"
    level = Level.READ
    repeat = Repeat.SAFE
    rate = 36
    deadline = QUICK
    reply = Readings
    page = "https://www.tencentcloud.com/document/product/267/36094"

    stream_name: Secret
    start_time: _Moment
    end_time: _Moment
    push_domain: _Named | None = None
    app_name: _Named | None = None


class StreamState(Reply):
    """How a stream stands: active, inactive or forbid; "" if that was not said."""

    stream_state: _Words = ""


class DescribeLiveStreamState(Request[StreamState]):
    """Ask how one stream stands. By its page that is not the only truth."""

    service = LIVE
    action = "DescribeLiveStreamState"
    permit = "relay.read"
    level = Level.READ
    repeat = Repeat.SAFE
    rate = 270
    deadline = QUICK
    reply = StreamState
    page = "https://www.tencentcloud.com/document/product/267/30796"

    app_name: _Named
    domain_name: _Named
    stream_name: Secret
