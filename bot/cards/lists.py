"""Several things, a line each; and a request as it would be sent."""

import json
from collections.abc import Iterable
from typing import Any

from bot.access import exits
from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Code,
    Outcome,
    Part,
    Row,
    Span,
    Tone,
    When,
    Who,
    line,
)
from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.base import Registry
from bot.tencent.models.base import Request

SHORT = 24  # a room longer than this is cut in lists; a TaskId always is


def row(intent: Intent, resources: Registry) -> Row:
    """Return the one line under which *intent* stands in a list."""
    resource = resources.of(intent)
    name = _short(intent.subject.room or intent.subject.ref)
    spans: tuple[Span, ...] = (
        f"{resource.tone(intent).value} ",
        Bold(intent.handle),
        f" · {name} · {resource.standing(intent)} · ",
        Who(intent.asker.user),
        " · ",
        When(intent.created_at),
    )
    opening = Button(_("Open"), "lookup", intent.id)
    end = resource.end_button(intent)
    return Row(spans, (opening, end) if end else (opening,))


def listed(
    title: str, intents: Iterable[Intent], resources: Registry, nothing: str = ""
) -> Outcome:
    """Return *intents*, a line each, under *title*; *nothing* stands for none."""
    rows = tuple(row(intent, resources) for intent in intents)
    parts: tuple[Part, ...] = rows or (line(nothing),)
    return Outcome(headline=(Bold(title),), parts=parts)


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


def dry_run(request: Request[Any], where: str = "") -> Outcome:
    """Return *request* as it would be sent, secrets masked, and where it leads."""
    masked = request.masked()
    body = json.dumps(masked, indent=2, ensure_ascii=False)
    return Outcome(
        headline=(Bold(_("Nothing was sent. This is what would be.")),),
        parts=(
            line(f"{request.action}  {where}".rstrip(), quiet=True),
            *exits.shown(type(request), masked),
            Code(body),
        ),
    )


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:12]}…{text[-6:]}"
