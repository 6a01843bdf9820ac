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
from bot.resources.base import Resource, state_word
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
    ended = done and resource.request(intent.action).effect.ends
    parts: tuple[Part, ...] = (Code(intent.subject.ref),) if intent.subject.ref else ()
    return Outcome(
        headline=(Bold(resource.result(intent)),),
        tone=Tone.OVER if ended else Tone.GOOD if done else Tone.BAD,
        parts=parts if done else (*parts, *failure(intent, resource.product)),
        request_id=intent.settlement.request_id,
        handle=intent.handle,
    )


def looked_up(intent: Intent, resource: Resource, history: Iterable[Intent]) -> Outcome:
    """Return the card for the asker alone, with what was done to the thing."""
    lines = tuple(_event(one) for one in history)
    shown = card(intent, resource)
    share = Button(_("Share"), "lookup", f"{intent.handle} --public")
    parts = (*shown.parts, Points(_("History"), lines), Buttons((share,)))
    return replace(shown, parts=parts, audience=Audience.ASKER)


def _menu(intent: Intent, resource: Resource) -> tuple[Button, ...]:
    """Return what the menu beside a card's headline offers."""
    entries = [
        Button(_("Details"), "lookup", f"{intent.handle} --details"),
        Button(_("Copy IDs"), "lookup", f"{intent.handle} --ids"),
    ]
    if code := intent.settlement.error_code:
        text = f"{code} product={resource.product}"
        entries.append(Button(_("Explain the error"), "lookup", text))
    return (*entries, *resource.menu(intent))


def _parts(intent: Intent, resource: Resource) -> Iterable[Part]:
    end = intent.settlement
    yield from resource.body(intent)
    if intent.state is State.UNKNOWN:
        yield from resource.unknown(intent)
    if intent.note:
        yield line(intent.note, quiet=True)
    if end.settled_by:
        reason = end.reason or _("attached its TaskId by hand")
        yield line(Who(SlackUserId(end.settled_by)), ": ", reason)
    asked = (Who(intent.asker.user), " · ", When(intent.created_at))
    yield line(_("by"), " ", *asked, quiet=True)
    if end.error_code and intent.state is not State.UNKNOWN:
        yield from failure(intent, resource.product)
    if stop := resource.end_button(intent):
        yield Buttons((stop,))


def _event(intent: Intent) -> tuple[Span, ...]:
    return (
        When(intent.created_at),
        " · ",
        Who(intent.asker.user),
        f" · {intent.action} · {state_word(intent.state)}",
    )
