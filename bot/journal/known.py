"""What was last heard of the world outside, by name: small texts that a start needs."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.journal.rows import millis
from bot.journal.schema import known
from bot.journal.sqlite.writer import Writer

_GET = select(known).where(known.c.name == bindparam("of"))
_FORGET = delete(known).where(known.c.name == bindparam("of"))
_KEEP = insert(known)


class LastKnown:
    """Texts by name, each the last one that was kept."""

    def __init__(self, writer: Writer, now: Callable[[], datetime]) -> None:
        self._writer = writer
        self._now = now

    async def get(self, name: str) -> tuple[str, float] | None:
        """Return what was kept as *name*, and for how many seconds; None if nothing.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        row = await self._writer.read(
            lambda connection: connection.execute(_GET, {"of": name}).first()
        )
        if row is None:
            return None
        return row.value, max(millis(self._now()) - row.at, 0) / 1000

    async def keep(self, name: str, value: str) -> None:
        """Keep *value* as *name*, in the place of what was kept before.

        Raises:
            JournalUnavailable: nothing was kept.
        """
        row = {"name": name, "value": value, "at": millis(self._now())}

        def work(connection: Connection) -> None:
            connection.execute(_FORGET, {"of": name})
            connection.execute(_KEEP, row)

        await self._writer.write(work)
