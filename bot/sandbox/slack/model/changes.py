"""What changed, told to whoever shows it, and whether all is quiet."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from bot.sandbox.slack.model.objects import Call, FieldErrors, Message, Notice, View

SETTLE = 0.25  # seconds
LIMIT = 10.0  # seconds


class ChangeKind(StrEnum):
    """What happened to the subject of a change."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"
    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"
    PUBLISHED = "published"
    FAULTED = "faulted"
    TOLD = "told"
    CALLED = "called"


Subject = Message | View | Notice | FieldErrors | Call


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened. *number* counts from 0."""

    number: int
    what: ChangeKind
    subject: Subject


class ChangeFeed:
    """All changes in order, and those who listen.

    *settle* seconds without a change count as quiet; after *limit* seconds nobody
    waits any longer.
    """

    def __init__(self, settle: float = SETTLE, limit: float = LIMIT) -> None:
        self.settle = settle
        self.limit = limit
        self.changes: list[Change] = []
        self.also_busy: list[Callable[[], bool]] = []
        self._listeners: list[Callable[[Change], None]] = []
        self._waiting: set[asyncio.Future[None]] = set()
        self._busy = 0
        self._rested = False

    def tell(self, what: ChangeKind, subject: Subject) -> None:
        """Record a change and tell the listeners, in the order they came."""
        change = Change(len(self.changes), what, subject)
        self.changes.append(change)
        for listener in tuple(self._listeners):
            listener(change)
        self.stir()

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call *listener* with every change from now on; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Say that something is under way, so that nobody takes it for quiet."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            self.stir()

    def stir(self) -> None:
        """Let everybody who waits look again."""
        self._rested = False
        waiting, self._waiting = self._waiting, set()
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def stirred(self, within: float | None = None) -> bool:
        """Wait for anything to happen; False when *within* seconds passed first."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            async with asyncio.timeout(within):
                await waiter
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(waiter)
        return True

    @property
    def at_rest(self) -> bool:
        """Tell whether nothing has happened since it was quiet the last time."""
        return self._rested and not self._is_busy()

    async def quiet(self) -> bool:
        """Wait until nothing is under way or happens any more; False at the limit."""
        try:
            async with asyncio.timeout(self.limit):
                while await self._restless():
                    pass
        except TimeoutError:
            return False
        self._rested = True
        return True

    async def until(self, fact: Callable[[], bool]) -> bool:
        """Wait until *fact* holds, looking after every change; False at the limit."""
        try:
            async with asyncio.timeout(self.limit):
                while not fact():
                    await self.stirred()
        except TimeoutError:
            return False
        return True

    async def _restless(self) -> bool:
        if self._busy:
            return await self.stirred()
        return await self.stirred(self.settle) or self._is_busy()

    def _is_busy(self) -> bool:
        return bool(self._busy) or any(is_busy() for is_busy in self.also_busy)
