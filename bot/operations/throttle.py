"""The rate at which calls of one API action leave: one by one, in their slots.

The pacer gives a slot at once, so that what would wait too long is turned away before
it queues. But between a slot and the write stands a commit, which takes its time; so
calls are let go singly, and never closer together than the rate has it.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.tencent.pacer import Pacer


@dataclass
class Throttle:
    """Lets the calls of one action go; *pacer* gives their slots."""

    pacer: Pacer
    sleep: Callable[[float], Awaitable[None]]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
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
        """Wait for *slot* and for those before; the call leaves when this is left."""
        async with self._turn:
            at = max(slot, self._left_at + self.pacer.interval)
            await self.sleep(max(at - self.pacer.monotonic(), 0.0))
            yield
            self._left_at = self.pacer.monotonic()


@dataclass(frozen=True)
class Throttles:
    """A throttle for each action, at *rates* (calls a second)."""

    rates: Mapping[str, float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _made: dict[str, Throttle] = field(default_factory=dict)

    def of(self, action: str) -> Throttle:
        """Return the throttle of *action*."""
        if action not in self._made:
            pacer = Pacer(self.rates[action], monotonic=self.monotonic)
            self._made[action] = Throttle(pacer, self.sleep)
        return self._made[action]
