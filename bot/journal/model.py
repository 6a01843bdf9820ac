"""What the journal keeps: intents, notices to be delivered, open forms.

Everything is a frozen value. What is secret (a whole request with its push URLs, an
answer URL) is sealed on its way in and is not part of an `Intent`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self, TypedDict

from pydantic import SecretStr

from bot.dialogue.outcome import Audience
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
from bot.journal.evidence import Standing, standing_of, standing_text
from bot.states import State

# Notices of every resource. Each resource adds alarms of its own.
CARD = "card"  # the thing as it is when the card is delivered; only the newest is
ANSWER = "answer"  # the result of a look-up, for whoever asked
RESULT = "result"  # how an action on a thing ended, for whoever asked
CONTRADICTION = "contradiction"  # Tencent reports another TaskId than is stored
NOT_ENDED = "not-ended"  # a thing that an action was to end still runs
STOP_REFUSED = "stop-refused"  # one that was due, in the name of who may not
REVIVED = "revived"  # Tencent says that it runs, against what people were told
NEWS = "news"  # a line in the thread of its card
BATCH = "batch"  # how those stand that were asked to be stopped at once
PROPOSAL = "proposal"  # what is asked of a second person, or became of that
DAMAGED, GONE = "journal-damaged", "journal-gone"  # its file; about nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asked, where the answer goes, and in which language."""

    team: TeamId
    user: SlackUserId
    home: TeamId  # the workspace that the user belongs to
    enterprise: str = ""  # and the organisation
    channel: ChannelId
    thread: MessageTs | None = None
    direct: bool = False
    locale: str = DEFAULT_LOCALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The thing that an intent makes, changes or looks at.

    *ref* is the TaskId, RenderUserId or SessionId, empty until known. *agent* is the
    robot under which the request travels. *about* is the intent that made the thing,
    when this one acts on it. *creates*: this one makes it; *ends*: it ends one.
    *changes*: it makes another of that. *callbacks*: Tencent sends events about it.
    *duplicates* is equal for two that do the same, *targets* are the digests of its
    push targets, in their order; of a thing those with which it was made.
    """

    kind: Kind
    about: IntentId | None = None
    creates: bool = False
    ends: bool = False
    changes: bool = False
    app: str = ""
    sdk_app_id: int = 0
    region: str = ""
    room: str = ""
    ref: str = ""
    agent: str = ""
    callbacks: bool = False
    duplicates: str = ""
    targets: tuple[str, ...] = ()
    preset: str = ""  # the name of the one that it was made from, if any


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How an intent ended, as far as is known.

    *reply* is what may be shown of Tencent's reply. *settled_by* is who settled an
    unknown one by hand, *reason* why. *settled_at* is when it last reached a
    state in which it may stay.
    """

    request_id: str = ""
    error_code: str = ""
    error_text: str = ""
    reply: Mapping[str, Any] = field(default_factory=dict)
    settled_by: str = ""
    reason: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CopyOf:
    """The intent that made what a new thing is a copy of.

    *stop*: that is to be stopped when the copy is live.
    """

    id: IntentId
    stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a thing is to be stopped: *at* a moment, or so long *after* its start.

    *typed* is what was asked, as the record has it.
    """

    at: datetime | None = None
    after: timedelta | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a change makes another: the name of a field, and its text, masked.

    "" is that nothing stood there, or nothing will.
    """

    field: str
    was: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a thing becomes by a change that may have been sent.

    *number* orders them, *job* is the intent, *by* whom; *at* is when it was sent, in
    milliseconds. *targets* are the digests of the push targets from then on, and
    *differences* what it makes another.
    """

    number: int
    job: IntentId
    by: str
    at: int
    targets: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """What belongs to a submission that changes a thing.

    *version* is the newest change of the thing from which it was formed, and *whole*
    the request that would make the thing as it is then, *masked* beside it.
    """

    version: int
    differences: tuple[Difference, ...]
    whole: bytes
    masked: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntent:
    """A submission about to be accepted.

    *handle* is given when it is about a thing that has one; None allots the next.
    *request* is the whole wire JSON. *copies*: an original. *timing*: its end.
    """

    id: IntentId
    key: str
    digest: str
    action: str
    handle: Handle | None
    asker: Asker
    subject: Subject
    request: bytes
    masked: Mapping[str, Any] = field(default_factory=dict)
    answer_url: SecretStr | None = None
    note: str = ""
    at: datetime
    change: NewChange | None = None
    approval: IntentId | None = None
    copies: CopyOf | None = None
    timing: Timing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One accepted submission, from commit to answer, as far as it may be shown.

    *rev* grows with every change. *owner* is the run that has it in its hands: what is
    queued it sends, or has sent. *marks* name the notices that were given once. *card*
    is where its card was posted. *standing* is what may be said of the thing that it
    made. *joins* is the stop whose answer is this one's too; *doubt*: an earlier try of
    it may have been done. *batch* is the first of the stops that were asked for at once
    with this one, *approval* the proposal by which a second person approved it.
    *stop_at* is when its timer is due, *stop_after* how long after its start.

    Of a thing that was changed *masked* is what it is by now, and *course* has every
    change that may have been sent, by its number. Of a change *sequence* is that
    number, 0 before it has one, *differences* what it makes another, and *present* the
    request that would make the thing as it is then, masked.
    """

    id: IntentId
    key: str
    digest: str
    action: str
    handle: Handle
    state: State
    rev: int
    asker: Asker
    subject: Subject
    settlement: Settlement
    masked: Mapping[str, Any]
    note: str
    card: tuple[ChannelId, MessageTs] | None
    owner: str
    marks: tuple[str, ...]
    created_at: datetime
    sent_at: datetime | None
    send_by: datetime | None
    standing: Standing
    joins: IntentId | None = None
    doubt: bool = False
    stop_at: datetime | None = None
    stop_after: timedelta | None = None
    batch: IntentId | None = None
    approval: IntentId | None = None
    sequence: int = 0
    course: tuple[Version, ...] = ()
    differences: tuple[Difference, ...] = ()
    present: Mapping[str, Any] = field(default_factory=dict)
    pushed: str = ""  # what a CDN gets of it, as its resource writes that

    def version(self, number: int) -> Version | None:
        """Return the change of that *number*, if one was sent."""
        return next((one for one in self.course if one.number == number), None)

    @property
    def targets(self) -> tuple[str, ...]:
        """The digests of the push targets that it has by now, in their order."""
        now = self.version(self.standing.version)
        return now.targets if now else self.subject.targets

    @property
    def aims(self) -> tuple[str, ...]:
        """The digests of all targets that it has, or may have."""
        numbers = (*self.standing.doubted, self.standing.sending)
        perhaps = filter(None, map(self.version, numbers))
        others = (digest for one in perhaps for digest in one.targets)
        return tuple(dict.fromkeys((*self.targets, *others)))

    def noticed(self, notice: str) -> bool:
        """Tell whether *notice* was given of it already."""
        return notice in self.marks

    def snapshot(self) -> dict[str, Any]:
        """Return the values that a notice reports, as JSON; `as_of` restores them."""
        end = self.settlement
        return {
            "state": self.state.value,
            "ref": self.subject.ref,
            "request_id": end.request_id,
            "error_code": end.error_code,
            "error_text": end.error_text,
            "reason": end.reason,
            "standing": standing_text(self.standing),
        }

    def as_of(self, snapshot: Mapping[str, Any]) -> Self:
        """Return it as it was when *snapshot* was taken."""
        if "state" not in snapshot:
            return self
        end = replace(
            self.settlement,
            request_id=snapshot["request_id"],
            error_code=snapshot["error_code"],
            error_text=snapshot["error_text"],
            reason=snapshot.get("reason", self.settlement.reason),
        )
        state = State(snapshot["state"])
        standing = standing_of(snapshot.get("standing", ""), state)
        masked = self.masked
        changed = standing.version != self.standing.version
        if changed and "PublishCdnParams" in masked:  # its addresses are others now
            masked = {**masked, "PublishCdnParams": []}
        return replace(
            self,
            state=state,
            subject=replace(self.subject, ref=snapshot["ref"]),
            settlement=end,
            standing=standing,
            masked=masked,
        )


class Changes(TypedDict, total=False):
    """What may be changed of an intent after it was accepted, beside its state."""

    ref: str
    request_id: str
    error_code: str
    error_text: str
    reply: Mapping[str, Any]
    reply_secret: bytes | None  # None throws it away
    send_by: datetime
    settled_by: str
    reason: str
    marks: tuple[str, ...]
    doubt: bool
    stop_at: datetime | None
    stop_after: timedelta | None
    pushed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to be delivered, committed with the change that it reports.

    *facts* are the values that only this notice has (a TaskId, a moment), as JSON.
    A card stores no facts: it is drawn from the intent as it is at delivery. Notices of
    one intent with the same *line* are one message: the newest that waits is delivered,
    when the first would have been. One with a *cause* rings, once for each outage.
    """

    name: str
    audience: Audience
    facts: Mapping[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None
    line: str = ""
    cause: str = ""


CARD_NOTICE = Notice(name=CARD, audience=Audience.CHANNEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A notice waiting to be delivered.

    It is about an *intent*, an *app*, a *proposal* that *to* made, or nothing.
    *body*: as a release before 0.2 drew it. *stands*, *alert*: where those stand.
    """

    id: int
    rev: int
    name: str
    audience: Audience
    facts: Mapping[str, Any]
    intent: Intent | None = None
    app: str = ""
    body: Mapping[str, Any] | None = None
    answer_url: SecretStr | None = None
    tries: int = 0
    created_at: datetime | None = None
    line: str = ""
    stands: tuple[ChannelId, MessageTs] | None = None
    alert: tuple[ChannelId, MessageTs] | None = None
    proposal: IntentId | None = None
    to: Asker | None = None
    since: datetime | None = field(default=None, compare=False)  # its card is not new
    waited: bool = field(default=False, compare=False)  # for its turn, say

    @property
    def of(self) -> IntentId:
        """The id of what it is about, under which the places of lines are kept."""
        return self.intent.id if self.intent else self.proposal or IntentId("")

    @property
    def asker(self) -> Asker | None:
        """Who asked for what it is about, if anybody did."""
        return self.intent.asker if self.intent else self.to


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
