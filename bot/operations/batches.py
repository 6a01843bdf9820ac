"""Which notices go as one message: what waits for the same place at the same time.

Slack takes one new message a second in a channel. So the new cards of a channel that is
behind share a message, and the alarms that wait for one place are one digest. A card
that stands in a shared message is drawn anew with all that stand there.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

import structlog

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Buttons,
    Code,
    Line,
    Mono,
    Outcome,
    Part,
    Points,
    Row,
    Span,
    Tone,
)
from bot.i18n import _, slash
from bot.journal.alert_rows import ALERT
from bot.journal.lines import Place
from bot.journal.model import CARD, Intent, Notification
from bot.operations.notices import drawn
from bot.resources.kinds import Registry
from bot.slack.outbound.routes import Body, Way
from bot.slack.render.blocks import message

BEHIND = 3  # new cards that wait for one place at once; fewer go one by one
MOST_CARDS = 24  # of two blocks each, in a message of 50
MOST_ALARMS = 10

Ways = tuple[Way, ...]

T = TypeVar("T")
Draw = Callable[[Notification, Registry], Outcome]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Notifications that go as one message, by *ways* in that order."""

    notifications: tuple[Notification, ...]
    ways: Ways

    @property
    def lane(self) -> str:
        """What its first way is paced with."""
        return self.ways[0].lane if self.ways else ""

    @property
    def claims(self) -> frozenset[Hashable]:
        """What two messages that are under way at once must not have in common."""
        return frozenset(
            claim for one in self.notifications for claim in claims_of(one)
        )

    @property
    def may_share(self) -> bool:
        """Whether several go as one, or what stands in its message may be several."""
        first, *others = self.notifications
        changes = first.name == CARD and first.intent and first.intent.card
        return bool(others or changes)

    def meets(self, others: "Iterable[Batch]") -> bool:
        """Tell whether one of *others* must not be under way at the same time."""
        return any(not self.claims.isdisjoint(other.claims) for other in others)


def claims_of(notification: Notification) -> Iterable[Hashable]:
    """Yield the notification itself, and the message that it makes or changes."""
    yield notification.id
    intent = notification.intent
    if notification.line:
        yield notification.of, notification.line
    if intent is None:
        return
    if notification.name == CARD:
        yield intent.id
        if intent.card:
            yield intent.card


def _the_only_one(_notification: Notification) -> str:
    return ""


def batches(
    due: Iterable[Notification],
    ways_of: Callable[[Notification], Ways],
    team_of: Callable[[Notification], str] = _the_only_one,
) -> list[Batch]:
    """Return what may go next for each place, oldest first; the rest waits for it.

    A message is of one workspace alone: *team_of* returns which, if there are several.
    """
    groups: dict[Hashable, list[Notification]] = {}
    ways: dict[Hashable, Ways] = {}
    for one in due:
        order = ways_of(one)
        place = team_of(one), _place(one, order)
        groups.setdefault(place, []).append(one)
        ways.setdefault(place, order)
    return [Batch(_first(group), ways[place]) for place, group in groups.items()]


def _place(one: Notification, ways: Ways) -> Hashable:
    """Return what all have in common that go with *one*."""
    if one.body is not None or not ways:
        return one.id
    if one.name == CARD and one.intent:
        card = one.intent.card
        return ("card", card) if card else ("new", ways[0])
    return ("alarm", ways[0]) if _is_shared(one) else one.id


def _is_shared(one: Notification) -> bool:
    """Tell whether *one* is an alarm that calls nobody, and so may go with others."""
    return one.audience is Audience.OPS and ALERT not in one.facts


def _first(group: Sequence[Notification]) -> tuple[Notification, ...]:
    first = group[0]
    if _is_shared(first):
        return tuple(islice(group, MOST_ALARMS))
    if first.name == CARD and first.intent and first.intent.card:
        return tuple(group)
    return tuple(islice(group, MOST_CARDS)) if len(group) >= BEHIND else (first,)


def shared(one: Notification) -> int:
    """Return how many like *one* may go as one message, if it makes one.

    What changes a message goes with what changes the same one, and nothing else.
    """
    if _is_shared(one):
        return MOST_ALARMS
    is_new_card = one.name == CARD and one.body is None and changed(one) is None
    return MOST_CARDS if is_new_card else 1


def changed(one: Notification) -> Place | None:
    """Return the message that *one* changes, with all that changes it; else None."""
    if one.name != CARD or one.body is not None or one.intent is None:
        return None
    return one.intent.card


# ── how they look together ────────────────────────────────────────────────────────


def together(
    draw: Callable[[Sequence[T], Registry], Body],
    things: Sequence[T],
    resources: Registry,
) -> Body:
    """Return *things* as one message; what cannot be rendered is counted."""
    try:
        return draw(things, resources)
    except Exception:
        log.exception("batch.unrenderable")
        sentence = _("{n} at once; see {command}.")
        text = sentence.format(n=len(things), command=slash("relay recent"))
        return message(Outcome(headline=(text,)))


async def in_one_message(
    batch: Batch,
    cards_at: Callable[[Place], Awaitable[Sequence[Intent]]],
    resources: Registry,
    draw: Draw = drawn,
) -> Body | None:
    """Return the message that several of *batch* share; None for one alone.

    *cards_at* returns all whose cards stand in a message, *draw* an alarm by itself.
    """
    first, *others = batch.notifications
    card = first.intent.card if first.name == CARD and first.intent else None
    if card and first.body is None:
        stand = await cards_at(card)
        return together(cards, stand, resources) if stand[1:] else None
    if not others:
        return None
    if first.name == CARD:
        intents = [one.intent for one in batch.notifications if one.intent]
        return together(cards, intents, resources)
    return together(partial(digest, draw=draw), batch.notifications, resources)


def cards(intents: Sequence[Intent], resources: Registry) -> Body:
    """Return the cards of *intents* as one message: a row each."""
    shown = [drawn(_card(intent), resources) for intent in intents]
    handles = ", ".join(intent.handle for intent in intents)
    title = _("{n} at once: {h}").format(n=len(shown), h=handles)
    body: Body = {}
    for details in (2, 1, 0):
        rows = [
            _card_row(intent, one, details)
            for intent, one in zip(intents, shown, strict=True)
        ]
        together = Outcome(headline=(Bold(title),), parts=tuple(rows))
        body = _body(together, shown)
        if sum("accessory" in block for block in body["blocks"]) == len(rows):
            break  # else there is no room for some
    return body


def digest(
    alarms: Sequence[Notification], resources: Registry, draw: Draw = drawn
) -> Body:
    """Return *alarms* as one message: a row each as *draw* has it, with its buttons."""
    shown = [draw(one, resources) for one in alarms]
    subjects = [one.intent.handle if one.intent else one.app for one in alarms]
    handles = ", ".join(dict.fromkeys(filter(None, subjects)))
    title = _("{n} alarms: {h}").format(n=len(shown), h=handles)
    together = Outcome(
        headline=(Bold(title.removesuffix(": ")),),
        tone=Tone.WARN,
        parts=tuple(map(_alarm_row, shown)),
        audience=Audience.OPS,
    )
    return _body(together, shown)


def _body(together: Outcome, shown: Sequence[Outcome]) -> Body:
    """Return *together* as a message whose text says each of *shown* on a line."""
    text = Outcome(headline=("\n".join(one.plain for one in shown),))
    return {**message(together), "text": message(text)["text"]}


def _card(intent: Intent) -> Notification:
    return Notification(
        id=0,
        rev=intent.rev,
        name=CARD,
        audience=Audience.CHANNEL,
        facts={},
        intent=intent,
    )


def _card_row(intent: Intent, shown: Outcome, details: int) -> Row:
    """Return the headline and the whole card as a button; with *details* what ends it.

    With two of them its ID is shown as well.
    """
    buttons = [Button(_("Open"), "lookup", intent.id)]
    if details:
        buttons += [button for button in _buttons(shown) if button.danger][:1]
    ref = intent.subject.ref
    own = ("\n", Mono(ref)) if ref and details > 1 else ()
    return Row((*_headline(shown), *own), tuple(buttons))


def _alarm_row(shown: Outcome) -> Row:
    spans = list(_headline(shown))
    spoken = (shown.sentence, *shown.targets, *_told(shown.parts), *shown.context)
    for words in filter(None, spoken):
        spans += ["\n", *words]
    return Row(tuple(spans), (*_buttons(shown), *shown.menu))


def _told(parts: Iterable[Part]) -> Iterator[tuple[Span, ...]]:
    """Yield what *parts* say, a line each."""
    for part in parts:
        match part:
            case Line(words):
                yield words
            case Code(text):
                yield (Mono(text),)
            case Points():
                yield from part.lines


def _headline(shown: Outcome) -> tuple[Span, ...]:
    sign = (f"{shown.tone.value} ",) if shown.tone.value else ()
    return (*sign, *shown.headline)


def _buttons(shown: Outcome) -> list[Button]:
    rows = (part.buttons for part in shown.parts if isinstance(part, Buttons))
    return [*shown.buttons, *(button for row in rows for button in row)]
