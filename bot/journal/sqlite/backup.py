"""A copy of a journal that a running bot may have open, by SQLite's own means.

`VACUUM INTO` copies what is committed as of one moment, in one transaction that keeps
nobody from writing: https://www.sqlite.org/lang_vacuum.html#vacuuminto. Copying the
file would leave out what stands in the log beside it.

The copy says that it is one. So it does not open before somebody has said that it was
put back, and nothing that was under way then leaves once more.
"""

import os
import shutil
from contextlib import closing
from pathlib import Path

from bot.errors import JournalUnavailable
from bot.journal.marks import mark_backup
from bot.journal.sqlite.driver import Connection, Error
from bot.journal.sqlite.keyring import key_path
from bot.journal.sqlite.writer import check
from bot.journal.statement import unavailable
from bot.journal.trail import key_file
from bot.private import check_folder, open_own, sync_folder, why_refused

ADDED = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def backed_up(journal: Path, copy: Path, at: int) -> list[Path]:
    """Copy *journal* to *copy*, as of *at*, with its keys beside it; return the files.

    Raises:
        JournalUnavailable: there is no journal, the copy is there already, others can
            reach it, or it is not whole.
    """
    if not journal.exists():
        raise JournalUnavailable(f"{journal} is not there")
    keys = {key_path(journal): key_path(copy), key_file(journal): key_file(copy)}
    made: list[Path] = []
    try:
        check_folder(copy.absolute().parent)
        _add(copy, made)
        _copy(journal, copy, at)
        for key in filter(Path.exists, keys):
            _add(keys[key], made)
            shutil.copyfile(key, keys[key])
        for file in made:
            _sync(file)
        sync_folder(copy.absolute().parent)
    except (Error, OSError, JournalUnavailable) as error:
        for file in made:
            file.unlink(missing_ok=True)
        raise _refusal(error) from None
    return made


def _refusal(error: Exception) -> JournalUnavailable:
    """Return why nothing was copied, in a sentence."""
    if isinstance(error, OSError):
        return JournalUnavailable(why_refused(error))
    return error if isinstance(error, JournalUnavailable) else unavailable(error)


def _add(file: Path, made: list[Path]) -> None:
    """Make *file*, empty and for its owner only, where none is."""
    os.close(open_own(file, ADDED))
    made.append(file)


def _copy(journal: Path, copy: Path, at: int) -> None:
    with closing(Connection(journal)) as source:  # one that only reads may not
        source.run("VACUUM INTO ?", (str(copy),))
    with closing(Connection(copy)) as made:
        with made.writing():
            mark_backup(made, at)
        check(made)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
