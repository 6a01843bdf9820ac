"""Texts that are longer than a field of a form takes: kept aside, and never cut."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from bot.dialogue.form import LONGEST_TEXT, Field, TextField
from bot.dialogue.outcome import Line, line
from bot.i18n import _


def is_long(text: str) -> bool:
    """Tell whether *text* is longer than a field takes, as Slack counts."""
    return len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT


def shown(field: TextField, kept: str) -> Iterable[Field | Line]:
    """Yield *field*; if what it starts from is too long, *kept* and one to replace it.

    *kept* is a sentence with `{n}` in it, the number of characters.
    """
    if not is_long(field.initial):
        yield field
        return
    yield line(kept.format(n=f"{len(field.initial):,}"))
    label = _("Another instead: {label}").format(label=field.label)
    yield replace(
        field, label=label, initial="", optional=True, multiline=True, focus=False
    )


def restored(
    plan: Mapping[str, str], kept: Mapping[str, str], fields: Container[str]
) -> dict[str, str]:
    """Return *plan* with what was *kept* of *fields* that nobody filled in anew."""
    aside = {name: text for name, text in kept.items() if name in fields}
    return {name: text for name, text in aside.items() if is_long(text)} | dict(plan)
