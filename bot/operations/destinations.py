"""Where a notification may go, and where it stands once it arrived."""

from datetime import datetime

from bot.ids import ChannelId, MessageTs, SlackUserId
from bot.journal.lines import Place
from bot.journal.model import CARD, Notification
from bot.slack.outbound import routes
from bot.slack.outbound.web import Sent


def ways_of(
    notification: Notification, ops: str, now: datetime
) -> tuple[routes.Way, ...]:
    """Return the ways of *notification*, the best one first; *ops* is the operators'.

    What is about no intent can only go there.
    """
    return routes.ways(notification.audience, _destination(notification, ops, now))


def _destination(
    notification: Notification, ops: str, now: datetime
) -> routes.Destination:
    intent = notification.intent
    if intent is None:
        nobody, nowhere = SlackUserId(""), ChannelId("")
        return routes.Destination(channel=nowhere, user=nobody, ops=ops)
    return routes.Destination(
        channel=intent.asker.channel,
        user=intent.asker.user,
        thread=intent.asker.thread,
        direct=intent.asker.direct,
        card=intent.card,
        stands=notification.stands,
        answer_url=routes.fresh(notification.answer_url, intent.created_at, now),
        ops=ops,
    )


def kept_place(notification: Notification, sent: Sent) -> Place | None:
    """Return where *notification* stands now that it was *sent*, if that is kept."""
    kept = notification.name == CARD or notification.line
    if not (kept and notification.intent and sent.ts):
        return None
    channel = sent.channel or notification.intent.asker.channel
    return ChannelId(channel), MessageTs(sent.ts)
