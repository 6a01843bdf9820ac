"""Which language each person's Slack is in, as it was said last; it outlives a run.

What Slack says of a person is forgotten after some hours, and with the process. What
language they read seldom changes, so the first answer to them is in it all the same.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

MOST = 1000  # people, those who were looked up last

Keep = Callable[[dict[str, Any]], Awaitable[None]]


class Spoken:
    """The languages of people; *keep* takes all of them whenever one is another."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._locales: dict[str, str] = {}

    def of(self, user: str) -> str:
        """Return the language of *user*; empty if it was never said."""
        return self._locales.get(user, "")

    def recall(self, kept: Mapping[str, Any]) -> None:
        """Take what an earlier run kept."""
        self._locales = {str(user): str(locale) for user, locale in kept.items()}

    async def learn(self, user: str, locale: str) -> None:
        """Take in that the Slack of *user* is in *locale*."""
        if self._locales.get(user) == locale:
            return
        self._locales.pop(user, None)
        self._locales[user] = locale
        while len(self._locales) > MOST:
            del self._locales[next(iter(self._locales))]
        await self._keep(dict(self._locales))
