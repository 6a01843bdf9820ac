"""One writer thread that commits in groups, and one reader.

A commit that survives a power cut costs a disk sync, whoever shares it. So the writer
takes all that has queued, runs it in one transaction, commits once, and only then
returns the results. What one turn of an event loop writes queues at its end: else the
writer would be off with the first of it. A piece that fails by itself fails alone; when
the database fails, so does the group. Hardly any piece fails: so a group is run without
savepoints, which cost two statements a piece, and once more with them if one of it
does.
"""

import asyncio
import math
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy import Dialect, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import JournalUnavailable
from bot.journal.sqlite.driver import (
    DIALECT,
    ITS_OWN,
    Connection,
    Error,
    disk_is_full,
    interrupted,
)
from bot.journal.statement import NotOne, unavailable
from bot.runtime.tracing import step

T = TypeVar("T")
Work = Callable[[Connection], Any]

LARGEST_GROUP = 256
CAREFUL = 16  # groups that are run with savepoints at once, after a piece failed
READERS = 2  # one may be busy with the whole audit trail
LONGEST_ON_THE_LOOP = 0.02  # seconds; Slack gives everybody three
NO_FILE = (
    "the journal does not open: BOT_DATABASE_URL must name a file, as in "
    "sqlite:///var/patchbay.db"
)
DISK_FULL = "the disk is full; what runs is still told, and nothing new begins"

log = structlog.get_logger(__name__)


class _Piece(NamedTuple):
    work: Work
    begins: bool
    lasting: bool
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class Writer:
    """Runs writes to *file* in a thread, and reads on the event loop or in another.

    A short read takes less time than handing it to a thread and back, so it runs on
    the event loop. What is long goes to the thread; so does what turns out to be.

    *on_full* is called when the disk is full; if it returns true (it has made room),
    what ends something is tried once more. As long as *has_room* then returns false,
    or *damage* says what is wrong with the file, nothing new begins. As long as *gone*
    says that it is not in its place, what is there is not opened, and none is made.
    *timer* gives the seconds by which a read on the event loop is too long.
    """

    dialect: Dialect = DIALECT

    def __init__(
        self,
        file: Path,
        on_full: Callable[[], bool],
        has_room: Callable[[], bool] = lambda: True,
        damage: Callable[[], str] = str,
        gone: Callable[[], str] = str,
        *,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self._file = file
        self._damage, self._gone = damage, gone
        self._connection = Connection(file)
        # What would undo a statement is else a file in /tmp, made and deleted at once.
        self._connection.run("PRAGMA temp_store=MEMORY")
        self._at_once = Connection(file, reads=True, timer=timer)
        self._long = threading.local()  # a connection of each reader's thread
        self._opened: list[Connection] = [self._at_once]
        self._on_full = on_full
        self._has_room = has_room
        self._queue: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
        self._reader = ThreadPoolExecutor(READERS, thread_name_prefix="journal-read")
        self._turns: dict[asyncio.AbstractEventLoop, list[_Piece]] = {}
        self._closed = False
        self._careful = 0  # groups that are still to be run with savepoints
        self.reruns = 0  # one writer loses no race
        self._writer.start()

    async def write(
        self,
        work: Callable[[Connection], T],
        *,
        begins: bool = False,
        lasting: bool = True,
        keyed: bool = False,  # noqa: ARG002 - no answer to a commit is lost here
    ) -> T:
        """Run *work* and return its result once it is durable.

        What is not *lasting* a power cut may undo, but no end of the process: it does
        not wait for the disk by itself. *work* may run twice, the first time without
        effect. What *begins* something new is refused on a full disk: the last room is
        for how the rest ends.

        Raises:
            JournalUnavailable: it was not committed.
        """
        if self._closed:
            raise JournalUnavailable("the journal is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        with step("commit"):
            self._put(_Piece(work, begins, lasting, done, loop))
            return await done

    async def read(self, work: Callable[[Connection], T], *, long: bool = False) -> T:
        """Run *work* on what is committed; if it is *long*, not on the event loop.

        It may run twice.

        Raises:
            JournalUnavailable: the database did not answer.
        """
        if self._closed:
            raise JournalUnavailable("the journal is closed")
        if not long:
            try:
                return _read(self._at_once, work, LONGEST_ON_THE_LOOP)
            except Error as error:
                if not interrupted(error):
                    raise unavailable(error) from None
                log.warning("journal.slow-read", what=work.__qualname__)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, self._read_long, work)

    def close(self) -> None:
        """Finish what has queued, then stop both threads."""
        if self._closed:
            return
        self._closed = True
        for loop in tuple(self._turns):
            self._end_turn(loop)
        self._queue.put(None)
        self._writer.join()
        self._reader.shutdown()
        for connection in (*self._opened, self._connection):
            connection.close()  # the writer's last: it clears the log away

    def _put(self, piece: _Piece) -> None:
        """Let *piece* queue with what else is written in this turn of its loop."""
        turn = self._turns.setdefault(piece.loop, [])
        if not turn:
            piece.loop.call_soon(self._end_turn, piece.loop)
        turn.append(piece)

    def _end_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        for piece in self._turns.pop(loop, ()):  # none if it was closed meanwhile
            self._queue.put(piece)

    def _read_long(self, work: Callable[[Connection], T]) -> T:
        try:
            if not hasattr(self._long, "connection"):
                if gone := self._gone():
                    raise JournalUnavailable(gone)
                self._long.connection = Connection(self._file, reads=True)
                self._opened.append(self._long.connection)
            return _read(self._long.connection, work)
        except Error as error:
            raise unavailable(error) from None

    def _write(self) -> None:
        while (piece := self._queue.get()) is not None:
            group = [piece]
            ends = False
            while len(group) < LARGEST_GROUP and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    ends = True
                    break
                group.append(following)
            self._commit(group)
            if ends:
                return

    def _commit(self, group: list[_Piece]) -> None:
        """Commit *group* and tell everybody how it went, whatever breaks."""
        try:
            self._commit_or_raise(group)
        except Exception as error:
            log.exception("journal.writer-broke")
            _tell([(piece, unavailable(error)) for piece in group])

    def _commit_or_raise(self, group: list[_Piece]) -> None:
        if not self._has_room():
            full = JournalUnavailable(DISK_FULL)
            group = _without_beginnings(group, full)
        if damage := self._damage():
            group = _without_beginnings(group, JournalUnavailable(damage))
        try:
            results = self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            if not disk_is_full(error):
                results = [unavailable(error)] * len(group)
            else:
                group = _without_beginnings(group, unavailable(error))
                results = self._with_reserve(group)
        _tell(list(zip(group, results, strict=True)))

    def _with_reserve(self, group: list[_Piece]) -> list[Any]:
        """Commit on a full disk; the reserve goes only if it has to."""
        try:
            return self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            if not (disk_is_full(error) and self._on_full()):
                return [unavailable(error)] * len(group)
        try:
            return self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            return [unavailable(error)] * len(group)

    def _transaction(self, group: list[_Piece]) -> list[Any]:
        if not group:
            return []
        self._connection.wait_for_disk(any(piece.lasting for piece in group))
        if len(group) == 1:
            return [self._alone(group[0].work)]
        if self._careful:
            self._careful -= 1
            return self._each_by_itself(group)
        try:
            with self._connection.writing():
                return [piece.work(self._connection) for piece in group]
        except Exception as error:  # noqa: BLE001 - it comes again, from its piece
            _its_own(error)
            self._careful = CAREFUL
            return self._each_by_itself(group)

    def _each_by_itself(self, group: list[_Piece]) -> list[Any]:
        """Run *group* so that what one piece raises undoes that piece alone."""
        with self._connection.writing():
            return [_one(self._connection, piece.work) for piece in group]

    def _alone(self, work: Work) -> Any:
        """Run *work* in a transaction of its own; what it raises undoes that."""
        try:
            with self._connection.writing():
                return work(self._connection)
        except Exception as error:  # noqa: BLE001 - raised to whoever waits
            return _its_own(error)


def _read(
    connection: Connection,
    work: Callable[[Connection], T],
    at_most: float = math.inf,
) -> T:
    try:
        with connection.reading(at_most):
            return work(connection)
    except NotOne as error:
        raise unavailable(error) from None


def _one(connection: Connection, work: Work) -> Any:
    """Run *work* in a savepoint: what it raises undoes itself alone.

    Not so what the database raises: that undoes the whole group, and SQLite may have
    thrown the savepoint away already.
    """
    try:
        with connection.piece():
            return work(connection)
    except Exception as error:  # noqa: BLE001 - raised to whoever waits
        return _its_own(error)


def _its_own(error: Exception) -> Exception:
    """Return what a piece of work raised; raise what the database did."""
    if isinstance(error, Error) and not isinstance(error, ITS_OWN):
        raise error
    return unavailable(error) if isinstance(error, (Error, NotOne)) else error


def _without_beginnings(
    group: list[_Piece], refusal: JournalUnavailable
) -> list[_Piece]:
    _tell([(piece, refusal) for piece in group if piece.begins])
    return [piece for piece in group if not piece.begins]


def _tell(results: list[tuple[_Piece, Any]]) -> None:
    """Wake each event loop once, for all of its own."""
    for loop in {piece.loop for piece, _result in results}:
        own = [(piece.done, result) for piece, result in results if piece.loop is loop]
        with suppress(RuntimeError):  # it is closed
            loop.call_soon_threadsafe(_settle, own)


def _settle(results: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for done, result in results:
        if done.done():
            continue
        if isinstance(result, Exception):
            done.set_exception(result)
        else:
            done.set_result(result)


def sqlite_file(url: str) -> Path:
    """Return the file of SQLite's that *url* names.

    Raises:
        JournalUnavailable: it names none.
    """
    try:
        read = make_url(url)
    except ArgumentError as error:
        raise JournalUnavailable(f"{NO_FILE}; {error}") from None
    in_memory = read.database in {None, "", ":memory:"}
    if read.get_backend_name() != "sqlite" or in_memory:
        raise JournalUnavailable(NO_FILE)
    return Path(str(read.database))


def check(connection: Connection) -> None:
    """Read through a SQLite file, so that damage is noticed before it is written to.

    Raises:
        JournalUnavailable: a page is damaged; the file is left as it is.
    """
    report = connection.run("PRAGMA quick_check(1)").scalar()
    if report != "ok":
        raise JournalUnavailable(f"the journal is damaged: {report.splitlines()[-1]}")
