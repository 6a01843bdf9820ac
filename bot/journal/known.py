"""What was last heard of the world outside, by name: small texts that a start needs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select

from bot.journal.model import Notice
from bot.journal.outbox import PUT
from bot.journal.rows import millis, notice_row
from bot.journal.schema import texts
from bot.journal.statement import Connection, Statement, Writer, inserted, upserted

GET = Statement(select(texts).where(texts.c.name == bindparam("of")))
FORGET = Statement(delete(texts).where(texts.c.name == bindparam("of")))
_KEEP = inserted(texts)
_TURN = upserted(  # of now, unless a text was kept after a moment
    texts, "value", "at", where=texts.c.at <= bindparam("until"), returning=True
)


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

    async def tell(self, notice: Notice, name: str, every: timedelta) -> None:
        """Put *notice* into the outbox, unless one was as *name* within *every*.

        Of several runs that would, the first does; the moment is kept as *name*.

        Raises:
            JournalUnavailable: nothing was put in, or kept.
        """
        now = self._now()
        row = notice_row(notice, millis(now), intent=None)
        turn: dict[str, Any] = {"name": name, "value": str(now.timestamp())}
        turn |= {"at": millis(now), "until": millis(now - every)}

        def work(connection: Connection) -> None:
            if connection.execute(_TURN, turn).first():
                connection.execute(PUT, row)

        await self._writer.write(work)


def kept(connection: Connection, name: str) -> str | None:
    """Return what was kept as *name*, if anything."""
    row = connection.execute(GET, {"of": name}).first()
    return row.value if row else None


def keep(connection: Connection, name: str, value: str, at: int = 0) -> None:
    """Keep *value* as *name*, in the place of what was kept before."""
    connection.execute(FORGET, {"of": name})
    connection.execute(_KEEP, {"name": name, "value": value, "at": at})
