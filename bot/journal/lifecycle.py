"""What a resource tells the journal about the things of its kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.journal.evidence import Fact, Standing
from bot.journal.model import Intent, Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The request that ends a thing, as the journal keeps it."""

    request: bytes
    masked: Mapping[str, Any] = field(default_factory=dict)


class Lifecycle(Protocol):
    """How facts are folded, what of that is told, and how a thing is ended."""

    def fold(self, thing: Intent, facts: Sequence[Fact]) -> Standing:
        """Return what *facts*, in the order of their arrival, say of *thing*."""

    def news(self, before: Intent, after: Intent) -> Iterable[Notice]:
        """Yield what is to be told of a thing beside its card, now that it changed."""

    def ending(self, thing: Intent) -> Ended | None:
        """Return the request that ends *thing*, whose ID is known by now."""
