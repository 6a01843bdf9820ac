"""One writer thread that commits in groups, and one reader.

A commit that survives a power cut costs a disk sync, whoever shares it. So the writer
takes all that has queued, runs each piece in a savepoint of one transaction, commits
once, and only then returns the results. A piece that fails by itself fails alone;
when the database fails, so does the group.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)

from bot.errors import JournalUnavailable

T = TypeVar("T")
Work = Callable[[Connection], Any]

LARGEST_GROUP = 256
BUSY_MS = 5000
READ_BUSY_MS = 250  # a read blocks the event loop; in WAL mode it never waits
DISK_FULL = "the disk is full; what runs is still told, and nothing new begins"

# What is wrong with one piece of work, not with the database.
_ITS_OWN = (IntegrityError, DataError, ProgrammingError)


class _Piece(NamedTuple):
    work: Work
    begins: bool
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


def make_engine(url: str, *, reads: bool = False) -> Engine:
    """Return an engine whose commits are durable, or one that only *reads*."""
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        wait = READ_BUSY_MS if reads else BUSY_MS
        event.listen(engine, "connect", partial(_on_connect, wait, reads))
        event.listen(engine, "begin", partial(_on_begin, reads))
    return engine


class Writer:
    """Runs writes of *engine* in a thread, and reads on the event loop or in another.

    A short read of a local file takes less time than handing it to a thread and back.
    So *reader*, if there is one, runs short reads on the event loop; long reads, and
    all of an engine without a *reader*, run in a thread.

    *on_full* is called when the disk is full; if it returns true (it has made room),
    what ends something is tried once more. As long as *has_room* then returns false,
    or *damage* says what is wrong with the file, nothing new begins.
    """

    def __init__(
        self,
        engine: Engine,
        on_full: Callable[[], bool],
        has_room: Callable[[], bool] = lambda: True,
        reader: Engine | None = None,
        damage: Callable[[], str] = str,
    ) -> None:
        self._engine = engine
        self._damage = damage
        self._at_once = reader
        self._on_full = on_full
        self._has_room = has_room
        self._queue: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="journal-read")
        self._closed = False
        self._writer.start()

    async def write(
        self, work: Callable[[Connection], T], *, begins: bool = False
    ) -> T:
        """Run *work* and return its result once it is durable.

        *work* may run twice, the first time without effect. What *begins* something
        new is refused on a full disk: the last room is for how the rest ends.

        Raises:
            JournalUnavailable: it was not committed.
        """
        if self._closed:
            raise JournalUnavailable("the journal is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Piece(work, begins, done, loop))
        return await done

    async def read(self, work: Callable[[Connection], T], *, long: bool = False) -> T:
        """Run *work* on what is committed; if it is *long*, not on the event loop.

        Raises:
            JournalUnavailable: the database did not answer.
        """
        if self._closed:
            raise JournalUnavailable("the journal is closed")
        if self._at_once and not long:
            return _read(self._at_once, work)
        loop = asyncio.get_running_loop()
        engine = self._at_once or self._engine
        return await loop.run_in_executor(self._reader, _read, engine, work)

    def close(self) -> None:
        """Finish what has queued, then stop both threads."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._writer.join()
        self._reader.shutdown()
        self._engine.dispose()
        if self._at_once:
            self._at_once.dispose()

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
        if not self._has_room():
            full = JournalUnavailable(DISK_FULL)
            group = _without_beginnings(group, full)
        if damage := self._damage():
            group = _without_beginnings(group, JournalUnavailable(damage))
        try:
            results = self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            if not _disk_is_full(error):
                results = [unavailable(error)] * len(group)
            else:
                group = _without_beginnings(group, unavailable(error))
                results = self._with_reserve(group)
        for piece, result in zip(group, results, strict=True):
            _tell(piece, result)

    def _with_reserve(self, group: list[_Piece]) -> list[Any]:
        """Commit on a full disk; the reserve goes only if it has to."""
        try:
            return self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            if not (_disk_is_full(error) and self._on_full()):
                return [unavailable(error)] * len(group)
        try:
            return self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            return [unavailable(error)] * len(group)

    def _transaction(self, group: list[_Piece]) -> list[Any]:
        if not group:
            return []
        with self._engine.begin() as connection:
            return [_one(connection, piece.work) for piece in group]


def _read(engine: Engine, work: Callable[[Connection], T]) -> T:
    try:
        with engine.connect() as connection:
            return work(connection)
    except SQLAlchemyError as error:
        raise unavailable(error) from None


def _one(connection: Connection, work: Work) -> Any:
    """Run *work* in a savepoint: what it raises undoes itself alone.

    Not so what the database raises: that undoes the whole group, and SQLite may have
    thrown the savepoint away already.
    """
    savepoint = connection.begin_nested()
    try:
        result = work(connection)
    except Exception as error:
        if isinstance(error, DBAPIError) and not isinstance(error, _ITS_OWN):
            raise
        savepoint.rollback()
        return unavailable(error) if isinstance(error, SQLAlchemyError) else error
    savepoint.commit()
    return result


def _without_beginnings(
    group: list[_Piece], refusal: JournalUnavailable
) -> list[_Piece]:
    for piece in group:
        if piece.begins:
            _tell(piece, refusal)
    return [piece for piece in group if not piece.begins]


def _tell(piece: _Piece, result: Any) -> None:
    with suppress(RuntimeError):  # its event loop is closed
        piece.loop.call_soon_threadsafe(_settle, piece.done, result)


def _settle(done: "asyncio.Future[Any]", result: Any) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _disk_is_full(error: BaseException | None) -> bool:
    """Look behind *error* too: SQLite may have undone the transaction itself."""
    while error is not None:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
            return True
        error = error.__cause__ or error.__context__
    return False


def unavailable(error: Exception) -> JournalUnavailable:
    """Return *error* as the journal raises it: its cause, without the statement."""
    cause = getattr(error, "orig", None) or error
    return JournalUnavailable(f"{type(cause).__name__}: {cause}")


def sqlite_file(url: str) -> Path | None:
    """Return the file that *url* names if it is SQLite's.

    Raises:
        sqlalchemy.exc.ArgumentError: *url* is none.
    """
    read = make_url(url)
    in_memory = read.database in {None, "", ":memory:"}
    is_file = read.get_backend_name() == "sqlite" and not in_memory
    return Path(str(read.database)) if is_file else None


def check(engine: Engine) -> None:
    """Read through a SQLite file, so that damage is noticed before it is written to.

    Raises:
        JournalUnavailable: a page is damaged; the file is left as it is.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        report = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if report != "ok":
        raise JournalUnavailable(f"the journal is damaged: {report.splitlines()[-1]}")


def _on_connect(wait: int, reads: bool, connection: Any, _record: Any) -> None:  # noqa: FBT001
    connection.isolation_level = None  # `_on_begin` begins transactions
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={wait}",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # REPLACE deletes, and the audit trail forbids that
        f"query_only={int(reads)}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(reads: bool, connection: Connection) -> None:  # noqa: FBT001
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
