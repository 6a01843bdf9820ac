"""The alarms that only relays have."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.outcome import Code, Outcome, When, line, said
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
    which = (
        _("An event about a target of the relay names it. Which one runs?")
        if task_id in intent.standing.rivals
        else _("It stands in an answer, or in an event about no target of the relay.")
    )
    look = _("Nothing was changed or overwritten. Look, and stop what is too much.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle, n=count),
        Code(task_id),
        *((and_more(intent, count - 1),) if count > 1 else ()),
        *((Code(ref),) if ref else ()),
        line(look),
        sentence=(which,),
        buttons=(*for_candidate(intent, task_id), stop),
    )


def revived(intent: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay runs, against what people were told."""
    was = state_word(State(str(facts["was"])))
    sentence = _("{handle} runs, though it was told as “{state}”. It may be billed.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle, state=was),
        Code(intent.subject.ref),
        sentence=(_("Tencent has told of it since."),),
        buttons=(stop_button(intent),),
    )


def stuck(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a stop does not get through."""
    sentence = _("The stop of {handle} does not get through. It is tried for a day.")
    billed = _("As far as is known it goes on running, and is billed.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle or intent.subject.ref),
        Code(intent.subject.ref),
        sentence=(billed, " ", _("It can be stopped in the TRTC console.")),
    )


def not_live(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay is not live a minute after its start."""
    sentence = _("No callback says that {handle} is live, 60 s after its start.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        sentence=(_("Callbacks of its app do arrive."),),
        buttons=(stop_button(intent),),
    )


def out_of_reach(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that Tencent takes no stop of a relay any more."""
    sentence = _("{handle} is out of reach: Tencent takes no stop of it any more.")
    billed = _("As far as is known it goes on running, and is billed.")
    hint = _("Remove its robot from the room to end it.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        Code(intent.subject.agent),
        sentence=(billed, " ", hint),
    )


def last_day(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay will soon be out of anybody's control."""
    until = When((intent.sent_at or intent.created_at) + CONTROLLABLE)
    sentence = _("{handle} can be stopped for one more day; then it runs on, billed.")
    text = _("Tencent takes a stop of it until {when}.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        sentence=said(text, when=until),
        buttons=(stop_button(intent),),
    )
