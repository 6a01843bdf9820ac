"""What goes first, and what waits, where Slack takes less than there is to say.

Slack takes a new message a second in each channel, and a change in two seconds
altogether. So what is in doubt goes first, and a card that was posted before it was
known what became of its start; then what is over, then what runs. While changes are
behind no card is posted that would have to be changed before it says anything.

Where several deliver, any of them may be killed after Slack has a message, and before
that is noted: then another posts it again. So each has one such message at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache

from bot.dialogue.outcome import Audience
from bot.journal.lines import Place
from bot.journal.model import CARD, Intent, Notification
from bot.operations.batches import Batch, changed, shared
from bot.slack.outbound.lanes import Lanes, Turns
from bot.slack.outbound.routes import Broadcast, Direct, Ops, Post, itself
from bot.states import OPEN, RUNNING, State

RANKS = 3
PASSING = timedelta(seconds=90)  # within which somebody knows what became of a start
LOOKED_AT_AGAIN = timedelta(seconds=5)
AHEAD = 4  # messages that are held while one is sent
MOST_FORWARD = 50  # that are let forward at once to a place that is idle
HELD_UP = 2.0  # seconds that Slack may take for one message before others go, too
_GOES_ON = OPEN | RUNNING | {State.STOPPING}
_IN_QUESTION = {State.UNKNOWN, State.NOT_STARTED}  # whether it runs, and is billed


def rank(notification: Notification) -> int:
    """Return 0 for what is to be known soon, 1 for what is over, 2 for the rest."""
    intent = notification.intent
    if notification.audience is Audience.OPS or intent is None:
        return 0
    if notification.name != CARD or intent.state in _IN_QUESTION:
        return 0
    if intent.state not in _GOES_ON:
        return 1
    return 0 if _says_first(notification, intent) else 2


def _says_first(notification: Notification, intent: Intent) -> bool:
    """Tell whether the card that stands does not say yet what became of *intent*."""
    settled, since = intent.settlement.settled_at, notification.since
    if intent.card is None or intent.state not in RUNNING or not (settled and since):
        return False
    return since <= settled


def in_order(ready: Iterable[Batch]) -> list[Batch]:
    """Return those of *ready* that are to be known soon first, else the oldest."""

    def key(batch: Batch) -> tuple[int, int]:
        together = batch.notifications
        return min(map(rank, together)), min(one.id for one in together)

    return sorted(ready, key=key)


def waits(notification: Notification, until: datetime) -> bool:
    """Tell whether it is the first card of what may be known better by *until*."""
    intent = notification.intent
    if intent is None or notification.name != CARD or intent.card:
        return False
    return intent.state in OPEN and until - intent.created_at < PASSING


class Lines:
    """The turns of those that wait in full *lanes*, as *timer* gives the time.

    Who is to be known soon has a line of their own.
    """

    def __init__(self, lanes: Lanes, timer: Callable[[], float]) -> None:
        self._lanes, self._timer = lanes, timer
        self._by_rank = tuple(Turns() for _each in range(RANKS))

    def take(
        self, waiting: Iterable[tuple[Notification, str]], now: float
    ) -> list[tuple[int, float]]:
        """Return who of *waiting*, each with its lane, has its turn later than *now*.

        In how many seconds that is. What changes one message has one turn. Whose turn
        has come keeps it, unless it has for all.
        """
        all_waits = ((one, lane, self._lanes.wait(lane)) for one, lane in waiting)
        full = [(one, lane, wait) for one, lane, wait in all_waits if wait]
        new = [each for each in full if not each[0].waited]
        turns: list[tuple[int, float]] = []
        of_message: dict[tuple[int, Place], float] = {}
        for one, lane, wait in new or full:
            line, place = self._by_rank[rank(one)], changed(one)
            turn = of_message.get((rank(one), place)) if place else None
            if turn is None:
                turn = line.take(lane, now + wait, shared(one), one.id)
            else:
                line.join(lane, turn, one.id)
            if place:
                of_message[rank(one), place] = turn
            turns.append((one.id, turn - now))
        return turns

    @property
    def waits(self) -> bool:
        """Whether anything is lined up."""
        return any(line.waits for line in self._by_rank)

    def idle(self) -> list[str]:
        """Return the lanes in a line of which it is nobody's turn now."""
        now = self._timer()
        lanes = (lane for line in self._by_rank for lane in line.lanes(now))
        return list(dict.fromkeys(lanes))

    def forward(self, lane: str) -> list[int]:
        """Return the next in *lane*, who have no turn any more."""
        following: list[int] = []
        for line in self._by_rank:
            following += line.forward(lane, MOST_FORWARD - len(following))
        return following


class Parked:
    """What waits in full *lanes*: until these are free, it is not read again.

    A lane that was full in a round is full until the next, which begins with `numbers`:
    what was not read does not stand behind what is newer. After some seconds all is
    read again: by then it may go another way.
    """

    def __init__(self, lanes: Lanes, timer: Callable[[], float]) -> None:
        self._lanes, self._timer = lanes, timer
        self._until: dict[int, tuple[str, float]] = {}  # by number: its lane, and when
        self._full: set[str] = set()  # the lanes that are, in this round

    def __len__(self) -> int:
        return len(self._until)

    def numbers(self) -> Iterable[int]:
        """Return the numbers of what waits still; let go of the rest."""
        now, wait = self._timer(), cache(self._lanes.wait)
        parked = self._until.items()
        self._until = {
            number: (lane, until)
            for number, (lane, until) in parked
            if until > now and wait(lane)
        }
        self._full = {lane for lane, _until in self._until.values()}
        return self._until.keys()

    def clear(self) -> None:
        """Let go of all: it is read now."""
        self._until.clear()
        self._full.clear()

    def is_full(self, lane: str) -> bool:
        """Tell whether *lane* is full in this round."""
        if self._lanes.wait(lane):
            self._full.add(lane)
        return lane in self._full

    def park(self, one: Notification, lane: str) -> bool:
        """Keep *one* here if *lane* is full; tell whether it is."""
        if not self.is_full(lane):
            return False
        self._until[one.id] = lane, self._timer() + LOOKED_AT_AGAIN.total_seconds()
        return True

    def wait(self) -> float:
        """Return in how many seconds a lane is free, or one is to be read again."""
        longest, now = LOOKED_AT_AGAIN.total_seconds(), self._timer()
        again = (until - now for _lane, until in self._until.values())
        return max(min((longest, *again, *map(self._lanes.wait, self._full))), 0.0)


class OneByOne:
    """Which messages of this process may be in Slack, and are not noted: one at a time.

    It matters where the outbox is *shared*: else nobody posts them in its place. What
    Slack holds up for *held_up* seconds keeps the others no longer.
    """

    def __init__(self, *, shared: bool, held_up: float = HELD_UP) -> None:
        self._shared, self._held_up = shared, held_up
        self._new: set[int] = set()  # by the first notification of each
        self._lock = asyncio.Lock()
        self._unnoted = 0

    def admits(self, batch: Batch) -> bool:
        """Tell whether *batch* may be held now; if it makes a message, it is counted.

        Few are held ahead: what a killed one has held waits until that is over.
        """
        if not self._makes_one(batch):
            return True
        if len(self._new) >= AHEAD:
            return False
        self._new.add(batch.notifications[0].id)
        return True

    @asynccontextmanager
    async def alone(self, batch: Batch) -> AsyncIterator[None]:
        """Let no other new message be sent until this one is, and that is noted.

        What Slack holds up keeps the others only for a moment; what it took, and the
        journal does not, for as long as that is away.
        """
        if not self._makes_one(batch):
            yield
            return
        has_it, waits = False, True
        while waits:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._held_up):
                    has_it = await self._lock.acquire()
            waits = not has_it and self._unnoted > 0
        try:
            yield
        finally:
            if has_it:
                self._lock.release()

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Say that Slack took something, which is being noted."""
        self._unnoted += 1
        try:
            yield
        finally:
            self._unnoted -= 1

    def ended(self, batch: Batch) -> None:
        """Say that it is known what became of *batch*."""
        self._new.discard(batch.notifications[0].id)

    def _makes_one(self, batch: Batch) -> bool:
        first = itself(batch.ways[0]) if batch.ways else None
        return self._shared and isinstance(first, Broadcast | Post | Direct | Ops)


def that_may_go(
    ready: Iterable[Batch], lanes: Lanes, parked: Parked, new: OneByOne
) -> list[Batch]:
    """Return those of *ready* that go now; each is counted in its lane.

    Left out is what would come to its place faster than Slack takes it.
    """
    going: list[Batch] = []
    for batch in in_order(ready):
        if parked.is_full(batch.lane) or batch.meets(going):
            continue
        if new.admits(batch):
            going.append(batch)
            lanes.take(batch.lane)
    return going
