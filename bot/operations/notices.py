"""Draws a notice when it is delivered: which card or alarm it is."""

from dataclasses import replace

import structlog

from bot.cards import alarms, alerts, audit, batch, proposal
from bot.cards.alarms import alarm
from bot.cards.intent import card, result
from bot.dialogue.outcome import Audience, Bold, Outcome, Tone, as_of, line
from bot.journal.alert_rows import ALERT, FLAPS, LINKED, PAGE
from bot.journal.model import (
    ANSWER,
    BATCH,
    CARD,
    NEWS,
    NOT_ENDED,
    RESULT,
    STOP_REFUSED,
    Intent,
    Notification,
)
from bot.journal.outages import AGAIN
from bot.journal.stops import FOUND_OVER
from bot.journal.timer_rows import UNTIMED
from bot.operations.emptiness import ROOM_EMPTY
from bot.resources.base import Resource
from bot.resources.headlines import state_word
from bot.resources.kinds import Registry
from bot.resources.relay.still import ALARM as STILL
from bot.slack.outbound.linking import link_to
from bot.states import OVER, State

_DRAWN = {**audit.DRAWN, **alarms.DRAWN}  # what is about no intent

log = structlog.get_logger(__name__)


def is_moot(notification: Notification, resources: Registry) -> bool:
    """Tell whether *notification* is an alarm that something goes on which is over.

    Such are a stop that was given up, and what time made due. That there was something
    wrong (a second TaskId, a target that failed) is news whatever came of it.
    """
    intent = notification.intent
    if intent is None or notification.audience is not Audience.OPS:
        return False
    if notification.name == AGAIN and _calls_in_vain(notification):
        return True
    timers = {timer.name for timer in resources.of(intent).timers}
    ends = {NOT_ENDED, STOP_REFUSED, UNTIMED, AGAIN, FLAPS, ROOM_EMPTY, STILL, *timers}
    if notification.name not in ends or notification.stands:
        return False
    if not intent.subject.ends:
        return intent.state in OVER
    over = intent.settlement.reason in FOUND_OVER
    return over or intent.state is State.DONE


def _calls_in_vain(again: Notification) -> bool:
    """Tell whether a reminder is too late: somebody has it, or the alert still waits.

    That calls, once it comes; its place is kept if whoever asked is known.
    """
    alert_waits = again.alert is None and again.asker is not None
    return alert_waits or not again.facts[ALERT]["ring"]


def drawn(notification: Notification, resources: Registry, group: str = "") -> Outcome:
    """Return what *notification* says, in the language that is being read in.

    It calls *group*, if it is given. A card shows its thing as it stands now;
    everything else says what was so when it was raised. What cannot be drawn is
    replaced by its name and state.
    """
    intent = notification.intent
    try:
        return _drawn(notification, resources, group)
    except Exception:
        log.exception("notice.undrawable", notice=notification.name)
        name = state_word(intent.state) if intent else notification.name
        handle = intent.handle if intent else notification.app
        return Outcome(headline=(Bold(f"{handle} · {name}"),), tone=Tone.WARN)


def _drawn(notification: Notification, resources: Registry, group: str) -> Outcome:
    intent, facts = notification.intent, notification.facts
    if intent is None:
        return _about_no_intent(notification, resources)
    resource = resources.of(intent)
    as_now = notification.name in {CARD, RESULT}  # an action that ended stays ended
    raised = intent if as_now else intent.as_of(facts)
    if notification.name in {CARD, ANSWER, RESULT}:
        draw = result if notification.name == RESULT else card
        return draw(raised, resource)
    if notification.name == BATCH:
        return batch.drawn(intent, facts)
    if beside := _beside_alert(notification, raised, resource, group):
        return beside
    outcome = alarm(notification.name, raised, resource, facts)
    if ALERT in facts:
        outcome = alerts.alert(outcome, raised, facts[ALERT], group)
    if notification.created_at is None:
        return outcome
    return replace(outcome, parts=(*outcome.parts, as_of(notification.created_at)))


def _beside_alert(
    notification: Notification, raised: Intent, resource: Resource, group: str
) -> Outcome | None:
    """Return what is told in a thread, of an alert or of anything else; else None."""
    facts, name = notification.facts, notification.name
    alert = facts.get(ALERT) or {}
    if name == AGAIN:
        return alerts.again(raised, resource, alert, group)
    if name == FLAPS:
        return alerts.flaps(raised, alert)
    if name == PAGE:
        return alerts.paged(raised, resource, alert)
    if name != NEWS:
        return None
    place = notification.alert
    url = link_to(place) if place else ""
    if facts.get("what") == LINKED:
        return alerts.linked(raised, alert, url)
    intent = notification.intent
    runs = intent is not None and intent.state not in OVER
    outcome = resource.told(raised, facts, runs=runs)
    return replace(outcome, context=(*outcome.context, *alerts.links(url)))


def _about_no_intent(notification: Notification, resources: Registry) -> Outcome:
    """Say the facts of a notice about a proposal, an app, or the bot itself."""
    if notification.proposal:
        return proposal.drawn(notification.facts, resources)
    if draw := _DRAWN.get(notification.name):
        return draw(notification.facts)
    subject = f"{notification.app} · " if notification.app else ""
    texts = (f"{name}: {value}" for name, value in notification.facts.items())
    return Outcome(
        headline=(Bold(f"{subject}{notification.name}"),),
        tone=Tone.WARN,
        parts=tuple(line(text) for text in texts),
        audience=Audience.OPS,
    )
