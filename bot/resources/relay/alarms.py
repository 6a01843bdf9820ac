"""The alarms that only relays have."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.outcome import Buttons, Code, Outcome, line
from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.base import alarm_of
from bot.resources.headlines import state_word
from bot.resources.relay.card import (
    CONTROLLABLE,
    and_more,
    for_candidate,
    stop_button,
)
from bot.states import State


def contradicted(intent: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that other TaskIds came under the name of a relay.

    It is one message, which counts: a person finds out which one runs, and stops the
    others.
    """
    ref, task_id, count = intent.subject.ref, facts["task_id"], facts.get("count", 1)
    one, several = (
        (
            _("{handle} has a second TaskId. Both may be billed."),
            _("{handle} has {n} other TaskIds. Each may be billed."),
        )
        if ref
        else (
            _("A TaskId came under the name of {handle}. It may be billed."),
            _("{n} TaskIds came under the name of {handle}. Each may be billed."),
        )
    )
    sentence = one if count == 1 else several
    stop = stop_button(intent) if ref else None
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle, n=count),
        line(_("It stands in an answer, or in an event about no target of the relay:"))
        if task_id not in intent.standing.rivals
        else line(_("An event about a target of the relay names it. Which one runs?")),
        Code(task_id),
        Buttons(for_candidate(intent, task_id)),
        *((and_more(intent, count - 1),) if count > 1 else ()),
        *((Code(ref),) if ref else ()),
        *((Buttons((stop,)),) if stop else ()),
        line(_("Nothing was changed or overwritten. Look, and stop what is too much.")),
    )


def revived(intent: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay runs, against what people were told."""
    was = state_word(State(str(facts["was"])))
    sentence = _("{handle} runs, though it was told as “{state}”. It may be billed.")
    stop = stop_button(intent)
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle, state=was),
        line(_("Tencent has told of it since:")),
        Code(intent.subject.ref),
        *((Buttons((stop,)),) if stop else ()),
    )


def stuck(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a stop does not get through."""
    sentence = _("The stop of {handle} does not get through. It is tried for a day.")
    billed = _("As far as is known it goes on running, and is billed.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle or intent.subject.ref),
        line(billed, " ", _("It can be stopped in the TRTC console:")),
        Code(intent.subject.ref),
    )


def not_live(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay is not live a minute after its start."""
    sentence = _("No callback says that {handle} is live, 60 s after its start.")
    why = _("Callbacks of its app do arrive.")
    stop = stop_button(intent)
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        line(why),
        *((Buttons((stop,)),) if stop else ()),
    )


def out_of_reach(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that Tencent takes no stop of a relay any more."""
    sentence = _("{handle} is out of reach: Tencent takes no stop of it any more.")
    billed = _("As far as is known it goes on running, and is billed.")
    hint = _("Remove its robot from the room to end it:")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        line(billed, " ", hint),
        Code(intent.subject.agent),
    )


def last_day(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay will soon be out of anybody's control."""
    until = (intent.sent_at or intent.created_at) + CONTROLLABLE
    sentence = _("{handle} can be stopped until {when} only; then it runs on, billed.")
    stop = stop_button(intent)
    when = f"{until:%Y-%m-%d %H:%M:%S} UTC"
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle, when=when),
        *((Buttons((stop,)),) if stop else ()),
    )
