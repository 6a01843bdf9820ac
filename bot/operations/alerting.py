"""How alerts get to people: who is called by which message, and what leads to it.

The message that calls is one, and new: in the alerts' channel, or, where the thing has
its card there, below that and shown in the channel. What the thread of a thing would
say besides at the same place is left out; elsewhere it leads to the alert.
"""

from datetime import datetime, timedelta

from bot.dialogue.outcome import Audience
from bot.journal.alert_rows import ALERT, FLAPS, channel_of
from bot.journal.model import NEWS, Notification
from bot.journal.outages import AGAIN, AlertCause
from bot.slack.outbound.linking import Linking
from bot.slack.outbound.pager import Page, Pager
from bot.slack.outbound.routes import Broadcast, Ops, Update, Way

WAITED_FOR = timedelta(seconds=30)  # an alert, by the line that leads to it
SEVERITIES = {
    AlertCause.ROOM_EMPTY: "warning",
    AlertCause.STILL: "warning",
    AlertCause.UNKNOWN: "error",
}
BESIDE = (AGAIN, FLAPS)  # replies to an alert

Ways = tuple[Way, ...]


def calls(notification: Notification) -> bool:
    """Tell whether *notification* calls the group: a new message of an alert does."""
    facts, is_alarm = notification.facts, notification.audience is Audience.OPS
    if not is_alarm or ALERT not in facts or notification.stands or channel_of(facts):
        return False
    return notification.name != FLAPS and bool(facts[ALERT]["ring"])


def beside_alerts(notification: Notification, ops: str, ways: Ways) -> Ways:
    """Return *ways* as they are for what belongs to an alert in the channel *ops*."""
    if ALERT not in notification.facts:
        return ways
    if notification.name == NEWS:
        place = notification.alert
        return tuple(Linking(one, place) for one in ways) if place else ways
    changes = tuple(one for one in ways if isinstance(one, Update))
    others = tuple(one for one in ways if not isinstance(one, Update))
    if channel_of(notification.facts):  # a copy, for those who are there alone
        return (*changes, *(one for one in others if isinstance(one, Ops)))
    return tuple(dict.fromkeys((*changes, *_below(notification, ops), *others)))


def _below(notification: Notification, ops: str) -> Ways:
    """Return the way below the card of the thing, if that stands in the channel *ops*.

    A reply to an alert that stands by itself goes below that.
    """
    intent, alert = notification.intent, notification.alert
    if intent and intent.card and intent.card[0] == ops:
        inside = intent.asker.thread if intent.asker.channel == ops else None
        return (Broadcast(intent.card[0], inside or intent.card[1]),)
    return (Broadcast(*alert),) if alert and notification.name in BESIDE else ()


def is_doubled(notification: Notification, ops: str) -> bool:
    """Tell whether the line of a thread says what an alert says in that thread."""
    if notification.name != NEWS or ALERT not in notification.facts:
        return False
    card = notification.intent.card if notification.intent else None
    return bool(card and card[0] == ops)


def waits_for_alert(notification: Notification, now: datetime) -> bool:
    """Tell whether the line of a thread waits for the alert that it leads to."""
    if notification.name != NEWS or ALERT not in notification.facts:
        return False
    at = notification.created_at
    return notification.alert is None and bool(at and now - at < WAITED_FOR)


def pages(notification: Notification, pager: Pager | None, team: str = "") -> Ways:
    """Return the way to the *pager*, if there is one.

    It is told the workspace *team*, if there are several.
    """
    intent, facts = notification.intent, notification.facts
    if pager is None or intent is None:
        return ()
    cause = str(facts[ALERT]["cause"])
    details = {
        "handle": str(intent.handle),
        "app": intent.subject.app,
        "room": intent.subject.room,
        "cause": cause,
        "flapping": "yes" if facts[ALERT]["flapping"] else "no",
    } | ({"workspace": team} if team else {})
    severity = SEVERITIES.get(AlertCause(cause), "critical")
    event, key = str(facts["event"]), str(facts["key"])
    return (Page(pager, event, key, tuple(details.items()), severity),)
