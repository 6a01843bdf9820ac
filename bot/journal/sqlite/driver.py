"""A connection to the file, by Python's own driver.

https://docs.python.org/3/library/sqlite3.html
"""

import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.ext.compiler import compiles

from bot.journal.statement import (
    NO_PARAMS,
    Constants,
    Params,
    Rows,
    Statement,
    database_now,
    each_text,
    ending,
    greatest,
    least,
    unindexed,
)


class _Statements(Constants, SQLiteCompiler):
    pass


DIALECT = sqlite_dialect(paramstyle="named")
DIALECT.statement_compiler = _Statements

BUSY_MS = 5000
READ_BUSY_MS = 250  # a read blocks the event loop; in WAL mode it never waits
KEPT = 512  # prepared statements: all that there are
LOOKED_AT_EVERY = 1000  # steps of SQLite's machine, some 20 µs

# Errors of the moment or of the disk, which say nothing of what is in the file.
_NOT_REACHED = tuple(
    f"SQLITE_{name}"
    for name in (
        *("IOERR", "CANTOPEN", "BUSY", "LOCKED", "PROTOCOL", "FULL", "READONLY"),
        *("NOMEM", "PERM", "AUTH", "INTERRUPT", "NOLFS"),
    )
)
# What is wrong with what was to be written, not with the database.
ITS_OWN = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)
Error = sqlite3.Error


@compiles(each_text, "sqlite")
def _json_each(element: each_text, compiler: Any, **kwargs: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kwargs)})"


@compiles(database_now, "sqlite")
def _julian_day(_element: database_now, _compiler: Any, **_kwargs: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@compiles(greatest, "sqlite")
def _max(element: greatest, compiler: Any, **kwargs: Any) -> str:
    return f"max({compiler.process(element.clauses, **kwargs)})"


@compiles(least, "sqlite")
def _min(element: least, compiler: Any, **kwargs: Any) -> str:
    return f"min({compiler.process(element.clauses, **kwargs)})"


@compiles(ending, "sqlite")
def _substr(element: ending, compiler: Any, **kwargs: Any) -> str:
    text, count = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"substr({text}, -{count})"


@compiles(unindexed, "sqlite")
def _hidden(element: unindexed, compiler: Any, **kwargs: Any) -> str:
    hidden = func.coalesce(element.clauses.clauses[0], "")
    text: str = compiler.process(hidden, **kwargs)
    return text


class Connection:
    """One connection to *file*, whose commits are durable, or that only *reads*.

    Nothing is begun by itself: what is executed outside of `writing` and `reading` is
    a transaction of its own.
    """

    def __init__(
        self,
        file: Path | str,
        *,
        reads: bool = False,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self._raw = sqlite3.connect(
            file,
            isolation_level=None,
            check_same_thread=False,  # one thread at a time has it
            cached_statements=KEPT,
        )
        self._timer = timer
        self._until = 0.0
        self._waits = True
        self._busy_ms = READ_BUSY_MS if reads else BUSY_MS
        prepare(self._raw, reads=reads)

    def execute(self, statement: Statement, params: Params = NO_PARAMS) -> Rows:
        """Run *statement*, and fetch what it returns to its end."""
        compiled = statement.compiled(DIALECT)
        cursor = self._raw.execute(compiled.text, compiled.bound(params))
        rows = [compiled.read(raw) for raw in cursor.fetchall()]
        return Rows(rows, cursor.rowcount)

    def execute_many(self, statement: Statement, params: Sequence[Params]) -> Rows:
        """Run *statement* for each of *params*; return how many rows that changed."""
        compiled = statement.compiled(DIALECT)
        bound = map(compiled.bound, params)
        return Rows([], self._raw.executemany(compiled.text, bound).rowcount)

    def each(self, statement: Statement, params: Params = NO_PARAMS) -> Iterator[Any]:
        """Yield what *statement* returns, of which there may be more than fits."""
        compiled = statement.compiled(DIALECT)
        yield from map(
            compiled.read, self._raw.execute(compiled.text, compiled.bound(params))
        )

    def lock(self, statement: Statement, params: Params = NO_PARAMS) -> None:
        """Do nothing: whoever writes has the file to themselves."""

    def alone(self, name: str) -> bool:  # noqa: ARG002 - one writer is alone
        """Do nothing; whoever writes is alone already."""
        return False

    def run(self, text: str, params: Sequence[Any] = ()) -> Rows:
        """Run SQLite's own *text*: a pragma, or what is written in no other way."""
        cursor = self._raw.execute(text, params)
        return Rows(cursor.fetchall(), cursor.rowcount)

    def wait_for_disk(self, wait: bool) -> None:  # noqa: FBT001 - it says what it is
        """Let what is committed next outlive a power cut, or only this process.

        The next commit that waits takes what came before with it, in its order.
        """
        if wait is not self._waits:
            self._raw.execute(f"PRAGMA synchronous={'FULL' if wait else 'NORMAL'}")
            self._waits = wait

    def writing(self) -> AbstractContextManager[None]:
        """Return a transaction, committed at its end; nobody else writes meanwhile."""
        self._wait_for_others(BUSY_MS)
        return self._within("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")

    @contextmanager
    def begun(self, at_most: float) -> Iterator[None]:
        """Write in a transaction that is open at the end: `commit` is to follow.

        What takes longer than *at_most* seconds raises what `interrupted` tells, and
        where another program writes it is not waited for.
        """
        self._wait_for_others(0)
        with (
            self._within("BEGIN IMMEDIATE", None, "ROLLBACK"),
            self._interrupted_after(at_most),
        ):
            yield

    def commit(self) -> None:
        """Commit what has `begun`; if that fails, nothing is left of it."""
        with self._undone_by("ROLLBACK"):
            self._raw.execute("COMMIT")

    @contextmanager
    def reading(self, at_most: float = math.inf) -> Iterator[None]:
        """Read as of one moment, in a transaction.

        What takes longer than *at_most* seconds raises what `interrupted` tells.
        """
        with (
            self._within("BEGIN", "ROLLBACK", "ROLLBACK"),
            self._interrupted_after(at_most),
        ):
            yield

    def piece(self) -> AbstractContextManager[None]:
        """Return a part of a transaction that is undone alone if it fails."""
        undo = "ROLLBACK TO piece; RELEASE piece"
        return self._within("SAVEPOINT piece", "RELEASE piece", undo)

    @contextmanager
    def _within(self, begin: str, end: str | None, undo: str) -> Iterator[None]:
        self._raw.execute(begin)
        with self._undone_by(undo):
            yield
            if end:
                self._raw.execute(end)

    @contextmanager
    def _undone_by(self, undo: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            if self._raw.in_transaction:  # else SQLite has undone it by itself
                for statement in undo.split("; "):
                    self._raw.execute(statement)
            raise

    @contextmanager
    def _interrupted_after(self, at_most: float) -> Iterator[None]:
        """Interrupt what is run meanwhile; not its transaction's beginning or end."""
        if at_most < math.inf:
            self._until = self._timer() + at_most
            self._raw.set_progress_handler(self._is_late, LOOKED_AT_EVERY)
        try:
            yield
        finally:
            self._raw.set_progress_handler(None, LOOKED_AT_EVERY)

    def _wait_for_others(self, at_most_ms: int) -> None:
        """Let what is begun next wait that long for another program that writes."""
        if at_most_ms != self._busy_ms:
            self._raw.execute(f"PRAGMA busy_timeout={at_most_ms}")
            self._busy_ms = at_most_ms

    @contextmanager
    def heeding_signals(self) -> Iterator[None]:
        """Let Ctrl-C end what takes long; SQLite itself would go on to the end of it.

        Where it asks Python now and then, Python finds the time to look for signals.
        """
        self._raw.set_progress_handler(lambda: False, LOOKED_AT_EVERY)
        try:
            yield
        except Error as error:
            if interrupted(error):  # nothing but a signal does: what it raised is lost
                raise KeyboardInterrupt from None
            raise
        finally:
            self._raw.set_progress_handler(None, LOOKED_AT_EVERY)

    def _is_late(self) -> bool:
        return self._timer() > self._until

    def told(self, tell: Callable[[str], None] | None) -> None:
        """Tell *tell* of every statement that is run, with its parameters in it."""
        self._raw.set_trace_callback(tell)

    def close(self) -> None:
        """Let go of the file."""
        self._raw.close()


def prepare(connection: sqlite3.Connection, *, reads: bool = False) -> None:
    """Let the commits of *connection* be durable, or let it only read."""
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={READ_BUSY_MS if reads else BUSY_MS}",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # REPLACE deletes, and the audit trail forbids that
        f"query_only={int(reads)}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def interrupted(error: BaseException) -> bool:
    """Tell whether *error* is that of a read that took too long."""
    return getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT"


def is_not_reached(error: BaseException) -> bool:
    """Tell whether *error* says that the file cannot be read, and nothing of it."""
    return getattr(error, "sqlite_errorname", "").startswith(_NOT_REACHED)


def disk_is_full(error: BaseException | None) -> bool:
    """Look behind *error* too: SQLite may have undone the transaction itself."""
    while error is not None:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
            return True
        error = error.__cause__ or error.__context__
    return False
