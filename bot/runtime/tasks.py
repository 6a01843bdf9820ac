"""Background tasks: referenced, logged when they fail, drained at the end.

asyncio keeps only weak references to tasks: one that nothing else refers to can be
collected between two awaits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)


LAG_LOGGED = 1.0  # seconds


async def watch_lag(
    monotonic: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    observe: Callable[[float], None] = lambda _seconds: None,
) -> None:
    """Let *observe* know once a second how late the event loop is; never return.

    When that is more than a second, it is logged.
    """
    while True:
        due = monotonic() + 1.0
        await sleep(1.0)
        lag = monotonic() - due
        observe(max(lag, 0.0))
        if lag > LAG_LOGGED:
            log.warning("loop.held-up", seconds=round(lag, 1))


async def woken(
    event: asyncio.Event, sleep: Callable[[float], Awaitable[None]], seconds: float
) -> None:
    """Wait until *event* is set, which it is after *seconds* at the latest."""

    async def over() -> None:
        await sleep(seconds)
        event.set()

    sleeping = asyncio.create_task(over())
    try:
        await event.wait()
    finally:
        sleeping.cancel()


class Tasks:
    """A set of running tasks."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run *work* in the background; an error is logged under *name*."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    async def settled(self, seconds: float) -> None:
        """Wait *seconds* at most for a moment at which none is left."""
        time = asyncio.get_running_loop().time
        until = time() + seconds
        while self._running and (left := until - time()) > 0:
            await asyncio.wait(set(self._running), timeout=left)

    async def drain(self, seconds: float) -> int:
        """Wait *seconds* at most for the tasks; cancel the others, return how many.

        What they spawn meanwhile is waited for as well.
        """
        await self.settled(seconds)
        late = set(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("task.failed", task=task.get_name(), exc_info=error)
