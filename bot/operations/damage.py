"""Tells of a journal whose file is damaged or gone: in the log, and to the operators.

Nothing new begins then; what runs is stopped, and told of, as far as it can be.
"""

from datetime import datetime

import structlog

from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.journal.journal import Journal
from bot.journal.model import DAMAGED, GONE, Notice, Notification
from bot.operations.delivery import Delivery
from bot.operations.executor import Executor

EVERY = 5.0  # seconds between two looks whether the file is there

log = structlog.get_logger(__name__)


async def look_through(
    journal: Journal, delivery: Delivery, *, ops_channel: str, now: datetime
) -> None:
    """Read the file of *journal* through after a crash; tell if it is damaged."""
    damage = await journal.integrity.look()
    if damage:
        log.critical("journal.damaged", why=damage)
        await _tell(journal, delivery, DAMAGED, damage, ops_channel, now)


async def keep_watch(executor: Executor, delivery: Delivery, ops_channel: str) -> None:
    """Look for ever whether the journal's file is there; tell whenever it goes."""
    journal, before = executor.journal, ""
    while True:
        gone = journal.integrity.gone()
        if gone and not before:
            log.critical("journal.gone", why=gone)
            try:
                await _tell(journal, delivery, GONE, gone, ops_channel, executor.now())
            except Exception:
                log.exception("journal.gone-untold")
        before = gone
        await executor.sleep(EVERY)


async def _tell(
    journal: Journal,
    delivery: Delivery,
    name: str,
    why: str,
    ops_channel: str,
    now: datetime,
) -> None:
    if not ops_channel:  # nobody would ever read it
        return
    facts = {"why": why}
    notice = Notice(name=name, audience=Audience.OPS, facts=facts)
    try:
        await journal.outbox.put(notice, now)
    except JournalUnavailable:
        notification = Notification(
            id=0, rev=0, name=name, audience=Audience.OPS, facts=facts
        )
        await delivery.send_at_once(notification)
    delivery.wake()
