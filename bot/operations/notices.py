"""What is posted when an intent changes: its card, answers to its asker, alarms."""

from collections.abc import Callable, Iterable

from bot.cards.alarms import contradicted
from bot.cards.intent import card, stop_told
from bot.dialogue.outcome import Audience, Outcome
from bot.i18n import reading_in
from bot.journal.model import Intent, Letter
from bot.slack.render.blocks import message
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Level


def card_letter(intent: Intent) -> Letter:
    """Return the card of *intent* as it now stands, for its channel."""
    return _letter(intent, card, Audience.CHANNEL)


def settled_letters(intent: Intent) -> Iterable[Letter]:
    """Return what is posted once *intent* has moved: a read answers its asker."""
    if REQUESTS[intent.action].level is Level.READ:
        return (_letter(intent, card, Audience.ASKER),)
    return (card_letter(intent),)


def stopped_letters(intent: Intent) -> Iterable[Letter]:
    """Return what is posted once a stop has ended: the asker is told how."""
    return (_letter(intent, stop_told, Audience.ASKER),)


def alarm_letter(intent: Intent, told: Callable[[Intent], Outcome]) -> Letter:
    """Return an alarm about *intent*, for the operators or else its asker."""
    return _letter(intent, told, Audience.OPS)


def contradiction(intent: Intent, task_id: str) -> Iterable[Letter]:
    """Return the alarm that Tencent tells of a relay which nobody here knows of."""
    return (alarm_letter(intent, lambda one: contradicted(one, task_id)),)


def _letter(
    intent: Intent, told: Callable[[Intent], Outcome], audience: Audience
) -> Letter:
    with reading_in(intent.locale):
        body = message(told(intent))
    return Letter(
        intent=intent.id,
        rev=intent.rev,
        channel=intent.channel,
        thread=intent.thread,
        user=intent.user,
        audience=audience.value,
        body=body,
    )
