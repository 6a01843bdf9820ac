"""The numbers of handles that were given, in a file beside the journal.

A journal that was put back from a copy remembers fewer than were given, and people
still have cards with the others. So every number is noted outside of it as well, and
what this file remembers is not given again. If this file was put back too, or is lost,
the journal lies in other files than it knows of itself: then a thousand are left out.
Each workspace counts for itself; one that the copy does not know begins behind those.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import structlog
from sqlalchemy import select

from bot.ids import Kind, TeamId
from bot.journal.known import keep, kept
from bot.journal.schema import ANY_TEAM, handles
from bot.journal.statement import Connection, Statement, updated, upserted
from bot.private import open_own

IDENTITY, LEFT_OUT = "files", 1000

_COUNTS = Statement(select(handles))
_COUNT_FROM = upserted(handles, "last")
_LEAVE_OUT = updated(handles, (), last=handles.c.last + LEFT_OUT)
_KNOW_ANY = Statement(
    lambda insert: (
        insert(handles)
        .values(team=ANY_TEAM, kind=ANY_TEAM, last=0)
        .on_conflict_do_nothing()
    )
)

log = structlog.get_logger(__name__)


class HandleMarks:
    """The highest numbers given; None where there is no file to keep.

    They stand under `T… R`, and those of releases that counted for all workspaces
    under `R`.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._open: int | None = None  # a descriptor, once there is something to note
        self._last: dict[str, int] = _read(file)

    def note(self, team: TeamId, kind: Kind, number: int) -> None:
        """Note that *number* is given; not synced, since a commit follows."""
        name = f"{team} {kind}"
        if number <= self._last.get(name, 0):
            return
        self._last[name] = number
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
        """Let the counts of a journal begin behind all numbers that may be given.

        *beside* are the journal's files, by which it is known again; one of them was
        written anew when it was known by what *follows* says.
        """
        with connection.writing():
            self._skip_if_copied(connection, _identity(beside), follows)
            rows = connection.execute(_COUNTS)
            counts = {(row.team, row.kind): row.last for row in rows}
            for (team, kind), number in self._marked(counts).items():
                if number <= counts.get((team, kind), 0):
                    continue
                log.warning("handles.ahead", kind=kind, handles_from=number + 1)
                of = {"team": team, "kind": kind, "last": number}
                connection.execute(_COUNT_FROM, of)

    def _marked(self, counts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return the marks of each workspace; *counts* are those that are counted."""
        own = {}
        of_all = {name: last for name, last in self._last.items() if " " not in name}
        for name, last in self._last.items():
            if name not in of_all:
                team, _, kind = name.rpartition(" ")
                own[team, kind] = last
        teams = {team for team, _kind in (*counts, *own)} - {ANY_TEAM}
        for kind, last in of_all.items():
            for team in teams:
                own[team, kind] = max(own.get((team, kind), 0), last)
        if of_all and not teams:  # it does not know yet whose they were
            own[ANY_TEAM, ANY_TEAM] = max(of_all.values())
        return own

    def _skip_if_copied(
        self, connection: Connection, identity: str, follows: str
    ) -> None:
        last = known_by(connection)
        if last == identity:
            return
        if last not in {"", follows}:
            log.warning("journal.copied", handles_left_out=LEFT_OUT)
            leave_out(connection)
        _know(connection, identity)


def leave_out(connection: Connection) -> None:
    """Let the next handle of every kind, in every workspace, be a thousand further."""
    connection.execute(_KNOW_ANY)
    connection.execute(_LEAVE_OUT)


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
        return {str(name): int(number) for name, number in kept.items()}
    except (ValueError, AttributeError, TypeError, OSError):
        log.critical("handles.unreadable")
        return {}
