"""Delivers notices: one card kept up to date, answers to whoever asked, alarms.

A notice is drawn when it is delivered. The normal act is `chat.update` on a message
that is known, which can be repeated. What Slack refuses goes the next way of its
chain; what Slack did not take waits, longer each time, for a day at most.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import SecretStr

from bot.dialogue.outcome import Outcome
from bot.errors import JournalUnavailable
from bot.i18n import DEFAULT_LOCALE, reading_in
from bot.ids import ChannelId, MessageTs, SlackUserId
from bot.journal.model import CARD, Intent, Notification
from bot.journal.outbox import Outbox
from bot.operations.notices import drawn
from bot.resources.base import Registry
from bot.slack.outbound import routes
from bot.slack.outbound.web import NO_SUCH_TOKEN, Sent, Web
from bot.slack.render.blocks import message

APART = timedelta(seconds=1)  # between two messages of one channel
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
GIVE_UP = timedelta(hours=24)
AWAY_SECONDS = 1.0
IDLE_SECONDS, SHORTEST_WAIT = 30.0, 0.05
MOST_AT_ONCE = 500

log = structlog.get_logger(__name__)


class Delivery:
    """Delivers what waits in *outbox* through *web*, until it is closed."""

    def __init__(
        self,
        outbox: Outbox,
        web: Web,
        resources: Registry,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ops_channel: str = "",
    ) -> None:
        self._outbox = outbox
        self._web = web
        self._resources = resources
        self._now = now
        self._sleep = sleep
        self._ops = ops_channel
        self._woken = asyncio.Event()
        self._round = asyncio.Lock()
        self._was_away = True  # an earlier run may have postponed some
        self._free_at: dict[str, datetime] = {}

    def wake(self) -> None:
        """Say that something may be waiting."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever; while the journal is away, wait for it."""
        while True:
            self._woken.clear()
            try:
                if await self.deliver():
                    continue
                due = await self._outbox.next_due()
            except JournalUnavailable as error:
                log.critical("delivery.waits", why=str(error))
                await self._sleep(AWAY_SECONDS)
                continue
            wait = (due - self._now()).total_seconds() if due else IDLE_SECONDS
            await self._wait(min(max(wait, SHORTEST_WAIT), IDLE_SECONDS))

    async def flush(self, seconds: float) -> int:
        """Let what can be delivered in *seconds* be; return how many notices wait."""
        until = self._now() + timedelta(seconds=seconds)
        self.wake()
        while (due := await self._outbox.next_due()) and due < until > self._now():
            await self._sleep(SHORTEST_WAIT)  # `run` delivers them
        return await self._outbox.waiting()

    async def send_at_once(self, notification: Notification) -> None:
        """Send *notification* past the journal, which is away.

        The same may come again when the journal is back.
        """
        sent = await self._send(notification)
        log.info("notice.sent-at-once", notice=notification.name, error=sent.error)

    async def deliver(self) -> int:
        """Try everything that may go now, once; return how many arrived.

        One round at a time: two would post the same twice.
        """
        async with self._round:
            due = await self._outbox.due(self._now(), MOST_AT_ONCE)
            going = self._that_may_go(due)
            return sum(await asyncio.gather(*map(self._one, going)))

    async def stop(self) -> None:
        """Let the round that is under way end, and begin no other."""
        await self._round.acquire()

    def _that_may_go(self, due: list[Notification]) -> list[Notification]:
        """Leave out what would be the second new message of a channel in a second."""
        now, going = self._now(), []
        for notification in due:
            intent = notification.intent
            channel = intent.asker.channel if intent else self._ops
            is_new = not (intent and intent.card)
            if is_new and self._free_at.get(channel, now) > now:
                continue
            if is_new:
                self._free_at[channel] = now + APART
            going.append(notification)
        return going

    async def _one(self, notification: Notification) -> bool:
        sent = await self._send(notification)
        if not sent.ok:
            await self._later(notification, sent)
            return False
        await self._back()
        await self._arrived(notification, sent)
        return True

    async def _send(self, notification: Notification) -> Sent:
        intent = notification.intent
        with reading_in(intent.asker.locale if intent else DEFAULT_LOCALE):
            body = self._body(notification)
            destination = self._destination(intent, notification.answer_url)
            ways = routes.ways(notification.audience, destination)
            return await routes.send(self._web, ways, body)

    def _body(self, notification: Notification) -> Mapping[str, Any]:
        """Return the message; what cannot be rendered is told by its first line."""
        if notification.body is not None:  # drawn by an older release
            return notification.body
        outcome = drawn(notification, self._resources)
        try:
            return message(outcome)
        except Exception:
            log.exception("notice.unrenderable", notice=notification.name)
            return message(Outcome(headline=(outcome.plain,)))

    def _destination(
        self, intent: Intent | None, url: SecretStr | None = None
    ) -> routes.Destination:
        if intent is None:
            nobody, nowhere = SlackUserId(""), ChannelId("")
            return routes.Destination(channel=nowhere, user=nobody, ops=self._ops)
        return routes.Destination(
            channel=intent.asker.channel,
            user=intent.asker.user,
            thread=intent.asker.thread,
            direct=intent.asker.direct,
            card=intent.card,
            answer_url=routes.fresh(url, intent.created_at, self._now()),
            ops=self._ops,
        )

    async def _back(self) -> None:
        """Let what was postponed while Slack was away go now that it is back."""
        if self._was_away:
            self._was_away = False
            with suppress(JournalUnavailable):  # then each goes when it is due
                await self._outbox.expedite(self._now())

    async def _arrived(self, notification: Notification, sent: Sent) -> None:
        """Note that *notification* arrived, or it would come again and again."""
        card_at = None
        if notification.name == CARD and notification.intent and sent.ts:
            channel = sent.channel or notification.intent.asker.channel
            card_at = ChannelId(channel), MessageTs(sent.ts)
        while True:
            try:
                await self._outbox.sent(notification, card_at)
            except JournalUnavailable as error:
                log.critical("notice.unnoted", id=notification.id, why=str(error))
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
        pause = min(FIRST_PAUSE * 2 ** min(notification.tries, 12), LONGEST_PAUSE)
        pause = max(pause, timedelta(seconds=sent.retry_after))
        log_method = log.critical if sent.error in NO_SUCH_TOKEN else log.warning
        log_method("notice.waits", **facts)
        await self._outbox.postpone(notification, now + pause)

    async def _wait(self, seconds: float) -> None:
        """Wait until woken, at most *seconds*."""
        waking = asyncio.ensure_future(self._woken.wait())
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        try:
            await asyncio.wait({waking, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waking.cancel()
            sleeping.cancel()
