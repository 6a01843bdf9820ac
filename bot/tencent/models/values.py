"""The kinds of value that Tencent's fields take, each with a sentence for a fault.

They go into `Annotated`: `Fps = Annotated[int, Between(1, 60)]`.
"""

import re
from collections.abc import Callable
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
from bot.tencent.models.faults import FAULT, fault

REVEAL = "reveal"  # the serialisation context that shows secrets

T = TypeVar("T")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _bound(
    kind: CoreSchema,
    bound: CoreSchema,
    sentence: Callable[[], str],
    **values: Any,
) -> CoreSchema:
    """Return *kind*, then *bound*, both checked by pydantic's core.

    *sentence* is the fault of what is of the kind and out of bounds; see `fault`.
    """
    context = {"sentence": sentence, **values}
    bounded = core_schema.custom_error_schema(
        bound, FAULT, custom_error_message=FAULT, custom_error_context=context
    )
    return core_schema.chain_schema([kind, bounded])


@dataclass(frozen=True, slots=True)
class Between:
    """A whole number from *least* to *most*."""

    least: int
    most: int

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return _bound(
            handler(source),
            core_schema.int_schema(ge=self.least, le=self.most),
            lambda: _("The {what} is {least} to {most}; {given} was given."),
            least=self.least,
            most=self.most,
        )


@dataclass(frozen=True, slots=True, init=False)
class OneOf:
    """One of a few numbers or words.

    Pydantic's `Literal` alone will not do: it takes `true` for 1, and 1.0 too.
    """

    choices: tuple[int | str, ...]

    def __init__(self, *choices: int | str) -> None:
        object.__setattr__(self, "choices", choices)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return _bound(
            handler(source),
            core_schema.literal_schema(list(self.choices)),
            _of_words if isinstance(self.choices[0], str) else _of_numbers,
            choices=", ".join(str(choice) for choice in self.choices),
        )


def _of_words() -> str:
    return _("The {what} is one of {choices}.")


def _of_numbers() -> str:
    return _("The {what} is one of {choices}; {given} was given.")


@dataclass(frozen=True, slots=True)
class Like:
    """Text that is *pattern* from end to end; *rule* says what that means.

    The pattern is read by Rust's `regex`: it has no look-around and no reference back.
    """

    pattern: str
    rule: Callable[[], str]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        whole = core_schema.str_schema(pattern=rf"\A(?:{self.pattern})\z")
        return _bound(handler(source), whole, self.rule)


@dataclass(frozen=True, slots=True)
class Text:
    """Text of *least* to *most* bytes of UTF-8; control characters only if *free*."""

    most: int
    least: int = 1
    free: bool = False

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.kept, handler(source))

    def kept(self, value: str) -> str:
        """Return *value* if it is such text."""
        sized = self.least <= len(value) <= self.most
        if sized and value.isascii() and value.isprintable():
            return value  # a character is a byte, and none of them controls
        try:
            count = len(value.encode())
        except UnicodeEncodeError:
            raise fault(_("The {what} has an incomplete character in it.")) from None
        if count < self.least:
            raise fault(_("The {what} is empty."))
        if count > self.most:
            sentence = _("The {what} takes {most} bytes at most; {count} were given.")
            raise fault(sentence, most=self.most, count=count)
        if not self.free and _CONTROL.search(value):
            raise fault(_("The {what} has a line break or a control character in it."))
        return value


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
    return info.context is not None and bool(info.context.get(REVEAL))
