"""Delivers notices: one card kept up to date, answers to whoever asked, alarms.

A notice is drawn when it is delivered. The normal act is `chat.update` on a message
that is known, which can be repeated. What Slack refuses goes the next way of its
chain; what Slack did not take waits, longer each time, for a day at most.

Whatever waits for one place holds nothing else up: each message is a task, and is
paced by where it goes. All waits are monotonic; a wall clock that is set moves them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.errors import JournalUnavailable
from bot.journal.lines import Place
from bot.journal.model import CARD, Notification
from bot.journal.outbox import Outbox
from bot.operations import precedence
from bot.operations.about import about_all
from bot.operations.batches import Batch, batches, claims_of, in_one_message
from bot.operations.destinations import kept_place
from bot.operations.notices import is_moot
from bot.operations.readers import BY_ASKER, Readers
from bot.resources.kinds import Registry
from bot.runtime.slots import Slots
from bot.runtime.tasks import woken
from bot.runtime.wall import WallClock
from bot.slack.outbound import routes
from bot.slack.outbound.lanes import UPDATES, Lanes
from bot.slack.outbound.web import Sent, Web

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
GIVE_UP = timedelta(hours=24)
AWAY_SECONDS = 1.0
IDLE_SECONDS = 5.0  # less than a first card waits, of which nobody says that it does
SHORTEST_WAIT = 0.05
SHARED_IDLE = 1.0  # seconds, after which others may have put something in
HELD_IDLE = 0.25  # seconds, after which what another holds is asked for again
MOST_AT_ONCE = 100  # notices that are looked at: a few milliseconds of the loop
MOST_TRIES = 30  # of what only this process knows, while its place is full

log = structlog.get_logger(__name__)


class Delivery:
    """Delivers what waits in *outbox* through *web*, until it is closed."""

    def __init__(  # noqa: PLR0913 - three ports of time, and what it stands between
        self,
        outbox: Outbox,
        web: Web,
        resources: Registry,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        readers: Readers = BY_ASKER,
        slots: Slots | None = None,
    ) -> None:
        self._outbox = outbox
        self._web = web
        self._resources = resources
        self._now = now
        self._monotonic = monotonic
        self._sleep = sleep
        self.readers = readers
        self._lanes = Lanes(monotonic, slots)
        self._idle = SHARED_IDLE if outbox.shared else IDLE_SECONDS
        self._turns = precedence.Lines(self._lanes, monotonic)
        self._parked = precedence.Parked(self._lanes, monotonic)
        self._new = precedence.OneByOne(shared=outbox.shared)
        self._woken = asyncio.Event()
        self._round = asyncio.Lock()
        self._under_way: dict[asyncio.Task[int], Batch] = {}
        self._looked_at = now()  # for what may go then
        self._quiet_until = 0.0  # monotonic; nothing that is known becomes due before
        self._was_away = True  # an earlier run may have postponed some
        self._left = True  # what ends may be what others wait for
        self._clock = WallClock(now, monotonic)

    def wake(self) -> None:
        """Say that something may be waiting."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever; while the journal is away, wait for it."""
        while True:
            self._woken.clear()
            try:
                await self._begin()
                wait = await self._quiet_for()
            except JournalUnavailable as error:
                log.critical("delivery.waits", why=str(error))
                await self._sleep(AWAY_SECONDS)
                continue
            full = max(self._parked.wait(), SHORTEST_WAIT)
            await woken(self._woken, self._sleep, min(wait, full))

    async def flush(self, seconds: float) -> int:
        """Let what can be delivered in *seconds* be; return how many notices wait."""
        until = self._monotonic() + seconds
        self.wake()
        while due := await self._outbox.next_due():
            left = until - self._monotonic()
            if left <= 0 or (due - self._now()).total_seconds() >= left:
                break
            await self._sleep(SHORTEST_WAIT)  # `run` delivers them
        return await self._outbox.waiting()

    async def send_at_once(self, notification: Notification) -> None:
        """Send *notification* past the journal, which is away.

        The same may come again when the journal is back. Nothing else keeps it, so it
        waits here for its place, if that is full.
        """
        ways = self._ways(notification)
        sent = await self._send(notification, ways)
        for _try in range(MOST_TRIES):
            if not sent.too_fast:
                break
            await self._sleep(max(sent.retry_after, SHORTEST_WAIT))
            sent = await self._send(notification, ways)
        log.info("notice.sent-at-once", notice=notification.name, error=sent.error)

    async def deliver(self) -> int:
        """Try everything that may go now, once; return how many notices arrived."""
        begun = await self._begin()
        return sum(await asyncio.gather(*begun))

    async def stop(self) -> None:
        """Let what is under way end, and begin nothing more."""
        await self._round.acquire()
        if self._under_way:
            await asyncio.wait(self._under_way)
        with suppress(JournalUnavailable):  # then others wait until the holds end
            await self._outbox.release()

    async def _quiet_for(self) -> float:
        """Return in how many seconds to look again; that is not asked until then."""
        quiet = self._quiet_until - self._monotonic()
        if quiet <= 0:
            due = await self._outbox.next_due(self._looked_at)
            wait = (due - self._now()).total_seconds() if due else self._idle
            quiet = min(max(wait, SHORTEST_WAIT), self._idle)
            self._quiet_until = self._monotonic() + quiet
        return quiet

    # ── what goes now ───────────────────────────────────────────────────────────

    async def _begin(self) -> list[asyncio.Task[int]]:
        """Send what may go now, each message by itself; return the tasks."""
        async with self._round:
            self._left = True  # until this round has looked
            await self._notice_step()
            begun: list[asyncio.Task[int]] = []
            while True:
                due = await self._due()
                free = self._free(due)
                topical = await self._topical(free)
                ready = batches(topical, self._ways, self.readers.team)
                going = precedence.that_may_go(
                    ready, self._lanes, self._parked, self._new
                )
                begun += [self._spawn(one) for one in going]
                again, parked, rest = False, 0, self._free(topical)
                if len(due) == MOST_AT_ONCE:  # what waits for full places hides others
                    again = await self._line_up(rest) and not going
                else:
                    parked = sum(
                        self._parked.park(one, self._lane(one)) for one in rest
                    )
                if not again and not await self._bring_forward(ready):
                    gone = sum(len(one.notifications) for one in going)
                    waits = len(free) < len(due) or gone + parked < len(topical)
                    self._left = waits or self._turns.waits
                    return begun

    async def _due(self) -> list[Notification]:
        """Return what may go now, without what is under way: that need not be read.

        Nor need what waits in full lanes, until that is too much to be kept in mind.
        """
        self._looked_at = self._now()
        ids = [n.id for one in self._under_way.values() for n in one.notifications]
        due = partial(self._outbox.due, self._looked_at, MOST_AT_ONCE)
        there = await due(without=(*ids, *self._parked.numbers()))
        if self._parked and len(self._parked) + len(there) >= MOST_AT_ONCE:
            self._parked.clear()
            there = await due(without=ids)
        return there

    def _free(self, due: Iterable[Notification]) -> list[Notification]:
        """Leave out what is under way, or would change a message that is."""
        taken = {claim for one in self._under_way.values() for claim in one.claims}
        return [one for one in due if taken.isdisjoint(claims_of(one))]

    async def _topical(self, due: Iterable[Notification]) -> list[Notification]:
        """Leave out, for good, alarms that what is over by now goes on.

        And for a moment what would have to be changed soon, while changes are behind.
        """
        topical, later = [], []
        again = self._now() + precedence.LOOKED_AT_AGAIN
        for one in due:
            if is_moot(one, self._resources) or self.readers.has_told(one):
                await self._outbox.drop(one)
                log.info("alarm.moot", intent=str(one.intent and one.intent.id))
            elif self.readers.waits(one, self._now()) or (
                self._lanes.is_behind(UPDATES) and precedence.waits(one, again)
            ):
                later.append((one.id, again))
            else:
                topical.append(one)
        if later:
            await self._outbox.line_up(later)
        return topical

    async def _line_up(self, waiting: Iterable[Notification]) -> bool:
        """Make what is *waiting* for full places due when its turn comes.

        So however much waits, a page is all that is looked at. False if nothing does.
        """
        now, lanes = self._now(), ((one, self._lane(one)) for one in waiting)
        turns = self._turns.take(lanes, self._monotonic())
        if turns:
            later = ((one, now + timedelta(seconds=wait)) for one, wait in turns)
            await self._outbox.line_up(later)
            self._quiet_until = 0.0
        return bool(turns)

    async def _bring_forward(self, ready: Iterable[Batch]) -> bool:
        """Let some of those go next that are lined up where none is *ready* to go.

        Those before them are gone, and would leave the place idle until their turns.
        """
        now, taken = self._now(), {batch.lane for batch in ready}
        forward: list[int] = []
        for lane in self._turns.idle():
            if not self._parked.is_full(lane) and lane not in taken:
                forward += self._turns.forward(lane)
        if forward:
            await self._outbox.line_up((one, now) for one in forward)
        return bool(forward)

    def _spawn(self, batch: Batch) -> asyncio.Task[int]:
        task = asyncio.create_task(about_all(batch, lambda: self._deliver(batch)))
        self._under_way[task] = batch
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[int]) -> None:
        batch = self._under_way.pop(task)
        self._new.ended(batch)
        whole = len(batch.notifications)
        if task.cancelled():
            self.wake()
        elif error := task.exception():
            log.critical("delivery.broke", exc_info=error)  # and goes after a pause
        elif self._left or self._outbox.shared or task.result() < whole:
            self.wake()
        elif not self._parked.wait():
            self.wake()  # it was refused, and its place is free; else nothing is due

    async def _notice_step(self) -> None:
        """Move what waits if the wall clock was set since the last look."""
        if (by := self._clock.set_by()) is not None:
            if by:
                log.warning("clock.set", by=by.total_seconds())
            await self._outbox.step(self._now(), by)
            self._clock.noted()

    # ── one message ─────────────────────────────────────────────────────────────

    async def _deliver(self, batch: Batch) -> int:
        """Send *batch*, whose first way is counted; return how many notices arrived."""
        try:
            if not (held := await self._outbox.hold(batch.notifications)):
                self._lanes.give_back(batch.lane)
                self._new.ended(batch)
                self.wake()  # this one is left out for a moment, the next may go
                await self._sleep(HELD_IDLE)  # a killed one holds it for a minute
                return 0
            batch = Batch(held, batch.ways)
            body = None
            if batch.may_share:
                with self.readers.reading(batch.notifications[0]):
                    stand = self._outbox.cards_at
                    draw = self.readers.drawn
                    body = await in_one_message(batch, stand, self._resources, draw)
            async with self._new.alone(batch):
                return await self._sent(batch, body)
        except JournalUnavailable as error:
            log.critical("delivery.waits", why=str(error))
            await self._sleep(AWAY_SECONDS)
            return 0

    async def _sent(self, batch: Batch, body: Mapping[str, Any] | None) -> int:
        """Send *batch* as *body*, or its one as that is drawn; note what arrived."""
        if body is None:
            (one,) = batch.notifications
            sent = await self._send(one, batch.ways, counted=True)
            return await self._noted(one, sent)
        order = batch.ways[:1]
        sent = await routes.send(self._web, order, body, self._lanes, counted=True)
        if sent.ok:
            return await self._all_noted(batch.notifications, sent)
        arrived = 0
        for one in batch.notifications:
            alone = sent.refused or sent.unauthorised  # each has other ways
            own = await self._send(one, self._ways(one)[1:]) if alone else sent
            arrived += await self._noted(one, own)
        return arrived

    async def _send(
        self,
        notification: Notification,
        ways: tuple[routes.Way, ...],
        *,
        counted: bool = False,
    ) -> Sent:
        with self.readers.reading(notification):
            body = self.readers.body(notification, self._resources)
            return await routes.send(
                self._web, ways, body, self._lanes, counted=counted
            )

    def _ways(self, notification: Notification) -> tuple[routes.Way, ...]:
        return self.readers.ways(notification, self._now())

    def _lane(self, notification: Notification) -> str:
        return next((way.lane for way in self._ways(notification)), "")

    # ── what became of it ───────────────────────────────────────────────────────

    async def _noted(self, notification: Notification, sent: Sent) -> int:
        """Note how *notification* was *sent*; return 1 if it arrived."""
        if not sent.ok:
            await self._later(notification, sent)
            return 0
        await self._back()
        await self._arrived([(notification, kept_place(notification, sent))])
        return 1

    async def _all_noted(self, together: Sequence[Notification], sent: Sent) -> int:
        """Note that those that went *together* arrived; return how many they are."""
        await self._back()
        place = kept_place(together[0], sent) if together[0].name == CARD else None
        await self._arrived([(one, place) for one in together])
        return len(together)  # an alarm that is renewed would be all there is

    async def _back(self) -> None:
        """Let what was postponed while Slack was away go now that it is back."""
        if self._was_away:
            self._was_away = False
            with suppress(JournalUnavailable):  # then each goes when it is due
                await self._outbox.expedite(self._now())
            self.wake()

    async def _arrived(
        self, arrived: Sequence[tuple[Notification, Place | None]]
    ) -> None:
        """Note that those *arrived*, or they would come again and again."""
        with self._new.noting():
            while True:
                try:
                    await self._outbox.all_sent(arrived)
                except JournalUnavailable as error:
                    log.critical("notice.unnoted", count=len(arrived), why=str(error))
                    await self._sleep(AWAY_SECONDS)
                else:
                    return

    async def _later(self, notification: Notification, sent: Sent) -> None:
        now, facts = self._now(), {"id": notification.id, "error": sent.error}
        self._was_away = self._was_away or sent.away
        if notification.created_at and now - notification.created_at > GIVE_UP:
            log.critical("notice.undelivered", **facts)
            await self._outbox.gave_up(notification)
            return
        throttled = sent.too_fast and sent.retry_after > 0  # which is no failure
        pause = min(FIRST_PAUSE * 2 ** min(notification.tries, 12), LONGEST_PAUSE)
        pause = timedelta(seconds=sent.retry_after) if throttled else pause
        (log.critical if sent.unauthorised else log.warning)("notice.waits", **facts)
        stays = self._outbox.shared and self._lanes.wait(self._lane(notification)) > 0
        if throttled and stays:  # before those that came later
            await self._outbox.release(notification)
        else:
            later = now + pause
            await self._outbox.postpone(notification, later, tried=not throttled)
        self._quiet_until = 0.0
