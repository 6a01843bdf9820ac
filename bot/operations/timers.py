"""What is to be done about things at a time: warned of, and stopped when it is due.

Every run of the bot looks at the timers every now and then, and the row decides: what
is done about it is noted by compare-and-set, and a stop has a key of its own. So each
is given once, over restarts, several runs and clocks that are set.

That the warning comes while no Patchbay is there to give it, Slack posts one by itself:
it is written ahead, two minutes later than the own one, and taken back before that is
given. What cannot be taken back any more is the warning.
https://docs.slack.dev/reference/methods/chat.scheduleMessage
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.dialogue.outcome import Audience
from bot.errors import JournalError
from bot.i18n import _, reading_in
from bot.ids import ChannelId
from bot.journal.journal import Journal
from bot.journal.maintenance import Due
from bot.journal.model import Intent, Notice
from bot.journal.recents import Recents
from bot.journal.rows import millis
from bot.journal.timer_rows import AHEAD as WRITTEN
from bot.journal.timer_rows import NEVER, PLACED, UNTIMED, WARNED, StopTimer, news
from bot.journal.timers import OFF, PLACING
from bot.operations.ahead import LEAST, Ahead, Taken, Written
from bot.operations.behalf import Behalf
from bot.resources.kinds import Registry
from bot.states import OVER, RUNNING

WARNING = timedelta(minutes=10)  # before the stop is due
AHEAD = timedelta(minutes=8)  # so long before it, Slack posts what was written ahead
SOON = timedelta(seconds=15)  # when what did not go is tried again
CLAIMED = timedelta(minutes=1)  # for an answer of Slack
AT_ONCE = timedelta(minutes=1)  # between asking for a start and its answer
ASKED_TWICE = "untimed-ops"
UNNOTED = "unnoted"  # Slack posts nothing by itself, and will not

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRound:
    """Looks at the timers of *journal*; *ahead* has what Slack posts by itself."""

    journal: Journal
    recents: Recents
    resources: Registry
    behalf: Behalf
    ahead: Ahead
    nag_after_hours: int
    wake: Callable[[], None]  # says that something may be delivered
    now: Callable[[], datetime]

    async def run_due(self) -> None:
        """Do what is due now, each once; what is left is done by the next round.

        No stop waits for what Slack says about another timer.
        """
        now = self.now()
        due = await self.journal.timers.due(now)
        looked = (self._look(timer, thing) for timer, thing in due)
        ends = await asyncio.gather(*looked, return_exceptions=True)
        broken = [one for one in ends if isinstance(one, BaseException)]
        for one in broken:
            log.error("timer.broke", exc_info=one)
        if away := next((e for e in broken if isinstance(e, JournalError)), None):
            raise away
        await self._nag(now)

    async def _look(self, timer: StopTimer, thing: Intent) -> None:
        now, due = self.now(), timer.due_at
        if due is None:
            await self._without(timer, thing)
        elif thing.state in OVER:
            await self._over(timer, thing, due, now)
        elif now >= due:
            await self._stop(timer, thing, due)
        elif now >= due - WARNING and WARNED not in timer.marks:
            await self._warn(timer, thing, due, now)
        else:
            await self._write_ahead(timer, thing, due, now)

    async def _without(self, timer: StopTimer, thing: Intent) -> None:
        """Take back what was written ahead for a timer that is none any more."""
        if OFF not in timer.marks:  # its start is not answered yet
            await self.journal.timers.step(timer, NEVER)
            return
        now = self.now()
        if await self._taken_back(timer, thing, now) is Taken.LATER:
            await self.journal.timers.step(timer, now + SOON)
        else:
            await self.journal.timers.close(timer)

    async def _over(
        self, timer: StopTimer, thing: Intent, due: datetime, now: datetime
    ) -> None:
        """Say nothing of what is over; its timer stays, in case it turns out to run."""
        if await self._taken_back(timer, thing, now) is Taken.LATER:
            await self.journal.timers.step(timer, now + SOON)
        elif now >= due:
            await self.journal.timers.close(timer)
        else:
            await self.journal.timers.step(timer, due, note=_NOTHING)

    # ── the stop, and the warning before it ─────────────────────────────────────

    async def _stop(self, timer: StopTimer, thing: Intent, due: datetime) -> None:
        """Place the stop in the name of whoever set the timer, and forget the timer.

        That it is being placed is noted last before: from then on nobody puts it off,
        and if this run dies over it, the next one goes on.
        """
        placing = timer if PLACING in timer.marks else None

        async def still() -> bool:
            nonlocal placing
            placing = placing or await self.journal.timers.step(timer, 0, mark=PLACING)
            return placing is not None

        with reading_in(timer.asker.locale):
            why = _("its timer was due")
        key = f"timer:{thing.id}:{millis(due)}"
        asked = {"key": key, "why": why}
        await self.behalf.stop(thing, timer.asker, still=still, **asked)
        placed = await self.journal.find.by_key(key) is not None
        if not (placing or placed):
            return  # somebody has put it off
        notice = _news(PLACED, timer, due) if placed else None
        if await self.journal.timers.close(placing or timer, notice):
            log.info("timer.due", handle=thing.handle, placed=placed)
            self._changed(thing)

    async def _warn(
        self, timer: StopTimer, thing: Intent, due: datetime, now: datetime
    ) -> None:
        """Give the warning, unless Slack posts the one that was written ahead."""
        taken = await self._taken_back(timer, thing, now)
        if taken is Taken.LATER:
            await self.journal.timers.step(timer, now + SOON)
            return
        warned = taken is Taken.BACK and _is_warned(timer, due)
        notice = _news(WARNED, timer, due) if warned else None
        step = self.journal.timers.step
        if await step(timer, due, mark=WARNED, notice=notice, note=_NOTHING):
            log.info("timer.warned", handle=thing.handle, itself=warned)
            self.wake()

    # ── what Slack posts by itself ──────────────────────────────────────────────

    async def _write_ahead(
        self, timer: StopTimer, thing: Intent, due: datetime, now: datetime
    ) -> None:
        """Have what Slack posts by itself be of this due time, if it posts any."""
        step, at, next_at = self.journal.timers.step, due - AHEAD, due - WARNING
        if WARNED in timer.marks:
            await step(timer, due)
        elif timer.note_at and (timer.note_at != at or not timer.note):
            await self._settle_note(timer, thing, at, now)
        elif timer.note or not _is_noted(timer, due, now):
            await step(timer, next_at)
        elif thing.card is None:
            await step(timer, min(now + SOON, next_at))
        else:
            channel = thing.card[0]
            claimed = await step(timer, now + CLAIMED, note=("", channel, at))
            if claimed:
                await self._write(claimed, thing, due, now)

    async def _write(
        self, timer: StopTimer, thing: Intent, due: datetime, now: datetime
    ) -> None:
        """Write ahead what was claimed; an answer that is lost is asked for later."""
        step, at = self.journal.timers.step, due - AHEAD
        resource, by = self.resources.of(thing), timer.asker.user
        facts = {"what": WRITTEN, "by": by, "due": millis(due), "at": millis(now)}
        draw = partial(resource.told, thing, facts)
        written = await self.ahead.write(thing, draw, at)
        if written is Written.UNKNOWN:
            return
        if written is Written.LATER:
            await step(timer, min(now + CLAIMED, due - WARNING), note=_NOTHING)
        elif written is Written.NEVER:
            await step(timer, due - WARNING, mark=UNNOTED, note=_NOTHING)
        else:
            note = (str(written), timer.note_channel, at)
            await step(timer, due - WARNING, note=note)

    async def _settle_note(
        self, timer: StopTimer, thing: Intent, at: datetime, now: datetime
    ) -> None:
        """Find out about what was written without an answer, or of another time."""
        step = self.journal.timers.step
        if timer.note_at == at:
            channel = ChannelId(timer.note_channel)
            name = await self.ahead.named(thing, channel, at)
            if name is Taken.LATER:
                await step(timer, now + SOON)
            elif name is Taken.BACK:
                await step(timer, 0, note=_NOTHING)
            else:
                await step(timer, 0, note=(str(name), timer.note_channel, at))
            return
        taken = await self._taken_back(timer, thing, now)
        later = taken is Taken.LATER
        await step(timer, now + SOON if later else 0, note=None if later else _NOTHING)

    async def _taken_back(
        self, timer: StopTimer, thing: Intent, now: datetime
    ) -> Taken:
        """Take back what Slack would post by itself of *timer*, if anything."""
        if timer.note_at is None:
            return Taken.BACK
        name: str | Taken = timer.note
        channel, at = ChannelId(timer.note_channel), timer.note_at
        if now >= at:
            return Taken.POSTED
        if not name:
            name = await self.ahead.named(thing, channel, at)
        if isinstance(name, Taken):
            return name
        return await self.ahead.take_back(channel, name, at, now)

    # ── what has no timer ───────────────────────────────────────────────────────

    async def _nag(self, now: datetime) -> None:
        """Ask about what has run for long without a timer: in its thread, then ops."""
        after = timedelta(hours=self.nag_after_hours)
        if not after:
            return
        for resource in self.resources.resources:
            if resource.untimed:
                await self._ask(resource.untimed, UNTIMED, now - after)
                await self._ask(resource.untimed, ASKED_TWICE, now - 2 * after)

    async def _ask(self, action: str, mark: str, before: datetime) -> None:
        states = tuple(sorted(RUNNING))
        due = Due(
            mark=mark, states=states, since="sent_at", action=action, untimed=True
        )
        for thing in await self.journal.maintenance.overdue(due, before):
            by, at = thing.asker.user, thing.sent_at
            notice = (
                news(UNTIMED, by, at, None)
                if mark == UNTIMED
                else Notice(name=UNTIMED, audience=Audience.OPS)
            )
            if await self.journal.notify(thing.id, notice, mark=mark):
                log.info("timer.none", handle=thing.handle, mark=mark)
                self._changed(thing)

    def _changed(self, thing: Intent) -> None:
        self.recents.invalidate(thing)
        self.wake()


_NOTHING = ("", "", None)


def _news(what: str, timer: StopTimer, due: datetime) -> Notice:
    """Return that *timer* is *due*, and what is done about it."""
    return news(what, timer.asker.user, due, None, timer)


def _is_noted(timer: StopTimer, due: datetime, now: datetime) -> bool:
    """Tell whether Slack is to post a warning of it by itself, and still takes one."""
    refused = UNNOTED in timer.marks
    return not refused and due - AHEAD >= now + LEAST and _is_warned(timer, due)


def _is_warned(timer: StopTimer, due: datetime) -> bool:
    """Tell whether a warning is due of it: whoever set it just now knows."""
    return due - timer.set_at > WARNING + AT_ONCE
