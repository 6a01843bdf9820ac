"""A connection to PostgreSQL, by psycopg 3, in pipeline mode.

A statement is sent at once, and waited for only when somebody looks at what it
returned: all that is not looked at costs no round trip of its own. What failed is
raised then, or at the latest before the transaction is committed.

https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html
"""

import math
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from typing import Any, NamedTuple

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import Dialect as SQLDialect

from bot.journal.postgres.dialect import Dialect
from bot.journal.statement import NO_PARAMS, Compiled, Params, Rows, Statement

DIALECT: SQLDialect = Dialect()  # type: ignore[no-untyped-call]
KEPT = 512  # prepared statements: all that there are
FETCHED = 500  # rows at a time of what may be more than fits
SECONDS = 10  # that a statement takes at most, waiting for locks included
HELD_SECONDS = 2  # that who keeps still in a transaction has what it has locked

Error = psycopg.Error
# What is wrong with what was to be written, and may be right when it is run again:
# another transaction came first.
LOST_RACE = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
)
OnlyReads = psycopg.errors.ReadOnlySqlTransaction  # it is a standby, or told so
# The way, the server or the user is in the way; of what is stored that says nothing.
NOT_REACHED = (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege)

# A server that is gone, or cut off, is noticed within seconds. What the URL says wins.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
HOW: dict[str, str | int] = {
    "application_name": "patchbay",
    "client_encoding": "UTF8",
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# A commit that was waited for outlives the server, whatever its default is; and a read
# that nobody goes on with ends. Who cannot be reached is taken for gone on both sides.
_SET_UP = (
    f"SELECT set_config('statement_timeout', '{SECONDS}s', false), "
    f"set_config('idle_in_transaction_session_timeout', '{SECONDS}s', false), "
    "set_config('jit', 'off', false), "  # it takes longer than they do
    "set_config('tcp_keepalives_idle', '5', false), "
    "set_config('tcp_keepalives_interval', '2', false), "
    "set_config('tcp_keepalives_count', '3', false), "
    "(SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off')"
)
# Who is held up in a transaction is soon undone: others wait for what it has locked.
_WHO = (
    "SELECT pg_current_xact_id()::text, pg_backend_pid(), "
    "current_setting('transaction_read_only') = 'on', "
    "left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), "
    f"set_config('idle_in_transaction_session_timeout', '{HELD_SECONDS}s', true)"
)
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_HOW_ENDED = (
    "SELECT CASE WHEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) = %s "
    "THEN pg_xact_status(CAST(%s AS xid8)) END"
)
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid = %s AND backend_xid = CAST(CAST(%s AS xid8) AS xid)"
)


class Commit(NamedTuple):
    """A transaction by the server's numbers; *timeline* changes with the server."""

    number: str
    backend: int
    timeline: str


class Unanswered(Exception):
    """A COMMIT was sent, and the connection was lost: it may have been carried out."""

    def __init__(self, commit: Commit) -> None:
        super().__init__("the connection was lost while it was committed")
        self.commit = commit


class _Later(Rows):
    """What a statement returned, once somebody looks."""

    __slots__ = ("_compiled", "_connection", "_cursors", "_number", "_read")

    def __init__(
        self, connection: "Connection", compiled: Compiled, cursors: list[Any]
    ) -> None:
        self._connection, self._compiled = connection, compiled
        self._cursors, self._number = cursors, connection.sent
        self._read: list[Any] | None = None

    @property
    def _rows(self) -> list[Any]:  # type: ignore[override]
        if self._read is None:
            self._connection.answered(self._number)
            read = self._compiled.read
            self._read = [
                read(raw)
                for cursor in self._cursors
                if cursor.description
                for raw in cursor.fetchall()
            ]
        return self._read

    @property
    def rowcount(self) -> int:  # type: ignore[override]
        self._connection.answered(self._number)
        return sum(cursor.rowcount for cursor in self._cursors)


class Connection:
    """One connection to the database at *url*, of one thread.

    Nothing is begun by itself: what is executed outside of `writing` and `reading` is
    a transaction of its own. *begun* is told of it as soon as it can be cut.
    """

    def __init__(
        self, url: str, begun: Callable[["Connection"], None] = lambda _one: None
    ) -> None:
        self._raw = connect(url)
        self._raw.prepare_threshold = 0  # each statement is run again and again
        self._raw.prepared_max = KEPT
        # else a statement would be prepared for each size of its numbers
        self._raw.adapters.register_dumper(int, Int8Dumper)
        self._open = ExitStack()
        self._pipeline = self._open.enter_context(self._raw.pipeline())
        self.sent = self._answered = 0  # statements
        self._writes = self.has_written = False
        self._numbers = count(1)
        begun(self)
        self._run_once(_SET_UP)
        self.answered()

    @property
    def is_lost(self) -> bool:
        """Whether nothing more can be run on it."""
        return self._raw.closed

    def execute(self, statement: Statement, params: Params = NO_PARAMS) -> Rows:
        """Run *statement*; what it returns is fetched when it is looked at."""
        compiled = statement.compiled(DIALECT)
        cursors = [self._run(compiled.text, _bound(compiled, params))]
        self._be_timed()
        return _Later(self, compiled, cursors)

    def execute_many(self, statement: Statement, params: Sequence[Params]) -> Rows:
        """Run *statement* for each of *params*, all in one round trip."""
        compiled = statement.compiled(DIALECT)
        text = compiled.text
        cursors = [self._run(text, _bound(compiled, one)) for one in params]
        self._be_timed()
        return _Later(self, compiled, cursors)

    def each(self, statement: Statement, params: Params = NO_PARAMS) -> Iterator[Any]:
        """Yield what *statement* returns, some at a time; inside a transaction."""
        compiled = statement.compiled(DIALECT)
        name = f"each_{next(self._numbers)}"
        bound = _bound(compiled, params)
        self._run_once(f"DECLARE {name} NO SCROLL CURSOR FOR {compiled.text}", bound)
        fetch = f"FETCH {FETCHED} FROM {name}"
        while rows := _Later(self, compiled, [self._run_once(fetch)]).all():
            yield from rows
        self._run_once(f"CLOSE {name}")

    def lock(self, statement: Statement, params: Params = NO_PARAMS) -> None:
        """Have the rows of *statement* for this transaction alone, until it ends."""
        self.execute(statement, params)

    def alone(self, name: str) -> bool:
        """Let no other transaction pass that names *name*, until this one ends."""
        self._run(_ALONE, (f"patchbay {name}",))
        self._be_timed()
        return True

    def run(self, text: str, params: Sequence[Any] = ()) -> Rows:
        """Run PostgreSQL's own *text*: what is written in no other way."""
        cursors = [self._run_once(text, params or None)]
        self._be_timed()
        return _Later(self, _AS_IT_IS, cursors)

    def alter(self, text: str) -> None:
        """Run *text*, which alters a table; what is prepared stays so."""
        self._run_once(text)

    def answered(self, number: int = 0) -> None:
        """Wait for the answers to all that was sent, or to statement *number*.

        It is one round trip, if any.

        Raises:
            Error: the first of it that failed.
        """
        if self._answered < (number or self.sent):
            self._pipeline.sync()
            self._answered = self.sent

    @contextmanager
    def writing(self, *, lasting: bool = True) -> Iterator[None]:
        """Return a transaction, committed at its end.

        What is not *lasting* may be lost with the server. Each statement sees what was
        committed before it: what is read before it is written to has to be locked.

        Raises:
            Unanswered: whether it was committed is not known.
        """
        self._run("BEGIN ISOLATION LEVEL READ COMMITTED")
        who, asked = self._run(_WHO), self.sent
        if not lasting:
            self._run("SET LOCAL synchronous_commit TO off")
        self._writes = True
        try:
            yield
            self.answered(asked)
            *numbers, _held_for = who.fetchone()
            commit = _commit_of(*numbers)
        except BaseException:
            self._undo()
            raise
        finally:
            self._writes = False
        self._commit(commit)
        self.has_written = True

    @contextmanager
    def reading(self, at_most: float = math.inf) -> Iterator[None]:
        """Read as of one moment, in a transaction.

        A statement may take *at_most* seconds, or as long as any other.
        """
        self._run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if at_most < math.inf:
            self._run_once(f"SET LOCAL statement_timeout TO {round(at_most * 1000)}")
        try:
            yield
            self._run("COMMIT")  # of which the answer comes with what is asked next
        except BaseException:
            self._undo()
            raise

    @contextmanager
    def piece(self) -> Iterator[None]:
        """Return a part of a transaction that is undone alone if it fails."""
        self._run("SAVEPOINT piece")
        try:
            yield
            self._run("RELEASE piece")
            self.answered()
        except BaseException:
            with suppress(Error):
                self._settled()
                self._run_once("ROLLBACK TO piece")
                self._run("RELEASE piece")
                self.answered()
            raise

    def how_ended(self, commit: Commit) -> bool | None:
        """Tell whether *commit*, of another connection, was carried out.

        None while it has not ended: then it is ended, if it only waits. Where another
        server has taken over since, its numbers say nothing.

        Raises:
            LookupError: that cannot be found out any more.
        """
        asked = self._run(_HOW_ENDED, (commit.timeline, commit.number))
        self.answered()
        (ended,) = asked.fetchone()
        if ended is None:
            raise LookupError("another server answers than was to commit")
        if ended == "in progress":
            self._run(_END, (commit.backend, commit.number))
            self.answered()
            return None
        return bool(ended == "committed")

    def cut(self) -> None:
        """Break the connection, from another thread: whoever waits for it is told."""
        with suppress(OSError, Error), socket.socket(fileno=self._raw.fileno()) as one:
            try:
                one.shutdown(socket.SHUT_RDWR)
            finally:
                one.detach()  # it is the driver's

    def close(self) -> None:
        """Let go of the server."""
        self._raw.close()
        with suppress(Error):
            self._open.close()

    def _run(self, text: str, params: Any = None) -> Any:
        """Send *text*, and return the cursor on which its answer will be."""
        cursor = self._raw.cursor()
        self.sent += 1
        cursor.execute(text.encode(), params)
        return cursor

    def _be_timed(self) -> None:
        """Let the server time how long this connection keeps still from here on.

        It does so behind a Sync only, for whose answer nobody has to wait.
        """
        if self._writes:
            self._raw.pgconn.pipeline_sync()
            self._pipeline.result_queue.append(None)  # its answer is none

    def _run_once(self, text: str, params: Any = None) -> Any:
        """Do what `_run` does for a text of which nothing is kept.

        To psycopg a rollback, or what alters a table, says that what is prepared may be
        gone; it is not, and is forgotten only if that is.
        """
        self._raw.prepare_threshold = None
        try:
            return self._run(text, params)
        finally:
            self._raw.prepare_threshold = 0

    def _commit(self, commit: Commit) -> None:
        try:
            self._run_once("COMMIT")
            self.answered()
        except Error as error:
            self._undo()  # reads to the end of a connection that the server closes
            if self.is_lost:
                raise Unanswered(commit) from error
            raise

    def _undo(self) -> None:
        """Undo the transaction, if the connection is still there to do it on."""
        with suppress(Error):
            self._settled()
            if self._raw.info.transaction_status is not TransactionStatus.IDLE:
                self._run_once("ROLLBACK")
                self.answered()

    def _settled(self) -> None:
        """Wait for the answers that are left after one that was an error."""
        for _each in range(2):
            with suppress(Error):
                self._pipeline.sync()
        self._answered = self.sent


_AS_IT_IS = Compiled("", {}, {}, tuple, ())


def _commit_of(number: str, backend: int, only_reads: object, timeline: str) -> Commit:
    if only_reads:
        raise OnlyReads("the server takes no writes")
    return Commit(number, backend, timeline)


def connect(
    url: str, *, by_itself: bool = True
) -> "psycopg.Connection[tuple[Any, ...]]":
    """Connect to the server at *url*; a statement is a transaction *by_itself*."""
    scheme, _, rest = url.partition("://")
    at = conninfo_to_dict(f"{scheme.partition('+')[0]}://{rest}")
    how: dict[str, Any] = {**HOW, **at, "autocommit": by_itself}
    return psycopg.connect(**how)


def _bound(compiled: Compiled, params: Params) -> Params:
    """Return *params* as PostgreSQL takes them: no text of it holds a zero byte."""
    bound = compiled.bound(params)
    for value in bound.values():
        if type(value) is str and "\0" in value:
            break
    else:
        return bound
    return {
        name: value.replace("\0", "\ufffd") if isinstance(value, str) else value
        for name, value in bound.items()
    }
