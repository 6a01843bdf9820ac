"""Is the file of a journal whole? It is read through after a crash, behind the bot.

A run that closes the file in order writes down how it left it, in a file beside. What
was not closed so (kill -9, a power cut), and what is not that very file any more (a
copy that was put back, something that others wrote to), is read through by the next
run: in a thread, on a connection of its own, once people are answered. A file that
SQLite itself refuses does not open at all.

A file that is deleted, or exchanged, stays open all the same, and what is written to it
is lost when the last who has it ends. So it is looked after that what has its name is
what was opened; of its lock, too, without which another process may have it as well.
"""

import asyncio
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import structlog

from bot.private import replace_own, sync_folder

DAMAGED = "the journal is damaged"
GONE = "{file} is not there any more, or another file is in its place"
WHOLE = "ok"  # what SQLite says of a file with which nothing is wrong
PATIENCE = 60.0  # seconds, while somebody else has the file to themselves
# Errors that say something of the file; all others are of the moment.
_OF_THE_FILE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_READ")

log = structlog.get_logger(__name__)


class Integrity:
    """What is known of *file*; None for a database that is not a local file.

    *damage* says what is wrong with it, empty as long as nothing is known to be;
    *is_proven*: it was closed in order, or has been read through since.
    """

    def __init__(self, file: Path | None, patience: float = PATIENCE) -> None:
        self._file, self._patience = file, patience
        self._mark = file and file.with_name(f"{file.name}.closed")
        self.damage = ""
        self._opened_as = _places(file) if file else {}
        self.is_proven = self._begin()
        self._reading: sqlite3.Connection | None = None
        self._is_closed = False

    def _begin(self) -> bool:
        """Tell whether the last run closed the file; from here on none has.

        Raises:
            OSError: the mark is there and cannot be taken away.
        """
        if self._file is None or self._mark is None:
            return True
        whole = not self._file.exists() or self._file.stat().st_size == 0
        if os.path.lexists(self._mark):
            whole = whole or self._mark.read_text() == _identity(self._file)
            self._mark.unlink()
            sync_folder(self._mark.parent)
        return whole and not _wal(self._file).exists()

    @property
    def fault(self) -> str:
        """Why nothing new may begin: the damage, or that the file is gone."""
        return self.damage or self.gone()

    def gone(self) -> str:
        """Say that the file or its lock is not what was opened; empty if it is."""
        for file, place in self._opened_as.items():
            if _place(file) not in (place, None):
                return GONE.format(file=file)
        return ""

    async def look(self) -> str:
        """Read the file through unless it is proven whole; return what is wrong."""
        if not self.is_proven and self._file:
            self.damage = await asyncio.to_thread(self._read_through, self._file)
            log.info("journal.read-through", damage=self.damage)
        return self.damage

    def close(self) -> None:
        """Stop reading: the journal is about to be closed."""
        self._is_closed = True
        if reading := self._reading:
            with suppress(sqlite3.ProgrammingError):  # it has just ended
                reading.interrupt()

    def closed(self) -> None:
        """Write down how the file was left, now that nobody has it open.

        Not if it is not known to be whole: then the next run reads it through. Nor if
        another file is in its place, of which nothing is known.
        """
        if self._file is None or self._mark is None or not self.is_proven:
            return
        if _wal(self._file).exists():
            return  # somebody else has it open
        if self.gone():
            return
        try:
            replace_own(self._mark, _identity(self._file).encode())
        except OSError as error:  # the next run reads it through for nothing
            log.warning("journal.unmarked", why=error.strerror or str(error))

    def _opened(self, file: Path) -> sqlite3.Connection:
        address = f"{file.absolute().as_uri()}?mode=ro"
        return sqlite3.connect(
            address, uri=True, timeout=self._patience, check_same_thread=False
        )

    def _read_through(self, file: Path) -> str:
        """Return what is wrong with *file*; it is proven whole if that is nothing."""
        last_line = ""
        try:
            with closing(self._opened(file)) as connection:
                self._reading = connection
                try:
                    last_line = "" if self._is_closed else _report(connection)
                finally:
                    self._reading = None
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "").startswith(_OF_THE_FILE):
                last_line = str(error)
            else:  # the next run reads it through
                log.warning("journal.not-read-through", why=str(error))
        self.is_proven = last_line == WHOLE
        return f"{DAMAGED}: {last_line}" if last_line not in {WHOLE, ""} else ""


_Place = tuple[int, int]  # the disk of a file, and its number there
_NOWHERE: _Place = (0, 0)


def _places(file: Path) -> dict[Path, _Place]:
    """Return what *file* and its lock are known by, those that there are."""
    files = (file, file.with_name(f"{file.name}.lock"))
    places = {one: _place(one) or _NOWHERE for one in files}
    return {one: place for one, place in places.items() if place != _NOWHERE}


def _place(file: Path) -> _Place | None:
    """Return what *file* is known by, `_NOWHERE` if it is gone; None: not known now."""
    try:
        there = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return _NOWHERE
    except OSError:
        return None
    return there.st_dev, there.st_ino


def _report(connection: sqlite3.Connection) -> str:
    """Read through the file of *connection*; return the last line of the report."""
    (last_line,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return str(last_line).splitlines()[-1]


def _wal(file: Path) -> Path:
    """Return where SQLite keeps what is not in *file* yet; it goes when that is."""
    return file.with_name(f"{file.name}-wal")


def _identity(file: Path) -> str:
    """Return what changes whenever somebody writes to *file*, or puts another there.

    The time of its last change cannot be set, so no copy has it.
    """
    there = file.stat()
    return f"{there.st_ino} {there.st_size} {there.st_mtime_ns} {there.st_ctime_ns}"
