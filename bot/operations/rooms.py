"""Keeps what Tencent tells of rooms, so that anybody who asks is told what is so now.

A busy application tells of hundreds of things a second, of rooms nobody asks about. So
all of it is folded in memory, within bounds, and once a second what changed is written:
of rooms in which something runs or that somebody looked at lately. Where other runs
have to know, the rest is written as well, some of it each second, the longest waiting
first. What is written is kept for a day.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

import structlog
from cachetools import TTLCache

from bot.errors import JournalUnavailable
from bot.journal.evidence import moment_of
from bot.journal.rooms import RoomRow, RoomRows
from bot.journal.rows import millis
from bot.resources.room.presence import HeardRoom, Presence, presence_of
from bot.tencent.room_events import MEDIA_EVENTS, RoomEvent

EVERY = 1.0  # seconds between two writings, of one room at most
LOOKED_EVERY = 15.0  # seconds between two looks at what runs where
PRUNED_EVERY = 600.0  # seconds
KEPT = timedelta(hours=24)
TIMELY = timedelta(minutes=10)  # Tencent repeats for a minute; an older one was heard
AT_ONCE = 25  # rooms that are written in one transaction; one of 50 takes 0.4 ms
REST_AT_ONCE = 100  # rooms that nobody asks about, which are written each second
MOST_PEOPLE = 50_000  # that are kept in memory, of all rooms: some 40 MB
NOTED_EVERY = 3600.0  # seconds after which a room that is heard of is kept for longer
SHARE = 16  # people; memory is counted in shares, so that few changes change it
MOST_LOOKED_AT = 1000  # rooms
LOOKED_FOR = 7200.0  # seconds for which a room counts as looked at lately

Key = tuple[int, bool, str]  # the SdkAppId, whether its ID is a number, and the ID

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Kept:
    """What is known of a room, and the memory that counts for it since *noted*."""

    presence: Presence
    noted: float
    shares: int = 1

    def is_to_be_noted(self, now: float) -> bool:
        """Tell whether to count it anew: it grew, or was counted long ago."""
        before, self.shares = self.shares, len(self.presence.people) // SHARE + 1
        return self.shares != before or now - self.noted > NOTED_EVERY


@dataclass
class Rooms:
    """What was heard of rooms by this run, and of *rows* by others.

    *now* is the wall clock, *monotonic* seconds. *most* are the people that are kept in
    memory, about. *late* counts what was left out as too
    old or too new, *lost* the rooms that there was no memory for.
    """

    rows: RoomRows
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    most: int = MOST_PEOPLE
    late: int = 0
    lost: int = 0
    _since: int = 0
    _watched: set[tuple[int, str]] = field(default_factory=set)
    _media: set[int] = field(default_factory=set)  # apps of which media events come
    _dirty: dict[Key, None] = field(default_factory=dict)
    _rest: dict[Key, None] = field(default_factory=dict)  # that nobody asks about
    _next: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._since = millis(self.now())
        self._heard = _Heard(self.most, self.monotonic, self._gone)
        self._looked: TTLCache[tuple[int, str], bool] = TTLCache(
            MOST_LOOKED_AT, LOOKED_FOR, self.monotonic
        )

    @property
    def since(self) -> datetime:
        """Since when this run hears what happens in rooms."""
        return moment_of(self._since)

    @property
    def waiting(self) -> int:
        """How many rooms are to be written."""
        return len(self._dirty) + len(self._rest)

    def _gone(self, key: Key) -> None:
        self.lost += 1
        self._dirty.pop(key, None)
        self._rest.pop(key, None)

    def take(self, event: RoomEvent, sdk_app_id: int) -> None:
        """Take in *event* of an application; it waits for nothing."""
        now = self.now()
        if abs(now - event.at) > TIMELY:
            self.late += 1
            return
        if event.kind in MEDIA_EVENTS:
            self._media.add(sdk_app_id)
        key, at = (sdk_app_id, event.numeric, event.room), self.monotonic()
        kept = self._heard.get(key)
        if kept is None:
            kept = self._heard[key] = _Kept(Presence(deaf=self._since), at)
        kept.presence.take(event, now)
        if kept.is_to_be_noted(at):
            kept.noted = at
            self._heard[key] = kept
        if self._is_watched(key):
            self._dirty[key] = None
        elif self.rows.shared:
            self._rest[key] = None

    def _is_watched(self, key: Key) -> bool:
        named = (key[0], key[2])
        return named in self._watched or named in self._looked

    async def called(self, room: str, apps: Iterable[int]) -> list[HeardRoom]:
        """Return the rooms of *apps* that are written *room*; they are watched now.

        Raises:
            JournalUnavailable: what was kept of them cannot be read.
        """
        rooms: dict[Key, Presence] = {}
        for app in apps:
            self._looked[app, room] = True
            for numeric in (True, False):
                if kept := self._heard.get((app, numeric, room)):
                    rooms[app, numeric, room] = kept.presence
                    self._dirty[app, numeric, room] = None
        mine = set(rooms)
        for row in await self.rows.called(room):
            key = (row.sdk_app_id, row.numeric, room)
            if row.boot == self.rows.boot and key in mine:
                continue  # it is what is known here, a second ago
            heard = presence_of(row.presence)
            rooms[key] = rooms[key].joined_with(heard) if key in rooms else heard
        return [
            self._seen(key, presence)
            for key, presence in sorted(rooms.items(), key=lambda one: one[0])
            if key[0] in set(apps)
        ]

    def _seen(self, key: Key, presence: Presence) -> HeardRoom:
        """Return a room as it is told of: whatever came before this run may lack."""
        app, numeric, room = key
        return HeardRoom(
            sdk_app_id=app,
            numeric=numeric,
            room=room,
            presence=presence.joined_with(Presence(deaf=self._since)),
            media=app in self._media or presence.has_media,
        )

    async def run(self) -> None:
        """Write for ever what changed; while the journal is away it waits."""
        while True:
            await self.sleep(EVERY)
            try:
                await self.flush()
                await self.upkeep()
            except JournalUnavailable as error:
                log.warning("rooms.wait", why=str(error), rooms=self.waiting)

    async def flush(self) -> None:
        """Write what changed since the last time.

        Raises:
            JournalUnavailable: some of it was not written, and is kept for the next.
        """
        rest = list(islice(self._rest, REST_AT_ONCE))
        for key in rest:
            del self._rest[key]
        await self._write(list(self._dirty | dict.fromkeys(rest)))

    async def leave(self) -> None:
        """Write all that changed: whatever follows has to read it here.

        Raises:
            JournalUnavailable: some of it was not written.
        """
        waiting, self._rest = self._dirty | self._rest, {}
        await self._write(list(waiting))

    async def _write(self, waiting: list[Key]) -> None:
        self._dirty = {}
        while waiting:
            piece, rest = waiting[:AT_ONCE], waiting[AT_ONCE:]
            rows = [row for one in piece if (row := self._row(one))]
            try:
                await self.rows.keep(rows)
            except JournalUnavailable:
                self._dirty = dict.fromkeys([*piece, *rest]) | self._dirty
                raise
            waiting = rest

    def _row(self, key: Key) -> RoomRow | None:
        kept = self._heard.get(key)
        if kept is None:
            return None
        presence, (app, numeric, room) = kept.presence, key
        return RoomRow(
            room=room,
            sdk_app_id=app,
            numeric=numeric,
            heard_at=presence.heard_at,
            presence=presence.written(),
        )

    async def upkeep(self) -> None:
        """Look again at where something runs, and throw away what is old, if due.

        Raises:
            JournalUnavailable: the journal is away.
        """
        if self._is_due("watched", LOOKED_EVERY):
            before, self._watched = self._watched, await self.rows.watched()
            fresh = self._watched - before
            for app, room in fresh:
                for numeric in (True, False):
                    if (app, numeric, room) in self._heard:
                        self._dirty[app, numeric, room] = None
        if self._is_due("pruned", PRUNED_EVERY):
            await self.rows.forget(self.now() - KEPT)

    def _is_due(self, what: str, every: float) -> bool:
        now = self.monotonic()
        if now < self._next.get(what, now):
            return False
        self._next[what] = now + every
        return True


class _Heard(TTLCache[Key, _Kept]):
    """What was heard of rooms, by the memory it takes; the oldest goes first.

    *gone* is told of each room that there is no memory for any more.
    """

    def __init__(
        self, most: int, timer: Callable[[], float], gone: Callable[[Key], None]
    ) -> None:
        super().__init__(
            most,
            KEPT.total_seconds(),
            timer,
            getsizeof=lambda kept: kept.shares * SHARE,
        )
        self._gone = gone

    def popitem(self) -> tuple[Key, _Kept]:
        """Let go of the room that was not heard of for longest."""
        key, kept = super().popitem()
        self._gone(key)
        return key, kept
