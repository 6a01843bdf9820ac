"""What was used lately, in memory: a cache in front of the journal, never the truth.

A miss asks the journal. What a select offers has to be there within three seconds of
a key press, so it never waits for anything else.
"""

import time
from collections.abc import Callable

from cachetools import LRUCache, TTLCache

from bot.ids import Handle, Kind, SlackUserId, TeamId, handle_from
from bot.journal.journal import Journal
from bot.journal.record import Intent
from bot.journal.states import LIVE

MOST_THINGS = 10_000
MOST_TEAMS = 100
FRESH = 5.0  # seconds that a team's list of relays is believed
OFFERED = 99  # a select shows 100, and keeps one for what was typed


class Recents:
    """Things by handle and by ID, and each team's relays, newest first."""

    def __init__(
        self, journal: Journal, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._journal = journal
        self._things: LRUCache[tuple[TeamId, str], Intent] = LRUCache(MOST_THINGS)
        self._relays: TTLCache[TeamId, list[Intent]] = TTLCache(
            MOST_TEAMS, FRESH, timer
        )

    def remember(self, intent: Intent) -> None:
        """Take in a change that was committed."""
        self._relays.pop(intent.team, None)
        if intent.about is not None:
            return
        for name in (intent.handle, intent.ref):
            if name:
                self._things[intent.team, name] = intent

    async def named(self, text: str, team: TeamId) -> Intent | None:
        """Return the thing that *text* names: a handle in any case, or a whole ID."""
        handle = handle_from(text)
        name = handle or text
        if known := self._things.get((team, name)):
            return known
        found = await self._ask(handle, text, team)
        if found:
            self._things[team, name] = found
        return found

    async def relays(
        self, team: TeamId, user: SlackUserId, query: str, limit: int = OFFERED
    ) -> list[Intent]:
        """Return relays for *query*: *user*'s live ones, others' live, the ended."""
        known = self._relays.get(team)
        if known is None:
            known = await self._journal.recent(team, kind=Kind.RELAY, limit=500)
            self._relays[team] = known
        said = query.strip().casefold()
        fitting = [intent for intent in known if _fits(intent, said)]
        fitting.sort(key=lambda one: (one.state not in LIVE, one.user != user))
        return fitting[:limit]

    async def _ask(
        self, handle: Handle | None, text: str, team: TeamId
    ) -> Intent | None:
        if handle:
            return await self._journal.by_handle(handle, team)
        return await self._journal.by_ref(text, team)


def _fits(intent: Intent, said: str) -> bool:
    texts = (intent.handle, intent.room, intent.ref, intent.request_id, intent.user)
    return any(said in text.casefold() for text in texts)
