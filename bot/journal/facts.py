"""The table of facts: each is kept once, in the order in which it came."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from bot.ids import IntentId
from bot.journal.evidence import Does, Fact, FactKind
from bot.journal.schema import facts, hearing

LONGEST_TEXT = 500
LONGEST_REF = 2000

_NEWEST = select(func.max(facts.c.id))
_OF = select(facts).where(facts.c.thing == bindparam("thing")).order_by(facts.c.id)


def put(connection: Connection, thing: IntentId, fact: Fact) -> bool:
    """Keep *fact* of *thing*, in the caller's transaction; False if it was known."""
    row = {**asdict(fact), "thing": thing}
    row |= {"kind": fact.kind.value, "does": fact.does.value}
    row |= {"text": fact.text[:LONGEST_TEXT], "ref": fact.ref[:LONGEST_REF]}
    statement = _insert(connection)(facts).values(row).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def of(connection: Connection, thing: IntentId) -> list[Fact]:
    """Return the facts of *thing*, in the order in which they came."""
    return [_fact_of(row) for row in connection.execute(_OF, {"thing": thing})]


def rename_target(connection: Connection, thing: IntentId, old: str, new: str) -> None:
    """Call the target *old* of *thing* by its *new* digest."""
    statement = update(facts).where(facts.c.thing == thing, facts.c.target == old)
    connection.execute(statement.values(target=new))


def hear(connection: Connection, sdk_app_id: int, at: int) -> None:
    """Note that a callback of an app was taken in *at*, in milliseconds."""
    _note(connection, sdk_app_id, heard_at=at, heard_after=_newest(connection))


def miss(connection: Connection, sdk_app_id: int) -> None:
    """Note that a callback of an app was not taken in now."""
    _note(connection, sdk_app_id, refused_after=_newest(connection))


def heard(connection: Connection, sdk_app_id: int, thing: IntentId) -> tuple[bool, ...]:
    """Tell whether callbacks of an app were taken in, and refused, after *thing* left.

    By the order in which they were kept, since a wall clock may step back between.
    """
    left = select(func.max(facts.c.id)).where(
        facts.c.thing == thing,
        facts.c.kind == FactKind.WRITTEN.value,
        facts.c.does == Does.CREATE.value,
    )
    row = connection.execute(
        select(
            hearing.c.heard_after >= left.scalar_subquery(),
            hearing.c.refused_after >= left.scalar_subquery(),
        ).where(hearing.c.sdk_app_id == sdk_app_id)
    ).first()
    return (False, False) if row is None else (bool(row[0]), bool(row[1]))


def _note(connection: Connection, sdk_app_id: int, **columns: int) -> None:
    row = {"sdk_app_id": sdk_app_id, **columns}
    statement = _insert(connection)(hearing).values(row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["sdk_app_id"], set_=columns)
    )


def _newest(connection: Connection) -> int:
    return int(connection.execute(_NEWEST).scalar() or 0)


def things_of(ref: ColumnElement[str]) -> Select[tuple[str]]:
    """Return the query for the things under whose name *ref* was ever told."""
    return select(facts.c.thing).where(facts.c.ref == ref)


def _fact_of(row: Any) -> Fact:
    columns = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    del columns["id"], columns["thing"]
    columns |= {"kind": FactKind(row.kind), "does": Does(row.does)}
    return Fact(**columns)


def _insert(connection: Connection) -> Any:
    sqlite = connection.dialect.name == "sqlite"
    return insert_sqlite if sqlite else insert_postgresql
