"""What time alone makes due: notices to be raised, rows to be deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Delete, delete, literal, select

from bot.journal.model import Intent
from bot.journal.rows import PENDING, intents_of, millis
from bot.journal.schema import facts, intents, lines, outbox
from bot.journal.sqlite.writer import Writer
from bot.states import OVER, State

NOTICES_KEPT = timedelta(days=7)
INTENTS_KEPT = timedelta(days=180)  # Tencent lets a TaskId be used for 30
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Intents to be noticed: in one of *states*, *since* a column's time, for long.

    *called_back*: only those whose events Tencent sends.
    """

    mark: str
    states: tuple[State, ...]
    since: str  # "sent_at" or "settled_at"
    action: str
    called_back: bool = False


class Maintenance:
    """The journal, as its upkeep sees it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def overdue(self, due: Due, before: datetime) -> list[Intent]:
        """Return what has been *due* since *before* and is not marked yet."""
        query = (
            select(intents)
            .where(
                intents.c.action == due.action,
                intents.c.state.in_([state.value for state in due.states]),
                intents.c[due.since] <= millis(before),
                ~_marked(due.mark),
            )
            .order_by(intents.c.created_at)
            .limit(MOST_AT_ONCE)
        )
        if due.called_back:
            query = query.where(intents.c.callbacks)
        return await self._writer.read(lambda c: intents_of(c.execute(query)))

    async def oldest_unsent(self) -> datetime | None:
        """Return since when the oldest undelivered notice waits."""
        query = select(outbox.c.created_at).where(outbox.c.state == PENDING)
        query = query.order_by(outbox.c.created_at).limit(1)
        at = await self._writer.read(lambda c: c.execute(query).scalar())
        return None if at is None else datetime.fromtimestamp(at / 1000, tz=UTC)

    async def prune(self, now: datetime) -> int:
        """Delete rows that are past their time; return how many were deleted.

        The audit trail stays: it is append-only. Numbers of handles are not used again.
        """
        past = select(intents.c.id).where(
            intents.c.state.in_([state.value for state in OVER | {State.WAITING}]),
            intents.c.created_at < millis(now - INTENTS_KEPT),
        )
        delivered = outbox.c.state != PENDING
        old = outbox.c.created_at < millis(now - NOTICES_KEPT)
        statements = (
            delete(outbox).where(delivered, old),
            delete(outbox).where(outbox.c.intent.in_(past)),
            delete(lines).where(lines.c.intent.in_(past)),
            delete(facts).where(facts.c.thing.in_(past)),
            delete(intents).where(intents.c.id.in_(past)),
        )

        def work(connection: Connection) -> int:
            return _run(connection, statements)

        return await self._writer.write(work)


def _marked(name: str) -> ColumnElement[bool]:
    """Match intents that bear the mark *name*, and not one that contains it."""
    names = literal(" ").concat(intents.c.marks).concat(" ")
    return names.contains(f" {name} ", autoescape=True)


def _run(connection: Connection, statements: Iterable[Delete]) -> int:
    return sum(connection.execute(one).rowcount for one in statements)
