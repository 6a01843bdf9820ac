"""What is served when more is asked than can be answered in time.

Requests are admitted by delay, not by number. Stops and clicks, forms, and all the rest
have places of their own, so that no number of starts stands in the way of a stop. Who
finds no place waits. The bot is *behind* when somebody has waited for 0.3 s, or when
the event loop is late by 0.1 s, until nobody waits. Then the newest is served first,
and what Slack has given up is turned away for the price of a constant: nobody would see
its answer. So are commands that more newer ones stand before than can be served in 0.3
s, who would only wait for that. A stop or a click never is; it is carried out, however
late.

While the event loop is slow there are fewer places for the rest, so that its turns are
short: a stop takes some thirty of them, and as much is served either way.

How old a request is, the clock of Slack's timestamp says only against that of others:
the least offset of what was signed in the last minute is that of a request which did
not wait. A request that is not signed has no age.
https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
"""

import asyncio
import math
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from enum import Enum, auto

import structlog

from bot.runtime.places import Places, Turn, answered

WAITED = 0.3  # seconds that somebody has waited for a place: the bot is behind
LATE = 0.1  # the same, by which the event loop is late
GIVEN_UP = 2.5  # seconds after which Slack, which waits for 3, will not see an answer
FIRST, FORMS, REST = 32, 8, 16  # places: how many are answered at once
FEWEST = 2  # of the last, while the event loop is slow; one more at each look after
SLOW = 0.01  # seconds by which it is late then: what a stop waits for at each step
LEASE = 1.0  # seconds; who is inside for longer waits for Slack, or for the disk
MOST_WAITING = 384  # each has one of 512 connections, and a stop needs one, too
LEAST_WAITING = 32  # of the commands, when it is behind: those of a slow moment
SMOOTHED = 0.5  # seconds over which it is counted how many are served
KEPT = 60.0  # seconds for which the offset of a request counts
STEP = 0.5  # seconds by which the clocks differ if one of them was set
TICK = 0.05  # seconds between two looks at how late the event loop is
LOGGED = 1.0  # seconds between two lines about what was turned away

log = structlog.get_logger(__name__)


def unmeasured(_kind: str, _waited: float) -> AbstractContextManager[None]:
    """Return what measures nothing."""
    return nullcontext()


class Lane(Enum):
    """Who does not stand in the way of whom."""

    FIRST = auto()  # stops, clicks, and what costs nothing: always carried out
    FORMS = auto()
    REST = auto()


@dataclass(eq=False, slots=True)
class Asked(Turn):
    """A request that wants a place: when it *came*, and was *sent*, by our clock."""

    came: float = 0.0
    sent: float = 0.0


@dataclass
class Offsets:
    """By how many seconds *wall*, a Unix time, is ahead of Slack's timestamps."""

    wall: Callable[[], float]
    monotonic: Callable[[], float]
    _least: "deque[tuple[int, float]]" = field(default_factory=deque)  # ascending
    _apart: float = math.nan

    def age(self, stamp: float) -> float:
        """Return for how long a genuine request of *stamp* is under way.

        In seconds, as far as others tell; they are whole ones in Slack's timestamps.
        """
        at, wall = self.monotonic(), self.wall()
        if abs(wall - at - self._apart) > STEP:
            self._least.clear()  # measured by a clock that is another one now
        self._apart = wall - at
        offset, second = wall - stamp, int(at)
        while self._least and self._least[-1][1] >= offset:
            self._least.pop()
        if not self._least or self._least[-1][0] != second:
            self._least.append((second, offset))
        while self._least[0][0] < second - KEPT:
            self._least.popleft()
        return offset - self._least[0][1]


class Admission:
    """Decides who is answered now, later, or not at all.

    *clock* gives the Unix time in seconds, *monotonic* seconds that only pass. A place
    is lent for *lease* seconds. *acking* measures how long a payload of a kind waits
    for its answer, which has waited for some seconds already.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        lease: float | None = LEASE,
        acking: Callable[[str, float], AbstractContextManager[None]] = unmeasured,
    ) -> None:
        self.acking = acking
        self.turned_away = Counter({"full": 0, "late": 0})  # since the beginning
        self._monotonic = monotonic
        self._offsets = Offsets(clock, monotonic)
        self._lease = lease
        self._first = Places[Asked](FIRST, lease=lease)
        self._forms = self._lane(FORMS)
        self._rest = self._lane(REST)
        self._lanes: Mapping[Lane, Places[Asked]] = {
            Lane.FIRST: self._first,
            Lane.FORMS: self._forms,
            Lane.REST: self._rest,
        }
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0  # when the next look is, if there is a timer
        self._late = 0.0  # by how many seconds the last one was
        self._logged_at = -math.inf
        self._was_behind = False  # and somebody has waited ever since
        self._came = 0  # since the last look
        self._entered = 0  # commands that had a place by then
        self._rate = 0.0  # commands a second that were served lately
        self._turned = self._refused = 0  # since the last line in the log
        self._oldest = 0.0  # seconds, of these

    def _lane(self, places: int) -> Places[Asked]:
        return Places[Asked](
            places, lease=self._lease, newest_first=self.behind, wanted=self._wanted
        )

    @property
    def full(self) -> bool:
        """Whether a command that came now would have to wait."""
        return self._rest.full

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(map(len, (self._first, self._forms, self._rest)))

    def behind(self) -> bool:
        """Return whether what comes cannot be answered in time any more."""
        now = self._monotonic()
        late = max(self._late, now - self._due) if self._timer else 0.0
        lanes = (self._first, self._forms, self._rest)
        waited = max((now - one.came for p in lanes if (one := p.oldest)), default=0.0)
        self._was_behind = self._was_behind or late > LATE or waited > WAITED
        return self._was_behind

    def asked(self, answer: Callable[[bool], None], stamp: float | None) -> Asked:
        """Return the turn of a request that came now, and is not asked for yet.

        *stamp* is Slack's timestamp, if it is signed; else it was sent when it came.
        """
        self._came += 1
        self._look_later()
        now = self._monotonic()
        age = 0.0 if stamp is None else self._offsets.age(stamp)
        return Asked(answer, came=now, sent=now - age)

    def wait(self, one: Asked, lane: Lane) -> None:
        """Let *one* have a place of *lane*, in its turn, or be turned away."""
        places = self._lanes[lane]
        if lane is Lane.FIRST:
            places.ask(one)
        elif not self._wanted(one):
            one.answer(False)  # noqa: FBT003 - as when it had waited
        else:
            places.ask(one)
            while (full := self._too_full(lane)) and (oldest := full.oldest):
                self._refused += 1
                self.turned_away["full"] += 1
                self._count(self._monotonic() - oldest.came)
                full.turn_away(oldest)

    def _too_full(self, lane: Lane) -> Places[Asked] | None:
        """Return where one gives way, as one more waits in *lane* now.

        That is if more wait than can be served, or have connections. A form gives way
        only to forms.
        """
        if len(self._forms) + len(self._rest) > MOST_WAITING:
            return self._rest if len(self._rest) else self._forms
        served = max(self._rate * WAITED, LEAST_WAITING)
        over = lane is Lane.REST and len(self._rest) > served and self.behind()
        return self._rest if over else None

    def over(self, one: Asked, lane: Lane) -> None:
        """Take back the place of *one*, or its turn."""
        self._lanes[lane].leave(one)

    @asynccontextmanager
    async def place(
        self, lane: Lane, stamp: float | None = None
    ) -> AsyncIterator[bool]:
        """Hold a place of *lane* within the block; yield whether there is one."""
        answer, mine = answered()
        one = self.asked(answer, stamp)
        self.wait(one, lane)
        try:
            yield await mine
        finally:
            self.over(one, lane)

    def _wanted(self, one: Asked) -> bool:
        """Tell whether Slack still waits for *one*, or can be kept up with anyway."""
        age = self._monotonic() - one.sent
        if age <= GIVEN_UP or not self.behind():
            return True
        self._turned += 1
        self.turned_away["late"] += 1
        self._count(age)
        return False

    def _count(self, age: float) -> None:
        """Note that one is turned away, and say so if nothing was said for a second."""
        self._oldest = max(self._oldest, age)
        if self._monotonic() - self._logged_at >= LOGGED:
            self._tell()

    # ── what time does ──────────────────────────────────────────────────────────

    def _look_later(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._due = self._monotonic() + TICK
            self._timer = loop.call_later(TICK, self.look)

    def look(self) -> None:
        """See how late the loop is, and who waits in vain; go on while any come."""
        now = self._monotonic()
        self._late = now - self._due
        took = TICK + max(self._late, 0.0)
        served, self._entered = self._rest.entered - self._entered, self._rest.entered
        self._rate += (served / took - self._rate) * min(took / SMOOTHED, 1.0)
        for places in (self._forms, self._rest):
            while (oldest := places.oldest) and not self._wanted(oldest):
                places.turn_away(oldest)
        left = self._turned + self._refused
        if left and now - self._logged_at >= LOGGED:
            self._tell()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        is_slow = self._late > SLOW
        self._rest.resize(FEWEST if is_slow else min(self._rest.most + 1, REST))
        is_late = self._late > LATE
        self._was_behind = self._was_behind and (self.waiting > 0 or is_late)
        if self._came or self.waiting or self._turned + self._refused:
            self._came = 0
            self._look_later()
        else:
            self._late = 0.0
            self._rest.resize(REST)

    def _tell(self) -> None:
        log.error(
            "server.behind",
            turned=self._turned,
            refused=self._refused,
            oldest_ms=round(self._oldest * 1000),
        )
        self._logged_at = self._monotonic()
        self._turned = self._refused = 0
        self._oldest = 0.0
