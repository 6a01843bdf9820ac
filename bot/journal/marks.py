"""What says that a journal is not to be opened: it is a copy, or lies elsewhere now."""

from pathlib import Path

from bot.errors import JournalUnavailable
from bot.journal.known import keep, kept
from bot.journal.rows import moment
from bot.journal.statement import Connection
from bot.private import replace_own

BACKUP = "backup"  # the text of a copy that says of when it is
RECOVER = "python -m bot recover --restored"
IS_BACKUP = (
    "this journal is the backup of {at:%Y-%m-%d %H:%M:%S} UTC: run `{command}` first, "
    "so that nothing that was under way then is sent again"
)
MOVING = "moving"  # the text in a database that says what is moved into it, how far
IS_UNFINISHED = (
    "a journal is being moved into this database: run `python -m bot move` to its end"
)
WAS_MOVED = (
    "{file} was moved to {where}: let BOT_DATABASE_URL name that. What has happened "
    "since is not in this file; to go on with it all the same, delete {mark}"
)


def mark_backup(connection: Connection, at: int) -> None:
    """Say in a copy that it is one, of the moment *at* (UTC milliseconds)."""
    keep(connection, BACKUP, str(at))


def refuse_backup(connection: Connection) -> None:
    """Refuse a copy of which nobody has said that it is to be gone on with.

    Raises:
        JournalUnavailable: it is one.
    """
    if at := kept(connection, BACKUP):
        raise JournalUnavailable(is_backup(at))


def is_backup(at: str) -> str:
    """Return what is said of the copy that is of the moment *at*, as it is kept."""
    return IS_BACKUP.format(at=moment(int(at)), command=RECOVER)


def refuse_unfinished(connection: Connection) -> None:
    """Refuse a database into which a journal is being moved.

    Raises:
        JournalUnavailable: it is one.
    """
    if kept(connection, MOVING):
        raise JournalUnavailable(IS_UNFINISHED)


def mark_moved(file: Path, where: str) -> None:
    """Say beside *file* that the journal is at *where* now.

    Raises:
        OSError: it was not written.
    """
    replace_own(_beside(file), where.encode())


def moved_to(file: Path) -> str:
    """Return where the journal of *file* is now; empty if it is there."""
    mark = _beside(file)
    return mark.read_text() if mark.exists() else ""


def refuse_moved(file: Path) -> None:
    """Refuse a file that the journal was moved out of.

    Raises:
        JournalUnavailable: it is one.
    """
    if where := moved_to(file):
        sentence = WAS_MOVED.format(file=file, where=where, mark=_beside(file))
        raise JournalUnavailable(sentence)


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.moved")
