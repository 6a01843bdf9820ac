"""Alarms of every resource: what nobody has settled, and what was not ended."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Buttons,
    Code,
    Mono,
    Outcome,
    Tone,
    When,
    line,
)
from bot.i18n import _
from bot.journal.model import DAMAGED, NOT_ENDED, REVIVED, Intent
from bot.resources.base import Alarm, Resource, alarm_of
from bot.states import State

UNSETTLED = "unsettled"


def alarm(
    name: str, intent: Intent, resource: Resource, facts: Mapping[str, Any]
) -> Outcome:
    """Return the alarm *name* about *intent*, which says *facts*.

    Raises:
        KeyError: neither the resource nor this module has such an alarm.
    """
    if name == UNSETTLED:
        return unsettled(intent, resource)
    own = resource.alarms.get(name)
    return (own or ALARMS[name])(intent, facts)


def unsettled(intent: Intent, resource: Resource) -> Outcome:
    """Return the alarm that nobody has settled an unknown start for minutes.

    It gives the same verdict as the card.
    """
    room = _("room {room}").format(room=intent.subject.room)
    name = f"{intent.handle} · {resource.standing(intent)}"
    verdict = f"{name} · {room}" if intent.subject.room else name
    since = intent.sent_at or intent.created_at
    open_it = Button(_("Open"), "lookup", intent.id)
    return alarm_of(
        intent,
        verdict,
        line(_("It may be running, and billed; sent"), " ", When(since), "."),
        Buttons((open_it,)),
    )


def not_ended(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a stop was given up, with what is known of it."""
    unknown = intent.state is State.UNKNOWN
    sentence = (
        _("{handle} may still run, and be billed: nobody knows if it was stopped.")
        if unknown
        else _("{handle} was not stopped; as far as is known it is billed.")
    )
    end = intent.settlement
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle or intent.subject.ref),
        line(Mono(end.error_code), "  ", end.error_text),
        Code(intent.subject.ref),
    )


def revived(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a thing runs which was told as over."""
    sentence = _("{handle} runs, though it was told as over. It may be billed.")
    return alarm_of(intent, sentence.format(handle=intent.handle))


def damaged(facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that the journal's file is damaged."""
    advice = _(
        "Nothing new is started. What runs can be stopped. Keep a copy of the file, "
        "and put a backup back."
    )
    return Outcome(
        headline=(Bold(_("The journal's file is damaged.")),),
        tone=Tone.BAD,
        parts=(line(Mono(facts["why"])), line(advice)),
        audience=Audience.OPS,
    )


ALARMS: Mapping[str, Alarm] = {NOT_ENDED: not_ended, REVIVED: revived}
DRAWN: Mapping[str, Callable[[Mapping[str, Any]], Outcome]] = {DAMAGED: damaged}
