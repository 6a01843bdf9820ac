"""Messages that Slack posts by itself at a time, whether a Patchbay is there or not.

Slack takes them up to 120 days ahead, 30 for five minutes of a channel, and gives none
back in the last minute. Whether a call was done whose answer is lost is found out by
asking for what is scheduled.
https://docs.slack.dev/reference/methods/chat.scheduleMessage
https://docs.slack.dev/reference/methods/chat.deleteScheduledMessage
https://docs.slack.dev/reference/methods/chat.scheduledMessages.list
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.dialogue.outcome import Outcome
from bot.ids import ChannelId
from bot.journal.model import Intent
from bot.operations.readers import Readers
from bot.slack.outbound.web import Sent, Web
from bot.slack.render.blocks import message
from bot.slack.render.origin import shown_in

LEAST = timedelta(seconds=75)  # ahead, so that it can be taken back for a moment
KEPT = timedelta(
    seconds=75
)  # before its time Slack does not give it back, and a margin
FULL = frozenset({"restricted_too_many", "message_limit_exceeded", "rate_limited"})
NOT_THERE = "invalid_scheduled_message_id"

log = structlog.get_logger(__name__)


class Taken(StrEnum):
    """Whether a message that was written ahead was taken back."""

    BACK = "back"  # nothing will come, or nothing was written
    POSTED = "posted"  # Slack posts it, or has
    LATER = "later"  # Slack does not say: to be asked again


class Written(StrEnum):
    """Why a message is not written ahead."""

    NEVER = "never"  # Slack will not take it
    LATER = "later"  # Slack has not taken it, and may
    UNKNOWN = "unknown"  # it may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Writes to Slack by *web* what is read later, in the language of *readers*."""

    web: Web
    readers: Readers

    async def write(
        self, thing: Intent, draw: Callable[[], Outcome], at: datetime
    ) -> str | Written:
        """Let Slack post what *draw* returns below the card of *thing* *at* a time.

        Returns:
            Its name at Slack, or why there is none.
        """
        if thing.card is None:
            return Written.LATER
        (channel, ts), asker = thing.card, thing.asker
        inside = asker.thread if asker.channel == channel else None
        read_in = self.readers.languages.at(
            asker.channel, asker.locale, direct=asker.direct
        )
        with shown_in(read_in, self._team(thing)):
            body = message(draw())
        sent = await self.web.call(
            "chat.scheduleMessage",
            channel=channel,
            thread_ts=inside or ts,
            post_at=int(at.timestamp()),
            **body,
        )
        name = str((sent.data or {}).get("scheduled_message_id") or "")
        if sent.ok and name:
            return name
        log.warning("ahead.unwritten", handle=thing.handle, error=sent.error)
        if sent.away or sent.ok:
            return Written.UNKNOWN
        later = sent.too_fast or sent.unauthorised or sent.error in FULL
        return Written.LATER if later else Written.NEVER

    async def named(
        self, thing: Intent, channel: ChannelId, at: datetime
    ) -> str | Taken:
        """Return the name of what Slack posts about *thing* in *channel* *at* a time.

        Returns:
            BACK if it has nothing of that, LATER if it does not say.
        """
        second = int(at.timestamp())
        span = {"oldest": str(second - 1), "latest": str(second + 1)}
        sent = await self.web.call(
            "chat.scheduledMessages.list",
            channel=channel,
            team_id=self._team(thing) or None,
            **span,
        )
        if not sent.ok:
            return Taken.LATER
        for one in (sent.data or {}).get("scheduled_messages") or ():
            about = str(one.get("text", "")).split()
            if one.get("post_at") == second and thing.handle in about:
                return str(one["id"])
        return Taken.BACK

    async def take_back(
        self, channel: str, name: str, at: datetime, now: datetime
    ) -> Taken:
        """Take back the message *name*, which Slack posts in *channel* *at* a time."""
        if now >= at:
            return Taken.POSTED
        sent = await self.web.call(
            "chat.deleteScheduledMessage", channel=channel, scheduled_message_id=name
        )
        if sent.ok:
            return Taken.BACK
        if sent.error == NOT_THERE:
            return Taken.POSTED if now >= at - KEPT else Taken.BACK
        return self._refused(sent)

    def _team(self, thing: Intent) -> str:
        """Return the workspace of *thing*, if there are several."""
        return thing.asker.team if self.readers.serves_several() else ""

    def _refused(self, sent: Sent) -> Taken:
        """Return what it means that Slack does not take a message back."""
        log.warning("ahead.kept", error=sent.error)
        lasting = sent.refused and sent.error not in FULL
        return (
            Taken.BACK if lasting else Taken.LATER
        )  # nothing is posted where it is not
