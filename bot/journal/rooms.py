"""What runs of the bot have heard of rooms: of each room a row of each run.

So no run waits for another, and whoever is asked reads what all of them heard. A row
says what its run knew a second ago; a power cut may take it. After a day it is deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, tuple_

from bot.ids import IntentId
from bot.journal.lives import Life
from bot.journal.questions import in_states
from bot.journal.rows import millis
from bot.journal.schema import EMPTY, intents, rooms
from bot.journal.statement import Connection, Statement, Writer, upserted
from bot.states import LIVE, RUNNING

PIECE = 100  # rows that are deleted at once
MOST_WATCHED = 5000  # things that run, of which the rooms are kept; the newest
MOST_OF_A_NAME = 200  # rows of rooms that are written alike

_ROW = ("room", "sdk_app_id", "numeric", "boot", "heard_at", "presence")
_KEYS = ("room", "sdk_app_id", "numeric", "boot")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow:
    """What the run *boot* knew of a room; *presence* is text of its own.

    *heard_at* is when it last heard of it, in UTC milliseconds. *numeric*: the ID of
    the room is a number. A room is its app, that, and the ID.
    """

    room: str
    sdk_app_id: int
    numeric: bool
    heard_at: int
    presence: str
    boot: str = ""


_KEEP = upserted(rooms, "heard_at", "presence")
_CALLED = Statement(
    select(rooms)
    .where(rooms.c.room == bindparam("called"))
    .order_by(rooms.c.room, rooms.c.sdk_app_id, rooms.c.numeric, rooms.c.boot)
    .limit(MOST_OF_A_NAME)
)
_old = (
    select(*(rooms.c[name] for name in _KEYS))
    .where(rooms.c.heard_at < bindparam("before"))
    .limit(PIECE)
)
_FORGET = Statement(delete(rooms).where(tuple_(*(rooms.c[k] for k in _KEYS)).in_(_old)))
_where_it_runs = select(
    intents.c.sdk_app_id, intents.c.room, intents.c.created_at, intents.c.id
).where(intents.c.creates, intents.c.room != EMPTY)
_WATCHED = Statement(in_states(_where_it_runs, LIVE, newest=True).limit(MOST_WATCHED))


_in_use = (
    select(intents.c.id, intents.c.created_at, *(rooms.c[k] for k in _ROW))
    .join_from(
        intents,
        rooms,
        and_(
            rooms.c.room == intents.c.room, rooms.c.sdk_app_id == intents.c.sdk_app_id
        ),
    )
    .where(intents.c.creates, intents.c.room != EMPTY)
)
_IN_USE = Statement(in_states(_in_use, RUNNING, newest=True).limit(MOST_WATCHED))


class RoomRows:
    """The rows of rooms; those that are kept are of the run whose *life* it is.

    Every method raises JournalUnavailable: nothing can be read, or was kept.
    """

    def __init__(self, writer: Writer, life: Life) -> None:
        self._writer = writer
        self._life = life

    @property
    def boot(self) -> str:
        """Whose rows are kept."""
        return self._life.boot

    @property
    def shared(self) -> bool:
        """Whether other runs read them, so that each has to keep all that it heard."""
        return self._life.shared

    async def keep(self, rows: Sequence[RoomRow]) -> None:
        """Keep *rows* in the place of what this run kept of their rooms."""
        values = [
            {
                "room": one.room,
                "sdk_app_id": one.sdk_app_id,
                "numeric": one.numeric,
                "boot": self.boot,
                "heard_at": one.heard_at,
                "presence": one.presence,
            }
            for one in rows
        ]
        await self._writer.write(
            lambda c: c.execute_many(_KEEP, values).rowcount, lasting=False
        )

    async def called(self, room: str) -> list[RoomRow]:
        """Return what every run has kept of the rooms that are written *room*."""
        rows = await self._writer.read(
            lambda c: c.execute(_CALLED, {"called": room}).all()
        )
        return [_row_of(row) for row in rows]

    async def in_use(self) -> list[tuple[IntentId, RoomRow]]:
        """Return what was heard of the rooms in which something runs, of each thing."""
        rows = await self._writer.read(lambda c: c.execute(_IN_USE).all(), long=True)
        return [(IntentId(row.id), _row_of(row)) for row in rows]

    async def watched(self) -> set[tuple[int, str]]:
        """Return in which rooms of which apps something runs, or may."""
        rows = await self._writer.read(lambda c: c.execute(_WATCHED).all(), long=True)
        return {(row.sdk_app_id, row.room) for row in rows}

    async def forget(self, before: datetime) -> int:
        """Delete what was heard last *before*; return how many rows that were."""
        old, gone = {"before": millis(before)}, 0

        def piece(connection: Connection) -> int:
            return connection.execute(_FORGET, old).rowcount

        while deleted := await self._writer.write(piece, lasting=False, long=True):
            gone += deleted
        return gone


def _row_of(row: Any) -> RoomRow:
    values = {name: getattr(row, name) for name in _ROW}
    return RoomRow(**values | {"numeric": bool(row.numeric)})
