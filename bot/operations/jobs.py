"""Minds what nobody asks about: notices that time makes due, and old rows.

Each notice is given once, and committed together with the letter that tells it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.cards import alarms as doubt
from bot.cards.intent import CONTROLLABLE
from bot.errors import JournalError
from bot.journal.journal import Journal, Letters
from bot.journal.maintenance import Due
from bot.journal.model import Intent, Notice, State
from bot.journal.recents import Recents
from bot.operations.notices import alarm_letter, card_letter

EVERY = 15.0  # seconds
UNSENT_TOO_LONG = timedelta(seconds=60)
PRUNED_EVERY = timedelta(hours=6)

START, STOP = "StartPublishCdnStream", "StopPublishCdnStream"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What is due *after* some time, what is told then, and where it moves *to*."""

    due: Due
    after: timedelta
    letters: Letters
    to: State | None = None
    alarms: bool = True


def _expiring(intent: Intent) -> datetime:
    return (intent.sent_at or intent.created_at) + CONTROLLABLE


def _due(notice: Notice, since: str, *states: State, **more: Any) -> Due:
    return Due(notice=notice, states=states, since=since, **{"action": START, **more})


JOBS = (
    Job(
        _due(Notice.SILENT, "sent_at", State.UNKNOWN, called_back=True),
        doubt.CALLBACK_IN,
        lambda intent: (card_letter(intent),),
        alarms=False,
    ),
    Job(
        _due(Notice.UNSETTLED, "settled_at", State.UNKNOWN),
        timedelta(minutes=5),
        lambda intent: (alarm_letter(intent, doubt.unsettled),),
    ),
    Job(
        _due(Notice.STUCK, "sent_at", State.SENDING, action=STOP),
        timedelta(minutes=2),
        lambda intent: (alarm_letter(intent, doubt.stuck),),
    ),
    Job(
        _due(Notice.EXPIRING, "sent_at", State.STARTED),
        timedelta(days=25),
        lambda intent: (card_letter(intent),),
        to=State.EXPIRING,
        alarms=False,
    ),
    Job(
        _due(Notice.LAST_DAY, "sent_at", State.EXPIRING, State.STOPPING),
        timedelta(days=29),
        lambda intent: (
            alarm_letter(intent, lambda one: doubt.last_day(one, _expiring(one))),
        ),
    ),
)


class Jobs:
    """Looks at *journal* every now and then, by the wall clock *now*."""

    def __init__(
        self,
        journal: Journal,
        recents: Recents,
        *,
        ring: Callable[[], None],
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._recents = recents
        self._ring = ring
        self._now = now
        self._sleep = sleep
        self._pruned_at: datetime | None = None

    async def run(self) -> None:
        """Look for ever; a journal that is away is looked at again later."""
        while True:
            try:
                await self.look()
            except JournalError as error:
                log.warning("jobs.waits", why=str(error))
            await self._sleep(EVERY)

    async def look(self) -> None:
        """Give every notice that is due now, and throw away what is too old."""
        now = self._now()
        for job in JOBS:
            overdue = await self._journal.maintenance.overdue(job.due, now - job.after)
            for intent in overdue:
                await self._give(job, intent)
        unsent = await self._journal.maintenance.oldest_unsent()
        if unsent and now - unsent > UNSENT_TOO_LONG:
            waited = round((now - unsent).total_seconds())
            log.critical("letters.unsent", oldest_seconds=waited)
        if self._pruned_at is None or now - self._pruned_at > PRUNED_EVERY:
            self._pruned_at = now
            log.info("journal.pruned", rows=await self._journal.maintenance.prune(now))

    async def _give(self, job: Job, intent: Intent) -> None:
        notice = job.due.notice
        told = await self._journal.remind(
            intent.id, notice, letters=job.letters, to=job.to
        )
        if told is None:
            return
        self._recents.invalidate(told)
        self._ring()
        tell = log.critical if job.alarms else log.warning
        tell(f"intent.{notice.value}", intent=told.id, handle=told.handle)
