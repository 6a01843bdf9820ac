"""Every fault of what was asked for, though one hides another.

A rule between two fields is looked at only once each is sound by itself. So what is at
fault is replaced by something sound, and the rest is read again, until nothing new
comes to light: whoever mends a form mends it once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from bot.dialogue.form import Field, FormPart
from bot.dialogue.outcome import line
from bot.errors import InvalidRequest

T = TypeVar("T")
Plan = Mapping[str, str]


@dataclass(slots=True)
class Gathered:
    """Faults that come to light one after the other, to be told in one answer."""

    faults: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def here(self) -> Iterator[None]:
        """Keep the faults that are raised inside, and go on behind it."""
        try:
            yield
        except InvalidRequest as error:
            self.faults = {**error.faults, **self.faults}

    def check(self) -> None:
        """Tell all of them.

        Raises:
            InvalidRequest: there are some.
        """
        if self.faults:
            raise InvalidRequest(self.faults)


def every_fault(
    read: Callable[[Plan], T], plan: Plan, mend: Callable[[Plan, Plan], Plan]
) -> tuple[T | None, dict[str, str]]:
    """Return what *read* makes of *plan*, mended where it has to be, and its faults.

    *mend* gets a plan and its faults, by field, and returns one without them. None is
    returned where that is not possible.
    """
    faults: dict[str, str] = {}
    while True:
        try:
            return read(plan), faults
        except InvalidRequest as error:
            fresh = {k: text for k, text in error.faults.items() if k not in faults}
            faults |= fresh
            if not fresh:
                return None, faults
            plan = mend(plan, fresh)


def with_faults(
    parts: tuple[FormPart, ...], lines: Iterable[str], faults: Mapping[str, str]
) -> tuple[FormPart, ...]:
    """Return *lines*, then *parts*, each with its fault; first what has no field."""
    return tuple(_with_faults(parts, lines, faults))


def _with_faults(
    parts: tuple[FormPart, ...], lines: Iterable[str], faults: Mapping[str, str]
) -> Iterator[FormPart]:
    names = {part.name for part in parts if isinstance(part, Field)}
    homeless = (f"{k}: {text}" for k, text in faults.items() if k not in names)
    yield from (line(text) for text in (*lines, *homeless))
    for part in parts:
        yield part
        if isinstance(part, Field) and part.name in faults:
            yield line(f"⚠️ {faults[part.name]}")
