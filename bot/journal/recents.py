"""What was used lately, in memory: a cache in front of the journal, never the truth.

A miss asks the journal. What a select offers has to be there within three seconds of
a key press, so it never waits for anything else.
"""

import time
from collections.abc import Callable

from cachetools import TTLCache

from bot.ids import Handle, Kind, SlackUserId, TeamId, handle_from
from bot.journal.journal import Journal
from bot.journal.model import Intent
from bot.journal.states import LIVE

MOST_THINGS = 10_000
MOST_TEAMS = 100
FRESH = 5.0  # seconds that an answer of the journal is believed
NEWEST = 500  # relays of a team among which is looked first, beside all that live
OFFERED = 99  # a select shows 100, and keeps one for what was typed


class Recents:
    """Things by handle and by ID, and each team's relays, newest first."""

    def __init__(
        self, journal: Journal, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._journal = journal
        self._changes = 0
        self._things: TTLCache[tuple[TeamId, str], Intent] = TTLCache(
            MOST_THINGS, FRESH, timer
        )
        self._relays: TTLCache[TeamId, list[Intent]] = TTLCache(
            MOST_TEAMS, FRESH, timer
        )

    def invalidate(self, intent: Intent) -> None:
        """Forget what is cached of a thing that has changed."""
        self._changes += 1
        self._relays.pop(intent.team, None)
        for name in (intent.handle, intent.ref):
            self._things.pop((intent.team, name), None)

    async def named(self, text: str, team: TeamId) -> Intent | None:
        """Return the thing that *text* names: a handle in any case, or a whole ID."""
        handle = handle_from(text)
        name = handle or text
        if known := self._things.get((team, name)):
            return known
        before = self._changes
        found = await self._ask(handle, text, team)
        if found and before == self._changes:
            self._things[team, name] = found
        return found

    async def relays(
        self, team: TeamId, user: SlackUserId, query: str, limit: int = OFFERED
    ) -> list[Intent]:
        """Return relays for *query*: *user*'s live ones, others' live, the ended."""
        said = query.strip()
        known = await self._known(team)
        fitting = [intent for intent in known if _fits(intent, said.casefold())]
        if not fitting and said:
            fitting = await self._older(said, team)
        fitting.sort(key=lambda one: (one.state not in LIVE, one.user != user))
        return fitting[:limit]

    async def _known(self, team: TeamId) -> list[Intent]:
        """Return the relays that live, however old, and the newest of all."""
        if (known := self._relays.get(team)) is not None:
            return known
        before = self._changes
        live = await self._journal.live(team)
        newest = await self._journal.recent(team, kind=Kind.RELAY, limit=NEWEST)
        known = list({one.id: one for one in (*live, *newest)}.values())
        known.sort(key=lambda one: one.created_at, reverse=True)
        if before == self._changes:  # else what was read may be old already
            self._relays[team] = known
        return known

    async def _older(self, said: str, team: TeamId) -> list[Intent]:
        named = await self.named(said, team)
        found = [named] if named else await self._journal.find(said, team)
        return [one for one in found if one.kind is Kind.RELAY]

    async def _ask(
        self, handle: Handle | None, text: str, team: TeamId
    ) -> Intent | None:
        if handle:
            return await self._journal.by_handle(handle, team)
        return await self._journal.by_ref(text, team)


def _fits(intent: Intent, said: str) -> bool:
    texts = (intent.handle, intent.room, intent.ref, intent.request_id, intent.user)
    return any(said in text.casefold() for text in texts)
