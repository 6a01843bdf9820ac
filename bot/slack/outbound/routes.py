"""Which ways a message can go to its audience, and sending it by the first that works.

Immediate answers and durable notices share this rule. A way that Slack refuses is
followed by the next one; while Slack is away no other way is tried, since the same
message would arrive twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from pydantic import SecretStr

from bot.dialogue.outcome import Audience, Outcome
from bot.i18n import _
from bot.ids import ChannelId, MessageTs, SlackUserId
from bot.slack.outbound.web import NO_WAY, Sent, Web
from bot.slack.render.blocks import message

URL_LIVES = timedelta(minutes=29)  # Slack says 30
SHORT = 3000  # characters of a message that is sent as text alone

Body = Mapping[str, Any]  # the `text` and `blocks` of a message

log = structlog.get_logger(__name__)


class Way(Protocol):
    """One call that brings a message to Slack."""

    async def send(self, web: Web, body: Body) -> Sent:
        """Send *body* through *web*."""


@dataclass(frozen=True, slots=True)
class Update:
    """Replace the message *ts*; may be repeated without harm."""

    channel: ChannelId
    ts: MessageTs

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.update."""
        return await web.call("chat.update", channel=self.channel, ts=self.ts, **body)


@dataclass(frozen=True, slots=True)
class Post:
    """Post a message in a channel, or in a thread of it."""

    channel: ChannelId
    thread: MessageTs | None = None

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.postMessage."""
        return await web.post(self.channel, body, thread_ts=self.thread)


@dataclass(frozen=True, slots=True)
class Whisper:
    """Show a message in a channel to one person only."""

    channel: ChannelId
    user: SlackUserId
    thread: MessageTs | None = None

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.postEphemeral."""
        return await web.call(
            "chat.postEphemeral",
            channel=self.channel,
            user=self.user,
            thread_ts=self.thread,
            **body,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """Post to the `response_url` of a command or a click.

    A message that is shown to the whole channel this way cannot be updated later.
    """

    url: SecretStr
    in_channel: bool = False

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/interactivity/handling-user-interaction."""
        whole = _with_invitation(body) if self.in_channel else body
        kind = "in_channel" if self.in_channel else "ephemeral"
        return await web.answer(
            self.url, {**whole, "response_type": kind, "replace_original": False}
        )


@dataclass(frozen=True, slots=True)
class Direct:
    """Post into a person's messages with the bot."""

    user: SlackUserId

    async def send(self, web: Web, body: Body) -> Sent:
        """Slack opens the conversation by itself when *user* is its channel."""
        return await web.post(self.user, body)


@dataclass(frozen=True, slots=True)
class Ops:
    """Post into the operators' channel."""

    channel: str

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.postMessage."""
        return await web.post(self.channel, body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a message may go.

    *channel* is empty for the Home tab and for forms; *direct*: it is a person's
    messages with the bot. *card* is the message to keep up to date. *answer_url* is
    one that Slack still takes (see `fresh`). *ops* is the operators' channel, empty
    if the message must not go there or there is none.
    """

    channel: ChannelId
    user: SlackUserId
    thread: MessageTs | None = None
    direct: bool = False
    card: tuple[ChannelId, MessageTs] | None = None
    answer_url: SecretStr | None = None
    ops: str = ""


def fresh(
    url: SecretStr | None, asked_at: datetime | None, now: datetime
) -> SecretStr | None:
    """Return *url* if Slack still takes answers there, half an hour from *asked_at*."""
    return url if asked_at and now - asked_at < URL_LIVES else None


def ways(audience: Audience, destination: Destination) -> tuple[Way, ...]:
    """Return the ways to *audience*, the best one first."""
    direct = (Direct(destination.user),)
    ops = (Ops(destination.ops),) if destination.ops else ()
    match audience:
        case Audience.CHANNEL | Audience.THREAD:
            return (*_to_channel(destination), *direct, *ops)
        case Audience.ASKER:
            return (*_to_asker(destination), *direct, *ops)
        case Audience.OPS:
            return (*ops, *direct)


async def send(web: Web, order: Iterable[Way], body: Body) -> Sent:
    """Send *body* by the first way of *order* that works; return how the last one went.

    Where Slack refuses the blocks, the text is sent without them.
    """
    sent = Sent(ok=False, error=NO_WAY)
    for way in order:
        sent = await way.send(web, body)
        if sent.unshowable:
            log.error("message.unshowable", way=type(way).__name__, error=sent.error)
            sent = await way.send(web, {"text": str(body.get("text", ""))[:SHORT]})
        if not sent.refused:
            break
    return sent


def _to_channel(destination: Destination) -> tuple[Way, ...]:
    channel, url = destination.channel, destination.answer_url
    update = (Update(*destination.card),) if destination.card else ()
    post = (Post(channel, destination.thread),) if channel else ()
    answer = (Answer(url, in_channel=True),) if url else ()
    return (*update, *post, *answer)


def _to_asker(destination: Destination) -> tuple[Way, ...]:
    """In the asker's messages with the bot everything is for their eyes only."""
    channel, thread = destination.channel, destination.thread
    url = destination.answer_url
    answer: tuple[Way, ...] = (Answer(url),) if url else ()
    if not channel:
        return answer
    if destination.direct:
        return (*answer, Post(channel, thread))
    return (*answer, Whisper(channel, destination.user, thread))


def _with_invitation(body: Body) -> Body:
    """Return *body* with what would make the message one that can be updated."""
    sentence = _("Invite me to this channel to keep this card live.")
    invitation = message(Outcome(headline=(sentence,)))
    if not body.get("blocks"):
        return {**body, "text": f"{body.get('text', '')}\n{invitation['text']}"}
    return {**body, "blocks": [*body["blocks"], *invitation["blocks"]]}
