"""TRTC: where a relay goes, to push targets and feedback rooms, and its SEI.

Page: https://www.tencentcloud.com/document/product/647/48247
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, SecretStr, ValidationInfo

from bot.i18n import _
from bot.runtime.redact import MASK
from bot.tencent.models.base import Part, Secret, shown_as
from bot.tencent.models.exits import NO_EXIT, Exit, Leads, Row, Wire
from bot.tencent.models.faults import Broken, fault
from bot.tencent.models.trtc.room import (
    ROOM,
    RobotId,
    Room,
    RoomId,
    RoomIdType,
    misnamed,
)
from bot.tencent.models.urls import PLAIN_HOST, address_of
from bot.tencent.models.values import Amount, Free, Like, Switch, Text

UUID_SEI = 5  # PayloadType

LONGEST_URL = 2048

_APP = re.compile(r"/(?P<app>[^/?]+)/")
_STREAM = re.compile(r"/[^/?#]+/[^/?#]+")
_BACK = re.compile(r"/\.{1,2}(?![^/?#])")  # a step that the far side may take back
_SEVERAL = re.compile(r"[^?]*://|.*[,;](?:[a-z]+://|@|$)", re.IGNORECASE)

# Of any text: what comes back from Tencent may be spelt otherwise than it was sent.
_ANY_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#]*@)?"
    r"(?P<host>\[[^\]/?#]*\]|[^:/?#]*)(?::(?P<port>[0-9]*))?(?P<path>[^?#]*)",
    re.IGNORECASE,
)
RTMP_PORT = "1935"

# What is sent as it stands, as most are; whatever is not like it is looked at closely.
PLAIN = re.compile(
    rf"rtmp://{PLAIN_HOST}(?:/[A-Za-z0-9_][A-Za-z0-9_.~-]*){{2,}}"
    r"(?:\?[A-Za-z0-9_.~%&=+/-]*)?"
)


# ── push targets ─────────────────────────────────────────────────────────────────


def _push_url(secret: SecretStr, read: ValidationInfo) -> SecretStr:
    """Return *secret* as it is sent, if an RTMP stream can be pushed to it.

    Two in one are refused where they are typed; what is read back from JSON was sent.
    """
    url = secret.get_secret_value()
    if len(url) <= LONGEST_URL and PLAIN.fullmatch(url):
        return secret
    if len(url) > LONGEST_URL:
        sentence = _("The {what} takes {most} characters at most.")
        raise fault(sentence, most=LONGEST_URL)
    if not re.match(r"rtmp://", url, re.IGNORECASE):
        raise fault(_("The {what} begins with rtmp://."))
    if not (url.isascii() and url.isprintable()) or re.search(r"[\s\\]", url):
        raise fault(
            _(
                "The {what} has a space, a backslash, a line break or a letter beyond"
                " a to z in it."
            )
        )
    if read.mode == "python" and _SEVERAL.match(url, len("rtmp://")):
        raise fault(
            _("The {what} ends in a comma, or in another address: give one at a time.")
        )
    if "@" in url[len("rtmp://") :].partition("/")[0]:
        raise fault(_("The {what} has a user name or password before its host."))
    address = address_of(url)
    path = re.split(r"[?#]", address.rest, maxsplit=1)[0] if address else ""
    if not _STREAM.match(path) or _BACK.search(path):
        raise fault(_("The {what} is written rtmp://host/app/stream."))
    return SecretStr(str(address))


def masked_push_url(url: str) -> str:
    """Return *url* without what opens the stream: `rtmp://host/app/****`."""
    address = address_of(url)
    if address is None or address.scheme != "rtmp":
        return MASK
    app = _APP.match(address.rest)
    inside = f"/{app['app']}" if app else ""
    return f"rtmp://{address.authority}{inside}/{MASK}"


def canonical_target(url: str) -> str:
    """Return what two spellings of one push address have in common.

    That is `host:port/path`: the host in lower case and without a dot at its end, the
    port always, the path as it is. Scheme, user, query and fragment do not count: a
    signature in them is another one each time. Never raises.
    """
    match = _ANY_URL.match(url)
    if match is None:  # the pattern has no part that must be there
        return url
    host = match["host"].lower().rstrip(".")
    port = (match["port"] or "").lstrip("0") or RTMP_PORT
    return f"{host}:{port}{match['path']}"


def target_digest(url: str) -> str:
    """Return the SHA-256 of the canonical form of *url*, in hex; "" if it is empty.

    It tells targets apart where the address itself, which is a secret, may not stand.
    """
    canonical = canonical_target(url).encode("utf-8", "replace")
    return hashlib.sha256(canonical).hexdigest() if url else ""


PushUrl = Annotated[
    SecretStr,
    AfterValidator(_push_url),
    shown_as(masked_push_url),
    Leads(Row.PUSH, masked_push_url),
]


class McuPublishCdnParam(Part):
    """A push target. One outside Tencent's CDN is billed."""

    publish_cdn_url: PushUrl
    is_tencent_cdn: Switch | None = None  # 1; say it, since a slip costs money


class McuFeedBackRoomParams(Part):
    """A room that the mix is sent back into, and the robot that does it."""

    room_id: Annotated[RoomId, ROOM]
    room_id_type: Annotated[RoomIdType, ROOM]
    user_id: Annotated[RobotId, ROOM]
    user_sig: Secret | None = None  # required on the wire; minted just before sending

    @property
    def room(self) -> Room:
        """The room."""
        return Room(self.room_id, self.room_id_type)

    @classmethod
    def exits(cls, fields: Wire, _whole: Wire, /) -> Iterator[Exit]:
        """Yield the room, into which the robot speaks."""
        room = Room(fields["RoomId"], fields["RoomIdType"])
        place = _("{room}, which {user} speaks into")
        shown = place.format(room=room, user=fields["UserId"])
        yield Exit(Row.ROOMS, "RoomId", (room.id,), shown)

    def _rules(self) -> Broken:
        return misnamed(self.room_id, self.room_id_type)


# ── SEI: words inside the video ──────────────────────────────────────────────────


def _sei_type(number: int) -> int:
    """Return *number* if SEI of ours may have it; 244 is TRTC's own time stamp."""
    if number in range(100, 255) and number != 244:  # noqa: PLR2004 - the page's range
        return number
    sentence = _("The {what} is 100 to 254 without 244; {given} was given.")
    raise fault(sentence)


def _sei_type_or_uuid(number: int) -> int:
    return number if number == UUID_SEI else _sei_type(number)


VolumeSeiType = Annotated[int, AfterValidator(_sei_type), NO_EXIT]
PassThroughSeiType = Annotated[int, AfterValidator(_sei_type_or_uuid), NO_EXIT]
# Words in the picture go where the picture goes, and nowhere else.
AppData = Annotated[str, Text(most=4095, least=0, free=True), NO_EXIT]
HexUuid = Annotated[
    str,
    Like(
        r"[0-9A-Fa-f]{32}",
        lambda: _("The {what} is 32 hexadecimal digits, without dashes."),
    ),
    NO_EXIT,
]


class McuLayoutVolume(Part):
    """SEI that tells the layout and how loud everybody is; may be empty."""

    app_data: AppData | None = None
    payload_type: VolumeSeiType | None = None  # 100
    interval: Amount | None = None  # 1000 ms
    follow_idr: Switch | None = None  # 0; 1: with every key frame


class McuPassThrough(Part):
    """SEI with words of one's own."""

    payload_content: Annotated[Free, NO_EXIT]
    payload_type: PassThroughSeiType
    payload_uuid: HexUuid | None = None
    interval: Amount | None = None  # 1000 ms
    follow_idr: Switch | None = None  # 0

    def _rules(self) -> Broken:
        if self.payload_type == UUID_SEI and not self.payload_uuid:
            yield "PayloadUuid", _("SEI of payload type 5 needs a UUID.")
        if self.payload_type != UUID_SEI and self.payload_uuid:
            yield "PayloadUuid", _("A UUID goes with SEI of payload type 5 only.")


class McuSeiParams(Part):
    """SEI that goes with the mix."""

    layout_volume: McuLayoutVolume | None = None
    pass_through: McuPassThrough | None = None
