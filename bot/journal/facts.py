"""The table of facts: each is kept once, in the order in which it came."""

from dataclasses import fields as fields_of
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from bot.ids import IntentId
from bot.journal.evidence import Does, Fact, FactKind
from bot.journal.schema import facts

LONGEST_TEXT = 500
LONGEST_REF = 2000

_FIELDS = [field.name for field in fields_of(Fact)]
_OF = select(facts).where(facts.c.thing == bindparam("thing")).order_by(facts.c.id)


def put(connection: Connection, thing: IntentId, fact: Fact) -> bool:
    """Keep *fact* of *thing*, in the caller's transaction; False if it was known."""
    row = row_of(thing, fact)
    statement = _insert(connection)(facts).values(row).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def of(connection: Connection, thing: IntentId) -> list[Fact]:
    """Return the facts of *thing*, in the order in which they came."""
    return [fact_of(row) for row in connection.execute(_OF, {"thing": thing})]


def rename_target(connection: Connection, thing: IntentId, old: str, new: str) -> None:
    """Call the target *old* of *thing* by its *new* digest."""
    statement = update(facts).where(facts.c.thing == thing, facts.c.target == old)
    connection.execute(statement.values(target=new))


def things_of(ref: ColumnElement[str]) -> Select[tuple[str]]:
    """Return the query for the things under whose name *ref* was ever told."""
    return select(facts.c.thing).where(facts.c.ref == ref)


def row_of(thing: IntentId, fact: Fact) -> dict[str, Any]:
    """Write *fact* of *thing* as a row."""
    row = {name: getattr(fact, name) for name in _FIELDS} | {"thing": thing}
    row |= {"kind": fact.kind.value, "does": fact.does.value}
    row |= {"text": fact.text[:LONGEST_TEXT], "ref": fact.ref[:LONGEST_REF]}
    return row


def fact_of(row: Any) -> Fact:
    """Read a row."""
    columns = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    del columns["id"], columns["thing"]
    columns |= {"kind": FactKind(row.kind), "does": Does(row.does)}
    return Fact(**columns)


def _insert(connection: Connection) -> Any:
    sqlite = connection.dialect.name == "sqlite"
    return insert_sqlite if sqlite else insert_postgresql
