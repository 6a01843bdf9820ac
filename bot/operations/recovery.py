"""What a former life of this process left unfinished, taken up when it starts.

Queued and young: sent now. Queued and old: told that nothing was sent, since nobody
waits for it any more. Being sent: a start is UNKNOWN, because it may be running; what
may be repeated (a look-up, a stop) is sent again.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.i18n import _, reading_in
from bot.journal.model import Intent, State
from bot.operations.executor import EXPIRED, STILL_WANTED, Executor
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Repeat

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many intents were sent, given up, doubted and sent again."""

    sent: int = 0
    expired: int = 0
    unknown: int = 0
    repeated: int = 0


async def recover(executor: Executor, now: datetime) -> Recovered:
    """Take up whatever is unfinished; every step may be done again after a crash."""
    counts = {"sent": 0, "expired": 0, "unknown": 0, "repeated": 0}
    for ending in executor.journal.spool.left():
        await executor.completion.recall(ending)
    for intent in await executor.journal.unfinished(executor.boot):
        counts[await _take_up(executor, intent, now)] += 1
    recovered = Recovered(**counts)
    log.info("journal.recovered", **counts)
    return recovered


async def _take_up(executor: Executor, intent: Intent, now: datetime) -> str:
    with reading_in(intent.locale):
        if intent.state is State.QUEUED:
            if now - intent.created_at <= STILL_WANTED or _ends(intent):
                executor.take(intent)
                return "sent"
            text = _("It waited too long while I was away. Nothing was sent.")
            await executor.refuse(intent, EXPIRED, text)
            return "expired"
        if REQUESTS[intent.action].repeat is Repeat.SAFE:
            executor.tasks.spawn(executor.resume(intent), name=f"resume {intent.id}")
            return "repeated"
        await executor.doubt(intent)
        return "unknown"


def _ends(intent: Intent) -> bool:
    """A stop is wanted however long it waited: what it stops costs money."""
    return intent.about is not None
