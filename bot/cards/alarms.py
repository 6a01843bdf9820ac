"""Alarms of every resource: what nobody has settled, and what was not ended."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.outcome import Button, Buttons, Code, Mono, Outcome, line
from bot.i18n import _
from bot.journal.model import NOT_ENDED, Intent
from bot.resources.base import Alarm, Resource, alarm_of


def alarm(
    name: str, intent: Intent, resource: Resource, facts: Mapping[str, Any]
) -> Outcome:
    """Return the alarm *name* about *intent*, which says *facts*.

    Raises:
        KeyError: neither the resource nor this module has such an alarm.
    """
    own = resource.alarms.get(name)
    return (own or ALARMS[name])(intent, facts)


def unsettled(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that nobody has settled an unknown start for minutes."""
    sentence = _("{handle} is still unknown: it may be running, and billed.")
    open_it = Button(_("Open"), "lookup", intent.handle)
    return alarm_of(intent, sentence.format(handle=intent.handle), Buttons((open_it,)))


def not_ended(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a stop was given up: what it was to stop goes on."""
    sentence = _("{handle} was not stopped, and goes on being billed.")
    end = intent.settlement
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        line(Mono(end.error_code), "  ", end.error_text),
        Code(intent.subject.ref),
    )


ALARMS: Mapping[str, Alarm] = {"unsettled": unsettled, NOT_ENDED: not_ended}
