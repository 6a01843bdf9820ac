"""Threads, each with a connection of its own; each piece of work is a transaction.

There are other writers, in this process and in others. So what is read under a lock is
what is written on, and a piece of work that lost a race is run again: only here, and
only before it was committed. If the connection is lost in between, the server is asked
on another one whether it was.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import Dialect

from bot.errors import JournalUnavailable
from bot.journal.postgres.driver import (
    DIALECT,
    LOST_RACE,
    Commit,
    Connection,
    Error,
    OnlyReads,
    Unanswered,
)
from bot.journal.statement import Connection as Any_
from bot.journal.statement import NotOne, unavailable
from bot.runtime.tracing import step

T = TypeVar("T")
Work = Callable[[Any_], T]

THREADS = 8
QUICK = 4  # for what waits for nobody: reads, letters, slots, signs of life
READERS = 2  # for what is long
RERUNS = 8
PATIENCE = 20.0  # seconds; a statement ends before
PATIENCE_LONG = 300.0
FIRST_WAIT, LONGEST_WAIT = 0.01, 0.25  # seconds, before it is run again
ASKED_AGAIN = 0.5  # seconds, before it is asked again how a transaction ended
CLOSING = 1.0  # seconds for what is under way when it is closed
CLOSED = "the journal is closed"

log = structlog.get_logger(__name__)


class _Lost(Exception):
    """Another transaction came first, or the connection was lost: nothing was done."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class _Unknown(Exception):
    """Whether it was committed cannot be asked any more."""


class _Doubt(Generic[T]):
    """What was returned by work of which it is not known whether it was committed."""

    def __init__(self, commit: Commit, result: T) -> None:
        self.commit, self.result = commit, result


class _Job(Generic[T]):
    """A piece of work, and the connection that it is on meanwhile."""

    def __init__(self, of: Callable[[Connection], T]) -> None:
        self.of = of
        self.connection: Connection | None = None


class Threads:
    """Runs writes and reads on the server at *url*: a `statement.Writer`.

    *chance* returns numbers from 0 to 1, *sleep* waits for so many seconds; a
    connection that says nothing for *patience* seconds is broken, at the end for
    *closing*. *reruns* counts what was run again. The first thread that needs one has
    the connection *first*, which nobody else uses.

    What starts and ends things waits for its workspace's turn, and would take every
    thread; so what need not *last*, and what only reads, has threads of its own.

    A connection whose server takes no writes is let go, as another server may be in its
    place by now. Once one is written on, so are all others, which only read the old.
    """

    dialect: Dialect = DIALECT

    def __init__(
        self,
        url: str,
        chance: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = PATIENCE,
        closing: float = CLOSING,
        first: Connection | None = None,
    ) -> None:
        self._url, self._chance, self._sleep = url, chance, sleep
        self._patience, self._closing = patience, closing
        self._own = threading.local()
        self._connections: list[Connection] = [first] if first else []
        self._unused = [*self._connections]
        self._outdated: frozenset[Connection] = frozenset()
        self._only_reads = False
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="journal")
        self._quick = ThreadPoolExecutor(QUICK, thread_name_prefix="journal-quick")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="journal-read")
        self._closed = self._is_cut = False
        self.reruns = 0

    async def write(
        self,
        work: Work[T],
        *,
        begins: bool = False,  # noqa: ARG002 - the server has room of its own
        lasting: bool = True,
        long: bool = False,  # noqa: ARG002 - no work is run on the event loop
        keyed: bool = False,
    ) -> T:
        """Run *work* and return its result once it is durable.

        Where another server has taken over since a commit, nobody knows how that ended.
        Then what is *keyed* is run again until it finds out.

        Raises:
            JournalUnavailable: it was not committed; what is not *keyed*, perhaps not.
        """
        with step("commit"):
            try:
                return await self._written(work, lasting=lasting)
            except _Unknown as unknown:
                if not keyed:
                    raise JournalUnavailable(str(unknown)) from None
                return await self._found_out(work, lasting=lasting)

    async def _found_out(self, work: Work[T], *, lasting: bool) -> T:
        """Run *work*, which may have been committed, until that is known."""
        while not self._closed:
            with suppress(JournalUnavailable, _Unknown):
                return await self._written(work, lasting=lasting)
            self.reruns += 1
            await self._sleep(ASKED_AGAIN)
        raise JournalUnavailable(CLOSED)

    async def _written(self, work: Work[T], *, lasting: bool) -> T:
        def of(connection: Connection) -> T | _Doubt[T]:
            try:
                with connection.writing(lasting=lasting):
                    result = work(connection)
            except Unanswered as lost:
                return _Doubt(lost.commit, result)
            self._with(connection)
            return result

        pool = self._pool if lasting else self._quick
        for number in range(RERUNS + 1):
            try:
                done = await self._in_thread(pool, of, self._patience)
                if not isinstance(done, _Doubt):
                    return done
                if await self._was_committed(done.commit):
                    return done.result
            except _Lost as lost:
                if number == RERUNS:
                    raise unavailable(lost.error) from None
            self.reruns += 1
            await self._wait(number)
        raise JournalUnavailable("the connection was lost again and again")

    async def read(self, work: Work[T], *, long: bool = False) -> T:
        """Run *work* on what is committed, as of one moment.

        Raises:
            JournalUnavailable: the database did not answer.
        """
        pool = self._readers if long else self._quick
        patience = PATIENCE_LONG if long else self._patience

        def of(connection: Connection) -> T:
            with connection.reading(patience):
                return work(connection)

        for number in range(RERUNS + 1):
            try:
                return await self._in_thread(pool, of, patience + 1)
            except _Lost as lost:
                if number == RERUNS:
                    raise unavailable(lost.error) from None
            await self._wait(number)
        raise JournalUnavailable(CLOSED)

    def close(self) -> None:
        """Finish what has queued, if the server answers; then let go of it."""
        self._closed = True
        cutting = threading.Timer(self._closing, self._cut)
        cutting.start()
        for pool in self._pools:
            pool.shutdown()
        cutting.cancel()
        for connection in self._connections:
            connection.close()

    @property
    def _pools(self) -> tuple[ThreadPoolExecutor, ...]:
        return self._pool, self._quick, self._readers

    def _cut(self) -> None:
        """Let nobody wait any longer for a server that says nothing."""
        log.warning("journal.cut", seconds=self._closing)
        self._is_cut = True
        for pool in self._pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for connection in tuple(self._connections):
            connection.cut()

    async def _in_thread(
        self,
        pool: ThreadPoolExecutor,
        of: Callable[[Connection], T],
        patience: float,
    ) -> T:
        """Run *of* in a thread; a connection that keeps still for too long is cut."""
        if self._closed:
            raise JournalUnavailable(CLOSED)
        job = _Job(of)
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(pool, partial(self._run, job))
        future.add_done_callback(_seen)  # whoever waits may be cancelled
        while not (await asyncio.wait({future}, timeout=patience))[0]:
            if job.connection:
                log.warning("journal.cut", seconds=patience)
                job.connection.cut()
        if future.cancelled():  # by `close`
            raise JournalUnavailable(CLOSED)
        return future.result()

    def _run(self, job: _Job[T]) -> T:
        """Run *job* on this thread's connection; a new one if that is lost."""
        connection = None
        try:
            connection = job.connection = self._connection(job)
            return job.of(connection)
        except LOST_RACE as error:
            raise _Lost(error) from None
        except OnlyReads as error:
            raise self._without(connection, error) from None
        except Error as error:
            if connection and connection.is_lost:
                raise _Lost(error) from None
            raise unavailable(error) from None
        except NotOne as error:
            raise unavailable(error) from None
        finally:
            job.connection = None

    def _without(self, connection: Connection | None, error: OnlyReads) -> Exception:
        """Let go of *connection*, which takes no writes; return what is to be raised.

        If it took some before, what came to nothing is run again on a new one.
        """
        self._only_reads = True
        if connection is None:
            return unavailable(error)
        connection.close()
        if not connection.has_written:
            return unavailable(error)
        self._outdate_all_but(connection)
        return _Lost(error)

    def _with(self, connection: Connection) -> None:
        """See that all go where *connection* was written on, if one was refused."""
        if self._only_reads:
            self._only_reads = False
            self._outdate_all_but(connection)

    def _outdate_all_but(self, connection: Connection) -> None:
        """Let every thread connect anew that is not on *connection*."""
        self._outdated = frozenset(self._connections) - {connection}

    def _connection(self, job: _Job[Any]) -> Connection:
        there: Connection | None = getattr(self._own, "connection", None)
        if not there:
            with suppress(IndexError):
                there = self._own.connection = self._unused.pop()
        if there and not there.is_lost and there not in self._outdated:
            return there
        if there:
            self._let_go(there)
            del self._own.connection

        def begun(connection: Connection) -> None:
            job.connection = connection
            self._connections.append(connection)
            if self._is_cut:
                connection.cut()

        try:
            made: Connection = Connection(self._url, begun)
        except Error as error:
            if job.connection is None:
                raise
            self._let_go(job.connection)
            raise _Lost(error) from None
        self._own.connection = made
        return made

    def _let_go(self, connection: Connection) -> None:
        self._connections.remove(connection)
        connection.close()

    async def _was_committed(self, commit: Commit) -> bool:
        """Ask how *commit* ended, until that is known; meanwhile nothing is told.

        Raises:
            _Unknown: it cannot be found out any more.
            JournalUnavailable: this run ends before it is known.
        """
        log.warning("journal.commit-unanswered", number=commit.number)
        while not self._closed:
            with suppress(JournalUnavailable, _Lost, RuntimeError):
                ended = await self._in_thread(
                    self._pool, partial(_how_ended, commit=commit), self._patience
                )
                if isinstance(ended, str):
                    raise _Unknown(ended)
                if ended is not None:
                    log.warning("journal.commit-found", committed=ended)
                    return ended
            await self._sleep(ASKED_AGAIN)
        raise JournalUnavailable(CLOSED)

    async def _wait(self, number: int) -> None:
        longest = min(FIRST_WAIT * 2**number, LONGEST_WAIT)
        await self._sleep(longest * self._chance())


def _how_ended(connection: Connection, commit: Commit) -> bool | str | None:
    try:
        return connection.how_ended(commit)
    except LookupError as error:
        return str(error)


def _seen(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
