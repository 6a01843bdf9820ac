"""Keeps this run alive for others that share the journal, and looks after dead ones.

None of it is needed where one run is all that there can be: what the run before it left
is taken up when it starts.
"""

from contextlib import suppress

import structlog

from bot.errors import JournalUnavailable
from bot.operations.executor import Executor
from bot.operations.recovery import Recovered, take_over

EVERY = 5.0  # seconds between two signs of life
LATE = 15.0  # seconds without one that arrived, which the log tells
ROUND = 15.0  # seconds between two looks for what dead runs left

log = structlog.get_logger(__name__)


async def stay_alive(executor: Executor) -> None:
    """Give signs of life for ever; one that does not arrive is given again."""
    life = executor.journal.life
    while life.shared:
        if life.age() > LATE:
            log.warning("life.late", seconds=round(life.age(), 1))
        try:
            await life.beat()
        except JournalUnavailable as error:
            log.warning("life.unheard", why=str(error))
        await executor.sleep(EVERY)


async def show(executor: Executor) -> None:
    """Give the first sign of life, before anything is due by a clock that is wrong."""
    if executor.journal.life.shared:
        with suppress(JournalUnavailable):  # it is given again
            await executor.journal.life.beat()


async def look_after(executor: Executor) -> None:
    """Take up for ever what dead runs left; a journal that is away is waited for.

    It begins at once: where runs die often, few live for long enough to wait first.
    """
    while executor.journal.life.shared:
        try:
            await look(executor)
        except JournalUnavailable as error:
            log.warning("orphans.wait", why=str(error))
        await executor.sleep(ROUND)


async def look(executor: Executor) -> Recovered:
    """Declare dead who has been silent for long, and take up what they left.

    Raises:
        JournalUnavailable: some of it was not.
    """
    former = executor.journal.former
    await executor.journal.life.ensure_time()
    await executor.journal.life.bury()
    if not (await former.count() or former.held):
        return Recovered()
    recovered = await take_over(executor, executor.now())
    if recovered != Recovered():
        log.warning("orphans.taken-up", **recovered.counts())
    return recovered
