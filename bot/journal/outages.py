"""What an alert is about: an outage of one thing for one cause, and what moves it.

A thing that breaks, recovers and breaks again within five minutes has one outage, which
ends once it was well for that long, or is over. Three that begin within fifteen minutes
are one, which flaps. An outage rings once, and again until somebody takes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from bot.ids import IntentId

WELL_FOR = timedelta(minutes=5)  # then an outage is over
FLAPS_IN, FLAPS_AT = timedelta(minutes=15), 3  # so many that begin in that time
MOST_RINGS = 4  # the first one, and three reminders
LOOKED_AT = timedelta(seconds=15)  # while somebody may have to be called
LOOKED_AT_QUIETLY = timedelta(minutes=1)
NEVER = 2**62  # milliseconds: it is over
AGAIN = "alert-again"  # the name of the reply that calls once more
PAST = "past"  # a fact of an alarm: it speaks of what was before


class AlertCause(StrEnum):
    """Why somebody is called."""

    FAILED = "failed"  # a target was given up
    NEVER_LIVE = "never-live"  # nothing said so within a minute
    ROOM_EMPTY = "room-empty"  # and it runs
    UNKNOWN = "unknown"  # nobody has settled it
    STILL = "still"  # or black, for all that its CDN gets; rung where that is wanted
    STOP = "stop"  # of which the end was asked for, and did not come


class How(StrEnum):
    """How a thing is, for one cause."""

    ILL = "ill"
    WELL = "well"
    OVER = "over"  # then there is nothing to wait for


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The *number*th outage of *thing* for *cause*. Times are UTC milliseconds, 0: no.

    *about* is the intent that its alarm *name* is about, with these *facts*: the thing,
    or a stop of it. *begins* are when trouble began of late, also in those before.
    *well_at* is since when it is well. *rings* counts how often the group was called,
    last at *rung_at*. *look_at* is when it is looked at, and *rev* grows with each
    change.
    """

    thing: IntentId
    cause: AlertCause
    number: int
    about: IntentId
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    began_at: int
    begins: tuple[int, ...] = ()
    flapping: bool = False
    well_at: int = 0
    ended_at: int = 0
    rings: int = 0
    rung_at: int = 0
    taken_by: str = ""
    taken_at: int = 0
    look_at: int = 0
    rev: int = 1

    @property
    def line(self) -> str:
        """The line of its message, which is changed as it changes."""
        return f"alert:{self.cause}:{self.number}"

    @property
    def key(self) -> str:
        """What a pager knows it by, from its beginning to its end."""
        return f"patchbay:{self.about}:{self.cause}:{self.number}"

    @property
    def calls(self) -> bool:
        """Whether the group is called, and nobody has it yet."""
        return self.rings > 0 and self.is_open and not self.taken_by

    @property
    def call_line(self) -> str:
        """The line of the message that called the group last."""
        return self.reply_line(AGAIN) if self.is_called_again else self.line

    def reply_line(self, name: str) -> str:
        """Return the line of the reply *name* to its message, as often as it rang."""
        return f"{self.line}:{name}:{self.rings}"

    @property
    def is_called_again(self) -> bool:
        """Whether a reply to its message has called the group, or is about to."""
        return self.rings > 1 or self.rung_at > self.began_at

    @property
    def is_past(self) -> bool:
        """Whether what its alarm says was so once: it has been well since."""
        return bool(self.ended_at or self.well_at or self.facts.get(PAST))

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return not self.ended_at


@dataclass(frozen=True, slots=True)
class Mute:
    """That nobody is called about a thing *until* then, as *by* has asked."""

    by: str
    until: int

    def holds(self, at: int) -> bool:
        """Tell whether nobody is to be called *at* a moment."""
        return at < self.until


NO_MUTE = Mute("", 0)


class Told(StrEnum):
    """What is told of a step, and to whom."""

    NOTHING = "nothing"
    EDIT = "edit"  # its message is drawn anew, which calls nobody
    RING = "ring"  # a new message calls the group
    AGAIN = "again"  # a new reply to that does
    FLAPS = "flaps"  # a new reply, which calls nobody


def begun(
    before: Outage | None, new: Outage, mute: Mute = NO_MUTE
) -> tuple[Outage, Told]:
    """Return the outage of which *new* is the trouble, and what is told of that.

    *before* is the newest for the same cause. What is not over goes on; what has begun
    too often of late goes on as well, and says that it flaps.
    """
    at, number = new.began_at, 1
    begins = [at]
    if before:
        since = at - length(FLAPS_IN)
        was_ill = before.is_open and not before.well_at
        earlier = [one for one in before.begins if one > since]
        begins = earlier if was_ill else [*earlier, at]
        begins = begins[-FLAPS_AT:] or [at]
        flaps = len(begins) >= FLAPS_AT
        same = before.about == new.about
        if before.is_open and not same:  # another stop of it, which adds nothing
            return before, Told.NOTHING
        if before.is_open or (flaps and same):
            return _goes_on(before, new, tuple(begins), flaps=flaps)
        number = before.number + 1
    rings = 0 if mute.holds(at) else 1
    outage = replace(new, number=number, begins=tuple(begins), look_at=at, rings=rings)
    if not rings:
        return outage, Told.EDIT
    return replace(outage, rung_at=at), Told.RING


def _goes_on(
    before: Outage, new: Outage, begins: tuple[int, ...], *, flaps: bool
) -> tuple[Outage, Told]:
    at = new.began_at
    after = replace(
        before,
        name=new.name,
        facts=new.facts,
        begins=begins,
        flapping=before.flapping or flaps,
        well_at=0,
        ended_at=0,
        look_at=at,
        rung_at=before.rung_at if before.is_open else at,
        rev=before.rev + 1,
    )
    if after.flapping and not before.flapping:
        return after, Told.FLAPS
    return after, Told.EDIT


def looked_at(
    one: Outage,
    how: How,
    at: int,
    *,
    since: int = 0,
    again_at: int | None = None,
    mute: Mute = NO_MUTE,
) -> tuple[Outage, Told]:
    """Return what becomes of *one* now that its thing was looked at.

    *since* is when the thing became so, well or over. *again_at* is when the group is
    called again if nobody has taken it; None for never. Of an outage that nobody was
    called about, since it was muted, somebody is called once that is over.
    """
    if not one.is_open:
        return one, Told.NOTHING
    if how is How.OVER:
        return _ended(one, max(one.began_at, min(since, at)) if since else at)
    if how is How.WELL:
        well_at = max(one.well_at, min(since, at)) or at  # ill between two looks, too
        if at - well_at >= length(WELL_FOR):
            return _ended(replace(one, well_at=well_at), well_at + length(WELL_FOR))
        tells = Told.NOTHING if one.well_at == well_at else Told.EDIT
        return _later(replace(one, well_at=well_at), at, tells)
    if one.well_at:  # it is ill again, and how, nothing has said
        facts = {**one.facts, PAST: True}
        return begun(one, replace(one, began_at=at, facts=facts))
    return _called(one, at, again_at, mute)


def _called(
    one: Outage, at: int, again_at: int | None, mute: Mute
) -> tuple[Outage, Told]:
    """Return what becomes of one that goes on: is somebody to be called again?"""
    if one.taken_by or mute.holds(at) or one.rings >= MOST_RINGS:
        return _later(one, at)
    if one.rings and (again_at is None or at < again_at):
        return _later(one, at)
    rung = replace(one, rings=one.rings + 1, rung_at=at)
    return _later(rung, at, Told.AGAIN)


def taken(one: Outage, by: str, at: int) -> tuple[Outage, Told]:
    """Return *one* as *by* has taken it; who took it first keeps it."""
    if one.taken_by or not one.is_open:
        return one, Told.NOTHING
    after = replace(one, taken_by=by, taken_at=at, rev=one.rev + 1)
    return after, Told.EDIT


def again_at(one: Outage, at: int) -> Outage:
    """Return *one* as it is looked at anew *at* a moment."""
    return replace(one, look_at=at, rev=one.rev + 1)


def _ended(one: Outage, at: int) -> tuple[Outage, Told]:
    after = replace(one, ended_at=at, look_at=NEVER, rev=one.rev + 1)
    return after, Told.EDIT


def _later(one: Outage, at: int, tells: Told = Told.NOTHING) -> tuple[Outage, Told]:
    quiet = one.taken_by and not one.well_at
    after = LOOKED_AT_QUIETLY if quiet else LOOKED_AT
    return replace(one, look_at=at + length(after), rev=one.rev + 1), tells


def length(of: timedelta) -> int:
    """Return how many milliseconds *of* is."""
    return round(of / timedelta(milliseconds=1))
