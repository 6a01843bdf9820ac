"""What the journal keeps: intents, the letters that tell of them, open forms.

Everything is a frozen value. What is secret (a whole request with its push URLs, an
answer URL) is sealed on its way in and is not part of an `Intent`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import SecretStr

from bot.i18n import DEFAULT_LOCALE
from bot.ids import (
    ChannelId,
    FormId,
    Handle,
    IntentId,
    Kind,
    MessageTs,
    SlackUserId,
    TeamId,
)


class State(StrEnum):
    """Where an intent stands; `states.EDGES` says where it may go."""

    QUEUED = "queued"  # committed, nothing sent
    SENDING = "sending"  # the request may be leaving
    STARTED = "started"  # what it starts is running
    NOT_STARTED = "not started"  # certainly nothing was done
    UNKNOWN = "unknown"  # sent, and no answer that can be trusted
    DONE = "done"  # an action that starts nothing was carried out
    STOPPING = "stopping"
    EXPIRING = "expiring"  # still running, soon out of Tencent's reach
    STOPPED = "stopped"  # we ended it
    ENDED = "ended"  # it ended by itself
    CLOSED = "closed"  # a person settled what stayed unknown


class Notice(StrEnum):
    """What is told of an intent once, because time has passed."""

    SILENT = "silent"  # no callback has come: it very likely never started
    MISSED = "missed"  # nobody was there to hear a callback: silence says nothing
    UNSETTLED = "unsettled"  # unknown for minutes, and nobody has looked
    STUCK = "stuck"  # its stop does not get through
    EXPIRING = "expiring"  # soon Tencent takes no stop for it
    LAST_DAY = "last-day"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntent:
    """A submission about to be accepted.

    *handle* is given when it is about a thing that has one; None allots the next
    number of *kind*. *request* is the whole wire JSON.
    """

    id: IntentId
    key: str
    digest: str
    action: str
    kind: Kind
    handle: Handle | None
    team: TeamId
    user: SlackUserId
    home: TeamId
    channel: ChannelId
    at: datetime
    request: bytes
    thread: MessageTs | None = None
    direct: bool = False
    locale: str = DEFAULT_LOCALE
    app: str = ""
    sdk_app_id: int = 0
    region: str = ""
    room: str = ""
    ref: str = ""
    agent: str = ""
    about: IntentId | None = None
    callbacks: bool = False
    masked: Mapping[str, Any] = field(default_factory=dict)
    target_digest: str = ""
    answer_url: SecretStr | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One accepted submission, from commit to answer, as far as it may be shown.

    *ref* is the TaskId, RenderUserId or SessionId, empty until known. *rev* grows
    with every change. *about* is the start that a stop acts on. *settled_at* is
    when it last came to rest; None until its answer is known. *settled_by* is who
    settled an unknown one by hand, *reason* why. *notices* are the `Notice`s given.
    """

    id: IntentId
    key: str
    digest: str
    action: str
    kind: Kind
    handle: Handle
    state: State
    rev: int
    team: TeamId
    user: SlackUserId
    home: TeamId
    channel: ChannelId
    thread: MessageTs | None
    direct: bool
    locale: str
    app: str
    sdk_app_id: int
    region: str
    room: str
    ref: str
    agent: str
    about: IntentId | None
    callbacks: bool  # Tencent tells by itself what becomes of it
    masked: Mapping[str, Any]
    reply: Mapping[str, Any]
    note: str
    request_id: str
    error_code: str
    error_text: str
    card_channel: str
    card_ts: str
    tries: int
    owner: str
    settled_by: str
    reason: str
    notices: str
    created_at: datetime
    sent_at: datetime | None
    send_by: datetime | None
    settled_at: datetime | None

    def noticed(self, notice: "Notice") -> bool:
        """Tell whether *notice* was given of it already."""
        return notice.value in self.notices.split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message waiting to be delivered, committed with the change it tells of.

    *audience* is "channel", "asker" or "ops". *card* is where the card of its intent
    is, once it has been posted.
    """

    intent: IntentId
    rev: int
    channel: ChannelId
    user: SlackUserId
    audience: str
    body: Mapping[str, Any]
    thread: MessageTs | None = None
    id: int = 0
    card: tuple[ChannelId, MessageTs] | None = None
    answer_url: SecretStr | None = None
    asked_at: datetime | None = None
    tries: int = 0
    not_before: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """What an open form starts from; the form itself carries only the *id*."""

    id: FormId
    team: TeamId
    user: SlackUserId
    channel: ChannelId
    thread: MessageTs | None
    direct: bool
    command: str
    subcommand: str
    values: Mapping[str, str]
    answer_url: SecretStr | None
    expires_at: datetime
    used_by: str = ""  # the key of the submission that it became
