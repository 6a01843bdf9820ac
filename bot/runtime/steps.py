"""Steps in order, none of which can hold up the next.

A process that ends has a certain time. What hangs at one step must not take it from
the others: each has its own seconds, and what it leaves is found in the journal.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """*work*, that is given up after so many *seconds*; *name* is for the log."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[object]]


async def take(steps: Iterable[Step], usual: type[Exception]) -> None:
    """Take each of *steps*, whatever becomes of those before; never raises.

    What is *usual* where something is away says enough by its text.
    """
    for step in steps:
        try:
            async with asyncio.timeout(step.seconds):
                await step.work()
        except usual as error:
            log.critical("step.unwritten", step=step.name, why=str(error))
        except TimeoutError:
            log.warning("step.given-up", step=step.name, seconds=step.seconds)
        except Exception:
            log.exception("step.broke", step=step.name)
