"""Work that goes on after an answer: watched, never lost, finished before we stop.

asyncio keeps only weak references to tasks; one that nobody holds can vanish between
two awaits. So everything that runs by itself is held here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)


LAG_WORTH_A_WORD = 1.0  # seconds


async def watch_lag(
    monotonic: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Warn when the event loop was held up: whatever else was due came late, too."""
    while True:
        due = monotonic() + 1.0
        await sleep(1.0)
        if (late := monotonic() - due) > LAG_WORTH_A_WORD:
            log.warning("loop.held-up", seconds=round(late, 1))


class Tasks:
    """A set of running tasks."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, work: Coroutine[Any, Any, Any], *, name: str) -> None:
        """Run *work* by itself; if it fails, the log says so under *name*."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._finished)

    async def drain(self, seconds: float) -> int:
        """Wait for what runs, at most *seconds*; cancel and count the rest."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)
        late = set(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("task.failed", task=task.get_name(), exc_info=error)
