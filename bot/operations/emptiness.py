"""Finds rooms in which something runs and nobody is, by what all runs have heard.

A room is read again only once something new was heard of it. What is found empty is
told a minute later, in case somebody only changed the network.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.dialogue.outcome import Audience
from bot.ids import IntentId
from bot.journal.journal import Journal
from bot.journal.model import Intent, Notice
from bot.journal.outages import AlertCause
from bot.journal.rooms import RoomRow
from bot.journal.rows import millis
from bot.resources.room.emptiness import empty_since, has_somebody, plays_in
from bot.resources.room.presence import Presence, presence_of

EMPTY_FOR = timedelta(minutes=1)
ROOM_EMPTY = "room-empty"

Heard = tuple[tuple[str, int], ...]  # of which runs, and when each last heard of it


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a room at one look: since when it is empty, or who is there."""

    heard: Heard
    empty: int = 0  # since when, in milliseconds; 0 if that is not known
    somebody: bool = False


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Looks at the rooms of what runs, as *journal* has them; *now* is the wall clock.

    *since* is when this run began to listen: what came before may be missing.
    """

    journal: Journal
    now: Callable[[], datetime]
    since: datetime
    _looks: dict[IntentId, Look] = field(default_factory=dict)

    async def run_due(self) -> int:
        """Tell of each room that is empty with something running; return how many.

        Raises:
            JournalUnavailable: the journal is away.
        """
        rooms: dict[IntentId, list[RoomRow]] = {}
        for thing, row in await self.journal.rooms.in_use():
            rooms.setdefault(thing, []).append(row)
        for gone in self._looks.keys() - rooms.keys():
            del self._looks[gone]
        count, before = 0, millis(self.now() - EMPTY_FOR)
        for thing, rows in rooms.items():
            look = await self._look(thing, rows)
            if 0 < look.empty <= before:
                count += await self._tell(thing, look.empty)
        return count

    def at(self, thing: IntentId) -> Look | None:
        """Return what the last look found of the room of *thing*; None if nothing."""
        return self._looks.get(thing)

    async def _look(self, thing: IntentId, rows: list[RoomRow]) -> Look:
        heard = tuple(
            sorted((f"{one.boot}:{one.numeric}", one.heard_at) for one in rows)
        )
        before = self._looks.get(thing)
        if before and before.heard == heard:
            return before
        relay = await self.journal.find.get(thing)
        look = self._seen(relay, rows, heard) if relay else Look(heard)
        self._looks[thing] = look
        return look

    def _seen(self, relay: Intent, rows: list[RoomRow], heard: Heard) -> Look:
        own = [one for one in rows if plays_in(relay, numeric=one.numeric)]
        if not own:
            return Look(heard)
        presence = Presence(deaf=millis(self.since))
        for one in own:
            presence = presence.joined_with(presence_of(one.presence))
        robots = (relay.subject.agent,)
        return Look(
            heard, empty_since(presence, robots), has_somebody(presence, robots)
        )

    async def _tell(self, thing: IntentId, since: int) -> bool:
        notice = Notice(
            name=ROOM_EMPTY,
            audience=Audience.OPS,
            facts={"since": since},
            cause=AlertCause.ROOM_EMPTY,
        )
        return await self.journal.alerts.trouble(thing, notice)
