"""What time makes due: notices that resources have declared, and old rows.

Each notice is given once: it is marked on the intent by the transaction that raises it.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.dialogue.outcome import Audience
from bot.errors import JournalError
from bot.journal.evidence import Fact, FactKind, Headline, fact_key
from bot.journal.journal import Journal
from bot.journal.maintenance import INTENTS_KEPT, Due
from bot.journal.model import CARD_NOTICE, Intent, Notice
from bot.journal.recents import Recents
from bot.journal.rows import millis
from bot.operations.anchoring import Anchoring
from bot.operations.hearing import Hearing
from bot.resources.base import Timer
from bot.resources.kinds import Registry
from bot.states import OVER

EVERY = 15.0  # seconds
UNSENT_TOO_LONG = timedelta(seconds=60)
PRUNED_EVERY = timedelta(hours=6)
NO_NEWS = timedelta(days=1)  # as of sessions that an older release opened
PIECES = 20  # of what old keys sealed, each time

log = structlog.get_logger(__name__)


class Jobs:
    """Looks at *journal* every now and then, by the wall clock *now*."""

    def __init__(  # noqa: PLR0913 - what it looks at, and its ports
        self,
        journal: Journal,
        recents: Recents,
        hearing: Hearing,
        *,
        resources: Registry,
        anchoring: Anchoring,
        take_up: Callable[[], Awaitable[None]],
        write_refusals: Callable[[], Awaitable[None]],
        run_timers: Callable[[], Awaitable[None]],
        run_alerts: Callable[[], Awaitable[None]],
        wake: Callable[[], None],
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._journal = journal
        self._recents = recents
        self._resources = resources
        self._hearing = hearing
        self._anchoring = anchoring
        self._take_up = take_up
        self._write_refusals = write_refusals
        self._run_timers = run_timers
        self._run_alerts = run_alerts
        self._wake = wake
        self._now = now
        self._sleep = sleep
        self._pruned_at: datetime | None = None

    async def run(self) -> None:
        """Run for ever; a journal that is away is looked at again later."""
        while True:
            try:
                await self.run_due()
            except JournalError as error:
                log.warning("jobs.waits", why=str(error))
            await self._sleep(EVERY)

    async def run_due(self) -> None:
        """Give every notice that is due now, and throw away what is too old."""
        await self._journal.life.ensure_time()
        now = self._now()
        await self._hearing.alive()
        for intent in await self._hearing.weighed():
            self._recents.invalidate(intent)
            self._wake()
        await self._take_up()
        await self._write_refusals()
        if await self._journal.proposals.expire():
            self._wake()
        await self._run_timers()
        for resource in self._resources.resources:
            for timer in resource.timers:
                for intent in await self._overdue(timer, now):
                    await self._give(timer, intent)
        await self._run_alerts()
        unsent = await self._journal.maintenance.oldest_unsent()
        if unsent and now - unsent > UNSENT_TOO_LONG:
            waited = round((now - unsent).total_seconds())
            log.critical("notices.unsent", oldest_seconds=waited)
        if self._pruned_at is None or now - self._pruned_at > PRUNED_EVERY:
            await self._prune(now)
        await self._journal.rotation.go_on(PIECES)
        await self._anchoring.round()

    async def _prune(self, now: datetime) -> None:
        self._pruned_at = now
        each = self._resources.resources
        brief = {one.kind: one.kept for one in each if one.kept}
        rows = await self._journal.maintenance.prune(now, brief)
        await self._journal.proposals.prune(now - INTENTS_KEPT)
        log.info("journal.pruned", rows=rows)

    async def _overdue(self, timer: Timer, now: datetime) -> list[Intent]:
        due = Due(
            mark=timer.name,
            states=timer.states,
            since=timer.since,
            action=timer.action,
            called_back=timer.called_back,
        )
        return await self._journal.maintenance.overdue(due, now - timer.after)

    async def _give(self, timer: Timer, intent: Intent) -> None:
        notice = self._notice(timer, intent)
        silent = (
            self._is_too_late(timer, intent)
            or await self._is_moot(intent)
            or (timer.unheard and not await self._is_unheard(intent))
        )
        fact = None if silent else await self._fact(timer, intent)
        changed = await self._journal.notify(
            intent.id,
            None if silent else notice,
            mark=timer.name,
            fact=fact,
            forget=timer.forgets,
        )
        if changed is None or silent:
            return
        self._recents.invalidate(changed)
        self._wake()
        log_method = log.critical if timer.alarms else log.warning
        log_method(f"intent.{timer.name}", intent=changed.id, handle=changed.handle)

    def _is_too_late(self, timer: Timer, intent: Intent) -> bool:
        """Tell whether what is due is not so any more, as after the bot was down."""
        sent = timer.since == "sent_at"
        since = intent.sent_at if sent else intent.settlement.settled_at
        return since is not None and self._now() - since >= timer.before

    def _notice(self, timer: Timer, intent: Intent) -> Notice | None:
        """Return what is told; that something old lost its secret is not news."""
        if timer.alarms:
            ops = Audience.OPS
            return Notice(name=timer.name, audience=ops, cause=timer.cause)
        age = self._now() - (intent.sent_at or intent.created_at)
        late = timer.forgets and age > timer.after + NO_NEWS
        return None if late else CARD_NOTICE

    async def _is_moot(self, intent: Intent) -> bool:
        """Tell whether it is an action on a thing that is over by now."""
        about = intent.subject.about
        thing = await self._journal.find.get(about) if about else None
        if thing is None or thing.state not in OVER:
            return False
        return thing.subject.ref == intent.subject.ref

    async def _is_unheard(self, intent: Intent) -> bool:
        """Tell whether nothing was heard of what would have been heard of by now."""
        if intent.standing.headline not in {Headline.ACCEPTED, Headline.CONNECTING}:
            return False
        facts = await self._journal.find.facts_of(intent.id)
        if self._resources.of(intent).was_live(facts):
            return False
        return await self._hearing.proves(intent)

    async def _fact(self, timer: Timer, intent: Intent) -> Fact | None:
        if timer.learns is FactKind.SILENCE:
            return (
                await self._hearing.silence(intent)
                if intent.subject.callbacks
                else None
            )
        if timer.learns is None:
            return None
        at = millis(self._now())
        return Fact(
            kind=timer.learns,
            key=fact_key(intent.id, timer.learns, timer.days),
            status=timer.days,
            at=at,
            came_at=at,
        )
