"""Statements that take over what dead runs left, so that one run has it in its hands.

Two that look after orphans at once do not wait for each other: each takes what the
other has not locked. On a file there is one writer, and nothing to lock.
"""

from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bot.journal.lives import IS_ORPHAN
from bot.journal.schema import EMPTY, intents
from bot.journal.statement import Statement
from bot.states import State


def _taking(orphans: Select[Any]) -> Statement:
    """Return what gives *orphans* to this run; those that another takes are left out.

    What was being sent may have been done.
    """
    free = orphans.with_for_update(skip_locked=True)
    maybe = intents.c.doubt | (intents.c.state == State.SENDING.value)
    taken = update(intents).where(intents.c.id.in_(free))
    taken = taken.values(owner=bindparam("boot"), doubt=maybe)
    return Statement(taken.returning(intents))


def text(value: str) -> Any:
    """Return *value* in the words of the statement: an index of some rows asks so."""
    return literal_column(f"'{value}'", String)


_is_open_stop = (
    intents.c.ends,
    intents.c.joins.is_(None),
    intents.c.ref != EMPTY,
    intents.c.state.in_([text("queued"), text("sending")]),
    intents.c.sdk_app_id >= 0,
    IS_ORPHAN,
)
_BY_STOP = (intents, "INDEXED BY one_open_stop", "sqlite")
OPEN_STOPS = Statement(select(intents).with_hint(*_BY_STOP).where(*_is_open_stop))
TAKE_STOPS = _taking(select(intents.c.id).with_hint(*_BY_STOP).where(*_is_open_stop))
TAKE = _taking(
    select(intents.c.id)
    .where(
        intents.c.state == bindparam("state"),
        or_(intents.c.state != State.SENDING.value, ~intents.c.creates),
        IS_ORPHAN,
    )
    .order_by(intents.c.created_at, intents.c.id)
    .limit(bindparam("limit", type_=Integer()))
)
COUNT = Statement(
    select(func.count()).where(
        intents.c.state.in_([text("queued"), text("sending")]), IS_ORPHAN
    )
)
TAKE_ONE = _taking(
    select(intents.c.id).where(
        intents.c.id == bindparam("of"),
        intents.c.state == State.QUEUED.value,
        IS_ORPHAN,
    )
)
