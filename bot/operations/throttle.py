"""The rate at which calls of one API action leave: one by one, in their slots.

The pacer gives a slot at once, so that what would wait too long is turned away before
it queues. But between a slot and the write stands a commit, which takes its time; so
calls are let go singly, and never closer together than the rate has it.

A call takes its turn when its slot has come, not before: one that is late, since
something had to be looked up for it, holds up nobody, and goes next when it is ready.

Where several bots share a database they share the slots: see `shared_throttle`.
"""

import asyncio
import heapq
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any, Protocol

from pydantic import SecretStr

from bot.operations.shared_throttle import SharedThrottle
from bot.products import ACCOUNTS
from bot.runtime.slots import Slots
from bot.runtime.tracing import step
from bot.settings import Settings
from bot.tencent.models.base import Level, Request
from bot.tencent.pacer import Pacer

# Seconds that work may wait for its turn before it is told "busy, nothing sent".
LONGEST_WAIT = {Level.READ: 3.0, Level.CHANGE: 10.0, Level.BILLED: 10.0}


class Pacing(Protocol):
    """Lets the calls of one action go. Moments are of a monotonic clock, in seconds."""

    def slot(self, budget: float) -> float | None:
        """Return when a call may leave if that is known at once, without waiting.

        None: it is asked for with `take`, once the call is accepted.

        Raises:
            Busy: that is more than *budget* seconds away. No slot was taken.
        """

    async def take(self, budget: float) -> float:
        """Return when a call may leave; raises like `slot`."""

    def turn(self, slot: float) -> AbstractAsyncContextManager[None]:
        """Wait for *slot*; the call leaves when this is left."""

    async def again(self, pause: float, until: float) -> bool:
        """Wait *pause* seconds and for a slot, to try again; False if not *until*."""

    async def too_fast(self) -> None:
        """Slow down: Tencent said that it was too fast."""


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

    async def take(self, budget: float) -> float:
        """Return what `slot` returns."""
        return self.slot(budget)

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

    async def again(self, pause: float, until: float) -> bool:
        """Wait *pause* seconds and for a slot, to try again; False if not *until*."""
        wait = pause + self.pacer.wait(math.inf)
        if self.pacer.monotonic() + wait >= until:
            return False
        await self.sleep(wait)
        return True

    async def too_fast(self) -> None:
        """Slow down: Tencent said that it was too fast."""
        self.pacer.slow_down()


@dataclass(frozen=True)
class Throttles:
    """A throttle for each action, at *rates* (calls a second).

    *patient* are the actions that end something: see `Pacer`. Where there are *slots*
    that several bots share, each of the *accounts* has its own, which are named by
    action, and of *regional* ones each region has. *waited* is told for how many
    seconds a call of an action waited for its turn.
    """

    rates: Mapping[str, float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    patient: frozenset[str] = frozenset()
    slots: Slots | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)
    regional: frozenset[str] = frozenset()
    waited: Callable[[str, float], None] = lambda _action, _seconds: None
    _made: dict[tuple[str, str], Pacing] = field(default_factory=dict)

    def of(self, action: str, region: str = "") -> Pacing:
        """Return the throttle of *action*, in a *region* if that makes a difference."""
        key = action, region if self.slots and action in self.regional else ""
        if key not in self._made:
            self._made[key] = self._throttle(*key)
        return self._made[key]

    def _throttle(self, action: str, region: str) -> Pacing:
        patient = action in self.patient
        pacer = Pacer(self.rates[action], monotonic=self.monotonic, patient=patient)
        waited = partial(self.waited, action)
        if self.slots is None:
            return Throttle(pacer, self.sleep, waited)
        name = f"tencent {self.accounts.get(action, '')} {region} {action}"
        return SharedThrottle(self.slots, name, pacer, self.sleep, waited)


def longest_wait(request: Request[Any]) -> float:
    """Return how many seconds *request* may wait for its turn; a stop always may."""
    return math.inf if request.effect.ends else LONGEST_WAIT[request.level]


def named(secret_id: SecretStr | None) -> str:
    """Return the name under which several bots know the account of *secret_id*."""
    text = secret_id.get_secret_value() if secret_id else ""
    return sha256(text.encode()).hexdigest()[:16] if text else ""


def throttles(
    requests: Iterable[type[Request[Any]]],
    settings: Settings,
    monotonic: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
    slots: Slots | None,
    waited: Callable[[str, float], None],
) -> Throttles:
    """Return the throttles of the actions of *requests*, at their rates."""
    actions = {request.action: request for request in requests}
    secrets = {product: settings.account(product).secret_id for product in ACCOUNTS}
    accounts: dict[str, str] = {
        product: named(secret) for product, secret in secrets.items()
    }
    return Throttles(
        {action: request.rate for action, request in actions.items()},
        monotonic,
        sleep,
        frozenset(one for one, request in actions.items() if request.effect.ends),
        slots,
        {
            action: accounts.get(request.service.name, "")
            for action, request in actions.items()
        },
        frozenset(one for one, request in actions.items() if request.service.regional),
        waited,
    )
