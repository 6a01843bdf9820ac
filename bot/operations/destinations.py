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

    What nobody asked for can only go there.
    """
    return routes.ways(notification.audience, _destination(notification, ops, now))


def _destination(
    notification: Notification, ops: str, now: datetime
) -> routes.Destination:
    intent, asker = notification.intent, notification.asker
    if asker is None:
        nobody, nowhere = SlackUserId(""), ChannelId("")
        return routes.Destination(channel=nowhere, user=nobody, ops=ops)
    asked_at = intent.created_at if intent else None
    return routes.Destination(
        channel=asker.channel,
        user=asker.user,
        thread=asker.thread,
        direct=asker.direct,
        card=intent.card if intent else None,
        stands=notification.stands,
        answer_url=routes.fresh(notification.answer_url, asked_at, now),
        kept=_is_kept(notification),
        ops=ops,
    )


def _is_kept(notification: Notification) -> bool:
    return notification.name == CARD or bool(notification.line)


def kept_place(notification: Notification, sent: Sent) -> Place | None:
    """Return where *notification* stands now that it was *sent*, if that is kept."""
    asker = notification.asker
    if not (_is_kept(notification) and asker and sent.ts):
        return None
    channel = sent.channel or asker.channel
    return ChannelId(channel), MessageTs(sent.ts)
