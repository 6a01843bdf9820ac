"""An alert: an alarm that calls the on-call group, and says how its outage stands.

What an alarm says of its thing, an alert says of the outage around it: since when, how
often, who has it, whether it is muted, and how it ended. Only a message that is new
calls anybody: a change of one does not ring.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Group,
    Link,
    Outcome,
    Span,
    Tone,
    When,
    Who,
    said,
)
from bot.i18n import _, n_
from bot.ids import SlackUserId
from bot.journal.evidence import moment_of
from bot.journal.model import Intent
from bot.journal.outages import FLAPS_AT, AlertCause
from bot.resources.base import Resource, shortened
from bot.resources.byhand import quoted

Alert = Mapping[str, Any]  # what a notice says of its outage: see `alert_rows.shown`
Context = tuple[Span, ...]


def cause_word(cause: str) -> str:
    """Return in a few words why an alert of that *cause* rings."""
    return {
        AlertCause.FAILED: _("a target failed"),
        AlertCause.NEVER_LIVE: _("not live after 60 s"),
        AlertCause.ROOM_EMPTY: _("nobody in the room"),
        AlertCause.STILL: _("the picture may be still or black"),
        AlertCause.UNKNOWN: _("unknown, and not settled"),
        AlertCause.STOP: _("a stop did not get through"),
    }[AlertCause(cause)]


def alert(outcome: Outcome, thing: Intent, alert: Alert, group: str) -> Outcome:
    """Return the alarm *outcome* about *thing* as the message of an *alert*.

    *group* is called by it; "" if it is a change of that message, or nobody is.
    """
    calls: Context = (Group(group), " ") if group else ()
    ended, past = bool(alert["ended_at"]), bool(alert.get("past"))
    return replace(
        outcome,
        headline=(Bold(_title(thing, alert)),) if past else outcome.headline,
        tone=Tone.OVER if ended else outcome.tone,
        sentence=(*calls, *(() if past else outcome.sentence)),
        buttons=() if ended else _buttons(outcome, thing, alert),
        menu=() if ended else outcome.menu,
        context=(*outcome.context, *_course(alert)),
    )


def _buttons(outcome: Outcome, thing: Intent, alert: Alert) -> tuple[Button, ...]:
    """Return what mends it, and what whoever is called does; two to a phone's row."""
    mending, duties = outcome.buttons, tuple(_duties(thing, alert))
    return (*mending[:1], *duties[:1], *mending[1:], *duties[1:])


def _duties(thing: Intent, alert: Alert) -> Iterable[Button]:
    """Yield what somebody does who is called, beside mending it."""
    name = thing.subject.about or thing.id
    if not alert["taken_by"]:
        yield Button(_("Take it"), "patchbay", f"take {name}")
    if not alert["muted_by"]:
        yield Button(_("Mute 1 h"), "patchbay", f"mute {name}")
    if thing.subject.room:
        room = f"{quoted(thing.subject.room)} --room"
        yield Button(_("Room"), "lookup", room)


def _course(alert: Alert) -> Iterable[Context]:
    """Yield how the outage went, a line each."""
    times, began = alert["times"], When(moment_of(alert["began_at"]))
    if alert["flapping"]:
        flaps = _("Flapping: {n} outages in 15 minutes")
        yield (flaps.format(n=max(times, FLAPS_AT)),)
    if alert["taken_by"]:
        who = Who(SlackUserId(alert["taken_by"]))
        yield said(
            _("Taken by {who} · {when}"),
            who=who,
            when=When(moment_of(alert["taken_at"])),
        )
    elif alert["rings"] > 1 and not alert["ended_at"]:
        n = alert["rings"]
        called = n_("Called {n} time", "Called {n} times", n).format(n=n)
        yield (f"{called} · ", When(moment_of(alert["rung_at"])))
    if alert["muted_by"] and not alert["ended_at"]:
        yield muted(alert)
    if alert["ended_at"]:
        ended = When(moment_of(alert["ended_at"]))
        yield said(_("Over {when} · since {began}"), when=ended, began=began)
    elif alert["well_at"]:
        well = When(moment_of(alert["well_at"]))
        yield said(_well(alert["cause"]), when=well)


def _well(cause: str) -> str:
    """Return what is well by now that made an alert of that *cause* ring."""
    live = _("Live since {when}; over once it was for 5 minutes")
    someone = _("Somebody is there since {when}; over after 5 minutes of that")
    usual = _(
        "No drop of the bit rate is known since {when}; over after 5 minutes of that"
    )
    others = {AlertCause.ROOM_EMPTY: someone, AlertCause.STILL: usual}
    return others.get(AlertCause(cause), live)


def _title(thing: Intent, alert: Alert) -> str:
    """Return what rang: what was so then, its alarm says, may be over by now."""
    text = _("{handle} · alert: {cause}")
    return text.format(handle=name_of(thing), cause=cause_word(alert["cause"]))


def name_of(thing: Intent) -> str:
    """Return what *thing* goes by: a stop of what began elsewhere has no handle."""
    return thing.handle or shortened(thing.subject.ref)


def muted(alert: Alert) -> Context:
    """Return who has muted it, and until when."""
    who = Who(SlackUserId(alert["muted_by"]))
    until = When(moment_of(alert["muted_until"]))
    return said(_("Muted by {who} until {when}"), who=who, when=until)


def again(thing: Intent, resource: Resource, alert: Alert, group: str) -> Outcome:
    """Return the reply that calls the *group* again, since nobody has taken it."""
    calls: Context = (Group(group), " ") if group else ()
    title = _("{handle} · nobody has taken it: {cause}").format(
        handle=name_of(thing), cause=cause_word(alert["cause"])
    )
    since = said(_("Since {when}"), when=When(moment_of(alert["began_at"])))
    is_stop = thing.subject.about or thing.subject.ends
    end = None if is_stop else resource.end_button(thing)
    buttons = (end, *_duties(thing, alert))
    return Outcome(
        headline=(Bold(title),),
        tone=Tone.WARN,
        sentence=(*calls, *since),
        buttons=tuple(filter(None, buttons)),
        handle=thing.handle,
        audience=Audience.OPS,
    )


def flaps(thing: Intent, alert: Alert) -> Outcome:
    """Return the reply that an outage which was over goes on, again and again."""
    title = _("{handle} · flapping: {cause}, for the third time in 15 minutes")
    return Outcome(
        headline=(
            Bold(title.format(handle=name_of(thing), cause=cause_word(alert["cause"]))),
        ),
        tone=Tone.WARN,
        handle=thing.handle,
        audience=Audience.OPS,
    )


def linked(thing: Intent, alert: Alert, url: str) -> Outcome:
    """Return the line in the thread of *thing* that says where its alert stands."""
    return Outcome(
        headline=(Bold(_title(thing, alert)),),
        tone=Tone.WARN,
        sentence=next(iter(links(url)), ()),
        handle=thing.handle,
        audience=Audience.THREAD,
    )


def links(url: str) -> Iterable[Context]:
    """Yield the link to an alert at *url*, if there is one."""
    if url:
        yield (Link(url, _("To the alert")),)


def paged(thing: Intent, resource: Resource, alert: Alert) -> Outcome:
    """Return in a line what a pager is told: no address, and nothing of Tencent's."""
    cause, place = cause_word(alert["cause"]), resource.place(thing)
    name = f"{thing.handle or thing.id}: {cause}"
    line = " · ".join(filter(None, (name, place, thing.subject.app)))
    return Outcome(headline=(line,), audience=Audience.PAGER)
