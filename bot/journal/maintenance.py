"""What time alone makes due: notices to be raised, rows to be deleted."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
)

from bot.journal.model import Intent
from bot.journal.rows import DROPPED, FAILED, PENDING, SENT, as_read, intents_of, millis
from bot.journal.schema import facts, intents, lines, outbox
from bot.journal.sqlite.writer import Writer
from bot.journal.statements import in_states
from bot.states import OVER, State

GIVEN_UP_KEPT = timedelta(days=7)  # notices that nobody took
INTENTS_KEPT = timedelta(days=180)  # Tencent lets a TaskId be used for 30
MOST_AT_ONCE = 100
PIECE = 100  # rows that are deleted at once: nobody who commits waits for more


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

    def __init__(self, writer: Writer, boot: str) -> None:
        self._writer = writer
        self._boot = boot  # what another run was sending is unknown

    async def overdue(self, due: Due, before: datetime) -> list[Intent]:
        """Return what has been *due* since *before* and is not marked yet."""
        query = select(intents).where(
            intents.c.action == due.action,
            intents.c[due.since] <= millis(before),
            ~_marked(due.mark),
        )
        if due.called_back:
            query = query.where(intents.c.callbacks)
        oldest = in_states(query, due.states).limit(MOST_AT_ONCE)
        intents_due = await self._writer.read(lambda c: intents_of(c.execute(oldest)))
        return [as_read(one, self._boot) for one in intents_due]

    async def oldest_unsent(self) -> datetime | None:
        """Return since when the oldest undelivered notice waits."""
        query = select(outbox.c.created_at).where(outbox.c.state == PENDING)
        query = query.order_by(outbox.c.created_at).limit(1)
        at = await self._writer.read(lambda c: c.execute(query).scalar())
        return None if at is None else datetime.fromtimestamp(at / 1000, tz=UTC)

    async def prune(self, now: datetime) -> int:
        """Delete rows that are past their time; return how many were deleted.

        It goes in pieces, each a transaction of its own. The audit trail stays: it is
        append-only. Numbers of handles are not used again.
        """
        gone = 0
        for piece in (_delivered(now), _over(now)):
            while deleted := await self._writer.write(piece):
                gone += deleted
        return gone


def _marked(name: str) -> ColumnElement[bool]:
    """Match intents that bear the mark *name*, and not one that contains it."""
    names = literal(" ").concat(intents.c.marks).concat(" ")
    return names.contains(f" {name} ", autoescape=True)


def _delivered(now: datetime) -> Callable[[Connection], int]:
    """Return what deletes the next notices that wait no more.

    Earlier releases kept those that arrived for a week.
    """
    old = {"before": millis(now - GIVEN_UP_KEPT), "piece": PIECE}
    return lambda connection: connection.execute(_DELIVERED, old).rowcount


def _over(now: datetime) -> Callable[[Connection], int]:
    """Return what deletes the next intents that are over and old, and theirs."""
    old = {"before": millis(now - INTENTS_KEPT), "piece": PIECE}

    def work(connection: Connection) -> int:
        past = list(connection.execute(_PAST, old).scalars())
        ids = {"ids": json.dumps(past)}
        deleted = (connection.execute(one, ids).rowcount for one in _OF_PAST)
        return sum(deleted) if past else 0

    return work


_DELIVERED = delete(outbox).where(
    outbox.c.id.in_(
        select(outbox.c.id)
        .where(
            outbox.c.state.in_((SENT, DROPPED, FAILED)),
            or_(
                outbox.c.state != FAILED,
                outbox.c.created_at < bindparam("before"),
            ),
        )
        .limit(bindparam("piece"))
        .subquery()
        .select()
    )
)
_PAST = (
    select(intents.c.id)
    .where(
        intents.c.state.in_([state.value for state in OVER | {State.WAITING}]),
        intents.c.created_at < bindparam("before"),
    )
    .limit(bindparam("piece"))
)
_IDS = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
_OF_PAST = [
    delete(one.table).where(one.in_(_IDS))
    for one in (outbox.c.intent, lines.c.intent, facts.c.thing, intents.c.id)
]
