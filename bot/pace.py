"""How much one person may ask of the bot: so many at once, then so many a second.

Whoever asks in a loop would otherwise fill the journal and the audit trail, and take
the calls that others wait for.
"""

from collections.abc import Callable

from cachetools import LRUCache
from pydantic import BaseModel, ConfigDict, Field

MOST_PEOPLE = 10_000  # that are remembered; one who is not has all at once again


class Pace(BaseModel):
    """So many at once, and so many a second after that."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    reads: float = Field(10, ge=1)
    reads_per_second: float = Field(1.0, gt=0)
    changes: float = Field(5, ge=1)
    changes_per_second: float = Field(0.2, gt=0)


class Buckets:
    """A bucket of *most* tokens for each name, filled at *rate* a second.

    *monotonic* is a clock in seconds.
    """

    def __init__(
        self, most: float, rate: float, monotonic: Callable[[], float]
    ) -> None:
        self._most = most
        self._rate = rate
        self._monotonic = monotonic
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(MOST_PEOPLE)

    def take(self, name: str) -> float:
        """Take a token of *name*; return 0, or the seconds until there is one."""
        now = self._monotonic()
        tokens, at = self._left.get(name, (self._most, now))
        tokens = min(tokens + (now - at) * self._rate, self._most)
        wait = max((1 - tokens) / self._rate, 0.0)
        self._left[name] = (tokens if wait else tokens - 1, now)
        return wait
