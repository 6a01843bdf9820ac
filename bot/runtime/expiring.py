"""What is noted for a time, and read far more often than it is noted.

`cachetools.TTLCache` takes some ten calls of Python for each look; here it is one look
into a dictionary and one at the clock. All entries last equally long, so the oldest is
the first one.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Expiring(Generic[K, V]):
    """At most *most* values by their keys, each for *seconds* from when it was set.

    *timer* is in seconds. Where there would be more, the oldest goes.
    """

    def __init__(self, most: int, seconds: float, timer: Callable[[], float]) -> None:
        self._most = most
        self._seconds = seconds
        self._timer = timer
        self._kept: dict[K, tuple[float, V]] = {}  # until when; the oldest first

    def get(self, key: K) -> V | None:
        """Return what was set under *key*; None if that was not, or too long ago."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None and self._timer() < kept[0] else None

    def __setitem__(self, key: K, value: V) -> None:
        """Set *value* under *key*, from now on."""
        self._kept.pop(key, None)
        now = self._timer()
        while self._kept and (len(self._kept) >= self._most or self._is_over(now)):
            del self._kept[next(iter(self._kept))]
        self._kept[key] = now + self._seconds, value

    def forget(self, key: K) -> None:
        """Keep nothing under *key*."""
        self._kept.pop(key, None)

    def items(self) -> list[tuple[K, V]]:
        """Return each key with its value, the oldest first."""
        now = self._timer()
        return [
            (key, value) for key, (until, value) in self._kept.items() if now < until
        ]

    def _is_over(self, now: float) -> bool:
        until, _value = next(iter(self._kept.values()))
        return until <= now
