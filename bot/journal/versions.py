"""What changes make of a thing, as text in its row and back."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from bot.journal.model import Difference, Version

_NONE = "[]"


def course_of(text: str) -> tuple[Version, ...]:
    """Read the changes of a thing that may have been sent."""
    if text == _NONE:
        return ()
    each = json.loads(text)
    return tuple(Version(**{**one, "targets": tuple(one["targets"])}) for one in each)


def course_text(course: Sequence[Version]) -> str:
    """Write the changes of a thing that may have been sent."""
    return json.dumps([asdict(one) for one in course], separators=(",", ":"))


def differences_of(text: str) -> tuple[Difference, ...]:
    """Read what a change makes another."""
    return () if text == _NONE else tuple(Difference(**one) for one in json.loads(text))


def differences_text(differences: Sequence[Difference]) -> str:
    """Write what a change makes another."""
    each = [asdict(one) for one in differences]
    return json.dumps(each, ensure_ascii=False, separators=(",", ":"))
