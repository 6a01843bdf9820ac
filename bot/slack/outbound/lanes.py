"""How fast Slack takes messages, by where they go.

Each destination has a lane of its own: a channel that is full, or that Slack closed for
some seconds, holds nothing else up. Time is monotonic, so a clock that is set changes
nothing. Where several bots share a database they share the lanes' slots as well.
https://docs.slack.dev/apis/web-api/rate-limits
"""

import asyncio
from bisect import insort
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot.errors import JournalUnavailable
from bot.runtime.slots import Pace, Slots

SOON = 0.05  # seconds; due times are rounded, and rounds take a moment
MOST_LANES = 2000  # then those that have been empty for long are forgotten
LONGEST_ASKED = 2.0  # seconds that a slot is worth waiting for the database
FARTHEST = 120.0  # seconds ahead of which nobody has a turn: who lined up may be killed

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rate:
    """One message in *period* seconds, *burst* of them at once."""

    period: float
    burst: int = 1

    @property
    def leeway(self) -> float:
        """How many seconds ahead of its pace a lane may run."""
        return self.period * (self.burst - 1)

    @property
    def pace(self) -> Pace:
        """The same, for those who share it."""
        return Pace(rate=1 / self.period, leeway=self.leeway)


CHANNEL = Rate(1.0)  # chat.postMessage, for each channel
UPDATES = "chat.update"
METHODS = {
    UPDATES: Rate(2.0, 20),  # tier 3: 50 in a minute
    "chat.postEphemeral": Rate(1.0, 40),  # tier 4: 100 in a minute
}


class Lanes:
    """The lanes by name; *timer* gives monotonic seconds.

    A lane is a method, or a method and a channel; the empty name is never full. *slots*
    are those that others take from, too: what goes has one there, and its place here.
    """

    def __init__(self, timer: Callable[[], float], slots: Slots | None = None) -> None:
        self._timer = timer
        self._slots = slots
        self._full_until: dict[str, float] = {}  # at the lane's pace
        self._since = timer()

    def wait(self, lane: str) -> float:
        """Return in how many seconds *lane* takes the next message; 0 for now."""
        until = self._full_until.get(lane)
        if until is None:
            return 0.0
        return max(until - self._timer() - _rate(lane).leeway, 0.0)

    def is_behind(self, lane: str) -> bool:
        """Tell whether more goes to *lane* than it takes for long.

        Who has just begun to share it cannot know, so it is: others, or a former life
        of this one, may have left it so.
        """
        if self._slots and self._timer() - self._since < _rate(lane).leeway:
            return True
        ahead = self._full_until.get(lane, 0.0) - self._timer()
        return ahead > _rate(lane).leeway / 2

    def take(self, lane: str) -> None:
        """Count a message that goes now."""
        if not lane:
            return
        now = self._timer()
        if len(self._full_until) >= MOST_LANES:
            self._forget(now)
        until = max(self._full_until.get(lane, now), now)
        self._full_until[lane] = until + _rate(lane).period

    def give_back(self, lane: str) -> None:
        """Do not count what Slack refused: the next way may share its lane."""
        if lane in self._full_until:
            self._full_until[lane] -= _rate(lane).period

    def close(self, lane: str, seconds: float) -> None:
        """Let nothing go for *seconds*, as Slack said."""
        if lane:
            until = self._timer() + seconds + _rate(lane).leeway
            self._full_until[lane] = max(self._full_until.get(lane, until), until)

    # ── what goes, among those who share the lanes ──────────────────────────────

    async def admit(self, lane: str, *, counted: bool) -> float:
        """Count a message that goes now, unless it is *counted*; 0, or the wait."""
        if not counted:
            if wait := self.wait(lane):
                return wait
            self.take(lane)
        if not (lane and self._slots):
            return 0.0
        slot = await _asked(self._slots.take(_name(lane), _rate(lane).pace, 0.0))
        if slot is None or slot.taken:  # its place here is all that there is, or both
            return 0.0
        self.give_back(lane)
        wait = max(slot.wait, SOON)
        self.close(lane, wait)
        return wait

    async def refused(self, lane: str) -> None:
        """Do not count what was admitted: Slack refused it."""
        self.give_back(lane)
        if lane and self._slots:
            await _asked(self._slots.give_back(_name(lane), _rate(lane).pace))

    async def too_fast(self, lane: str, seconds: float) -> None:
        """Let nothing go for *seconds*, as Slack said, from nobody."""
        self.close(lane, seconds)
        if lane and self._slots:
            await _asked(self._slots.close(_name(lane), _rate(lane).pace, seconds))

    def _forget(self, now: float) -> None:
        full = self._full_until.items()
        self._full_until = {lane: until for lane, until in full if until > now}


class Turns:
    """When those that wait in a lane have their turn, one behind the other.

    Who has a turn may be gone when it comes, like a card that a newer one replaces. So
    it is kept who is lined up, and those behind a gap can be let forward.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, int]] = {}  # and how many share it
        self._lines: dict[str, deque[tuple[float, int]]] = {}  # ascending

    def take(self, lane: str, free_at: float, most: int, one: int) -> float:
        """Return the turn of *one*, in monotonic seconds, after those that have one.

        It is not before the lane is *free_at*. At *most* so many share one, but for the
        farthest: who has that is lined up again when it comes, before who came later.
        """
        at, sharing = self._last.get(lane, (free_at, 0))
        if at < free_at:
            at, sharing = free_at, 0
        elif sharing >= most:
            following = min(at + _rate(lane).period, free_at + FARTHEST)
            at, sharing = max(at, following), 0
        if len(self._last) >= MOST_LANES:
            self._last.clear()  # then some come together, and are lined up again
            self._lines.clear()
        self._last[lane] = at, sharing + 1
        self._lines.setdefault(lane, deque()).append((at, one))
        return at

    def join(self, lane: str, at: float, one: int) -> None:
        """Let *one* have the turn *at* which another has that it goes with."""
        insort(self._lines.setdefault(lane, deque()), (at, one))

    @property
    def waits(self) -> bool:
        """Whether anything has a turn, or has had the last one of late."""
        return bool(self._lines)

    def lanes(self, now: float) -> list[str]:
        """Return the lanes in which it is nobody's turn *now*, or very soon."""
        for lane, line in list(self._lines.items()):
            while line and line[0][0] <= now:
                line.popleft()  # it may go, or is gone
            self._forget_if_empty(lane)
        return [lane for lane, line in self._lines.items() if line[0][0] > now + SOON]

    def forward(self, lane: str, most: int) -> list[int]:
        """Return the next in *lane*, at *most* so many, who have no turn any more."""
        line = self._lines.get(lane, deque())
        following = [line.popleft()[1] for _ in range(min(most, len(line)))]
        self._forget_if_empty(lane)
        return following

    def _forget_if_empty(self, lane: str) -> None:
        if not self._lines.get(lane):
            self._lines.pop(lane, None)
            self._last.pop(lane, None)


def _rate(lane: str) -> Rate:
    return METHODS.get(lane, CHANNEL)


def _name(lane: str) -> str:
    return f"slack {lane}"


async def _asked(question: Awaitable[T]) -> T | None:
    """Return what the database says; None if it says nothing."""
    try:
        async with asyncio.timeout(LONGEST_ASKED):
            return await question
    except (JournalUnavailable, TimeoutError) as error:
        log.warning("slots.away", why=str(error))
        return None
