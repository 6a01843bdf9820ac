"""Copies that are to take the place of what they were made of.

The journal decides when (`links`); what has become due is found here by whoever carries
it out, and settled here once it was.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from bot.ids import IntentId
from bot.journal import links
from bot.journal.audit import Entry
from bot.journal.evidence import Link, Role, Wish
from bot.journal.model import Intent
from bot.journal.rows import millis
from bot.journal.schema_saved import copies
from bot.journal.statement import Statement, Writer
from bot.journal.transaction import Transaction, Write

PIECE = 50  # that are carried out before others are looked for

_DUE = Statement(
    select(copies.c.copy, copies.c.original)
    .where(copies.c.state == Wish.DUE.value)
    .order_by(copies.c.at)
    .limit(PIECE)
)
_EVERY = Statement(select(copies.c.copy).where(copies.c.state == bindparam("state")))


class Due(NamedTuple):
    """A copy that went live, and the original that is to be stopped for that."""

    copy: IntentId
    original: IntentId


class Copies:
    """The wishes about copies, as whoever carries them out sees them."""

    def __init__(self, writer: Writer, write: Write) -> None:
        self._writer = writer
        self._write = write

    async def due(self) -> list[Due]:
        """Return what is to be carried out now, the oldest first."""
        rows = await self._writer.read(lambda c: c.execute(_DUE).all())
        return [Due(IntentId(row.copy), IntentId(row.original)) for row in rows]

    async def forget(self, copy: IntentId) -> None:
        """Throw away the wish about *copy*, which is not on record any more."""
        await self._write(lambda tx: links.settled(tx.connection, copy))

    async def settle(
        self,
        copy: IntentId,
        wish: Wish,
        *,
        line: str = "",
        by: str = "",
        audit: Entry | None = None,
    ) -> Intent | None:
        """Say what became of the wish about *copy*; return that as it is then.

        The thread of the original is told *line*, if given, *by* whom it was decided.
        None if the wish was settled before.
        """

        def work(tx: Transaction) -> Intent | None:
            tx.first(copy, audit)
            now = tx.get(copy)
            link = open_link(now)
            if link is None:
                return None
            if audit:
                tx.record(audit)
            at = millis(tx.now())
            return tx.link(now, links.turned(now, link, wish, at, line, by))

        return await self._write(work)


def open_link(copy: Intent) -> Link | None:
    """Return the link of *copy* to what is to be stopped for it, if that is open."""
    own = (one for one in copy.standing.links if one.role is Role.ORIGINAL)
    return next((one for one in own if one.wish in links.OPEN), None)


def withdraw(tx: Transaction) -> int:
    """Let no wish be carried out that was open in a backup; return how many."""
    count = 0
    for state in sorted(links.OPEN):
        for row in tx.connection.execute(_EVERY, {"state": state.value}).all():
            copy = tx.get(IntentId(row.copy))
            if link := open_link(copy):
                at = millis(tx.now())
                tx.link(copy, links.turned(copy, link, Wish.DROPPED, at))
                count += 1
    return count
