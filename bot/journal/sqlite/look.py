"""Looks at a journal's files without opening it: beside a bot, or before the first."""

import fcntl
import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import JournalUnavailable
from bot.journal.marks import BACKUP, is_backup, refuse_moved
from bot.journal.schema import texts
from bot.journal.schema_audit import audit_heads
from bot.journal.sealed import LOST, SEALED
from bot.journal.sqlite.files import KEPT
from bot.journal.sqlite.keyring import key_path
from bot.journal.sqlite.writer import sqlite_file
from bot.journal.statement import unavailable
from bot.journal.trail import key_file
from bot.private import check_file, check_folder

_MARK = f"SELECT value FROM {texts.name} WHERE name = '{BACKUP}'"  # noqa: S608 - our own
_LOST = f"SELECT 1 FROM {texts.name} WHERE name = '{LOST}'"  # noqa: S608 - our own
_BEGUN = f"SELECT 1 FROM {audit_heads.name} LIMIT 1"  # noqa: S608 - our own
_ANY_SEALED = [
    f"SELECT 1 FROM {table.name} WHERE [{column.name}] IS NOT NULL LIMIT 1"  # noqa: S608 - our own
    for table, columns in SEALED.items()
    for column in columns
]
MAGIC = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat2.html


@dataclass(frozen=True, slots=True)
class Look:
    """What a URL names, why it would not open, and whether a bot has it to itself.

    *file* is None for a server's database, of which the *name* is there. *keyless*:
    something is sealed with a key that is not, or was not, in the file beside it.
    *unsigned*: there is an audit trail, and beside it no key to go on with it.
    """

    file: Path | None
    fault: str = ""
    in_use: bool = False
    name: str = ""
    keyless: bool = False
    unsigned: bool = False


def look(url: str) -> Look:
    """Return how things are with the journal at *url*; nothing is made or changed."""
    try:
        file = sqlite_file(url)
    except JournalUnavailable as error:
        return Look(None, str(error))
    try:
        return _looked_at(file)
    except JournalUnavailable as error:
        return Look(file, str(error))
    except sqlite3.Error as error:
        return Look(file, str(unavailable(error)))
    except OSError as error:
        why = f"{file}: {error.strerror}" if error.strerror else str(error)
        return Look(file, why)


def _looked_at(file: Path) -> Look:
    if fault := _fault(file):
        return Look(file, fault)
    in_use = _in_use(file)
    if not file.exists():
        return Look(file, in_use=in_use)
    how = "mode=ro" if in_use else "immutable=1"
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True)) as db:
        return Look(
            file,
            fault="" if in_use else _mark(file, db),
            in_use=in_use,
            keyless=_is_keyless(file, db),
            unsigned=_is_unsigned(file, db),
        )


def _fault(file: Path) -> str:
    there = next(one for one in file.absolute().parents if one.exists())
    if not there.is_dir():
        return f"{there} is a file, and no folder"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"the folder {there} may not be written to by this user"
    if file.is_dir():
        return f"{file} is a folder, and no file"
    if not file.exists():
        return ""
    check_folder(file.parent)
    for one in (*(file.with_name(f"{file.name}{end}") for end in KEPT), key_path(file)):
        check_file(one)
    refuse_moved(file)
    with file.open("rb") as opened:
        begins = opened.read(len(MAGIC))
    return f"{file} is no database of SQLite's" if begins not in {b"", MAGIC} else ""


def _mark(file: Path, opened: sqlite3.Connection) -> str:
    """Return what is said of *file* if it is a backup that was put back; else nothing.

    A copy has no log beside it, and is read as it is: a journal that was not closed
    has, and has been opened since.
    """
    if file.with_name(f"{file.name}-wal").exists():
        return ""
    row = _answered(opened, _MARK)
    return is_backup(row[0]) if row else ""


def _is_keyless(file: Path, opened: sqlite3.Connection) -> bool:
    """Tell whether something is sealed with a key that is missing.

    What a bot that was killed has left in its log is not: the next start tells it.
    """
    questions = [_LOST] if key_path(file).exists() else [_LOST, *_ANY_SEALED]
    return any(_answered(opened, question) for question in questions)


def _is_unsigned(file: Path, opened: sqlite3.Connection) -> bool:
    """Tell whether an audit trail has begun, and its key is not beside *file*."""
    return not key_file(file).exists() and _answered(opened, _BEGUN) is not None


def _answered(opened: sqlite3.Connection, question: str) -> Any:
    """Return the row that answers *question*, if one does and there is that table."""
    with suppress(sqlite3.OperationalError):  # of a release before, or of nobody
        return opened.execute(question).fetchone()
    return None


def _in_use(file: Path) -> bool:
    lock = file.with_name(f"{file.name}.lock")
    if not lock.exists():
        return False
    with lock.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(opened, fcntl.LOCK_UN)
    return False
