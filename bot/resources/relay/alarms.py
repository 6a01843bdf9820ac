"""The alarms that only relays have."""

from collections.abc import Mapping
from typing import Any

from bot.dialogue.outcome import Button, Buttons, Code, Outcome, line
from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.base import alarm_of
from bot.resources.relay.card import CONTROLLABLE
from bot.states import State


def contradicted(intent: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a thing runs, against what its card said."""
    ref, task_id = intent.subject.ref, str(facts["task_id"])
    second = ref and intent.state is not State.NOT_STARTED
    sentence = (
        _("{handle} has a second relay. Both may be billed.")
        if second
        else _("{handle} runs, though it was told as “{state}”. It may be billed.")
    )
    stop = f"stop {task_id} app={intent.subject.app}"
    button = Button(_("Stop this one"), "relay", stop, danger=True)
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle, state=intent.state.value),
        line(_("Tencent tells of this TaskId for it:")),
        Code(task_id),
        *((Code(ref),) if ref else ()),
        line(_("Nothing was changed or overwritten. Look, and stop what is too much.")),
        Buttons((button,)),
    )


def stuck(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a stop does not get through."""
    sentence = _("The stop of {handle} does not get through. I keep trying for a day.")
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle),
        line(_("It goes on running, and being billed. Stop it in the TRTC console:")),
        Code(intent.subject.ref),
    )


def last_day(intent: Intent, _facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a relay will soon be out of anybody's control."""
    until = (intent.sent_at or intent.created_at) + CONTROLLABLE
    sentence = _("{handle} can be stopped until {when} only; then it runs on, billed.")
    stop = Button(_("Stop"), "relay", f"stop {intent.handle}", danger=True)
    when = f"{until:%Y-%m-%d %H:%M:%S} UTC"
    return alarm_of(
        intent,
        sentence.format(handle=intent.handle, when=when),
        Buttons((stop,)),
    )
