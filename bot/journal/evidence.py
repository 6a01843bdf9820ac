"""What is known of a thing: facts, and what they amount to.

Every fact has the time at which it was so and the time at which it arrived. What may
be said of a thing is folded from all of them by its resource, whenever one is added:
nothing that anybody is told comes from anywhere else.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntFlag, StrEnum

from pydantic import TypeAdapter

from bot.ids import IntentId
from bot.states import LIVE, State


class FactKind(StrEnum):
    """What sort of fact it is."""

    WRITTEN = "written"  # the request may be leaving
    ANSWERED = "answered"  # Tencent did what was asked
    REFUSED = "refused"  # certainly not done
    NO_ANSWER = "no-answer"  # it may have been done
    GONE = "gone"  # Tencent knows no such task
    UNSENT = "unsent"  # it was never sent
    EVENT = "event"  # Tencent says by itself how a target stands
    ATTACHED = "attached"  # a person gave its ID
    CLOSED = "closed"  # a person said that it did not start, or is over
    ASKED = "asked"  # a person asked for its end
    SILENCE = "silence"  # nothing was heard of it for so long
    AWAY = "away"  # nobody could have heard: this bot was down
    AGED = "aged"  # so old that it is, or soon will be, out of reach
    DETACHED = "detached"  # its ID is another's, by better evidence
    REPLACED = "replaced"  # another goes by its ID now, and Tencent vouches for that
    LINKED = "linked"  # how a thing stands that this one belongs to; see `links`


class Does(StrEnum):
    """What the request that a fact is about does to the thing."""

    CREATE = "create"
    END = "end"
    CHANGE = "change"

    @classmethod
    def of(cls, *, creates: bool, ends: bool) -> "Does":
        """Return what a request with such an effect does."""
        return cls.CREATE if creates else cls.END if ends else cls.CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One piece of evidence about a thing. Times are UTC milliseconds.

    *at* is its own time, *since* when the request that it answers was written, and
    *came_at* when it was learnt. *job* is the intent whose request it is about, *by*
    the Slack user behind it. *ref* is the TaskId that it names, *target* the digest
    of a push target; of what acts on a thing and goes with it, of where that leads.
    *status* is Tencent's number for how a target stands, or of days. *key* is equal
    for two deliveries of one fact.
    """

    kind: FactKind
    at: int
    came_at: int
    key: str
    does: Does = Does.CREATE
    since: int | None = None
    job: IntentId | None = None
    by: str = ""
    ref: str = ""
    target: str = ""
    status: int = 0
    code: str = ""
    text: str = ""


def moment_of(at: int) -> datetime:
    """Return the moment of *at*, UTC milliseconds as evidence has them."""
    return datetime.fromtimestamp(at / 1000, UTC)


def fact_key(*parts: object) -> str:
    """Return the key of a fact that is the same for the same *parts*."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


class Headline(StrEnum):
    """How a thing stands, in the one word that everything about it is drawn from."""

    REQUESTED = "requested"
    SENDING = "sending"
    ACCEPTED = "accepted"  # Tencent said yes; nothing was heard since
    CLAIMED = "claimed"  # a person says that it runs; Tencent has not
    CONNECTING = "connecting"
    LIVE = "live"
    RECOVERING = "recovering"
    TARGET_ENDED = "target ended"  # one of several
    TARGET_FAILED = "target failed"  # one of several
    PUSH_FAILED = "push failed"  # all of them
    IDLE = "idle"  # and it is not known why: probably ended
    STOPPING = "stopping"
    MAY_RUN = "may run"  # a stop may have got through
    EXPIRING = "expiring"
    OUT_OF_REACH = "out of reach"
    STOPPED = "stopped"
    ENDED = "ended"
    NOT_STARTED = "not started"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    DONE = "done"
    REPLACED = "replaced"  # another goes by its ID now


# Nobody can say that it runs as it should, and Tencent will not settle it: somebody has
# to look, and to decide.
UNDECIDED = frozenset(
    {
        Headline.UNKNOWN,
        Headline.MAY_RUN,
        Headline.PUSH_FAILED,
        Headline.IDLE,
        Headline.OUT_OF_REACH,
    }
)

HEADLINES: Mapping[State, Headline] = {
    State.QUEUED: Headline.REQUESTED,
    State.WAITING: Headline.REQUESTED,
    State.SENDING: Headline.SENDING,
    State.STARTED: Headline.ACCEPTED,
    State.NOT_STARTED: Headline.NOT_STARTED,
    State.UNKNOWN: Headline.UNKNOWN,
    State.DONE: Headline.DONE,
    State.STOPPING: Headline.STOPPING,
    State.EXPIRING: Headline.EXPIRING,
    State.STOPPED: Headline.STOPPED,
    State.ENDED: Headline.ENDED,
    State.CLOSED: Headline.CLOSED,
}


class Target(StrEnum):
    """How one push target stands."""

    UNHEARD = "unheard"
    CONNECTING = "connecting"
    LIVE = "live"
    RECOVERING = "recovering"
    FAILED = "failed"
    STOPPING = "stopping"
    ENDED = "ended"  # idle by way of stopping
    IDLE = "idle"  # idle, and neither a failure nor a stop was heard


@dataclass(frozen=True, slots=True)
class TargetStanding:
    """How one target stands *since* a moment, with the error that Tencent gave.

    *broke_at* begins the present run of troubles, which *breaks* counts; *failed_at*
    is when it was given up in this outage. All are milliseconds, 0 for never.
    """

    status: Target = Target.UNHEARD
    since: int = 0
    code: str = ""
    text: str = ""
    broke_at: int = 0
    breaks: int = 0
    failed_at: int = 0


class Ending(StrEnum):
    """How it is known that a thing is over."""

    STOPPED = "stopped"  # Tencent said so to a stop, or its targets did after one
    IDLE = "idle"  # its targets went idle by way of stopping
    MEANWHILE = "meanwhile"  # they did so while a stop was under way
    GONE = "gone"  # Tencent knows no such task any more


class Stop(StrEnum):
    """What is known of the newest stop that is not under way any more."""

    NONE = ""
    REFUSED = "refused"  # certainly not stopped by it
    MAYBE = "maybe"  # it may have got through
    NO_SUCH_TASK = "no such task"  # of an ID that only a person vouches for


class Heard(IntFlag):
    """What a fact of silence says, as its status: what was heard after the sending."""

    ALL = 1  # some callbacks of the app, and none was refused or may have been missed
    SINCE = 2  # some


@dataclass(frozen=True, slots=True)
class Silence:
    """What was not heard of an unknown start, and whether it would have been.

    *heard*: callbacks of its app did arrive after it was sent; *proven*: and none was
    refused. *heard_at* is when one last came, 0 for never. *away* is when this bot was
    down.
    """

    proven: bool = False
    heard: bool = False
    heard_at: int = 0
    away: tuple[int, int] | None = None


class Role(StrEnum):
    """What another thing is to this one."""

    ORIGINAL = "original"  # this is a copy of it
    COPY = "copy"  # it is a copy of this


class Wish(StrEnum):
    """What is to be done with the original once its copy is live."""

    NONE = ""  # nothing
    WAITING = "waiting"  # it is to be stopped; the copy is not live yet
    LOOK = "look"  # nobody will tell when the copy is live: a person has to look
    DUE = "due"  # the copy went live, so it is to be stopped now
    PLACED = "placed"  # it was stopped for that, or a stop of it is under way
    REFUSED = "refused"  # whoever wished it may not stop it any more
    DROPPED = "dropped"  # one of the two was over before
    KEPT = "kept"  # a person has said that it goes on


@dataclass(frozen=True, slots=True)
class Link:
    """A thing that this one belongs to: the *intent* that made it, and its *handle*.

    *headline* is how it stands, *wish* what is to be done with the original, and *by*
    who wished that. *number* grows with each change of what is known of it here.
    """

    role: Role
    intent: IntentId
    handle: str
    headline: Headline
    wish: Wish = Wish.NONE
    by: str = ""
    number: int = 0


class Perhaps(StrEnum):
    """Whether something beside the thing itself is so."""

    NO = ""
    YES = "yes"
    MAYBE = "maybe"  # it was asked for, or was to end, and not answered


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside a thing itself. Times are UTC milliseconds.

    *reserved*: what it needs was reserved for it before. *published*: what it shows is
    sent elsewhere, as far as is known, *since* a moment. *count* is how many of its
    kind there were, as Tencent said when it was refused.
    """

    reserved: Perhaps = Perhaps.NO
    published: Perhaps = Perhaps.NO
    since: int = 0
    count: str = ""


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be said of a thing. Times are UTC milliseconds.

    *ref* is its ID, *vouched* for by Tencent or only by a person. *candidates* are
    other IDs that came with its name; *rivals* those of them that are as good as *ref*,
    so that a person has to say which it is. *since* is when the headline became so;
    *by* is who did it, for which *reason*. *ending* is how it is known to be over.
    *successor* is what goes by its ID now, if that is of its workspace.
    *version* is the number of the newest change that was made, 0 for none; *doubted*
    are those of later ones that were sent, and may have been made; *sending* is that of
    one that is being sent.
    """

    state: State
    headline: Headline
    ref: str = ""
    vouched: bool = False
    candidates: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    targets: tuple[TargetStanding, ...] = ()
    since: int = 0
    by: str = ""
    reason: str = ""
    code: str = ""
    text: str = ""
    ending: Ending | None = None
    stop: Stop = Stop.NONE
    silence: Silence | None = None
    gone: str = ""  # an ID that a person gave, and that Tencent does not know
    wished: bool = False  # a stop waits for its ID
    links: tuple[Link, ...] = ()  # to its copies, and to what it is a copy of
    successor: str = ""
    beside: Beside = NOTHING_BESIDE
    version: int = 0
    doubted: tuple[int, ...] = ()
    sending: int = 0

    @property
    def newest(self) -> int:
        """The number of the newest change that was made, or may have been."""
        return max((self.version, self.sending, *self.doubted))

    @property
    def undecided(self) -> bool:
        """Whether it runs, or may, and somebody has to look, and to decide."""
        return self.state in LIVE and self.headline in UNDECIDED


_STANDING = TypeAdapter(Standing)
_UNFOLDED = {state: Standing(state=state, headline=HEADLINES[state]) for state in State}


def standing_of(text: str, state: State) -> Standing:
    """Read a standing from JSON; of one that was never folded the *state* is all."""
    return _STANDING.validate_json(text) if text else _UNFOLDED[state]


def standing_text(standing: Standing) -> str:
    """Return *standing* as JSON."""
    return _STANDING.dump_json(standing, exclude_defaults=True).decode()
