"""Moves a journal from its file into an empty database of a server.

Table by table, in pieces: a piece and how far it goes are one transaction. So whatever
breaks it off, the same once more goes on from there, and no row comes twice. The file
is only read; at the end a file beside it says where the journal is, and it does not
open any more. Until then the database does not open, either.

Values stay sealed as they are, so their keys go along: as lines for the settings.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from sqlalchemy import Integer, Table, bindparam, func, select, tuple_

from bot.errors import JournalUnavailable
from bot.journal.anchors import Head
from bot.journal.audit import INSTALLATION, OF_CHAIN
from bot.journal.examination import ANCHORED, Examination, Report
from bot.journal.known import FORGET, keep, kept
from bot.journal.marks import MOVING
from bot.journal.migrate import SERVES
from bot.journal.schema import metadata, texts
from bot.journal.seal import Cell, Seal
from bot.journal.sealed import SEALED
from bot.journal.sqlite.handles import IDENTITY
from bot.journal.statement import Statement, inserted, literals
from bot.journal.trail import Signed

PIECE = 500  # rows of a transaction
IN_USE = "{table} is not empty there: a journal is moved into an empty database only"
OTHER = "another journal is being moved into that database"
BEGIN_ANEW = (
    "a bot had the file open since the move began, so what was moved is not all. "
    "Nothing is lost: drop the database, make an empty one, and run the same once more"
)
ENDS_ELSEWHERE = (
    "the audit trail in the database does not end where the file's does: " + BEGIN_ANEW
)
UNOPENED = "{cell.table} {cell.row}: {cell.column} does not open in the database"
DIFFERS = "{table}: {there} rows in the database, and {here} in the file: " + BEGIN_ANEW
CHANGED = "a row in the file is another than in the database: " + BEGIN_ANEW
# What belongs to the runs of a bot, and to a moment.
_LEFT = {"lives", "polls", "rooms", "slots"}
# Texts that say something of one database alone.
_OWN = sorted((MOVING, SERVES, IDENTITY, ANCHORED))

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows, audit records and sealed values there are in the new place.

    *unopened* values did not open in the file, either.
    """

    rows: int
    records: int
    sealed: int
    unopened: int


@dataclass(frozen=True, slots=True)
class Opens:
    """What a journal is read with: its trail, and what is sealed in it."""

    signed: Signed
    seal: Seal


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a move has come: *after* which row of which table, by its key."""

    source: str
    table: str = ""
    after: Sequence[Any] = ()


def tables() -> list[Table]:
    """Return the tables that are moved, in the order in which they are."""
    return [one for one in metadata.sorted_tables if one.name not in _LEFT]


@cache
def _page(table: Table, *, first: bool) -> Statement:
    """Return the question for the next rows of *table*, in the order of its key."""
    keys = list(table.primary_key)
    page = select(table).order_by(*keys).limit(bindparam("limit", type_=Integer()))
    if table is texts:
        page = page.where(texts.c.name.not_in(literals(_OWN)))
    if not first:
        after = (bindparam(f"after_{one.name}", type_=one.type) for one in keys)
        page = page.where(tuple_(*keys) > tuple_(*after))
    return Statement(page)


@cache
def _put(table: Table) -> Statement:
    """Return what puts a row into *table*."""
    return inserted(table)


@cache
def _count(table: Table) -> Statement:
    """Return the question how many rows of *table* are moved."""
    count = select(func.count()).select_from(table)
    if table is texts:
        count = count.where(texts.c.name.not_in(literals(_OWN)))
    return Statement(count)


@cache
def _every(table: Table) -> Statement:
    """Return the question for all rows of *table* that are moved."""
    every = select(table)
    if table is texts:
        every = every.where(texts.c.name.not_in(literals(_OWN)))
    return Statement(every)


@cache
def _sealed(table: Table) -> Statement:
    """Return the question for all that is sealed in *table*."""
    return Statement(select(table.c.id, *SEALED[table]))


class Transfer:
    """One move: from *source*, which nobody else has open, to *target*.

    *here* opens what is in the source, and *there* what will be in the target, by what
    will be set. *fills* is what the target's database needs for it. A transaction has
    at most *piece* rows.
    """

    def __init__(
        self,
        source: Any,
        target: Any,
        here: Opens,
        there: Opens,
        fills: Any,
        piece: int = PIECE,
    ) -> None:
        self._piece = piece
        self._source, self._target, self._fills = source, target, fills
        self._here, self._there = here, there
        with source.reading():
            first = source.execute(OF_CHAIN, {"chain": INSTALLATION}).first()
        self._name: str = first.hash if first else ""

    def run(self) -> Moved:
        """Move what is left of it; until `end` nobody opens either.

        Raises:
            JournalUnavailable: something in either does not let it; the same once more
                goes on from where it came to.
        """
        before = _examined(self._source, self._here)
        place = self._begun()
        names = [one.name for one in tables()]
        left = tables()[names.index(place.table) :] if place.table else tables()
        for table in left:
            after = place.after if table.name == place.table else ()
            self._copy(table, after)
        return self._checked(before)

    def end(self) -> None:
        """Let the database be opened."""
        with self._target.writing():
            self._target.execute(FORGET, {"of": MOVING})

    def _begun(self) -> _Place:
        """Return how far it has come; it begins in an empty database only."""
        target = self._target
        with target.writing():
            target.alone("move")
            text = kept(target, MOVING)
            if text is None:
                for table in tables():
                    if target.execute(_count(table)).scalar():
                        raise JournalUnavailable(IN_USE.format(table=table.name))
                place = _Place(self._name)
                keep(target, MOVING, json.dumps({"source": self._name}))
            else:
                place = _Place(**json.loads(text))
        if place.source != self._name:
            raise JournalUnavailable(OTHER)
        return place

    def _copy(self, table: Table, after: Sequence[Any]) -> None:
        columns = [one.name for one in table.c]
        keys = [one.name for one in table.primary_key]
        names = [f"after_{one}" for one in keys]
        while True:
            asked: dict[str, Any] = dict(zip(names, after, strict=False))
            asked["limit"] = self._piece
            page = self._source.execute(_page(table, first=not after), asked)
            rows = [dict(zip(columns, row, strict=True)) for row in page]
            if not rows:
                break
            after = [rows[-1][one] for one in keys]
            place = {"source": self._name, "table": table.name, "after": after}
            with self._target.writing(), self._fills.unguarded(self._target, table):
                self._target.execute_many(_put(table), rows)
                keep(self._target, MOVING, json.dumps(place))
        log.info("move.table", table=table.name)

    def _checked(self, before: Report) -> Moved:
        """Hold what came against what was there: rows, records, sealed values."""
        rows = 0
        for table in tables():
            here, there = (
                one.execute(_count(table)).scalar()
                for one in (self._source, self._target)
            )
            if here != there:
                sentence = DIFFERS.format(table=table.name, there=there, here=here)
                raise JournalUnavailable(sentence)
            rows += here
            self._fills.count_on(self._target, table)
        after = _examined(self._target, self._there)
        if (_ends(after), after.unkeyed) != (_ends(before), before.unkeyed):
            raise JournalUnavailable(ENDS_ELSEWHERE)
        sealed, unopened = self._opened()
        return Moved(rows, after.count + after.unkeyed, sealed, unopened)

    def _opened(self) -> tuple[int, int]:
        """Open every sealed value there: return how many, and how many nobody can.

        Raises:
            JournalUnavailable: one opens in the file, and not in the database; or a row
                is another one.
        """
        opened = unopened = 0
        with self._source.reading():
            sums = _sums(self._source)
        with self._target.reading():
            if _sums(self._target) != sums:
                raise JournalUnavailable(CHANGED)
            for table, columns in SEALED.items():
                for row in self._target.each(_sealed(table)):
                    for column in columns:
                        sealed = getattr(row, column.name)
                        cell = Cell(table.name, column.name, row.id)
                        if sealed is None:
                            continue
                        if _opens(self._there.seal, sealed, cell):
                            opened += 1
                        elif _opens(self._here.seal, sealed, cell):
                            raise JournalUnavailable(UNOPENED.format(cell=cell))
                        else:
                            unopened += 1
        return opened, unopened


def _sums(connection: Any) -> list[int]:
    """Return a sum of each table over what is in the rows that are moved."""
    return [
        sum(hash(tuple(row)) for row in connection.each(_every(table)))
        for table in tables()
    ]


def _opens(seal: Seal, sealed: bytes, cell: Cell) -> bool:
    try:
        seal.open(sealed, cell)
    except JournalUnavailable:
        return False
    return True


def _examined(connection: Any, opens: Opens) -> Report:
    """Read the whole trail.

    Raises:
        JournalUnavailable: it is not whole; the text says what is wrong.
    """
    with connection.reading():
        signed = opens.signed
        report = Examination(connection, signed.anchors, signed.key).report(deep=True)
    if report.findings:
        raise JournalUnavailable("\n".join(one.what for one in report.findings))
    return report


def _ends(report: Report) -> set[Head]:
    return set(report.heads)
