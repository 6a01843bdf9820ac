"""Keys come and go: a new one seals, what old ones sealed is sealed anew, they go.

It goes in pieces, each a transaction of its own, so nobody waits for it. A crash in
between loses nothing: the old keys stay until a whole round has found nothing of
theirs, and the next start begins a new round.
"""

from functools import cache
from typing import Any

import structlog
from sqlalchemy import Table, bindparam, select

from bot.errors import JournalUnavailable
from bot.journal.seal import Cell, Ring, Seal
from bot.journal.sealed import SEALED
from bot.journal.sqlite.keyring import Keys
from bot.journal.statement import Connection, Statement, Writer, updated

PIECE = 50  # rows; some 5 ms of the writer

_NEXT = {
    table: Statement(
        select(table.c.id, *columns)
        .where(table.c.id > bindparam("after"))
        .order_by(table.c.id)
        .limit(PIECE)
        .with_for_update()
    )
    for table, columns in SEALED.items()
}


@cache
def _anew(table: Table, *columns: str) -> Statement:
    return updated(table, columns, table.c.id == bindparam("of"))


log = structlog.get_logger(__name__)


class Rotation:
    """Exchanges the keys of an open journal: *seal* has what *keys* keeps."""

    def __init__(self, writer: Writer, seal: Seal, keys: Keys) -> None:
        self._writer = writer
        self._seal = seal
        self._keys = keys
        self._begin()

    def _begin(self) -> None:
        self._left: list[Table] = [] if self._seal.ring.is_one else list(SEALED)
        self._after = ""
        self.resealed = self.unopened = 0  # values, since a round began

    async def add_key(self) -> None:
        """Add a key, which seals from here on; the others still open.

        Raises:
            JournalUnavailable: the ring is not the bot's to change, or was not written.
        """
        self._seal.use(await self._writer.write(self._add, begins=True))
        self._begin()

    async def reseal(self) -> None:
        """Go through every sealed value once, whatever was said of them before.

        Where several processes sealed, one may have done it with an older key after
        the round of another. `resealed` and `unopened` say how it went.

        Raises:
            JournalUnavailable: a piece was not written.
        """
        self._seal.use(self._seal.ring._replace(settled=False))
        self._begin()
        self._left = list(SEALED)
        while self._left:
            await self._next_piece()
        self._seal.use(await self._writer.write(self._drop_old, begins=True))

    async def go_on(self, pieces: int = 1) -> bool:
        """Seal at most *pieces* anew; tell whether only the newest key is left.

        Raises:
            JournalUnavailable: a piece, or the ring, was not written; on a full disk
                none is.
        """
        for _ in range(pieces):
            if self._seal.ring.is_one:
                break
            if self._left:
                await self._next_piece()
            else:
                self._seal.use(await self._writer.write(self._drop_old, begins=True))
                log.info("seal.rotated")
        return self._seal.ring.is_one

    async def _next_piece(self) -> None:
        """Seal the next rows anew; it counts once, however often that was tried."""
        piece = await self._writer.write(self._piece, begins=True, long=True)
        self._left, self._after, resealed, unopened = piece
        self.resealed += resealed
        self.unopened += unopened

    def _add(self, connection: Connection) -> Ring:
        try:
            return self._keys.add(connection, self._seal.ring)
        except OSError as error:
            raise _unwritten(error) from None

    def _drop_old(self, connection: Connection) -> Ring:
        try:
            return self._keys.drop_old(connection, self._seal.ring)
        except OSError as error:
            raise _unwritten(error) from None

    def _piece(self, connection: Connection) -> tuple[list[Table], str, int, int]:
        """Seal the next rows anew.

        Returns what is left then, after which row, and how many values were sealed and
        how many were not.
        """
        table, resealed, unopened = self._left[0], 0, 0
        rows = connection.execute(_NEXT[table], {"after": self._after}).all()
        for row in rows:
            anew, broken = self._anew(table, row)
            if anew:
                connection.execute(_anew(table, *anew), {**anew, "of": row.id})
            resealed, unopened = resealed + len(anew), unopened + broken
        if len(rows) < PIECE:
            return self._left[1:], "", resealed, unopened
        return self._left, rows[-1].id, resealed, unopened

    def _anew(self, table: Table, row: Any) -> tuple[dict[str, bytes], int]:
        """Return what *row* has sealed anew, and how many values do not open."""
        anew, unopened = {}, 0
        for column in SEALED[table]:
            sealed = getattr(row, column.name)
            if sealed is None or self._seal.is_newest(sealed):
                continue
            cell = Cell(table.name, column.name, row.id)
            try:
                anew[column.name] = self._seal.close(
                    self._seal.open(sealed, cell), cell
                )
            except JournalUnavailable:  # no key of the ring opens it, now or later
                unopened += 1
                log.critical("seal.unopened", table=cell.table, row=cell.row)
        return anew, unopened


def _unwritten(error: OSError) -> JournalUnavailable:
    return JournalUnavailable(f"the key ring was not written: {error}")
