"""What it is to share a pace with others: whoever wants to go asks for a slot.

Each slot comes one interval after the last, whoever has that one (GCRA). A slot is
handed out with the wait until it comes; if that is more than the asker can wait, none
is. Those who share a database keep their slots there: `bot.journal.slots`.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast slots follow each other: *rate* a second, *leeway* seconds ahead.

    Who goes too fast halves the rate for *penalty* seconds; then *recovery* a second
    come back with each second. A *patient* pace is never slower than half its rate.
    """

    rate: float
    leeway: float = 0.0
    penalty: float = 0.0
    recovery: float = 1.0
    patient: bool = False


class Slot(NamedTuple):
    """A slot, *wait* seconds from now; if that is too long it was not *taken*."""

    wait: float
    taken: bool


class Slots(Protocol):
    """The slots that are shared, by name.

    Each method raises JournalUnavailable if what they are kept in is away.
    """

    async def take(self, name: str, pace: Pace, budget: float) -> Slot:
        """Take the next slot of *name* if it comes within *budget* seconds."""

    async def give_back(self, name: str, pace: Pace) -> None:
        """Do not count the slot that was taken last."""

    async def close(self, name: str, pace: Pace, seconds: float) -> None:
        """Let the next slot of *name* come in *seconds* at the earliest."""

    async def slow_down(self, name: str, pace: Pace) -> None:
        """Halve the rate of *name* for a while. Slots that were taken stay."""
