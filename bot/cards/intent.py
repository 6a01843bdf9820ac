"""What the journal knows about a thing, as an answer.

A card is a pure function of an intent, so the card in the channel, `/lookup` and a
restart after a crash all say the same. Nothing here can show a secret: an intent holds
its request masked.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.cards.errors import (
    answer,
    explaining,
    failure,
    in_their_words,
    is_ours,
    reason,
)
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Outcome,
    Part,
    Points,
    Span,
    Tone,
    When,
    Who,
    line,
    said,
)
from bot.i18n import _, reader_locale
from bot.journal.model import Intent
from bot.resources.base import Resource
from bot.resources.headlines import state_word, stop_tone
from bot.states import State
from bot.tencent.explain import Explanation, explain

MOST_TARGETS = 3  # that a card shows; the rest is counted


def card(intent: Intent, resource: Resource) -> Outcome:
    """Return the card of the thing that *intent* made, or tried to make."""
    return Outcome(
        headline=_headline(intent, resource),
        tone=resource.tone(intent),
        sentence=_sentence(intent, resource),
        targets=_targets(intent, resource),
        buttons=_buttons(intent, resource),
        menu=_menu(intent, resource),
        parts=(*resource.body(intent), *_unknown(intent, resource)),
        context=tuple(_context(intent, resource)),
        request_id=intent.settlement.request_id,
        handle=intent.handle,
        audience=Audience.CHANNEL,
    )


def _headline(intent: Intent, resource: Resource) -> tuple[Span, ...]:
    """Return the thing, its state, the reason if it failed, and where it plays."""
    name = f"{intent.handle} · {resource.standing(intent)}"
    if meaning := _failure(intent, resource):
        name = _("{state}: {why}").format(state=name, why=reason(meaning))
    place = resource.place(intent)
    return (Bold(name), f" · {place}") if place else (Bold(name),)


def _failure(intent: Intent, resource: Resource) -> Explanation | None:
    """Return what the error means by which *intent* did not start."""
    code = intent.settlement.error_code
    if not code or intent.state is not State.NOT_STARTED:
        return None
    meanings = explain(code, product=resource.product, locale=reader_locale())
    return meanings[0] if meanings else None


def _sentence(intent: Intent, resource: Resource) -> tuple[Span, ...]:
    if meaning := _failure(intent, resource):
        text = intent.settlement.error_text
        return (text if text and is_ours(meaning.code) else meaning.means,)
    return tuple(resource.sentence(intent))


def _targets(intent: Intent, resource: Resource) -> tuple[tuple[Span, ...], ...]:
    """Return the first of the places that it leads to, and how many there are more."""
    lines = resource.towards(intent)
    shown = tuple(lines[:MOST_TARGETS])
    more = len(lines) - len(shown) + resource.led(intent)
    return (*shown, (_("+ {n} more in Details").format(n=more),)) if more else shown


def _buttons(intent: Intent, resource: Resource) -> tuple[Button, ...]:
    end = resource.end_button(intent)
    first, *others = [*resource.offers(intent), None]
    buttons = [one for one in (first, end, *others) if one]  # two to a phone's row
    if _failure(intent, resource):
        buttons += [
            _explain(intent, resource),
            Button(_("Run doctor"), "patchbay", "doctor"),
        ]
    return tuple(buttons)


def _unknown(intent: Intent, resource: Resource) -> Iterable[Part]:
    return resource.unknown(intent) if intent.state is State.UNKNOWN else ()


def _context(intent: Intent, resource: Resource) -> Iterable[tuple[Span, ...]]:
    end = intent.settlement
    if intent.note:
        yield (intent.note,)
    spoken = _failure(intent, resource) is not None and is_ours(end.error_code)
    if intent.state in {State.NOT_STARTED, State.UNKNOWN} and not spoken:
        yield from in_their_words(end.error_code, end.error_text)
    if intent.asker.user:
        who, when = Who(intent.asker.user), When(intent.created_at)
        yield said(_("Started by {who} · {when}"), who=who, when=when)
    yield from resource.facts(intent)


def result(intent: Intent, resource: Resource) -> Outcome:
    """Return how the action *intent* on a thing ended, for whoever asked for it."""
    ends = resource.request(intent.action).effect.ends
    code = intent.settlement.error_code
    failed = Outcome(headline=())
    if code and intent.state is not State.DONE:
        failed = failure(code, intent.settlement.error_text, resource.product)
    return replace(
        failed,
        headline=(Bold(resource.result(intent)),),
        tone=_result_tone(intent, ends=ends),
        buttons=(*resource.result_buttons(intent), *failed.buttons),
        parts=(*resource.result_parts(intent), *failed.parts),
        request_id=intent.settlement.request_id,
        handle=intent.handle or None,
    )


def _result_tone(intent: Intent, *, ends: bool) -> Tone:
    if ends or intent.state is not State.DONE:
        return stop_tone(intent.state, intent.settlement.reason)
    # what a change says of the relay, its card says
    return Tone.PLAIN if intent.subject.changes else Tone.GOOD


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
        sentence=(more,) if more else (),
        handle=stop.handle or None,
    )


def change_placed(change: Intent) -> Outcome:
    """Return what happens to a *change* that was just accepted."""
    sentence = _("{handle} is being changed.")
    return Outcome(
        headline=(Bold(sentence.format(handle=change.handle)),),
        tone=Tone.WAIT,
        handle=change.handle or None,
    )


def looked_up(intent: Intent, resource: Resource, history: Iterable[Intent]) -> Outcome:
    """Return the card for the asker alone, with what was done to the thing."""
    lines = tuple(event(one) for one in history)
    shown = card(intent, resource)
    share = Button(_("Share"), "lookup", f"{intent.id} --public")
    return replace(
        shown,
        buttons=shown.buttons if resource.personal else (*shown.buttons, share),
        parts=(*shown.parts, Points(_("History"), lines)),
        audience=Audience.ASKER,
    )


def failed_act(intent: Intent, resource: Resource) -> Outcome:
    """Return what the error means by which *intent* failed, and what can be done now.

    How it ended is what is known of it: it may have been done all the same.
    """
    end = intent.settlement
    shown = answer(end.error_code, resource.product)
    name = intent.handle or intent.subject.ref
    acts = intent.subject.about or intent.subject.ends
    own = resource.result_buttons if acts else resource.offers
    how = resource.result(intent) if acts else f"{name} · {resource.standing(intent)}"
    text = _("Open {handle}").format(handle=name)
    buttons = (*own(intent), Button(text, "lookup", name), *shown.buttons)
    return replace(
        shown,
        buttons=buttons,
        parts=(line(Bold(how)), *shown.parts),
        context=(
            said(_("Asked for {when}"), when=When(intent.created_at)),
            *in_their_words(end.error_code, end.error_text),
        ),
        request_id=end.request_id,
        handle=intent.handle or None,
    )


def _menu(intent: Intent, resource: Resource) -> tuple[Button, ...]:
    """Return what the menu of a card offers."""
    entries = [
        Button(_("Details"), "lookup", f"{intent.id} --details"),
        Button(_("Copy IDs"), "lookup", f"{intent.id} --ids"),
    ]
    if intent.settlement.error_code and not _failure(intent, resource):
        entries.append(_explain(intent, resource))
    return (*entries, *resource.menu(intent))


def _explain(intent: Intent, resource: Resource) -> Button:
    code = intent.settlement.error_code
    return explaining(code, resource.product)


def event(intent: Intent) -> tuple[Span, ...]:
    """Return in one line what was asked of a thing, by whom, and how it ended."""
    return (
        When(intent.created_at),
        " · ",
        Who(intent.asker.user),
        f" · {intent.action} · {state_word(intent.state)}",
    )
