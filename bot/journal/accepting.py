"""What is asked before something is accepted, all in one question.

Whether it came before, what counts against it, which number is the next, and where the
audit chain of its workspace ends: each is found along an index of its own, and of most
there is nothing, or a few names. What has a name is read by that, if it comes to it.
"""

from collections import defaultdict
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    literal_column,
    select,
    union_all,
)

from bot.ids import IntentId
from bot.journal import locks, numbers, usage
from bot.journal.anchors import NOTHING_BEFORE, Head
from bot.journal.audit import CLOSED_AT, HEAD
from bot.journal.left import as_read
from bot.journal.model import Intent, NewIntent
from bot.journal.rows import intents_of
from bot.journal.schema import intents
from bot.journal.statement import Connection, Statement, among
from bot.journal.usage import Usage

FIRST, TALLY, ALIKE, ENDS_AT = "first", "tally", "alike", "ends at"
CLOSED, GIVEN = "closed at", "given"
_NOTHING: ColumnElement[str] = literal_column("''")
_NO_NUMBER: ColumnElement[int] = literal_column("0")
_BY_IDS = Statement(select(intents).where(among(intents.c.id, "ids")))


class Before(NamedTuple):
    """What there is before a submission is accepted.

    *first* is what the same submission became, *counted* how many count against it, by
    name, *alike* are active and like it. *number* is that of its handle, if it is to
    get one. *head* is where its workspace's chain ends.
    """

    first: IntentId | None
    counted: dict[str, int]
    alike: list[IntentId]
    number: int
    head: Head


def before(
    connection: Connection, new: NewIntent, alone: str | None, *, counts: bool
) -> Before:
    """Return what there is before *new*, and what *counts* against it if that matters.

    In the caller's transaction, which is the only one to write for its workspace. One
    that has no chain yet has no row for that, and is kept by its name the first time.
    """
    team = new.asker.team
    locks.head(connection, team)
    rows = _asked(connection, new, alone, counts=counts)
    if not rows[ENDS_AT] and connection.alone(team):
        locks.head(connection, team)
        rows = _asked(connection, new, alone, counts=counts)
    heads = [Head(row.name, row.number, row.text) for row in rows[ENDS_AT]]
    begins_after = next((row.name for row in rows[CLOSED]), NOTHING_BEFORE)
    return Before(
        first=next((IntentId(row.name) for row in rows[FIRST]), None),
        counted={row.name: row.number for row in rows[TALLY]},
        alike=[IntentId(row.name) for row in rows[ALIKE]],
        number=numbers.following(
            {row.name: row.number for row in rows[GIVEN]}, new.subject.kind
        ),
        head=heads[0] if heads else Head(team, 0, begins_after),
    )


def _asked(
    connection: Connection, new: NewIntent, alone: str | None, *, counts: bool
) -> dict[str, list[Any]]:
    """Ask about *new*; return the rows by what they are about."""
    subject = new.subject
    question = _question(len(subject.targets), ref=bool(subject.ref), counts=counts)
    asked = {**usage.asked_about(new, alone), "key": new.key}
    asked["chain_of"] = new.asker.team
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(question, asked):
        rows[row.what].append(row)
    return rows


def usage_of(
    connection: Connection, new: NewIntent, there: Before, alone: str | None
) -> Usage:
    """Return what counts against *new*, of which *there* has the names."""
    alike: list[Intent] = []
    if there.alike:
        alike = intents_of(connection.execute(_BY_IDS, {"ids": there.alike}))
    alike.sort(key=lambda one: (one.created_at, one.id))
    each = tuple(as_read(one, alone) for one in alike)
    return usage.counted(new, there.counted, each)


@cache
def _question(targets: int, *, ref: bool, counts: bool) -> Statement:
    """Return the question about a submission of so many *targets*."""
    first = select(intents.c.id).where(intents.c.key == bindparam("key"))
    parts = [_part(FIRST, first)]
    parts += (_part(ENDS_AT, HEAD), _part(CLOSED, CLOSED_AT))
    parts.append(_part(GIVEN, numbers.LAST))
    if counts:
        parts.append(_part(TALLY, usage.COUNTED))
        parts.append(_part(ALIKE, usage.like(targets)))
        if ref:
            parts.append(_part(ALIKE, usage.SAME))
    return Statement(union_all(*parts))


def _part(what: str, of: Select[Any]) -> Select[Any]:
    """Return the question *of* a name, a number and a text as *what* it is about."""
    missing = (_NOTHING, _NO_NUMBER, _NOTHING)
    columns = (*of.selected_columns, *missing[len(of.selected_columns) :])
    labels = ("name", "number", "text")
    named = [one.label(label) for one, label in zip(columns, labels, strict=True)]
    return of.with_only_columns(literal_column(f"'{what}'").label("what"), *named)
