"""The rate at which calls of one API action leave: one by one, in their slots.

The pacer gives a slot at once, so that what would wait too long is turned away before
it queues. But between a slot and the write stands a commit, which takes its time; so
calls are let go singly, and never closer together than the rate has it.

A call takes its turn when its slot has come, not before: one that is late, since
something had to be looked up for it, holds up nobody, and goes next when it is ready.
"""

import asyncio
import heapq
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from bot.runtime.tracing import step
from bot.tencent.pacer import Pacer


@dataclass
class _Turns:
    """A lock that is given to whoever waits with the earliest slot."""

    taken: bool = False
    waiting: list[tuple[float, int, "asyncio.Future[None]"]] = field(
        default_factory=list
    )
    numbers: "count[int]" = field(default_factory=count)  # of equal slots, the first

    async def take(self, slot: float) -> None:
        if not self.taken:
            self.taken = True
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self.waiting, (slot, next(self.numbers), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # it was given to us meanwhile
                self.give()
            raise

    def give(self) -> None:
        while self.waiting:
            _slot, _number, other = heapq.heappop(self.waiting)
            if not other.done():
                other.set_result(None)
                return
        self.taken = False


@dataclass
class Throttle:
    """Lets the calls of one action go; *pacer* gives their slots."""

    pacer: Pacer
    sleep: Callable[[float], Awaitable[None]]
    waited: Callable[[float], None] = lambda _seconds: None
    _turns: _Turns = field(default_factory=_Turns)
    _left_at: float = -math.inf

    def slot(self, budget: float) -> float:
        """Return the moment (by the pacer's clock) at which a call may leave.

        Raises:
            Busy: that is more than *budget* seconds away. No slot was taken.
        """
        wait = self.pacer.wait(budget)
        return self.pacer.monotonic() + wait

    @asynccontextmanager
    async def turn(self, slot: float) -> AsyncIterator[None]:
        """Wait for *slot* and for those before; the call leaves when this is left.

        Those before are the calls that are ready and have an earlier slot. A call that
        is not ready yet is not waited for.
        """
        since = self.pacer.monotonic()
        with step("slot"):
            await self.sleep(max(slot - self.pacer.monotonic(), 0.0))
            await self._turns.take(slot)
        try:
            apart = self._left_at + self.pacer.interval - self.pacer.monotonic()
            if apart > 0:
                await self.sleep(apart)
            self.waited(self.pacer.monotonic() - since)
            yield
            self._left_at = self.pacer.monotonic()
        finally:
            self._turns.give()


@dataclass(frozen=True)
class Throttles:
    """A throttle for each action, at *rates* (calls a second).

    *patient* are the actions that end something: see `Pacer`. *waited* is told for how
    many seconds a call of an action waited for its turn.
    """

    rates: Mapping[str, float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    patient: frozenset[str] = frozenset()
    waited: Callable[[str, float], None] = lambda _action, _seconds: None
    _made: dict[str, Throttle] = field(default_factory=dict)

    def of(self, action: str) -> Throttle:
        """Return the throttle of *action*."""
        if action not in self._made:
            pacer = Pacer(
                self.rates[action],
                monotonic=self.monotonic,
                patient=action in self.patient,
            )
            waited = partial(self.waited, action)
            self._made[action] = Throttle(pacer, self.sleep, waited)
        return self._made[action]
