"""Alarms of every resource: what nobody has settled, and what was not ended."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Clock,
    Code,
    Mono,
    Outcome,
    Points,
    Span,
    Tone,
    When,
    Who,
    line,
    said,
)
from bot.i18n import _, n_
from bot.journal.model import DAMAGED, GONE, NOT_ENDED, REVIVED, STOP_REFUSED, Intent
from bot.resources.base import Resource, alarm_of
from bot.states import State

UNSETTLED, LEFT = "unsettled", "workspace-left"
MOST_LEFT = 10  # things that are listed of a workspace
Facts = Mapping[str, Any]


def alarm(name: str, intent: Intent, resource: Resource, facts: Facts) -> Outcome:
    """Return the alarm *name* about *intent*, which says *facts*.

    Every alarm says where it plays and since when, so that nobody has to look it up.

    Raises:
        KeyError: neither the resource nor this module has such an alarm.
    """
    if own := resource.alarms.get(name):
        outcome = own(intent, facts)
    else:
        outcome = ALARMS[name](intent, resource, facts)
    return replace(outcome, targets=(_whereabouts(intent, resource),))


def _whereabouts(intent: Intent, resource: Resource) -> tuple[Span, ...]:
    """Return the room, the first target and the age of what an alarm is about."""
    where, at = resource.gist(intent), intent.sent_at or intent.created_at
    if intent.subject.ends:  # it is about a stop; when the relay was sent it cannot say
        text = _("{where} · stop asked {when}") if where else _("Stop asked {when}")
        at = intent.created_at
    elif intent.sent_at is None:  # from here: when it was started nobody knows
        text = _("{where} · on record {when}") if where else _("On record {when}")
    else:
        text = _("{where} · sent {when}") if where else _("Sent {when}")
    return said(text, where=where, when=When(at, Clock.AGO))


def unsettled(intent: Intent, resource: Resource, _facts: Facts) -> Outcome:
    """Return the alarm that nobody has settled an unknown start for minutes.

    It gives the same verdict as the card, and what settles it.
    """
    name = f"{intent.handle} · {resource.standing(intent)}"
    place = resource.place(intent)
    return alarm_of(
        intent,
        f"{name} · {place}" if place else name,
        sentence=(_("It may be running, and billed."),),
        buttons=(*resource.offers(intent), Button(_("Open"), "lookup", intent.id)),
    )


def stop_refused(intent: Intent, resource: Resource, facts: Facts) -> Outcome:
    """Return the alarm that a stop was due in the name of somebody who may not."""
    sentence = _("{handle} was due to be stopped, and was not.")
    text = _("{who}, in whose name it was due, may not stop it: {why} (rule: {rule})")
    who, why, rule = Who(facts["by"]), str(facts["why"]), str(facts["rule"])
    on = (
        _("It may be running, and billed.")
        if intent.state is State.UNKNOWN
        else _("As far as is known it goes on running, and is billed.")
    )
    return replace(
        alarm_of(
            intent,
            sentence.format(handle=intent.handle),
            sentence=(on,),
            buttons=(resource.end_button(intent),),
        ),
        context=(said(text, who=who, why=why, rule=rule),),
    )


def not_ended(intent: Intent, resource: Resource, _facts: Facts) -> Outcome:
    """Return the alarm that the stop *intent* was given up, with another try of it."""
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
        Code(intent.subject.ref),
        sentence=(Mono(end.error_code), f": {end.error_text}"),
        buttons=tuple(resource.result_buttons(intent)),
    )


def revived(intent: Intent, _resource: Resource, _facts: Facts) -> Outcome:
    """Return the alarm that a thing runs which was told as over."""
    sentence = _("{handle} runs, though it was told as over. It may be billed.")
    return alarm_of(intent, sentence.format(handle=intent.handle))


def damaged(facts: Facts) -> Outcome:
    """Return the alarm that the journal's file is damaged."""
    advice = _(
        "Nothing new is started. What runs can be stopped. Keep a copy of the file, "
        "and put a backup back."
    )
    return _of_the_file(_("The journal's file is damaged."), advice, facts)


def gone(facts: Facts) -> Outcome:
    """Return the alarm that the journal's file was deleted or exchanged."""
    advice = _(
        "Nothing new is started. What runs can be stopped. What is kept from now on is "
        "lost when this bot ends: then put the file, or a backup, back."
    )
    return _of_the_file(_("The journal's file is not there any more."), advice, facts)


def left(facts: Facts) -> Outcome:
    """Return the alarm that an org-wide app was taken out of a workspace.

    What runs there is listed with its IDs: its handles mean other things elsewhere.
    """
    n, things = int(facts["n"]), list(facts["things"])
    headline = _("This app was taken out of the workspace {workspace}.")
    text = n_(
        "{n} thing that was started there goes on, and may be billed. Nobody there can "
        "stop it here any more.",
        "{n} things that were started there go on, and may be billed. Nobody there can "
        "stop them here any more.",
        n,
    )
    advice = _(
        "Add the app there again, or have it stopped by its ID: whoever may stop on "
        "its TRTC app can."
    )
    listed = Points("", tuple(_left_running(one) for one in things))
    more = line(_("and {n} more").format(n=n - len(things)), quiet=True)
    return Outcome(
        headline=(Bold(headline.format(workspace=facts["workspace"])),),
        tone=Tone.BAD if n else Tone.WARN,
        sentence=(text.format(n=n), " ", advice) if n else (),
        parts=(*([listed] if things else ()), *([more] if n > len(things) else ())),
        audience=Audience.OPS,
    )


def _left_running(thing: Mapping[str, str]) -> tuple[Span, ...]:
    room = _("room {room}").format(room=thing["room"]) if thing["room"] else ""
    named = " · ".join(filter(None, (thing["handle"], room)))
    return (f"{named} · ", Mono(thing["ref"])) if thing["ref"] else (named,)


def _of_the_file(headline: str, advice: str, facts: Facts) -> Outcome:
    return Outcome(
        headline=(Bold(headline),),
        tone=Tone.BAD,
        sentence=(advice,),
        context=((Mono(facts["why"]),),),
        audience=Audience.OPS,
    )


ALARMS: Mapping[str, Callable[[Intent, Resource, Facts], Outcome]] = {
    UNSETTLED: unsettled,
    NOT_ENDED: not_ended,
    STOP_REFUSED: stop_refused,
    REVIVED: revived,
}
DRAWN: Mapping[str, Callable[[Facts], Outcome]] = {
    DAMAGED: damaged,
    GONE: gone,
    LEFT: left,
}
