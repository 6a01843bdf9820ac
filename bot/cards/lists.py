"""Several things, a line each; and a request as it would be sent."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.access import exits
from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Clock,
    Code,
    Outcome,
    Part,
    Row,
    Select,
    Span,
    Table,
    Tone,
    When,
    Who,
    line,
    said,
)
from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.base import Resource
from bot.resources.kinds import Registry
from bot.states import LIVE, State
from bot.tencent.models.base import Request

PAGE = 10  # rows, which fill the screen of a phone
MOST_COUNTED = 100  # of which more are counted as “100+”


def row(intent: Intent, resources: Registry) -> Row:
    """Return the two short lines under which *intent* stands in a list.

    Ten of them are to fit on the screen of a phone.
    """
    resource = resources.of(intent)
    measured = resource.measured(intent)
    sentence = (
        _("{handle} · {standing} · {age} {person}\n{thing}")
        if intent.asker.user
        else _("{handle} · {standing} · {age}\n{thing}")  # nobody asked for it here
    )
    spans = said(
        sentence,
        handle=(f"{resource.tone(intent).value} ", Bold(intent.handle)),
        thing=(resource.gist(intent), *((" · ", *measured) if measured else ())),
        standing=resource.standing(intent),
        age=When(intent.sent_at or intent.created_at, Clock.AGO),
        person=Who(intent.asker.user),
    )
    return Row(spans, _menu(intent, resource))


def listed(
    title: str, intents: Iterable[Intent], resources: Registry, nothing: str = ""
) -> Outcome:
    """Return *intents*, a line each, under *title*; *nothing* stands for none."""
    rows = tuple(row(intent, resources) for intent in intents)
    parts: tuple[Part, ...] = rows or (line(nothing),)
    return Outcome(headline=(Bold(title),), parts=parts)


# ── what needs a decision, what runs, and the rest ───────────────────────────────


@dataclass(frozen=True, slots=True)
class Groups:
    """Things of a list, those first on which somebody has to decide.

    *capped*: there are more that live than were counted.
    """

    undecided: tuple[Intent, ...]
    running: tuple[Intent, ...]
    over: tuple[Intent, ...] = ()
    capped: bool = False

    @classmethod
    def of(cls, intents: Iterable[Intent]) -> "Groups":
        """Return *intents* in their groups, each in the order in which it came."""
        undecided, running, over = [], [], []
        for one in intents:
            if one.standing.undecided:
                undecided.append(one)
            elif one.state in LIVE | {State.QUEUED}:
                running.append(one)
            else:
                over.append(one)
        capped = len(undecided) + len(running) > MOST_COUNTED
        return cls(tuple(undecided), tuple(running), tuple(over), capped=capped)

    @property
    def all(self) -> tuple[Intent, ...]:
        """All of them, in the order in which they are shown."""
        return (*self.undecided, *self.running, *self.over)

    @property
    def _titled(self) -> Iterator[tuple[str, tuple[Intent, ...]]]:
        plus = "+" if self.capped else ""
        decision, running = _("Needs a decision ({n})"), _("Running ({n})")
        yield decision.format(n=f"{len(self.undecided)}{plus}"), self.undecided
        yield running.format(n=f"{len(self.running)}{plus}"), self.running
        yield _("Over"), self.over

    def rows(self, resources: Registry, start: int = 0, most: int = PAGE) -> list[Part]:
        """Return *most* rows from number *start* on, each group under its heading."""
        parts: list[Part] = []
        before = 0
        for title, group in self._titled:
            shown = group[max(start - before, 0) : max(start + most - before, 0)]
            if shown:
                parts += [line(Bold(title)), *(row(one, resources) for one in shown)]
            before += len(group)
        return parts


def table(intents: Sequence[Intent], resources: Registry, caption: str) -> list[Part]:
    """Return *intents* as a table, and a menu of what can be done to each of them.

    The menu is of the command that most of them belong to: it has but one.
    """
    if not intents:
        return []
    head = (_("Name"), _("What"), _("State"), _("Since"), _("By"))
    rows = tuple(_cells(intent, resources.of(intent)) for intent in intents)
    choices: list[Button] = []
    again: list[Button] = []
    for intent in intents:
        opening, *ending = _actions(intent, resources.of(intent))
        label = _("Open {handle}").format(handle=intent.handle)
        choices += [replace(opening, label=label), *ending]
        again += resources.of(intent).again(intent)
    menus = [
        Select(_("Open or stop …"), _of_one_command(choices)),
        Select(_("Start again …"), _of_one_command(again)),
    ]
    return [Table(caption, head, rows), *(one for one in menus if one.choices)]


def _of_one_command(choices: Sequence[Button]) -> tuple[Button, ...]:
    commands = [one.command for one in choices]
    most = max(dict.fromkeys(commands), key=commands.count, default="")
    return tuple(one for one in choices if one.command == most)


def _cells(intent: Intent, resource: Resource) -> tuple[Span, ...]:
    return (
        f"{resource.tone(intent).value} {intent.handle}",
        resource.gist(intent),
        resource.standing(intent),
        When(intent.sent_at or intent.created_at),
        Who(intent.asker.user),
    )


def _menu(intent: Intent, resource: Resource) -> tuple[Button, ...]:
    """Return what can be done from a row: all of `_actions`, and to start it again."""
    return (*_actions(intent, resource), *resource.again(intent))


def _actions(intent: Intent, resource: Resource) -> tuple[Button, ...]:
    """Return what opens a thing, and what asks for its end.

    The end is asked about first: a menu cannot ask by itself.
    """
    end = resource.end_button(intent)
    if end is None:
        return (resource.open_button(intent),)
    asking = " ".join(word for word in end.text.split() if word != "--yes")
    label = _("Stop {handle}…").format(handle=intent.handle)
    return (resource.open_button(intent), Button(label, end.command, asking))


# ── one thing beside others ──────────────────────────────────────────────────────


def again(
    intents: Iterable[Intent], resources: Registry, anyway: Button | None, why: str = ""
) -> Outcome:
    """Ask whether to start another one beside *intents*, which are like it.

    *why* says what two of them do to each other, if it is not as with relays.
    """
    rows = tuple(row(intent, resources) for intent in intents)
    parts: tuple[Part, ...] = (
        line(why or _("Two that push to one address knock each other off.")),
        *rows,
        *((Buttons((anyway,)),) if anyway else ()),
    )
    headline = (Bold(_("Nothing was started: the same runs already, or may.")),)
    return Outcome(headline=headline, tone=Tone.WARN, parts=parts)


def dry_run(requests: Iterable[Request[Any]], where: str = "") -> Outcome:
    """Return *requests*, which would be sent in this order, and where they lead.

    Their secrets are masked.
    """
    return Outcome(
        headline=(Bold(_("Nothing was sent. This is what would be.")),),
        parts=tuple(part for one in requests for part in _would_be(one, where)),
    )


def _would_be(request: Request[Any], where: str) -> Iterable[Part]:
    masked = request.masked()
    yield line(f"{request.action}  {where}".rstrip(), quiet=True)
    yield from exits.shown(type(request), masked)
    yield Code(json.dumps(masked, indent=2, ensure_ascii=False))
