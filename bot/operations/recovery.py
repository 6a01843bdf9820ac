"""Takes up at the start what an earlier run of the process left unfinished.

Queued and young: sent now. Queued and old: rejected, since nobody waits for it any
more; a stop is sent however old. Being sent: a start is UNKNOWN, because it may be
running; what may be repeated (a look-up, a stop) is sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot.errors import JournalUnavailable
from bot.i18n import _, reading_in
from bot.ids import IntentId
from bot.journal.audit import Cause, settled_entry
from bot.journal.model import Intent
from bot.operations.executor import EXPIRED, STILL_WANTED, Executor
from bot.operations.hearing import Hearing, away
from bot.states import State
from bot.tencent.models.base import Repeat, Request

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many intents were sent, rejected, left unknown and sent again."""

    sent: int = 0
    expired: int = 0
    unknown: int = 0
    repeated: int = 0


async def recover(executor: Executor, hearing: Hearing, now: datetime) -> Recovered:
    """Take up whatever is unfinished; every step may be done again after a crash."""
    absence = await hearing.absence()
    counts = {"sent": 0, "expired": 0, "unknown": 0, "repeated": 0}
    await _name_targets(executor)
    for outcome in executor.journal.spool.left():
        with _logged(outcome.intent):
            await executor.completion.recall(outcome)
    for intent in await executor.journal.find.unfinished(executor.boot):
        with _logged(intent.id), reading_in(intent.asker.locale):
            counts[await _take_up(executor, intent, now)] += 1
    if absence:
        await _note_absence(executor, absence)
    await hearing.alive()
    log.info("journal.recovered", **counts)
    return Recovered(**counts)


async def _name_targets(executor: Executor) -> None:
    """Name the targets of what an older release accepted, so that events find them."""
    for intent in await executor.journal.find.nameless():
        with _logged(intent.id):
            kind = executor.resources.request_of(intent)
            request = await _request(executor, intent, kind)
            names = executor.resources.of(intent).former_targets(request)
            await executor.journal.name_targets(intent.id, names)


async def _note_absence(executor: Executor, absence: tuple[datetime, datetime]) -> None:
    """Note what callbacks may have been lost about: nobody is told more than known."""
    for intent in await executor.journal.find.called_back():
        if intent.sent_at and intent.owner != executor.boot:
            with _logged(intent.id):
                await executor.journal.learn(intent.id, away(intent, absence))


@contextmanager
def _logged(intent: IntentId) -> Iterator[None]:
    """Let what breaks on one intent keep neither the others nor the start.

    It stays as it is, and is tried again at the next start.
    """
    try:
        yield
    except JournalUnavailable:
        raise
    except Exception:
        log.critical("recovery.broke", intent=intent, exc_info=True)


async def _take_up(executor: Executor, intent: Intent, now: datetime) -> str:
    kind = executor.resources.request_of(intent)
    if intent.state is State.QUEUED:
        if now - intent.created_at <= STILL_WANTED or kind.effect.ends:
            executor.submit(intent, await _request(executor, intent, kind))
            return "sent"
        await _record(executor, intent, State.NOT_STARTED)
        text = _("It waited too long while Patchbay was down. Nothing was sent.")
        await executor.reject(intent, EXPIRED, text)
        return "expired"
    if kind.repeat is Repeat.SAFE:
        request = await _request(executor, intent, kind)
        work = executor.resume(intent, request)
        executor.tasks.spawn(work, name=f"resume {intent.id}")
        return "repeated"
    await _record(executor, intent, State.UNKNOWN)
    await executor.mark_unknown(intent)
    return "unknown"


async def _record(executor: Executor, intent: Intent, to: State) -> None:
    """Put on the record how *intent* is about to be settled; after a crash, again."""
    after = replace(intent, state=to)
    entry = settled_entry(executor.now(), intent, after, Cause.RECOVERY)
    await executor.journal.audit.write(entry)


async def _request(
    executor: Executor, intent: Intent, kind: type[Request[Any]]
) -> Request[Any]:
    """Read the request of *intent* back: only a restart has to."""
    return kind.of_json(await executor.journal.find.request_of(intent.id))
