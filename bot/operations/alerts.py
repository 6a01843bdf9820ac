"""Looks at outages: whether they are over, and whether somebody is to be called again.

Every run of the bot looks every now and then, and the row decides: so each is told
once, over restarts and several runs. Everything that rings does by what raises it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.config.alerts import Alerts
from bot.ids import IntentId
from bot.journal.evidence import Headline
from bot.journal.journal import Journal
from bot.journal.model import Intent
from bot.journal.outages import AlertCause, How, Outage, Told
from bot.operations.emptiness import Emptiness
from bot.operations.rooms import Rooms
from bot.resources.relay.samples import may_be_still
from bot.states import OVER, State

MOST_STOPS = 50  # of a thing, among which one is looked for

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRound:
    """Looks at the outages of *journal*.

    *alerts* says whom an app calls in a workspace, and when.
    """

    journal: Journal
    rooms: Rooms
    emptiness: Emptiness
    alerts: Callable[[str, str], Alerts]
    wake: Callable[[], None]  # says that something may be delivered
    now: Callable[[], datetime]

    async def run_due(self) -> None:
        """Look at each that is due, once; what is left is looked at by the next round.

        Raises:
            JournalUnavailable: the journal is away.
        """
        if await self.emptiness.run_due():
            self.wake()
        for outage, about in await self.journal.alerts.due(self.now()):
            own = self.alerts(about.subject.app, about.asker.team)
            after = timedelta(minutes=own.escalate_minutes if own.group else 0)
            await self._look(outage, *await self._how(outage, about), after or None)

    async def look(self, thing: IntentId) -> None:
        """Look whether *thing* is well by now: somebody is about to be told how it is.

        Nobody is called.

        Raises:
            JournalUnavailable: the journal is away.
        """
        await self.rooms.flush()
        await self.emptiness.run_due()
        there, _mute = await self.journal.alerts.of(thing)
        for outage in there:
            about = await self.journal.find.get(outage.about)
            how, since = await self._how(outage, about) if about else (How.ILL, 0)
            if how is not How.ILL:
                await self._look(outage, how, since)

    async def _look(
        self, outage: Outage, how: How, since: int, after: timedelta | None = None
    ) -> None:
        tells = await self.journal.alerts.look(
            outage, how, since=since, again_after=after
        )
        if tells is not Told.NOTHING:
            log.info("alert.moved", key=outage.key, how=how.value, told=tells.value)
            self.wake()

    async def _how(self, outage: Outage, about: Intent) -> tuple[How, int]:
        """Return how the thing of *outage* is, and since when; 0 if it is ill."""
        own, cause = outage.thing == about.id, outage.cause
        if own and about.subject.ends:
            return await self._stopped(about), 0
        thing = about if own else await self.journal.find.get(outage.thing)
        if thing is None or thing.state in OVER:
            return How.OVER, thing.standing.since if thing else 0
        settled = {
            AlertCause.STOP: about.state is State.DONE,
            AlertCause.UNKNOWN: thing.state is not State.UNKNOWN,
        }
        if cause in settled:
            return (How.OVER if settled[cause] else How.ILL), 0
        if cause is AlertCause.ROOM_EMPTY:
            look = self.emptiness.at(thing.id)
            return (How.WELL if look and look.somebody else How.ILL), 0
        if cause is AlertCause.STILL:
            return (How.ILL if may_be_still(thing) else How.WELL), 0
        is_live = thing.standing.headline is Headline.LIVE
        return (How.WELL, thing.standing.since) if is_live else (How.ILL, 0)

    async def _stopped(self, stop: Intent) -> How:
        """Return how what *stop* was to end is, which was not on record then.

        By now it may be; else it is over once any stop of its ID got through.
        """
        find, ref, team = self.journal.find, stop.subject.ref, stop.asker.team
        of = stop.subject.about
        thing = await (find.get(of) if of else find.by_ref(ref, team))
        if thing is None or (of is None and thing.subject.ref != ref):
            stops = await find.foreign_stops(ref, team)
            if thing:  # under whose name it came since, and is not that thing
                stops += await find.history(thing.handle, team, limit=MOST_STOPS)
            done = (one for one in stops if one.state is State.DONE)
            over = any(one.subject.ends and one.subject.ref == ref for one in done)
        else:
            over = thing.state in OVER
        return How.OVER if over else How.ILL
