"""Which ways a message can go to its audience, and sending it by the first that works.

Immediate answers and durable notices share this rule. A way that Slack refuses is
followed by the next one; while Slack is away no other way is tried, since the same
message would arrive twice. A token that Slack no longer knows leaves the addresses at
which Slack waits for an answer: those need none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from pydantic import SecretStr

from bot.dialogue.outcome import Audience
from bot.ids import ChannelId, MessageTs, SlackUserId
from bot.slack.outbound.lanes import Lanes
from bot.slack.outbound.unkept import with_remark
from bot.slack.outbound.web import NO_WAY, Sent, Web
from bot.slack.render import modals, plain

URL_LIVES = timedelta(minutes=29)  # Slack says 30
SHORT = 3000  # characters of a message that is sent as text alone

Body = Mapping[str, Any]  # the `text` and `blocks` of a message

log = structlog.get_logger(__name__)


class Way(Protocol):
    """One call that brings a message to Slack."""

    @property
    def lane(self) -> str:
        """What it is paced with; empty if with nothing."""

    async def send(self, web: Web, body: Body) -> Sent:
        """Send *body* through *web*."""


@dataclass(frozen=True, slots=True)
class Update:
    """Replace the message *ts*; may be repeated without harm."""

    channel: ChannelId
    ts: MessageTs

    @property
    def lane(self) -> str:
        """Updates are paced together, whatever they update."""
        return "chat.update"

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.update."""
        return await web.call("chat.update", channel=self.channel, ts=self.ts, **body)


@dataclass(frozen=True, slots=True)
class Post:
    """Post a message in a channel, or in a thread of it."""

    channel: ChannelId
    thread: MessageTs | None = None

    @property
    def lane(self) -> str:
        """Each channel has a pace of its own."""
        return _channel_lane(self.channel)

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.postMessage."""
        return await web.post(self.channel, body, thread_ts=self.thread)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Post below the message *thread*, and show that in the channel as well."""

    channel: ChannelId
    thread: MessageTs

    @property
    def lane(self) -> str:
        """As for any channel."""
        return _channel_lane(self.channel)

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.postMessage."""
        where = {"thread_ts": self.thread, "reply_broadcast": True}
        return await web.post(self.channel, body, **where)


@dataclass(frozen=True, slots=True)
class Whisper:
    """Show a message in a channel to one person only."""

    channel: ChannelId
    user: SlackUserId
    thread: MessageTs | None = None

    @property
    def lane(self) -> str:
        """They are paced together, wherever they are shown."""
        return "chat.postEphemeral"

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

    A message that is shown to the whole channel this way cannot be updated later, and
    says why if it is one that is *kept*: Slack's word *after* which it goes this way.
    One that only its reader sees can be replaced only so: it *replaces* the one clicked
    on.
    """

    url: SecretStr
    in_channel: bool = False
    kept: bool = False
    replaces: bool = False
    after: str = ""

    @property
    def lane(self) -> str:
        """Answers are not paced: Slack takes five of each."""
        return ""

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/interactivity/handling-user-interaction."""
        whole = with_remark(body, self.after) if self.kept else body
        kind = "in_channel" if self.in_channel else "ephemeral"
        how = {"response_type": kind, "replace_original": self.replaces}
        return await web.answer(self.url, {**whole, **how})


@dataclass(frozen=True, slots=True)
class Direct:
    """Post into a person's messages with the bot."""

    user: SlackUserId

    @property
    def lane(self) -> str:
        """As for any channel."""
        return _channel_lane(self.user)

    async def send(self, web: Web, body: Body) -> Sent:
        """Slack opens the conversation by itself when *user* is its channel."""
        return await web.post(self.user, body)


@dataclass(frozen=True, slots=True)
class Ops:
    """Post into the operators' channel."""

    channel: str

    @property
    def lane(self) -> str:
        """As for any channel."""
        return _channel_lane(self.channel)

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/chat.postMessage."""
        return await web.post(self.channel, body)


@dataclass(frozen=True, slots=True)
class Window:
    """Show a message in a window of whoever just clicked; it has no buttons."""

    trigger: str

    @property
    def lane(self) -> str:
        """Windows are not paced: each needs a click."""
        return ""

    async def send(self, web: Web, body: Body) -> Sent:
        """https://docs.slack.dev/reference/methods/views.open."""
        return await web.call(
            "views.open", trigger_id=self.trigger, view=modals.window(body)
        )


@dataclass(frozen=True, slots=True)
class Around:
    """What is around a *way* that changes something in what is sent by it."""

    way: Way

    @property
    def lane(self) -> str:
        """That of the way itself."""
        return self.way.lane


def itself(way: Way) -> Way:
    """Return the call that *way* is, without what is around it."""
    while isinstance(way, Around):
        way = way.way
    return way


def told_after(way: Way, error: str) -> Way:
    """Return *way*, which knows with which *error* Slack refused the one before it."""
    if isinstance(way, Around):
        return replace(way, way=told_after(way.way, error))
    if isinstance(way, Answer) and error != NO_WAY:
        return replace(way, after=error)
    return way


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a message may go.

    *channel* is empty for the Home tab and for forms; *direct*: it is a person's
    messages with the bot. *card* is the message to keep up to date, *stands* the one
    of its line: in its thread, or an alarm. *answer_url* is one that Slack still takes
    (see `fresh`), by which the message *replaces* the one that was clicked on. *kept*:
    it is kept up to date wherever it can be. *trigger* opens a window, right after a
    click; *home*: one in the Home tab, where nothing else would be seen. *ops* is the
    operators' channel, empty if the message must not go there or there is none.
    """

    channel: ChannelId
    user: SlackUserId
    thread: MessageTs | None = None
    direct: bool = False
    card: tuple[ChannelId, MessageTs] | None = None
    stands: tuple[ChannelId, MessageTs] | None = None
    answer_url: SecretStr | None = None
    replaces: bool = False
    kept: bool = False
    trigger: str = ""
    home: bool = False
    ops: str = ""


def fresh(
    url: SecretStr | None, asked_at: datetime | None, now: datetime
) -> SecretStr | None:
    """Return *url* if Slack still takes answers there, half an hour from *asked_at*."""
    return url if asked_at and now - asked_at < URL_LIVES else None


def ways(audience: Audience, destination: Destination) -> tuple[Way, ...]:
    """Return the ways to *audience*, the best one first, each of them once.

    Whatever it is, whoever asked hears of it before the operators do in their place.
    """
    asker = _to_asker(destination)
    ops = (Ops(destination.ops),) if destination.ops else ()
    match audience:
        case Audience.CHANNEL:
            # a message of their own stays, one that only they see in a channel goes
            direct = _direct(destination.user)
            others = (way for way in asker if not isinstance(way, Answer))
            first = (*_update(destination), *_to_channel(destination))
            order = (*first, *direct, *others, *ops)
        case Audience.THREAD:
            order = (*_to_thread(destination), *asker, *ops)
        case Audience.ASKER:
            order = (*asker, *ops)
        case Audience.PAGER:
            order = ()
        case Audience.OPS:
            order = (*_update(destination), *ops, *_direct(destination.user), *asker)
    return tuple(dict.fromkeys(order))


async def send(
    web: Web,
    order: Iterable[Way],
    body: Body,
    lanes: Lanes | None = None,
    *,
    counted: bool = False,
) -> Sent:
    """Send *body* by the first way of *order* that works; return how the last one went.

    A way whose lane is full ends it as Slack would, with the seconds to wait; the
    first way's has been *counted* if the caller did. Where Slack refuses the blocks,
    they are sent in the oldest layout, then the text alone.
    """
    sent = Sent(ok=False, error=NO_WAY)
    unknown: Sent | None = None  # the token
    for way in order:
        if unknown and not isinstance(itself(way), Answer):
            continue
        if lanes and (wait := await lanes.admit(way.lane, counted=counted)):
            return Sent(ok=False, error="ratelimited", retry_after=wait)
        counted = False
        sent = await _showing(web, told_after(way, sent.error), body)
        if lanes and sent.too_fast:
            await lanes.too_fast(way.lane, sent.retry_after)
        elif lanes and not (sent.ok or sent.away):
            await lanes.refused(way.lane)
        unknown = unknown or (sent if sent.unauthorised else None)
        if not (sent.refused or sent.unauthorised):
            return sent
    return unknown or sent


async def _showing(web: Web, way: Way, body: Body) -> Sent:
    """Send *body* by *way* in the first layout that Slack takes.

    Where it takes the same without a table, it is asked for no other one.
    """
    sent = Sent(ok=False, error=NO_WAY)
    table_failed = False
    for layout in _layouts(body, tables=not web.tables_refused):
        sent = await way.send(web, layout)
        if not sent.unshowable:
            shown = sent.ok and bool(layout.get("blocks"))
            web.tables_refused |= table_failed and shown
            return sent
        table_failed |= plain.has_table(layout.get("blocks") or [])
        log.error("message.unshowable", way=type(way).__name__, error=sent.error)
    return sent


def _layouts(body: Body, *, tables: bool) -> Iterable[Body]:
    """Yield *body*, then what is left of it for a Slack that refuses its blocks.

    Unless *tables* are shown there, rows stand in their place from the first.
    """
    blocks = body.get("blocks") or []
    if not tables and plain.has_table(blocks):
        blocks = plain.without_tables(blocks)
    yield {**body, "blocks": blocks} if blocks else body
    oldest = plain.reduced(blocks)
    if oldest and oldest != blocks:
        yield {**body, "blocks": oldest}
    yield {"text": str(body.get("text", ""))[:SHORT]}


def _to_channel(destination: Destination) -> tuple[Way, ...]:
    channel, url = destination.channel, destination.answer_url
    update = (Update(*destination.card),) if destination.card else ()
    post = (Post(channel, destination.thread),) if channel else ()
    kept = destination.kept
    answer = (Answer(url, in_channel=True, kept=kept),) if url else ()
    return (*update, *post, *answer)


def _to_thread(destination: Destination) -> tuple[Way, ...]:
    """Below the card, in its own thread if it stands in one; else in the channel."""
    channel, thread = destination.channel, destination.thread
    below: tuple[Way, ...] = ()
    if destination.card:
        stands_in, ts = destination.card
        inside = thread if stands_in == channel else None
        below = (Post(stands_in, inside or ts),)
    post = (Post(channel, thread),) if channel else ()
    return (*_update(destination), *below, *post)


def _update(destination: Destination) -> tuple[Way, ...]:
    """In place of the message of the same line, once one was posted."""
    return (Update(*destination.stands),) if destination.stands else ()


def _to_asker(destination: Destination) -> tuple[Way, ...]:
    """In the asker's messages with the bot everything is for their eyes only."""
    channel, thread = destination.channel, destination.thread
    url, user = destination.answer_url, destination.user
    answer: tuple[Way, ...] = ()
    if url:
        answer = (Answer(url, replaces=destination.replaces),)
    post = (Post(channel, thread),) if channel and destination.direct else ()
    whisper = (Whisper(channel, user, thread),) if channel else ()
    window = (Window(destination.trigger),) if destination.trigger else ()
    if destination.home:
        return (*window, *_direct(user))
    if destination.direct:
        return (*answer, *post, *_direct(user), *whisper, *window)
    return (*answer, *whisper, *_direct(user), *window)


def _direct(user: SlackUserId) -> tuple[Way, ...]:
    return (Direct(user),) if user else ()


def _channel_lane(channel: str) -> str:
    return f"chat.postMessage {channel}"
