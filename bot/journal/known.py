"""What was last heard of the world outside, by name: small texts that a start needs."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.journal.rows import millis
from bot.journal.schema import texts
from bot.journal.statement import Connection, Statement, Writer, inserted

GET = Statement(select(texts).where(texts.c.name == bindparam("of")))
_FORGET = Statement(delete(texts).where(texts.c.name == bindparam("of")))
_KEEP = inserted(texts)


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
            lambda connection: connection.execute(GET, {"of": name}).first()
        )
        if row is None:
            return None
        return row.value, max(millis(self._now()) - row.at, 0) / 1000

    async def keep(self, name: str, value: str) -> None:
        """Keep *value* as *name*, in the place of what was kept before.

        Raises:
            JournalUnavailable: nothing was kept.
        """
        at = millis(self._now())
        await self._writer.write(lambda c: keep(c, name, value, at))


def kept(connection: Connection, name: str) -> str | None:
    """Return what was kept as *name*, if anything."""
    row = connection.execute(GET, {"of": name}).first()
    return row.value if row else None


def keep(connection: Connection, name: str, value: str, at: int = 0) -> None:
    """Keep *value* as *name*, in the place of what was kept before."""
    connection.execute(_FORGET, {"of": name})
    connection.execute(_KEEP, {"name": name, "value": value, "at": at})
