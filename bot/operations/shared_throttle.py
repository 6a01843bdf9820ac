"""The same where several bots share the slots of an action, in their database.

All that leave are counted there, so no bot has to know of another. But a slot is good
only if the call leaves in it: what leaves late leaves beside those of other bots. So a
request is committed as being sent just so long before its slot as that took of late,
and a call that missed its slot takes another one.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from bot.errors import Busy, JournalUnavailable
from bot.runtime.slots import Slot, Slots
from bot.runtime.tracing import step
from bot.tencent.pacer import Pacer, busy

# Seconds after its slot within which a call may leave: at nine tenths of Tencent's
# limit, no second has more than the limit in it then.
LATE = 0.1
LONGEST_LEAD = 0.5  # seconds
AHEAD = 2.0  # seconds for which what ends something takes slots: a bot may be killed
FADING = 0.97
LONGEST_ASKED = 10.0  # seconds that a slot is worth waiting for the database

log = structlog.get_logger(__name__)


@dataclass
class SharedThrottle:
    """Lets the calls of one action go in the *slots* called *name*.

    *waited* is told for how many seconds one waited beside its commit.

    *pacer* has its rate, and paces it alone while the database is away: then no bot
    can commit that it sends something, and what was committed before is little.
    """

    slots: Slots
    name: str
    pacer: Pacer
    sleep: Callable[[float], Awaitable[None]]
    waited: Callable[[float], None] = lambda _seconds: None
    patience: float = LONGEST_ASKED
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _lead: float = LATE  # seconds that a commit took of late

    def slot(self, budget: float) -> None:
        """Return None: it is asked for with `take`, once the call is accepted."""

    async def take(self, budget: float) -> float:
        """Return the moment at which a call may leave.

        What ends something waits until its slot is near, one behind the other: a bot
        that dies keeps few slots from the others.

        Raises:
            Busy: that is more than *budget* seconds away. No slot was taken.
        """
        if not self.pacer.patient:
            return await self._next(budget)
        async with self._asking:
            until = self._now() + budget
            while True:
                left = until - self._now()
                slot = await self._asked(min(left, AHEAD))
                if slot.taken or slot.wait > left:
                    return self._moment(slot)
                await self.sleep(max(slot.wait - AHEAD, LATE))

    @asynccontextmanager
    async def turn(self, slot: float) -> AsyncIterator[None]:
        """Wait until *slot* is near; the call leaves in it, or in the next."""
        since = self._now()
        with step("slot"):
            if self._is_late(slot):
                slot = await self._next(math.inf)
            await self._wait_until(slot - LONGEST_LEAD)  # till then the lead is learnt
            await self._wait_until(slot - self._lead)
        begun = self._now()
        yield
        took = self._now() - begun
        self._lead = min(max(took, FADING * self._lead), LONGEST_LEAD)
        while self._is_late(slot):
            slot = await self._next(math.inf)
            await self._wait_until(slot)
        await self._wait_until(slot)
        self.waited(self._now() - since - took)

    async def again(self, pause: float, until: float) -> bool:
        """Wait *pause* seconds and for a slot, to try again; False if not *until*."""
        if self._now() + pause >= until:
            return False
        await self.sleep(pause)
        try:
            slot = await self._next(until - self._now())
        except Busy:
            return False
        await self._wait_until(slot)
        return self._now() < until

    async def too_fast(self) -> None:
        """Slow all bots down: Tencent said that it was too fast."""
        self.pacer.slow_down()
        try:
            await self.slots.slow_down(self.name, self.pacer.pace)
        except JournalUnavailable as error:
            log.warning("slots.away", name=self.name, why=str(error))

    async def _wait_until(self, moment: float) -> None:
        if (wait := moment - self._now()) > 0:
            await self.sleep(wait)

    def _now(self) -> float:
        return self.pacer.monotonic()

    def _is_late(self, slot: float) -> bool:
        return self._now() > slot + LATE

    async def _next(self, budget: float) -> float:
        return self._moment(await self._asked(budget))

    def _moment(self, slot: Slot) -> float:
        if not slot.taken:
            raise busy(slot.wait)
        return self._now() + slot.wait

    async def _asked(self, budget: float) -> Slot:
        try:
            async with asyncio.timeout(self.patience):
                return await self.slots.take(self.name, self.pacer.pace, budget)
        except (JournalUnavailable, TimeoutError) as error:
            log.warning("slots.away", name=self.name, why=str(error))
            return Slot(self.pacer.wait(math.inf), taken=True)
