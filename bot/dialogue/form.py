"""A form to fill in, before it has a look.

A field's name is what `Submission.values` brings back, and where an error is shown.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.dialogue.outcome import Line, Picture
from bot.ids import FormId

LONGEST_TEXT = 3000  # characters that a field takes


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

    One without fields is a window, to be read and closed.
    """

    command: str
    subcommand: str
    title: str  # 24 characters at most
    submit: str
    fields: tuple[FormPart, ...]
    form_id: FormId
