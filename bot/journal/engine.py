"""One writer thread that commits in groups, and one reader.

A commit that survives a power cut costs a disk sync, whoever shares it. So the writer
takes all that has queued, runs each piece in a savepoint of one transaction, commits
once, and only then lets the waiters go on.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import JournalUnavailable

T = TypeVar("T")
Work = Callable[[Connection], Any]

LARGEST_GROUP = 256
BUSY_MS = 5000


class _Piece(NamedTuple):
    work: Work
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


def make_engine(url: str) -> Engine:
    """Return an engine whose commits are durable."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


class Threads:
    """Runs writes and reads of *engine* off the event loop.

    *on_full* is called when a commit fails; if it returns true (it has made room), the
    group is tried once more.
    """

    def __init__(self, engine: Engine, on_full: Callable[[], bool]) -> None:
        self._engine = engine
        self._on_full = on_full
        self._queue: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="journal-read")
        self._closed = False
        self.commits = 0
        self._writer.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run *work* and return its result once it is durable.

        Raises:
            JournalUnavailable: it was not committed.
        """
        if self._closed:
            raise JournalUnavailable("the journal is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Piece(work, done, loop))
        return await done

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run *work* on what is committed.

        Raises:
            JournalUnavailable: the database did not answer.
        """
        if self._closed:
            raise JournalUnavailable("the journal is closed")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reader, self._read, work)

    def close(self) -> None:
        """Finish what has queued, then stop both threads."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._writer.join()
        self._reader.shutdown()
        self._engine.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.connect() as connection:
                return work(connection)
        except SQLAlchemyError as error:
            raise _unavailable(error) from None

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
        try:
            results = self._transaction(group)
        except SQLAlchemyError as error:
            try:
                if not self._on_full():
                    raise
                results = self._transaction(group)
            except SQLAlchemyError:
                results = [_unavailable(error)] * len(group)
        for piece, result in zip(group, results, strict=True):
            piece.loop.call_soon_threadsafe(_settle, piece.done, result)

    def _transaction(self, group: list[_Piece]) -> list[Any]:
        with self._engine.begin() as connection:
            results = [_one(connection, piece.work) for piece in group]
        self.commits += 1
        return results


def _one(connection: Connection, work: Work) -> Any:
    """Run *work* in a savepoint: what it raises undoes itself alone.

    Not so what the database raises: that undoes the whole group, and SQLite may have
    thrown the savepoint away already.
    """
    savepoint = connection.begin_nested()
    try:
        result = work(connection)
    except SQLAlchemyError:
        raise
    except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
        savepoint.rollback()
        return error
    savepoint.commit()
    return result


def _settle(done: "asyncio.Future[Any]", result: Any) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _unavailable(error: SQLAlchemyError) -> JournalUnavailable:
    cause = getattr(error, "orig", None) or error
    return JournalUnavailable(f"{type(cause).__name__}: {cause}")


def sqlite_file(url: str) -> Path | None:
    """Return the file of a `sqlite:///…` URL, or None for anything else."""
    prefix = "sqlite:///"
    path = url.removeprefix(prefix)
    return (
        Path(path) if url.startswith(prefix) and path not in {"", ":memory:"} else None
    )


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_MS}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    reading = threading.current_thread().name.startswith("journal-read")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
