"""The signed events that Tencent sends, and those of them that are about a relay.

An event has the robot's user ID and the TaskId together, so a TaskId that was lost on
the way is recovered from it. That pair is what matters: whatever else is missing or is
not as described, the event is kept, and says what can be read of it.

The signature covers no time: a genuine event can be replayed for ever, so a reader
checks `sent_at` and `key` as well.

Page: https://trtc.io/document/54913
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from pydantic import SecretStr

from bot.errors import InvalidRequest, NotAllowed
from bot.i18n import _
from bot.ids import TaskId, kept_task_id
from bot.runtime.redact import Redactor, secrets_in
from bot.tencent import room_events
from bot.tencent.lenient import (
    MILLISECOND,
    Object,
    as_moment,
    as_object,
    as_text,
    as_whole,
    own_time,
)
from bot.tencent.models.trtc.output import target_digest
from bot.tencent.room_events import RoomEvent

RELAY = (4, 401)  # EventGroupId and EventType of a relay event
LARGEST_STATUS = 2**31 - 1  # which the journal's column holds
LONGEST_CODE, LONGEST_ERROR = 128, 1000  # characters, likewise
UNTOLD = -1  # the status of an event that says none which can be read


class RelayStatus(IntEnum):
    """The status of one push target; a relay with ten targets has ten of them.

    A start goes 1, 2; a stop 2, 5, 0; a break that heals 2, 3, 2; one that does
    not 2, 3, 4, 0. They may arrive in any order; `RelayEvent.at` has the true one.
    """

    IDLE = 0
    CONNECTING = 1
    RUNNING = 2
    RECOVERING = 3
    FAILED = 4
    DISCONNECTING = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayEvent:
    """One push target changed its status at *at*; both times are to the millisecond.

    *agent* is the robot's user ID, from which `ids.intent_of` gets the intent. *url*
    contains the stream key; it is empty if none came. *status* is a `RelayStatus`, or
    the number of one that is not documented, or `UNTOLD`. *at* is the event's own
    time, or else when it was sent, or else None; *sent_at* is None if it does not say.
    An error comes with FAILED; its codes are undocumented, so they are text. It may
    quote the address: nobody is told of it before `without_secrets`.

    *content* is empty, or, of an event without a time of its own, the digest of what
    it says.
    """

    room: str
    agent: str
    task_id: TaskId
    url: SecretStr
    status: int
    at: datetime | None
    sent_at: datetime | None
    error_code: str = ""
    error: str = ""
    content: str = ""

    @property
    def status_name(self) -> str:
        """What Tencent calls the status, or its number."""
        if self.status in set(RelayStatus):
            return RelayStatus(self.status).name
        return str(self.status)

    @property
    def key(self) -> str:
        """The de-duplication key: equal for every delivery of the event, no secret."""
        own_time = self.at.isoformat() if self.at and not self.content else ""
        facts = (self.task_id, own_time or self.content, self.status_name)
        text = "\0".join([*facts, self.url.get_secret_value()])
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

    @property
    def target(self) -> str:
        """Which push target it is about, as `StartPublishCdnStream.targets` has it."""
        return target_digest(self.url.get_secret_value())


def without_secrets(event: RelayEvent, secrets: Collection[str]) -> RelayEvent:
    """Return *event* as it may be told and kept, its texts cut to their lengths.

    Cut out is what opens its address, then *secrets*, those of the request that it is
    about, and whatever else looks like one. The TaskId is kept as it came, and so is a
    room after which the stream of the address is called.
    """
    hide = Redactor((*secrets, *secrets_in(event.url.get_secret_value())))
    return replace(
        event,
        room=Redactor(secrets)(event.room),  # streams are often called like it
        error_code=hide(event.error_code)[:LONGEST_CODE],
        error=hide(event.error)[:LONGEST_ERROR],
    )


def read(raw: bytes, sign: str, key: SecretStr) -> RelayEvent | RoomEvent | None:
    """Read the body *raw*, sent with the header `Sign: sign`; *key* is the app's.

    Returns None for a genuine event about something else than a relay or a room.

    Raises:
        NotAllowed: the signature is not made with *key*.
        InvalidRequest: it is genuine, and no event, or one without TaskId or robot.
    """
    _verify(raw, sign, key)
    body = _object_in(raw)
    group, kind = as_whole(body.get("EventGroupId")), as_whole(body.get("EventType"))
    if group is None or kind is None:
        raise _not_an_event()
    if (group, kind) == RELAY:
        return _relay_event(body)
    return room_events.of(kind, body) if group == kind // 100 else None


def _verify(raw: bytes, sign: str, key: SecretStr) -> None:
    secret = key.get_secret_value().encode()
    expected = base64.b64encode(hmac.digest(secret, raw, hashlib.sha256))
    header = sign.encode("utf-8", "replace")
    if not secret or not hmac.compare_digest(expected, header):
        raise NotAllowed(
            _("The signature of this callback is wrong."), rule="callback signature"
        )


def _not_an_event() -> InvalidRequest:
    return InvalidRequest(
        {"": _("This callback is not the relay event that Tencent describes.")}
    )


def _object_in(raw: bytes) -> Object:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise _not_an_event() from None
    return as_object(body)


def _relay_event(body: Object) -> RelayEvent:
    info = as_object(body.get("EventInfo"))
    task_id = kept_task_id(as_text(info.get("TaskId")))
    agent = as_text(info.get("UserId"))
    if not task_id or not agent:
        raise _not_an_event()
    payload = as_object(info.get("Payload"))
    sent_at = as_moment(body.get("CallbackTs"), MILLISECOND)
    own = own_time(info)
    return RelayEvent(
        room=as_text(info.get("RoomId")),
        agent=agent,
        task_id=TaskId(task_id),
        url=SecretStr(as_text(payload.get("Url"))),
        status=_status(payload.get("Status")),
        at=own or sent_at,
        sent_at=sent_at,
        error_code=_error_code(payload.get("ErrorCode")),
        error=as_text(payload.get("ErrorMsg")),
        content="" if own else _digest(info),
    )


def _digest(info: Object) -> str:
    text = json.dumps(info, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _status(claimed: object) -> int:
    number = as_whole(claimed)
    if number is not None and abs(number) <= LARGEST_STATUS:
        return number
    return RelayStatus.__members__.get(as_text(claimed).strip().upper(), UNTOLD)


def _error_code(claimed: object) -> str:
    code = as_text(claimed)
    return "" if code == "0" else code
