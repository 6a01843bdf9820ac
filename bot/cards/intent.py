"""What the journal knows about a thing, as an answer.

A card is a pure function of an intent, so the card in the channel, `/lookup` and a
restart after a crash all say the same. Nothing here can show a secret: an intent holds
its request masked.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.cards.errors import failure
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Buttons,
    Code,
    Mono,
    Outcome,
    Part,
    Points,
    Span,
    Tone,
    When,
    Who,
    line,
)
from bot.i18n import _
from bot.ids import SlackUserId
from bot.journal.model import Intent
from bot.journal.stops import How
from bot.resources.base import Resource
from bot.resources.headlines import state_word
from bot.states import State


def card(intent: Intent, resource: Resource) -> Outcome:
    """Return the card of the thing that *intent* made, or tried to make."""
    standing = resource.standing(intent)
    headline: tuple[Span, ...] = (Bold(f"{intent.handle} · {standing}"),)
    if intent.subject.room:
        headline += ("   ", _("room"), " ", Mono(intent.subject.room))
    return Outcome(
        headline=headline,
        tone=resource.tone(intent),
        parts=tuple(_parts(intent, resource)),
        menu=_menu(intent, resource),
        request_id=intent.settlement.request_id,
        handle=intent.handle,
        audience=Audience.CHANNEL,
    )


def result(intent: Intent, resource: Resource) -> Outcome:
    """Return how the action *intent* on a thing ended, for whoever asked for it."""
    done = intent.state is State.DONE
    ends = resource.request(intent.action).effect.ends
    parts: tuple[Part, ...] = (Code(intent.subject.ref),) if intent.subject.ref else ()
    code = intent.settlement.error_code
    why = tuple(failure(intent, resource.product)) if code and not done else ()
    return Outcome(
        headline=(Bold(resource.result(intent)),),
        tone=_result_tone(intent, ends=ends),
        parts=(*parts, *why),
        request_id=intent.settlement.request_id,
        handle=intent.handle or None,
    )


def _result_tone(intent: Intent, *, ends: bool) -> Tone:
    if intent.settlement.reason in {How.OVER, How.PERHAPS}:
        return Tone.OVER
    if intent.state is State.UNKNOWN:
        return Tone.UNKNOWN
    if intent.state is not State.DONE:
        return Tone.BAD
    unsaid = intent.settlement.reason == How.NO_SUCH_TASK
    return Tone.UNKNOWN if unsaid else Tone.OVER if ends else Tone.GOOD


def stop_placed(stop: Intent) -> Outcome:
    """Return what happens to a *stop* that was just accepted."""
    name = stop.handle or stop.subject.ref
    if stop.state is State.DONE:
        sentence, more = _("{handle} is cancelled: nothing was sent."), ""
    elif stop.joins:
        sentence = _("{handle} is being stopped already.")
        more = _("That stop goes on for you as well; its answer comes here.")
    elif stop.state is State.WAITING:
        sentence = _("{handle} will be stopped as soon as its TaskId is known.")
        more = _("It is not known yet. Until then it may run, and be billed.")
    else:
        sentence, more = _("{handle} is being stopped."), ""
    return Outcome(
        headline=(Bold(sentence.format(handle=name)),),
        tone=Tone.WAIT,
        parts=(line(more),) if more else (),
        handle=stop.handle or None,
    )


def looked_up(intent: Intent, resource: Resource, history: Iterable[Intent]) -> Outcome:
    """Return the card for the asker alone, with what was done to the thing."""
    lines = tuple(event(one) for one in history)
    shown = card(intent, resource)
    share = Button(_("Share"), "lookup", f"{intent.id} --public")
    parts = (*shown.parts, Points(_("History"), lines), Buttons((share,)))
    return replace(shown, parts=parts, audience=Audience.ASKER)


def _menu(intent: Intent, resource: Resource) -> tuple[Button, ...]:
    """Return what the menu beside a card's headline offers."""
    entries = [
        Button(_("Details"), "lookup", f"{intent.id} --details"),
        Button(_("Copy IDs"), "lookup", f"{intent.id} --ids"),
    ]
    if code := intent.settlement.error_code:
        text = f"{code} product={resource.product}"
        entries.append(Button(_("Explain the error"), "lookup", text))
    return (*entries, *resource.menu(intent))


def _parts(intent: Intent, resource: Resource) -> Iterable[Part]:
    end = intent.settlement
    yield from resource.body(intent)
    yield from resource.leads(intent)
    if intent.state is State.UNKNOWN:
        yield from resource.unknown(intent)
    if intent.note:
        yield line(intent.note, quiet=True)
    if end.settled_by and end.reason:
        yield line(Who(SlackUserId(end.settled_by)), ": ", end.reason)
    if intent.asker.user:
        started = (Who(intent.asker.user), " · ", When(intent.created_at))
        yield line(_("Started by"), " ", *started, quiet=True)
    if end.error_code and intent.state is State.NOT_STARTED:
        yield from failure(intent, resource.product)
    if stop := resource.end_button(intent):
        yield Buttons((stop,))


def event(intent: Intent) -> tuple[Span, ...]:
    """Return in one line what was asked of a thing, by whom, and how it ended."""
    return (
        When(intent.created_at),
        " · ",
        Who(intent.asker.user),
        f" · {intent.action} · {state_word(intent.state)}",
    )
