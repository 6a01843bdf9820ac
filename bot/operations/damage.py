"""Tells of a journal whose file is damaged: in the log, and in the operators' channel.

Nothing new begins then; what runs is stopped, and told of, as far as it can be.
"""

from datetime import datetime

import structlog

from bot.dialogue.outcome import Audience
from bot.errors import JournalUnavailable
from bot.journal.journal import Journal
from bot.journal.model import DAMAGED, Notice, Notification
from bot.operations.delivery import Delivery

log = structlog.get_logger(__name__)


async def look_through(
    journal: Journal, delivery: Delivery, *, ops_channel: str, now: datetime
) -> None:
    """Read the file of *journal* through after a crash; tell if it is damaged."""
    damage = await journal.integrity.look()
    if not damage:
        return
    log.critical("journal.damaged", why=damage)
    if not ops_channel:  # nobody would ever read it
        return
    facts = {"why": damage}
    notice = Notice(name=DAMAGED, audience=Audience.OPS, facts=facts)
    try:
        await journal.outbox.put(notice, now)
    except JournalUnavailable:
        notification = Notification(
            id=0, rev=0, name=DAMAGED, audience=Audience.OPS, facts=facts
        )
        await delivery.send_at_once(notification)
    delivery.wake()
