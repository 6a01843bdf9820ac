"""Delivers letters: one card kept up to date, answers to whoever asked.

The normal act is `chat.update` on a message that is known, which can be repeated. A
letter that Slack refuses goes the next way of its chain; one that Slack did not take
waits, longer each time, for a day at most.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.dialogue.outcome import Outcome
from bot.errors import JournalUnavailable
from bot.i18n import _
from bot.ids import ChannelId, MessageTs
from bot.journal.model import Letter
from bot.journal.outbox import Outbox
from bot.slack.outbound.web import NO_SUCH_TOKEN, Sent, Web
from bot.slack.render.blocks import message

CHANNEL, OPS = "channel", "ops"
APART = timedelta(seconds=1)  # between two messages of one channel
URL_LIVES = timedelta(minutes=29)  # Slack says 30
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
GIVE_UP = timedelta(hours=24)
AWAY_SECONDS = 1.0
IDLE_SECONDS, SHORTEST_WAIT = 30.0, 0.05
MOST_AT_ONCE = 500

# The message or its place is the trouble, so the next way is tried at once.
REFUSED = {
    "not_in_channel",
    "channel_not_found",
    "invalid_arguments",
    "is_archived",
    "restricted_action",
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "user_not_in_channel",
    "http_404",
    "http_410",
    "http_403",
    "http_400",
    "not_slack",
    "none",
}
AWAY = ("unreachable", "timeout", "http_5")  # the trouble is Slack's, not the letter's
UNSHOWABLE = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
}

log = structlog.get_logger(__name__)


class Delivery:
    """Delivers what waits in *post* through *web*, until it is closed."""

    def __init__(
        self,
        post: Outbox,
        web: Web,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ops_channel: str = "",
    ) -> None:
        self._outbox = post
        self._web = web
        self._now = now
        self._sleep = sleep
        self._ops = ops_channel
        self._bell = asyncio.Event()
        self._round = asyncio.Lock()
        self._was_away = True  # a former life may have put letters off
        self._free_at: dict[str, datetime] = {}

    def ring(self) -> None:
        """Say that something may be waiting."""
        self._bell.set()

    async def run(self) -> None:
        """Deliver for ever; while the journal is away, wait for it."""
        while True:
            self._bell.clear()
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
        """Let what can be delivered in *seconds* be; return how many letters wait."""
        until = self._now() + timedelta(seconds=seconds)
        self.ring()
        while (due := await self._outbox.next_due()) and due < until > self._now():
            await self._sleep(SHORTEST_WAIT)  # `run` delivers them
        return await self._outbox.waiting()

    async def tell_at_once(self, letter: Letter) -> None:
        """Deliver *letter* past the journal, which is away; it may come again later."""
        sent = await self._by_any_way(letter)
        log.info("letter.told-at-once", intent=letter.intent, error=sent.error)

    async def deliver(self) -> int:
        """Try every letter that may go now, once; return how many arrived.

        One round at a time: two would post the same letter twice.
        """
        async with self._round:
            return await self._deliver()

    async def stop(self) -> None:
        """Let the round that is under way end, and begin no other."""
        await self._round.acquire()

    async def _deliver(self) -> int:
        letters = self._that_may_go(await self._outbox.due(self._now(), MOST_AT_ONCE))
        return sum(await asyncio.gather(*map(self._one, letters)))

    def _that_may_go(self, letters: list[Letter]) -> list[Letter]:
        """Leave out what would be the second new message of a channel in a second."""
        now, going = self._now(), []
        for letter in letters:
            is_new = not letter.card
            if is_new and self._free_at.get(letter.channel, now) > now:
                continue
            if is_new:
                self._free_at[letter.channel] = now + APART
            going.append(letter)
        return going

    async def _one(self, letter: Letter) -> bool:
        sent = await self._by_any_way(letter)
        if sent.ok:
            data = sent.data or {}
            channel = data.get("channel") if letter.audience == CHANNEL else None
            ts = data.get("ts")
            await self._back()
            await self._arrived(
                letter,
                ChannelId(str(channel)) if channel else None,
                MessageTs(str(ts)) if ts else None,
            )
            return True
        await self._later(letter, sent)
        return False

    async def _back(self) -> None:
        """Let what was put off while Slack was away go now that it is back."""
        if self._was_away:
            self._was_away = False
            with suppress(JournalUnavailable):  # then each goes when it is due
                await self._outbox.hurry(self._now())

    async def _arrived(
        self, letter: Letter, channel: ChannelId | None, ts: MessageTs | None
    ) -> None:
        """Note that *letter* arrived, or it would come again and again."""
        while True:
            try:
                await self._outbox.sent(letter, channel, ts)
            except JournalUnavailable as error:
                log.critical("letter.unnoted", intent=letter.intent, why=str(error))
                await self._sleep(AWAY_SECONDS)
            else:
                return

    async def _later(self, letter: Letter, sent: Sent) -> None:
        now = self._now()
        self._was_away = self._was_away or sent.error.startswith(AWAY)
        if letter.created_at and now - letter.created_at > GIVE_UP:
            log.critical("letter.undelivered", intent=letter.intent, error=sent.error)
            await self._outbox.gave_up(letter)
            return
        pause = min(FIRST_PAUSE * 2 ** min(letter.tries, 12), LONGEST_PAUSE)
        pause = max(pause, timedelta(seconds=sent.retry_after))
        told = log.critical if sent.error in NO_SUCH_TOKEN else log.warning
        told("letter.waits", intent=letter.intent, error=sent.error)
        await self._outbox.postpone(letter, now + pause)

    async def _by_any_way(self, letter: Letter) -> Sent:
        ways = {CHANNEL: self._ways_to_channel, OPS: self._ways_to_ops}
        last = Sent(ok=False, error="none")
        for way in ways.get(letter.audience, self._ways_to_asker)(letter):
            last = await way(letter.body)
            if last.error in UNSHOWABLE:
                log.error("letter.unshowable", intent=letter.intent, error=last.error)
                last = await way(_minimal(letter))
            if last.ok or last.error not in REFUSED | UNSHOWABLE:
                return last
        return last

    def _ways_to_channel(self, letter: Letter) -> list["Way"]:
        async def update(body: Mapping[str, Any]) -> Sent:
            if not letter.card:
                return Sent(ok=False, error="none")
            channel, ts = letter.card
            return await self._web.call("chat.update", channel=channel, ts=ts, **body)

        async def post(body: Mapping[str, Any]) -> Sent:
            return await self._web.post(letter.channel, body, thread_ts=letter.thread)

        async def answer(body: Mapping[str, Any]) -> Sent:
            sentence = _("Invite me to this channel to keep this card live.")
            return await self._answer(letter, _with(body, sentence), "in_channel")

        return [update, post, answer, *self._last_ways(letter)]

    def _ways_to_asker(self, letter: Letter) -> list["Way"]:
        async def answer(body: Mapping[str, Any]) -> Sent:
            return await self._answer(letter, body, "ephemeral")

        async def whisper(body: Mapping[str, Any]) -> Sent:
            return await self._web.call(
                "chat.postEphemeral",
                channel=letter.channel,
                user=letter.user,
                thread_ts=letter.thread,
                **body,
            )

        return [answer, whisper, *self._last_ways(letter)]

    def _ways_to_ops(self, letter: Letter) -> list["Way"]:
        direct, ops = self._last_ways(letter)
        return [ops, direct]

    def _last_ways(self, letter: Letter) -> list["Way"]:
        async def direct(body: Mapping[str, Any]) -> Sent:
            return await self._web.post(letter.user, body)

        async def ops(body: Mapping[str, Any]) -> Sent:
            if not self._ops:
                return Sent(ok=False, error="none")
            return await self._web.post(self._ops, body)

        return [direct, ops]

    async def _answer(self, letter: Letter, body: Mapping[str, Any], kind: str) -> Sent:
        fresh = letter.asked_at and self._now() - letter.asked_at < URL_LIVES
        if letter.answer_url is None or not fresh:
            return Sent(ok=False, error="none")
        whole = {**body, "response_type": kind, "replace_original": False}
        return await self._web.answer(letter.answer_url, whole)

    async def _wait(self, seconds: float) -> None:
        """Wait for the bell, at most *seconds*."""
        ringing = asyncio.ensure_future(self._bell.wait())
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        try:
            await asyncio.wait({ringing, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ringing.cancel()
            sleeping.cancel()


Way = Callable[[Mapping[str, Any]], Awaitable[Sent]]


def _minimal(letter: Letter) -> Mapping[str, Any]:
    """Return *letter* as text alone, which Slack takes whatever the blocks were."""
    return {"text": str(letter.body.get("text", ""))[:3000]}


def _with(body: Mapping[str, Any], sentence: str) -> Mapping[str, Any]:
    said = message(Outcome(headline=(sentence,)))
    return {**body, "blocks": [*body.get("blocks", ()), *said["blocks"]]}
