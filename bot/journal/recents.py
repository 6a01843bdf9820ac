"""What was used lately, in memory: a cache in front of the journal, never the truth.

A miss asks the journal. What a select offers has to be there within three seconds of
a key press, so it never waits for anything else.
"""

import time
from collections.abc import Callable

from cachetools import TTLCache

from bot.ids import (
    Handle,
    IntentId,
    Kind,
    SlackUserId,
    TeamId,
    handle_from,
    is_intent_id,
)
from bot.journal.believed import Believed
from bot.journal.model import Intent
from bot.journal.queries import Queries
from bot.states import LIVE

MOST_THINGS = 10_000
MOST_LISTS = 100
FRESH = 5.0  # seconds that an answer of the journal is believed
NEWEST = 500  # things of a kind among which is looked first, beside all that live
OFFERED = 99  # a select shows 100, and keeps one for what was typed


class Recents:
    """Things by handle and by ID, and each team's things of a kind, newest first.

    *changed* is told of every thing that has changed.
    """

    def __init__(
        self, find: Queries, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._find = find
        self.changed: Callable[[Intent], None] = lambda _intent: None
        self._changes = 0
        self._things: TTLCache[tuple[TeamId, str], Intent] = TTLCache(
            MOST_THINGS, FRESH, timer
        )
        self._lists = Believed[tuple[TeamId, Kind], list[Intent]](
            MOST_LISTS, FRESH, timer
        )

    def invalidate(self, intent: Intent) -> None:
        """Forget what is cached of a thing that has changed, and say that it has."""
        self._changes += 1
        self.changed(intent)
        self._lists.forget((intent.asker.team, intent.subject.kind))
        linked = (one.handle for one in intent.standing.links)
        for name in filter(None, (intent.handle, intent.subject.ref, *linked)):
            self._things.pop((intent.asker.team, name), None)

    async def named(self, text: str, team: TeamId) -> Intent | None:
        """Return the thing that *text* names: a handle in any case, or a whole ID."""
        handle = handle_from(text)
        for name in (handle, text):
            if name and (cached := self._things.get((team, name))):
                return cached
        before = self._changes
        intent = await self._ask(handle, text, team)
        is_thing = intent and not (intent.subject.about or intent.subject.ends)
        if intent and is_thing and before == self._changes:
            # by its own names, which `invalidate` knows, and not as it was typed
            self._things[team, intent.handle] = intent
            if intent.subject.ref == text:
                self._things[team, text] = intent
        return intent

    async def offered(
        self,
        kind: Kind,
        team: TeamId,
        user: SlackUserId,
        query: str,
        limit: int = OFFERED,
    ) -> list[Intent]:
        """Return things for *query*: *user*'s live ones, others' live, the ended."""
        text = query.strip()
        listed = await self._listed(kind, team)
        fitting = [intent for intent in listed if _fits(intent, text.casefold())]
        if not fitting and text:
            fitting = await self._older(kind, text, team)
        fitting.sort(key=lambda one: (one.state not in LIVE, one.asker.user != user))
        return fitting[:limit]

    async def _listed(self, kind: Kind, team: TeamId) -> list[Intent]:
        """Return the things that live, however old, and the newest of all."""
        return await self._lists.get(
            (team, kind), lambda: self._find.listed(team, kind, NEWEST)
        )

    async def _older(self, kind: Kind, text: str, team: TeamId) -> list[Intent]:
        named = await self.named(text, team)
        matching = [named] if named else await self._find.matching(text, team)
        return [one for one in matching if one.subject.kind == kind]

    async def _ask(
        self, handle: Handle | None, text: str, team: TeamId
    ) -> Intent | None:
        if is_intent_id(text):
            intent = await self._find.get(IntentId(text.upper()))
            return intent if intent and intent.asker.team == team else None
        by_handle = await self._find.by_handle(handle, team) if handle else None
        return by_handle or await self._find.by_ref(text, team)


def _fits(intent: Intent, text: str) -> bool:
    texts = (
        intent.handle,
        intent.subject.room,
        intent.subject.ref,
        intent.settlement.request_id,
        intent.asker.user,
    )
    return any(text in one.casefold() for one in texts)
