"""One writer that commits in groups, in a thread, and readers.

A commit that survives a power cut costs a disk sync, whoever shares it. So all that
waits is run in one transaction, committed once, and only then are the results
returned. What one turn of an event loop writes waits for its end: else the writer would
be off with the first of it.

Statements are run on the event loop, for a moment: they take less time than handing
Python's lock to a thread and back at each of them. The thread has what may wait for the
disk, or for another program: every commit, and the whole of a group with which anything
is out of the ordinary. While it has the connection, what is to be written waits.
"""

import asyncio
import math
import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlalchemy import Dialect, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import JournalUnavailable
from bot.journal.sqlite.driver import DIALECT, Connection, Error, interrupted
from bot.journal.sqlite.group import LONGEST_ON_THE_LOOP, Groups, Piece, Results
from bot.journal.statement import NotOne, unavailable
from bot.runtime.tracing import step

T = TypeVar("T")

LARGEST_GROUP = 256
ON_THE_LOOP = 16  # pieces that one group has at most there
READERS = 2  # one may be busy with the whole audit trail
NO_FILE = (
    "the journal does not open: BOT_DATABASE_URL must name a file, as in "
    "sqlite:///var/patchbay.db"
)

log = structlog.get_logger(__name__)


class _Task(NamedTuple):
    """What the thread is to *run*, and for whom."""

    pieces: list[Piece]
    run: Callable[[], Results]


class Writer:
    """Writes to *file*, and reads it, on the event loop or in a thread.

    What is short takes less time than handing it to a thread and back, so it runs on
    the event loop. What is long goes to a thread; so does what turns out to be.

    *on_full* is called when the disk is full; if it returns true (it has made room),
    what ends something is tried once more. As long as *has_room* then returns false,
    or *damage* says what is wrong with the file, nothing new begins. As long as *gone*
    says that it is not in its place, what is there is not opened, and none is made.
    *timer* gives the seconds by which what runs on the event loop is too long.
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
        self._file, self._gone = file, gone
        self._connection = Connection(file, timer=timer)
        # What would undo a statement is else a file in /tmp, made and deleted at once.
        self._connection.run("PRAGMA temp_store=MEMORY")
        self._groups = Groups(self._connection, on_full, has_room, damage, timer=timer)
        self._at_once = Connection(file, reads=True, timer=timer)
        self._long = threading.local()  # a connection of each reader's thread
        self._opened: list[Connection] = [self._at_once]
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._work, name="journal", daemon=True)
        self._reader = ThreadPoolExecutor(READERS, thread_name_prefix="journal-read")
        self._lock = threading.Lock()  # there may be several loops, of a thread each
        self._turns: set[asyncio.AbstractEventLoop] = set()
        self._waiting: deque[Piece] = deque()
        self._is_away = False  # the connection, with the thread
        self._closed = False
        self.reruns = 0  # one writer loses no race
        self._writer.start()

    async def write(
        self,
        work: Callable[[Connection], T],
        *,
        begins: bool = False,
        lasting: bool = True,
        long: bool = False,
        keyed: bool = False,  # noqa: ARG002 - no answer to a commit is lost here
    ) -> T:
        """Run *work* and return its result once it is durable.

        What is not *lasting* a power cut may undo, but no end of the process: it does
        not wait for the disk by itself. What is *long* is not run on the event loop.
        *work* may run twice, the first time without effect. What *begins* something
        new is refused on a full disk: the last room is for how the rest ends.

        Raises:
            JournalUnavailable: it was not committed.
        """
        if self._closed:
            raise JournalUnavailable("the journal is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        with step("commit"):
            self._put(Piece(work, begins, lasting, long, done, loop))
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
        with self._lock:
            self._closed = True
            if rest := self._next(len(self._waiting)):
                self._hand_over(rest, partial(self._groups.commit, rest))
            self._queue.put(None)
        self._writer.join()
        self._reader.shutdown()
        for connection in (*self._opened, self._connection):
            connection.close()  # the writer's last: it clears the log away

    def _put(self, piece: Piece) -> None:
        """Let *piece* wait for what else is written in this turn of its loop."""
        self._waiting.append(piece)
        if piece.loop not in self._turns:
            self._turns.add(piece.loop)
            piece.loop.call_soon(self._end_turn, piece.loop)

    def _end_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._turns.discard(loop)
        self._go_on()

    def _go_on(self) -> None:
        """Run what waits, unless the thread has the connection: then it comes back."""
        with self._lock:
            if self._closed or self._is_away or not self._waiting:
                return
            ran = self._groups.begin(list(islice(self._waiting, ON_THE_LOOP)))
            if ran:
                run = partial(self._groups.end, ran)
                self._hand_over(self._next(len(ran)), run)
            else:
                group = self._next(LARGEST_GROUP)
                self._hand_over(group, partial(self._groups.commit, group))

    def _next(self, at_most: int) -> list[Piece]:
        many = min(len(self._waiting), at_most)
        return [self._waiting.popleft() for _ in range(many)]

    def _hand_over(self, pieces: list[Piece], run: Callable[[], Results]) -> None:
        self._is_away = True
        self._queue.put(_Task(pieces, run))

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

    def _work(self) -> None:
        while (task := self._queue.get()) is not None:
            try:
                results = task.run()
            except Exception as error:
                log.exception("journal.writer-broke")
                results = [(piece, unavailable(error)) for piece in task.pieces]
            self._is_away = False
            self._tell(results)

    def _tell(self, results: Results) -> None:
        """Wake each event loop once, for all of its own; with what waits, it goes on.

        If none of them is there any more, those go on of whom else waits.
        """
        reached = False
        for loop in {piece.loop for piece, _result in results}:
            own = [one for one in results if one[0].loop is loop]
            reached |= _called(loop, self._settle, own)
        if not reached:
            for loop in {piece.loop for piece in list(self._waiting)}:
                _called(loop, self._go_on)

    def _settle(self, results: Results) -> None:
        for piece, result in results:
            if piece.done.done():
                continue
            if isinstance(result, Exception):
                piece.done.set_exception(result)
            else:
                piece.done.set_result(result)
        self._go_on()


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


def _called(
    loop: asyncio.AbstractEventLoop, what: Callable[..., None], *args: Any
) -> bool:
    """Let *loop* call *what*; tell whether it is there to do so."""
    with suppress(RuntimeError):  # it is closed
        loop.call_soon_threadsafe(what, *args)
        return True
    return False


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
