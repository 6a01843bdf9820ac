"""Statements as values: written in SQLAlchemy Core, compiled once, run on the driver.

Building and compiling one costs more than running it. So none is built when it is run:
each is a value of its module, and text by its first use (`texts`). SQLAlchemy knows the
dialects; what it would do at run time (names of parameters, converters of values) a
compiled statement carries with it, since a bare driver applies none.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Dialect,
    Double,
    Executable,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from bot.errors import JournalUnavailable, Unreadable

T = TypeVar("T")
Params = Mapping[str, Any]
Convert = Callable[[Any], Any]
NO_PARAMS: Params = {}
# What makes a named tuple of a row: one kind for all statements with these columns.
_row_of = cache(lambda names: namedtuple("Row", names, rename=True)._make)  # type: ignore[attr-defined]  # noqa: PYI024 - made of the statement


class NotOne(LookupError):
    """A question that has one answer had none, or several."""


class Rows:
    """What a statement returned, fetched to its end, and how many rows it changed."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """Return every row: a named tuple."""
        return self._rows

    def first(self) -> Any:
        """Return the first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """Return the only row; NotOne if it is not the only one."""
        if len(self._rows) != 1:
            raise NotOne(f"{len(self._rows)} rows")
        return self._rows[0]

    def scalar(self) -> Any:
        """Return the first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalars(self) -> list[Any]:
        """Return the first column of every row."""
        return [row[0] for row in self._rows]


class Connection(Protocol):
    """A connection of a driver, on which statements are run."""

    def execute(self, statement: "Statement", params: Params = NO_PARAMS) -> Rows:
        """Run *statement* with *params*, and fetch what it returns to its end.

        Raises:
            Exception: of the driver, as it comes.
        """

    def execute_many(self, statement: "Statement", params: Sequence[Params]) -> Rows:
        """Run *statement* for each of *params*; return how many rows that changed."""

    def each(self, statement: "Statement", params: Params = NO_PARAMS) -> Iterator[Any]:
        """Yield what *statement* returns, of which there may be more than fits."""

    def lock(self, statement: "Statement", params: Params = NO_PARAMS) -> None:
        """Have the rows of *statement* for this transaction alone, until it ends.

        What is read afterwards is as the transaction before left it. Where there is
        one writer nothing is done: all rows are its own.
        """

    def alone(self, name: str) -> bool:
        """Let no other transaction pass that names *name*, until this one ends.

        For what has no row yet that could be locked. False where there is one writer.
        """

    def writing(self) -> AbstractContextManager[None]:
        """Return a transaction, committed at its end."""


class Writer(Protocol):
    """Runs pieces of work on the database, each in a transaction of its own.

    Raised is JournalUnavailable: it did not answer, or does not take the work. *reruns*
    counts what lost a race and was run again.
    """

    dialect: Dialect
    reruns: int

    async def write(
        self,
        work: Callable[[Connection], T],
        *,
        begins: bool = False,
        lasting: bool = True,
        long: bool = False,
        keyed: bool = False,
    ) -> T:
        """Run *work* and return its result once it is durable.

        What is not *lasting* a power cut may undo, but no end of the process. *work*,
        off the event loop if *long*, may run several times, all but the last without
        effect. What *begins* something new is refused where there is room only for how
        the rest ends. If it is *keyed*, it finds what it did, by its key, if run again.
        """

    async def read(self, work: Callable[[Connection], T], *, long: bool = False) -> T:
        """Run *work*, perhaps several times, on what is committed; it may be *long*."""

    def close(self) -> None:
        """Finish what has queued, then let go of the database."""


def unavailable(error: Exception) -> JournalUnavailable:
    """Return *error* as the journal raises it: its cause, without the statement."""
    cause = getattr(error, "orig", None) or error
    kind = Unreadable if isinstance(error, NotOne) else JournalUnavailable
    return kind(f"{type(cause).__name__}: {said_by(cause)}")


def said_by(error: BaseException) -> str:
    """Return what a driver says, without the values of the row that it is about.

    It is a line: what a library asks of its reader behind that is left out.
    """
    diag = getattr(error, "diag", None)
    text = str(getattr(diag, "message_primary", None) or error).strip()
    return text.partition("\n")[0]


class Compiled(NamedTuple):
    """A statement for one dialect.

    *constants* are the parameters that the statement itself gives; *binds* and
    *results* convert those values that the driver does not take, or give, as they are,
    by the name of a parameter and the number of a column.
    """

    text: str
    constants: Params
    binds: Mapping[str, Convert]
    row: Callable[[Iterable[Any]], Any]
    results: Sequence[tuple[int, Convert]]

    def bound(self, params: Params) -> Params:
        """Return *params* as the driver takes them, with the constants."""
        if not (self.constants or self.binds):
            return params
        bound = {**self.constants, **params}
        for name, convert in self.binds.items():
            if name in bound:
                bound[name] = convert(bound[name])
        return bound

    def read(self, raw: Sequence[Any]) -> Any:
        """Return a row of the driver as a named tuple."""
        if not self.results:
            return self.row(raw)
        values = list(raw)
        for number, convert in self.results:
            values[number] = convert(values[number])
        return self.row(values)


class Statement:
    """One statement; *sets* are the columns that its parameters give values for.

    Instead of a statement it may be given what makes one with the `insert` of a
    dialect: what is to happen where a row is there already, each says in its own way.
    """

    def __init__(
        self, core: Executable | Callable[[Any], Executable], sets: Iterable[str] = ()
    ) -> None:
        self._core = core
        self._sets = tuple(sets)
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, dialect: Dialect) -> Compiled:
        """Return it as text for *dialect*, which is made once."""
        try:
            return self._compiled[dialect.name]
        except KeyError:
            compiled = self._compiled[dialect.name] = self._compile(dialect)
            return compiled

    def _compile(self, dialect: Dialect) -> Compiled:
        core: Any = self._core
        if not isinstance(core, Executable):
            core = core(import_module(f"sqlalchemy.dialects.{dialect.name}").insert)
        made = core.compile(dialect=dialect, column_keys=list(self._sets) or None)
        named = {made.bind_names[bind]: bind for bind in made.bind_names}
        columns = list(core.exported_columns) if made.effective_returning else []
        if hasattr(core, "selected_columns"):
            columns = list(core.selected_columns)
        names = tuple(getattr(column, "name", "") for column in columns)
        return Compiled(
            text=made.string,
            constants={
                name: bind.value for name, bind in named.items() if not bind.required
            },
            binds={
                name: convert
                for name, bind in named.items()
                if (convert := _to_driver(bind, dialect))
            },
            row=_row_of(names),
            results=[
                (number, convert)
                for number, column in enumerate(columns)
                if (convert := _from_driver(column, dialect))
            ],
        )


def _to_driver(bind: BindParameter[Any], dialect: Dialect) -> Convert | None:
    return bind.type.dialect_impl(dialect).bind_processor(dialect)


def _from_driver(column: ColumnElement[Any], dialect: Dialect) -> Convert | None:
    return column.type.dialect_impl(dialect).result_processor(dialect, None)


# ── statements of a kind ────────────────────────────────────────────────────────────


def inserted(table: Table, *columns: str, returning: bool = False) -> Statement:
    """Return the statement that inserts a row of *columns*, or of all."""
    core: Any = insert(table)
    if returning:
        core = core.returning(table)
    return Statement(core, columns or [column.name for column in table.c])


def updated(
    table: Table,
    columns: Iterable[str],
    *where: ColumnElement[bool],
    returning: bool = False,
    **values: Any,
) -> Statement:
    """Return the statement that gives values to *columns* of the rows *where*.

    *values* are expressions for further columns.
    """
    core: Any = update(table).where(*where).values(**values)
    if returning:
        core = core.returning(table)
    return Statement(core, columns)


def upserted(
    table: Table,
    *columns: str,
    where: ColumnElement[bool] | None = None,
    returning: bool = False,
) -> Statement:
    """Return the statement that gives values to *columns* of the row of a key.

    If there is no such row it is inserted; if there is, *where* may leave it as it is.
    """
    keys = [column.name for column in table.primary_key]

    def of(insert: Any) -> Executable:
        first = insert(table)
        core: Any = first.on_conflict_do_update(
            index_elements=keys,
            set_={name: first.excluded[name] for name in columns},
            where=where,
        )
        made: Executable = core.returning(*table.primary_key) if returning else core
        return made

    return Statement(of, [*keys, *columns])


def literals(values: Iterable[Any]) -> list[ColumnElement[Any]]:
    """Return *values* as they stand in a list of a statement: `column.in_(…)`."""
    return [literal(value) for value in values]


class Constants(SQLCompiler):
    """What a statement itself gives stands in it, and is no parameter.

    By it SQLite sees whether an index of some rows alone serves. For a parameter it
    would plan anew at each run, which takes longer than most runs.
    https://www.sqlite.org/c3ref/prepare.html
    PostgreSQL keeps to one plan if it knows how rare the values in it are.
    https://www.postgresql.org/docs/current/sql-prepare.html#SQL-PREPARE-NOTES
    """

    def visit_bindparam(self, bindparam: Any, *args: Any, **kw: Any) -> str:
        """Return *bindparam*, or its value if it has one for good."""
        value, text = None if bindparam.required else bindparam.value, ""
        if isinstance(value, str):
            text = self.render_literal_value(str(value), Text())
        elif isinstance(value, int):
            text = self.render_literal_value(value, bindparam.type)
        return text or str(super().visit_bindparam(bindparam, *args, **kw))  # type: ignore[no-untyped-call]


# ── what each dialect says in its own way ───────────────────────────────────────────


class Texts(TypeDecorator[list[str]]):
    """A list of texts, as one parameter: however long it is, the statement is one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Return *value* as JSON."""
        return json.dumps(list(value))


class each_text(GenericFunction[Any]):  # noqa: N801 - it is named like a function of SQL
    """The texts of a list; what it is called, each dialect knows by itself."""

    inherit_cache = True


class database_now(GenericFunction[int]):  # noqa: N801 - it is named like a function of SQL
    """The database's own clock, in UTC milliseconds: one for all who have it open."""

    type = BigInteger()
    inherit_cache = True


class ending(GenericFunction[str]):  # noqa: N801 - see above
    """The last characters of a text: `ending(text, how many)`."""

    type = Text()
    inherit_cache = True


class unindexed(GenericFunction[str]):  # noqa: N801 - it is named like a function of SQL
    """A text as it is, hidden from a planner that would take an index of it."""

    type = Text()
    inherit_cache = True


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Match rows whose *column* is in the list that is the parameter *name*."""
    texts = each_text(bindparam(name, type_=Texts())).table_valued("value")
    return column.in_(select(texts.c.value))


class greatest(GenericFunction[float]):  # noqa: N801 - it is named like a function of SQL
    """The greatest of its numbers."""

    type = Double()
    inherit_cache = True


class least(GenericFunction[float]):  # noqa: N801 - it is named like a function of SQL
    """The least of its numbers."""

    type = Double()
    inherit_cache = True
