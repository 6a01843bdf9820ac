"""The table of facts: each is kept once, in the order in which it came."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from bot.ids import IntentId
from bot.journal.evidence import Does, Fact, FactKind
from bot.journal.schema import EMPTY, facts
from bot.journal.statement import Connection, Rows, Statement, updated

LONGEST_TEXT = 500
LONGEST_REF = 2000

_OF = Statement(
    select(facts).where(facts.c.thing == bindparam("thing")).order_by(facts.c.id)
)
_FIELDS = tuple(Fact.__dataclass_fields__)
_COLUMNS = [column.name for column in facts.c if column.name != "id"]
PUT = Statement(lambda insert: insert(facts).on_conflict_do_nothing(), _COLUMNS)
_RENAME = updated(
    facts,
    ("target",),
    facts.c.thing == bindparam("of"),
    facts.c.target == bindparam("old"),
)


def put(connection: Connection, thing: IntentId, came: Iterable[Fact]) -> bool:
    """Keep what *came* of *thing*, in that order; False if all of it was known."""
    return keep(connection, thing, came).rowcount > 0


def keep(connection: Connection, thing: IntentId, came: Iterable[Fact]) -> Rows:
    """Do what `put` does, without waiting for how many are new."""
    return connection.execute_many(PUT, [row_of(thing, fact) for fact in came])


def of(connection: Connection, thing: IntentId) -> list[Fact]:
    """Return the facts of *thing*, in the order in which they came."""
    return [fact_of(row) for row in connection.execute(_OF, {"thing": thing})]


def rename_target(connection: Connection, thing: IntentId, old: str, new: str) -> None:
    """Call the target *old* of *thing* by its *new* digest."""
    connection.execute(_RENAME, {"of": thing, "old": old, "target": new})


def things_of(ref: ColumnElement[str]) -> Select[tuple[str]]:
    """Return the query for the things under whose name *ref* was ever told."""
    return select(facts.c.thing).where(facts.c.ref == ref, facts.c.ref != EMPTY)


def row_of(thing: IntentId, fact: Fact) -> dict[str, Any]:
    """Write *fact* of *thing* as a row."""
    row: dict[str, Any] = {name: getattr(fact, name) for name in _FIELDS}
    row["thing"] = thing
    row |= {"kind": fact.kind.value, "does": fact.does.value}
    row |= {"text": fact.text[:LONGEST_TEXT], "ref": fact.ref[:LONGEST_REF]}
    return row


def as_kept(fact: Fact) -> Fact:
    """Return *fact* as it reads once it was kept: not longer than there is room for."""
    if len(fact.text) <= LONGEST_TEXT and len(fact.ref) <= LONGEST_REF:
        return fact
    return replace(fact, text=fact.text[:LONGEST_TEXT], ref=fact.ref[:LONGEST_REF])


def fact_of(row: Any) -> Fact:
    """Read a row."""
    columns = row._asdict()
    del columns["id"], columns["thing"]
    columns |= {"kind": FactKind(row.kind), "does": Does(row.does)}
    return Fact(**columns)
