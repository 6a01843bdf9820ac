"""What was read of the journal, and is believed for some seconds, until it changes."""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from cachetools import TTLCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Believed(Generic[Key, Value]):
    """*most* values by key, each for so many *seconds* of *timer*; none is None."""

    def __init__(
        self, most: int, seconds: float, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._values: TTLCache[Key, Value] = TTLCache(most, seconds, timer)
        self._changes = 0

    async def get(self, key: Key, read: Callable[[], Awaitable[Value]]) -> Value:
        """Return what is believed of *key*, or what *read* says of it now."""
        if (value := self._values.get(key)) is not None:
            return value
        before = self._changes
        value = await read()
        if before == self._changes:  # else what was read may be old already
            self._values[key] = value
        return value

    def forget(self, key: Key) -> None:
        """Believe nothing any more of *key*, nor what is just being read."""
        self._changes += 1
        self._values.pop(key, None)

    def forget_all(self) -> None:
        """Believe nothing any more."""
        self._changes += 1
        self._values.clear()
