"""A relay and its copies: what the cards and threads of both say of each other.

How the other one stands is said by its own headline, so no more is ever said of it
here than on its own card.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Outcome,
    Span,
    Tone,
    When,
    Who,
    in_lines,
    said,
)
from bot.i18n import _
from bot.ids import SlackUserId
from bot.journal.evidence import HEADLINES, Headline, Link, Role, Wish, moment_of
from bot.journal.links import OPEN, Line
from bot.journal.model import Intent
from bot.resources.byhand import typed_after
from bot.resources.headlines import headline_word
from bot.resources.relay.card import within_reach
from bot.resources.relay.wanted import room
from bot.states import OVER, State

LINES = frozenset(
    {
        Line.COPIED,
        Line.TAKES_OVER,
        Line.COPY_OVER,
        Line.UNSURE,
        Line.LOOK,
        Line.ALONE,
        Line.KEPT,
    }
)
_ENDED = {HEADLINES[state] for state in OVER}
Facts = Mapping[str, Any]

# ── the card ─────────────────────────────────────────────────────────────────────


def small_print(intent: Intent) -> Iterable[tuple[Span, ...]]:
    """Yield what *intent* is a copy of, and its copies, each with how it stands."""
    for link in intent.standing.links:
        text = (
            _("copy of {handle} ({standing})")
            if link.role is Role.ORIGINAL
            else _("copy: {handle} ({standing})")
        )
        standing = headline_word(link.headline)
        yield (text.format(handle=link.handle, standing=standing),)


def sentence(intent: Intent) -> Iterable[Span]:
    """Yield what is to be done with the original, on either card."""
    if intent.state in OVER:
        return ()
    each = (
        (_of_original if link.role is Role.COPY else _of_copy)(link)
        for link in intent.standing.links
    )
    return in_lines(*each)


def _of_original(link: Link) -> Iterable[Span]:
    """Yield what is to be done with this one, of which *link* is a copy."""
    if text := {
        Wish.WAITING: _("To be stopped when its copy {copy} is live, as {who} asked."),
        Wish.DUE: _("To be stopped now, as {who} asked: its copy {copy} went live."),
        Wish.LOOK: _(
            "Callbacks are off, so this one goes on until somebody stops it: look"
            " whether its copy {copy} is live."
        ),
        Wish.REFUSED: _(
            "Its copy {copy} went live, and {who} may not stop this one any more."
        ),
        Wish.DROPPED: _("Not stopped: its copy {copy} is over.")
        if link.headline in _ENDED
        else "",
    }.get(link.wish):
        yield from said(text, copy=link.handle, who=_who(link.by))


def _of_copy(link: Link) -> Iterable[Span]:
    """Yield what is to be done with the original that *link* is, once this is live."""
    if text := {
        Wish.WAITING: _("{original} is to be stopped when this is live."),
        Wish.DUE: _("{original} is to be stopped now."),
        Wish.LOOK: _(
            "Callbacks are off, so {original} goes on until somebody stops it: look"
            " whether this is live."
        ),
        Wish.REFUSED: _("{original} was not stopped: {who} may not any more."),
    }.get(link.wish):
        yield from said(text, original=link.handle, who=_who(link.by))


def _who(user: str) -> Span:
    return Who(SlackUserId(user))


# ── the threads ──────────────────────────────────────────────────────────────────


def told(intent: Intent, facts: Facts, *, runs: bool = True) -> Outcome:
    """Return the line in the thread of *intent* that says *facts* of the other one.

    *runs*: it does, or may, at the time of drawing.
    """
    tone, draw = _TOLD[facts["what"]]
    spans = said(
        draw(facts),
        handle=intent.handle,
        other=str(facts["handle"]),
        standing=headline_word(Headline(facts["headline"])),
        who=_who(str(facts["by"])),
    )
    stops = facts["what"] in {Line.LOOK, Line.COPY_OVER} and runs
    return Outcome(
        headline=(Bold(intent.handle), " · ", *spans, " · ", When(_at(facts))),
        tone=tone,
        buttons=(_stop(intent),) if stops and within_reach(intent) else (),
        handle=intent.handle,
        audience=Audience.THREAD,
    )


def _at(facts: Facts) -> Any:
    return moment_of(facts["at"])


def _copied(facts: Facts) -> str:
    if facts["wish"] == Wish.WAITING:
        return _(
            "{who} asked for a copy, {other}; this one is to be stopped when that is"
            " live"
        )
    return _("{who} asked for a copy, {other}; nothing is done to this one")


def _alone(facts: Facts) -> str:
    if facts["role"] == Role.ORIGINAL:
        return _("{other}, of which this is a copy, is over: {standing}")
    return _("{other}, a copy of this one, is over: {standing}")


_TOLD: Mapping[str, tuple[Tone, Callable[[Facts], str]]] = {
    Line.COPIED: (Tone.PLAIN, _copied),
    Line.TAKES_OVER: (
        Tone.PLAIN,
        lambda _facts: _(
            "its copy {other} is live, so it is to be stopped, as {who} asked"
        ),
    ),
    Line.COPY_OVER: (
        Tone.WARN,
        lambda _facts: _("not stopped: its copy {other} is over ({standing})"),
    ),
    Line.UNSURE: (
        Tone.UNKNOWN,
        lambda _facts: _("not stopped: nobody knows yet if its copy {other} runs"),
    ),
    Line.LOOK: (
        Tone.ACCEPTED,
        lambda _facts: _(
            "not stopped: its copy {other} was accepted, and callbacks are off. Look"
            " whether that is live, then stop this one"
        ),
    ),
    Line.ALONE: (Tone.PLAIN, _alone),
    Line.KEPT: (
        Tone.PLAIN,
        lambda _facts: _("{who} keeps it running beside its copy {other}"),
    ),
}


def _stop(intent: Intent) -> Button:
    """Return the button that stops *intent*, of which somebody has looked at the copy.

    It asks once, as every stop does.
    """
    label = _("Stop {handle}").format(handle=intent.handle)
    return Button(label, "relay", f"stop {intent.id}")


# ── what can be done ─────────────────────────────────────────────────────────────


def again_button(intent: Intent, label: str) -> Button:
    """Return the button that opens the form as *intent* was filled in."""
    text = typed_after("start", (), {"like": intent.id})
    return Button(label, "relay", text)


def copy_button(intent: Intent, label: str) -> Button:
    """Return the button that opens the form of a copy of *intent*."""
    return Button(label, "relay", f"copy {intent.id}")


def again(intent: Intent) -> Iterable[Button]:
    """Yield what opens the form for another one, from the row of a list."""
    if intent.masked and intent.state in OVER:
        label = _("Start {handle} again…").format(handle=intent.handle)
        yield again_button(intent, label)
    elif intent.masked:
        yield copy_button(intent, _("Copy {handle}…").format(handle=intent.handle))


def menu(intent: Intent) -> Iterable[Button]:
    """Yield what the menu of a card offers: its room, another like it, and the rest."""
    yield from room(intent)
    if not intent.masked:
        return
    if intent.state not in OVER:
        yield copy_button(intent, _("Copy…"))
    elif intent.state is not State.NOT_STARTED:
        yield again_button(intent, _("Start again…"))
    yield Button(_("More…"), "relay", f"more {intent.id}")


def buttons(intent: Intent) -> Iterable[Button]:
    """Yield what can be done about copies of *intent*, beside what its card offers."""
    if intent.masked:
        yield copy_button(intent, _("Start a copy"))
        yield again_button(intent, _("Start again"))
    for link in intent.standing.links:
        if link.wish in OPEN:
            kept = intent.id if link.role is Role.COPY else link.intent
            handle = intent.handle if link.role is Role.COPY else link.handle
            label = _("Keep {handle} running").format(handle=handle)
            yield Button(label, "relay", f"keep {kept}")
        name = _("Open {handle}").format(handle=link.handle)
        yield Button(name, "relay", f"status {link.intent}")
