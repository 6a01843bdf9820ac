"""The signed "relay to CDN" events that Tencent sends about a relay.

An event has the robot's user ID and the TaskId together, so a TaskId that was lost on
the way is recovered from it. The signature covers no time: a genuine event can be
replayed for ever, so a reader checks `sent_at` and `key` as well.

Page: https://trtc.io/document/54913
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Annotated

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic.alias_generators import to_pascal

from bot.errors import InvalidRequest, NotAllowed
from bot.i18n import _
from bot.ids import TaskId
from bot.tencent.models.trtc.output import target_digest

RELAY = (4, 401)  # EventGroupId and EventType of a relay event
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
    contains the stream key. An error comes with FAILED; its codes are undocumented.
    """

    room: str
    agent: str
    task_id: TaskId
    url: SecretStr
    status: RelayStatus
    at: datetime
    sent_at: datetime
    error_code: int = 0
    error: str = ""

    @property
    def target(self) -> str:
        """The digest of the push target that it is about."""
        return target_digest(self.url.get_secret_value())

    @property
    def key(self) -> str:
        """The de-duplication key: equal for every delivery of the event, no secret."""
        facts = (self.task_id, self.at.isoformat(), self.status.name)
        text = "\0".join([*facts, self.url.get_secret_value()])
        return hashlib.sha256(text.encode()).hexdigest()


def read(raw: bytes, sign: str, key: SecretStr) -> RelayEvent | None:
    """Read the body *raw*, sent with the header `Sign: sign`; *key* is the app's.

    Returns None for a genuine event about something else than a relay.

    Raises:
        NotAllowed: the signature is not made with *key*.
        InvalidRequest: it is genuine, and not what the page describes.
    """
    _verify(raw, sign, key)
    try:
        event = _Event.model_validate_json(raw)
        if (event.event_group_id, event.event_type) != RELAY:
            return None
        return _relay_event(_RelayBody.model_validate_json(raw))
    except (ValidationError, OverflowError):
        raise InvalidRequest(
            {"": _("This callback is not the relay event that Tencent describes.")}
        ) from None


def _verify(raw: bytes, sign: str, key: SecretStr) -> None:
    secret = key.get_secret_value().encode()
    expected = base64.b64encode(hmac.digest(secret, raw, hashlib.sha256))
    header = sign.encode("utf-8", "replace")
    if not secret or not hmac.compare_digest(expected, header):
        raise NotAllowed(
            _("The signature of this callback is wrong."), rule="callback signature"
        )


def _relay_event(body: "_RelayBody") -> RelayEvent:
    info = body.event_info
    return RelayEvent(
        room=info.room_id,
        agent=info.user_id,
        task_id=TaskId(info.task_id),
        url=info.payload.url,
        status=info.payload.status,
        at=EPOCH + timedelta(milliseconds=info.at_ms),
        sent_at=EPOCH + timedelta(milliseconds=body.callback_ts),
        error_code=info.payload.error_code or 0,
        error=info.payload.error_msg or "",
    )


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_pascal,
        coerce_numbers_to_str=True,  # the page says number, its example text
        hide_input_in_errors=True,
    )


class _Event(_Model):
    event_group_id: int
    event_type: int


class _Payload(_Model):
    url: SecretStr = SecretStr("")
    status: RelayStatus
    error_code: int | None = None
    error_msg: str | None = None


class _Info(_Model):
    room_id: str = ""
    user_id: str
    task_id: Annotated[str, Field(pattern=r"^[!-~]{1,512}$")]
    at_ms: Annotated[  # the page's table has one name, its example the other
        int, Field(validation_alias=AliasChoices("EventMsTs", "EventTsMs"))
    ]
    payload: _Payload


class _RelayBody(_Event):
    callback_ts: int
    event_info: _Info
