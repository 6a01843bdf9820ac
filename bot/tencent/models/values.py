"""The kinds of value that Tencent's fields take, each with a sentence for a fault.

They go into `Annotated`: `Fps = Annotated[int, Between(1, 60)]`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    SerializationInfo,
)
from pydantic_core import CoreSchema, core_schema

from bot.i18n import _
from bot.tencent.models.exits import NO_EXIT
from bot.tencent.models.faults import fault

REVEAL = "reveal"  # the serialisation context that shows secrets

T = TypeVar("T")
V = TypeVar("V")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class _Checked:
    """A check that follows pydantic's check of the type."""

    __slots__ = ()

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.kept, handler(source))

    def kept(self, value: Any) -> Any:
        """Return *value*, or raise its `fault`."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Between(_Checked):
    """A whole number from *least* to *most*."""

    least: int
    most: int

    def kept(self, value: int) -> int:
        """Return *value* if it is in the range."""
        if self.least <= value <= self.most:
            return value
        raise fault(
            _("The {what} is {least} to {most}; {given} was given."),
            least=self.least,
            most=self.most,
        )


@dataclass(frozen=True, slots=True, init=False)
class OneOf(_Checked):
    """One of a few numbers or words.

    Pydantic's `Literal` will not do: it takes `true` for 1, and 1.0 too.
    """

    choices: tuple[int | str, ...]

    def __init__(self, *choices: int | str) -> None:
        object.__setattr__(self, "choices", choices)

    def kept(self, value: V) -> V:
        """Return *value* if it is one of the choices."""
        if value in self.choices:
            return value
        choices = ", ".join(str(choice) for choice in self.choices)
        if isinstance(value, str):
            raise fault(_("The {what} is one of {choices}."), choices=choices)
        sentence = _("The {what} is one of {choices}; {given} was given.")
        raise fault(sentence, choices=choices)


@dataclass(frozen=True, slots=True)
class Text(_Checked):
    """Text of *least* to *most* bytes of UTF-8; control characters only if *free*."""

    most: int
    least: int = 1
    free: bool = False

    def kept(self, value: str) -> str:
        """Return *value* if it is such text."""
        try:
            count = len(value.encode())
        except UnicodeEncodeError:
            raise fault(_("The {what} has half a character in it.")) from None
        if count < self.least:
            raise fault(_("The {what} is empty."))
        if count > self.most:
            sentence = _("The {what} takes {most} bytes at most; {count} were given.")
            raise fault(sentence, most=self.most, count=count)
        if not self.free and _CONTROL.search(value):
            raise fault(_("The {what} has a line break or a control character in it."))
        return value


@dataclass(frozen=True, slots=True)
class Like(_Checked):
    """Text that is *pattern* from end to end; *rule* says what that means."""

    pattern: str
    rule: Callable[[], str]

    def kept(self, value: str) -> str:
        """Return *value* if it matches."""
        if re.fullmatch(self.pattern, value):
            return value
        raise fault(self.rule())


# A list in JSON, a tuple to us; what is in it stays as strict as ever.
Many = Annotated[tuple[T, ...], Field(strict=False)]

# The pages give no upper end. 32 bits hold every pixel, second and millisecond.
Whole = Annotated[int, Between(0, 2**32 - 1)]
Positive = Annotated[int, Between(1, 2**32 - 1)]
# Pixels and seconds lead nowhere; a number that names something is marked where it is.
Amount = Annotated[Whole, NO_EXIT]
Size = Annotated[Positive, NO_EXIT]
Switch = Annotated[int, OneOf(0, 1), NO_EXIT]

Name = Annotated[str, Text(most=64)]
Free = Annotated[str, Text(most=65_535, least=0, free=True)]

Rgb = Annotated[
    str,
    Like(
        r"0x[0-9A-Fa-f]{6}",
        lambda: _("The {what} is written as in 0xFF8800."),
    ),
    NO_EXIT,
]


def revealed(info: SerializationInfo[Any]) -> bool:
    """Tell whether it is written for the wire, secrets and all."""
    return isinstance(info.context, Mapping) and bool(info.context.get(REVEAL))
