"""The numbers of handles that were given, in a file beside the journal.

A journal that was put back from a copy remembers fewer than were given, and people
still have cards with the others. So every number is noted outside of it as well, and
what this file remembers is not given again. If this file was put back too, or is lost,
the journal lies in other files than it knows of itself: then a thousand are left out.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import structlog
from sqlalchemy import bindparam, select

from bot.ids import Kind
from bot.journal.known import keep, kept
from bot.journal.schema import counters
from bot.journal.statement import Connection, Statement, updated
from bot.private import open_own

IDENTITY, LEFT_OUT = "files", 1000

_COUNTS = Statement(select(counters))
_COUNT_FROM = Statement(
    lambda insert: (
        insert(counters)
        .values(kind=bindparam("of"), last=bindparam("number"))
        .on_conflict_do_update(
            index_elements=["kind"], set_={"last": bindparam("number")}
        )
    )
)
_LEAVE_OUT = updated(counters, (), last=counters.c.last + LEFT_OUT)

log = structlog.get_logger(__name__)


class HandleMarks:
    """The highest number given of each kind; None where there is no file to keep."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._open: int | None = None  # a descriptor, once there is something to note
        self._last: dict[str, int] = _read(file)

    def note(self, kind: Kind, number: int) -> None:
        """Note that *number* is given; not synced, since a commit follows."""
        if number <= self._last.get(kind, 0):
            return
        self._last[kind] = number
        if self._file is None:
            return
        try:
            if self._open is None:
                self._open = open_own(self._file, os.O_WRONLY | os.O_CREAT)
            # numbers only grow, and so does what is written of them
            os.pwrite(self._open, json.dumps(self._last).encode(), 0)
        except OSError as error:  # the journal has its own count
            log.critical("handles.unwritten", why=error.strerror or str(error))

    def catch_up(
        self, connection: Connection, *beside: Path, follows: str = ""
    ) -> None:
        """Let the counters of a journal begin behind all numbers that may be given.

        *beside* are the journal's files, by which it is known again; one of them was
        written anew when it was known by what *follows* says.
        """
        with connection.writing():
            self._skip_if_copied(connection, _identity(beside), follows)
            rows = connection.execute(_COUNTS)
            counts: dict[str, int] = {row.kind: row.last for row in rows}
            for kind, number in self._last.items():
                if number <= counts.get(kind, 0):
                    continue
                log.warning("handles.ahead", kind=kind, handles_from=number + 1)
                connection.execute(_COUNT_FROM, {"of": kind, "number": number})

    def _skip_if_copied(
        self, connection: Connection, identity: str, follows: str
    ) -> None:
        last = known_by(connection)
        if last == identity:
            return
        if last not in {"", follows}:
            log.warning("journal.copied", handles_left_out=LEFT_OUT)
            connection.execute(_LEAVE_OUT)
        _know(connection, identity)


def known_by(connection: Connection) -> str:
    """Return what the journal's files are known by; empty for a new one."""
    return kept(connection, IDENTITY) or ""


def know_again(connection: Connection, *beside: Path) -> None:
    """Know the journal by *beside* as they are now: one of them was written anew."""
    _know(connection, _identity(beside))


def _know(connection: Connection, identity: str) -> None:
    keep(connection, IDENTITY, identity)


def _identity(files: Iterable[Path]) -> str:
    """Return what is another one for copies of *files*, and nothing else changes."""
    there = (file.stat() for file in files if file.exists())
    return " ".join(
        str(one.st_ctime_ns if number else one.st_ino)
        for number, one in enumerate(there)
    )


def _read(file: Path | None) -> dict[str, int]:
    if file is None or not file.exists():
        return {}
    try:
        kept = json.loads(file.read_bytes())
        return {str(kind): int(number) for kind, number in kept.items()}
    except (ValueError, AttributeError, TypeError, OSError):
        log.critical("handles.unreadable")
        return {}
