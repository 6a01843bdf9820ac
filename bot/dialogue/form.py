"""A form to fill in, before it has a look.

A field's name is what `Submission.values` brings back, and where an error is shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.dialogue.ask import Submission
from bot.dialogue.outcome import Line, Picture
from bot.ids import FormId

LONGEST_TEXT = 3000  # characters that a field takes
MOST_CHECKS = 10  # boxes in a field


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: what is shown and what comes back."""

    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What every field has. *hint* is the small print under it."""

    name: str
    label: str
    hint: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField(Field):
    """Typed text."""

    initial: str = ""
    multiline: bool = False
    longest: int = LONGEST_TEXT
    focus: bool = False
    redraws: bool = False  # leaving the field asks for a redraw


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField(Field):
    """A whole number from *least* to *most*."""

    initial: int | None = None
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentField(Field):
    """A day and a time of it, in the reader's own zone; it comes back in UTC."""

    initial: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField(Field):
    """One of a few. *radio* shows all at once; *redraws* asks for a redraw."""

    options: tuple[Option, ...]
    initial: str = ""
    radio: bool = False
    redraws: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksField(Field):
    """Any of at most ten, each with a box; those of the values *ticked* have a tick."""

    options: tuple[Option, ...]
    ticked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PicksField(Field):
    """Any of a hundred, from a menu; those of the values *initial* are chosen."""

    options: tuple[Option, ...]
    initial: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchField(Field):
    """One of what *command* offers under *source* as the person types."""

    command: str
    source: str
    initial: tuple[Option] | tuple[()] = ()


@dataclass(frozen=True, slots=True)
class FormButton:
    """A button inside a form: pressing it asks for a redraw, as a choice does."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class FormButtons:
    """A row of them."""

    buttons: tuple[FormButton, ...]


FormPart = Field | Line | Picture | FormButtons


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A modal. Submitting it asks *command* for the form *subcommand*.

    Without fields to fill in it asks yes or no; without *submit* it is a window, to be
    read and closed. Slack keeps what stands in a field through a redraw, unless *drawn*
    has changed: then all begin anew.
    """

    command: str
    subcommand: str
    title: str  # 24 characters at most
    submit: str  # on the button that sends it in
    fields: tuple[FormPart, ...]
    form_id: FormId
    drawn: str = ""


def all_ticked(
    name: str, label: str, options: Sequence[Option]
) -> Iterator[ChecksField]:
    """Yield fields in which each of *options* has a tick, ten to a field.

    Of several fields one may be left without any: what is ticked in all of them is
    read by `ticked`.
    """
    for start in range(0, len(options), MOST_CHECKS):
        shown = tuple(options[start : start + MOST_CHECKS])
        last = start + len(shown)
        numbers = f" · {start + 1}…{last}" if len(options) > MOST_CHECKS else ""
        yield ChecksField(
            name=f"{name}{start // MOST_CHECKS + 1}",
            label=f"{label}{numbers}",
            optional=len(options) > MOST_CHECKS,
            options=shown,
            ticked=tuple(one.value for one in shown),
        )


def ticked(submission: Submission, name: str) -> tuple[str, ...]:
    """Return what is ticked in the fields that `all_ticked` made under *name*."""
    values: list[str] = []
    for field, value in sorted(submission.values.items()):
        if field.removeprefix(name).isdecimal() and isinstance(value, tuple):
            values += value
    return tuple(values)
