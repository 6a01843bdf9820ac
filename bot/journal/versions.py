"""What changes make of a thing, as text in its row and back."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.journal.model import Difference, Version

_NONE = "[]"


def course_of(text: str) -> tuple[Version, ...]:
    """Read the changes of a thing that may have been sent."""
    if text == _NONE:
        return ()
    return tuple(_version(**one) for one in json.loads(text))


def _version(
    targets: Sequence[str], differences: Sequence[Any], **fields: Any
) -> Version:
    lines = tuple(Difference(**one) for one in differences)
    return Version(**fields, targets=tuple(targets), differences=lines)


def course_text(course: Sequence[Version]) -> str:
    """Write the changes of a thing that may have been sent."""
    return _text(course)


def differences_of(text: str) -> tuple[Difference, ...]:
    """Read what a change makes another."""
    return () if text == _NONE else tuple(Difference(**one) for one in json.loads(text))


def differences_text(differences: Sequence[Difference]) -> str:
    """Write what a change makes another."""
    return _text(differences)


def _text(values: Sequence[Version] | Sequence[Difference]) -> str:
    each = [asdict(one) for one in values]
    return json.dumps(each, ensure_ascii=False, separators=(",", ":"))
