"""The alarms that only relays have, and when they are due."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.dialogue.outcome import Clock, Code, Outcome, When, line, said
from bot.i18n import _
from bot.journal.evidence import FactKind, moment_of
from bot.journal.model import Intent
from bot.journal.outages import AlertCause
from bot.resources.base import Timer, alarm_of
from bot.resources.headlines import state_word
from bot.resources.relay.card import (
    CONTROLLABLE,
    and_more,
    for_candidate,
    stop_button,
)
from bot.resources.relay.unknown import CALLBACK_IN
from bot.resources.relay.wanted import try_to_end
from bot.states import State
from bot.tencent.models.trtc.requests import (
    StartPublishCdnStream,
    StopPublishCdnStream,
)

START, STOP = StartPublishCdnStream.action, StopPublishCdnStream.action
STUCK, LAST_DAY, NOT_LIVE, OUT_OF_REACH = "stuck", "last-day", "not-live", "gone-by"
ROOM_EMPTY = "room-empty"

TIMERS = (
    Timer(
        name="silent",
        action=START,
        states=(State.UNKNOWN,),
        since="sent_at",
        after=CALLBACK_IN,
        learns=FactKind.SILENCE,
        called_back=True,
        alarms=False,
    ),
    Timer(
        name="unsettled",
        action=START,
        states=(State.UNKNOWN,),
        since="settled_at",
        after=timedelta(minutes=5),
        learns=FactKind.SILENCE,
        cause=AlertCause.UNKNOWN,
    ),
    Timer(
        name=STUCK,
        action=STOP,
        states=(State.SENDING,),
        since="sent_at",
        after=timedelta(minutes=2),
        before=timedelta(days=1),
        cause=AlertCause.STOP,
    ),
    Timer(
        name=NOT_LIVE,
        action=START,
        states=(State.STARTED,),
        since="sent_at",
        after=timedelta(minutes=1),
        called_back=True,
        unheard=True,
        cause=AlertCause.NEVER_LIVE,
    ),
    Timer(
        name="expiring",
        action=START,
        states=(State.STARTED, State.STOPPING),
        since="sent_at",
        after=timedelta(days=25),
        learns=FactKind.AGED,
        days=25,
        alarms=False,
    ),
    Timer(
        name=LAST_DAY,
        action=START,
        states=(State.EXPIRING, State.STOPPING),
        since="sent_at",
        after=timedelta(days=29),
        before=CONTROLLABLE,
    ),
    Timer(
        name=OUT_OF_REACH,
        action=START,
        states=(State.STARTED, State.EXPIRING, State.STOPPING),
        since="sent_at",
        after=CONTROLLABLE,
        learns=FactKind.AGED,
        days=30,
    ),
)


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


def room_empty(intent: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that nobody is in the room of a relay that runs."""
    sentence = _("{handle} runs, and nobody is in room {room}.").format(
        handle=intent.handle, room=intent.subject.room
    )
    since = When(moment_of(facts["since"]), Clock.TIME)
    billed = _("As far as is known it goes on running, and is billed.")
    heard = said(_("Empty since {when}, by the callbacks of the room."), when=since)
    return alarm_of(
        intent,
        sentence,
        sentence=(*heard, " ", billed),
        buttons=(stop_button(intent),),
    )


def out_of_reach(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that Tencent takes no stop of a relay any more."""
    sentence = _("{handle} is out of reach: Tencent takes no stop of it any more.")
    billed = _("As far as is known it goes on running, and is billed.")
    hint = _("Removing its robot from the room may end it: only a callback tells.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        Code(intent.subject.agent),
        sentence=(billed, " ", hint),
        buttons=try_to_end(intent),
    )


def last_day(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay will soon be out of anybody's control."""
    until = When((intent.sent_at or intent.created_at) + CONTROLLABLE)
    sentence = _(
        "{handle} can be stopped for less than a day; then it runs on, billed."
    )
    text = _("Tencent takes a stop of it until {when}.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        sentence=said(text, when=until),
        buttons=(stop_button(intent),),
    )
