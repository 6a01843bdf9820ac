"""What is committed together: pieces of work in one transaction, and what undoes one.

A piece that fails by itself fails alone; when the database fails, so does the group.
Hardly any piece fails: so a group is run without savepoints, which cost two statements
a piece, and once more with them if one of it does.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, NamedTuple

import structlog

from bot.errors import JournalUnavailable
from bot.journal.sqlite.driver import (
    ITS_OWN,
    Connection,
    Error,
    disk_is_full,
    interrupted,
)
from bot.journal.statement import NotOne, unavailable

Work = Callable[[Connection], Any]

CAREFUL = 16  # groups that are run with savepoints at once, after a piece failed
MOMENT = 0.005  # seconds after which a group on the event loop takes no further piece
LONGEST_ON_THE_LOOP = 0.02  # seconds; Slack gives everybody three
DISK_FULL = "the disk is full; what runs is still told, and nothing new begins"

log = structlog.get_logger(__name__)


class Piece(NamedTuple):
    """A piece of *work*, and whose event loop waits until it is *done*.

    What *begins* something, is *lasting* or *long*: as `Writer.write` says.
    """

    work: Work
    begins: bool
    lasting: bool
    long: bool
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


Results = list[tuple[Piece, Any]]


class Groups:
    """Runs groups of pieces on *connection*, each group in one transaction.

    *on_full*, *has_room*, *damage* and *timer* are those of `Writer`. What is returned
    is what became of each piece: its result, or what to raise.
    """

    def __init__(
        self,
        connection: Connection,
        on_full: Callable[[], bool],
        has_room: Callable[[], bool],
        damage: Callable[[], str],
        *,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self._connection = connection
        self._on_full, self._has_room, self._damage = on_full, has_room, damage
        self._timer = timer
        self._careful = 0  # groups that are still to be run with savepoints
        self._room_is_known = False  # that there is some: finding out may write to disk
        self._is_begun = False  # a transaction, of what `end` is called with

    def begin(self, group: Sequence[Piece]) -> Results:
        """Run the first pieces of *group*, in a transaction that `end` is to commit.

        It takes a moment, on the event loop. None is run, or what was is undone, where
        there is anything to wait for or to tell: that is for `commit`. Of a first piece
        that fails by itself, that is what is returned.
        """
        if group[0].long or self._careful or not self._is_usual():
            return []
        ran: Results = []
        try:
            self._connection.wait_for_disk(any(piece.lasting for piece in group))
            until = self._timer() + MOMENT
            with self._connection.begun(LONGEST_ON_THE_LOOP):
                for piece in group:
                    if ran and (piece.long or self._timer() > until):
                        break
                    ran.append((piece, piece.work(self._connection)))
        except Exception as error:  # noqa: BLE001 - told, or it comes again
            if interrupted(error):
                log.warning(
                    "journal.slow-write", what=group[len(ran)].work.__qualname__
                )
            return [] if ran else _failed_alone(group[0], error)
        self._is_begun = True
        return ran

    def end(self, ran: Results) -> Results:
        """Commit what `begin` ran; it may take as long as the disk does."""
        if not self._is_begun:
            return ran
        self._is_begun = False
        try:
            self._connection.commit()
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            return self._failed([piece for piece, _result in ran], error)
        return ran

    def commit(self, group: list[Piece]) -> Results:
        """Run *group* and commit it, however long that takes."""
        self._room_is_known = self._has_room()
        why = self._damage() if self._room_is_known else DISK_FULL
        if not why:
            return self._run(group)
        refused, rest = _without_beginnings(group, JournalUnavailable(why))
        return refused + self._run(rest)

    def _is_usual(self) -> bool:
        """Tell whether anything may begin, as far as that is known without the disk."""
        try:
            return self._room_is_known and not self._damage()
        except Exception:  # noqa: BLE001 - it comes again, from `commit`
            return False

    def _run(self, group: list[Piece]) -> Results:
        try:
            return self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            return self._failed(group, error)

    def _failed(self, group: list[Piece], error: Exception) -> Results:
        """Say so to *group*; on a full disk, try once more what ends something."""
        if not disk_is_full(error):
            return _all(group, unavailable(error))
        refused, rest = _without_beginnings(group, unavailable(error))
        return refused + self._with_reserve(rest)

    def _with_reserve(self, group: list[Piece]) -> Results:
        """Commit on a full disk; the reserve goes only if it has to."""
        try:
            return self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            self._room_is_known = False
            if not (disk_is_full(error) and self._on_full()):
                return _all(group, unavailable(error))
        try:
            return self._transaction(group)
        except Exception as error:  # noqa: BLE001 - raised to everybody who waits
            return _all(group, unavailable(error))

    def _transaction(self, group: list[Piece]) -> Results:
        if not group:
            return []
        self._connection.wait_for_disk(any(piece.lasting for piece in group))
        if len(group) == 1:
            return [(group[0], self._alone(group[0].work))]
        if self._careful:
            self._careful -= 1
            return self._each_by_itself(group)
        try:
            with self._connection.writing():
                return [(piece, piece.work(self._connection)) for piece in group]
        except Exception as error:  # noqa: BLE001 - it comes again, from its piece
            _its_own(error)
            self._careful = CAREFUL
            return self._each_by_itself(group)

    def _each_by_itself(self, group: list[Piece]) -> Results:
        """Run *group* so that what one piece raises undoes that piece alone."""
        with self._connection.writing():
            return [(piece, _one(self._connection, piece.work)) for piece in group]

    def _alone(self, work: Work) -> Any:
        """Run *work* in a transaction of its own; what it raises undoes that."""
        try:
            with self._connection.writing():
                return work(self._connection)
        except Exception as error:  # noqa: BLE001 - raised to whoever waits
            return _its_own(error)


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


def _failed_alone(piece: Piece, error: Exception) -> Results:
    """Return what *piece* raised; nothing, if it was the database that did."""
    try:
        return [(piece, _its_own(error))]
    except Error:
        return []


def _all(group: list[Piece], error: Exception) -> Results:
    return [(piece, error) for piece in group]


def _without_beginnings(
    group: list[Piece], refusal: JournalUnavailable
) -> tuple[Results, list[Piece]]:
    """Return what is refused of *group*, and the rest of it."""
    refused = [(piece, refusal) for piece in group if piece.begins]
    return refused, [piece for piece in group if not piece.begins]
