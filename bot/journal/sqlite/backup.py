"""A copy of a journal that a running bot may have open, by SQLite's own means.

`VACUUM INTO` copies what is committed as of one moment, in one transaction that keeps
nobody from writing: https://www.sqlite.org/lang_vacuum.html#vacuuminto. Copying the
file would leave out what stands in the log beside it.

The copy says that it is one. So it does not open before somebody has said that it was
put back, and nothing that was under way then leaves once more.

It is made in a folder of its own, beside, and gets its name when it is whole and says
so: whatever ends this before leaves nothing that could be taken for a copy.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing
from errno import EEXIST
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
    there = {key: keys[key] for key in filter(Path.exists, keys)}
    folder = copy.absolute().parent
    try:
        check_folder(folder)
        for name in (copy, *there.values()):
            _refuse_what_is_there(name)
        with tempfile.TemporaryDirectory(prefix=f".{copy.name}.", dir=folder) as beside:
            _name(_made(journal, there, copy, Path(beside), at))
    except (Error, OSError, JournalUnavailable) as error:
        raise _refusal(error) from None
    return [copy, *there.values()]


def _made(
    journal: Path, keys: Mapping[Path, Path], copy: Path, beside: Path, at: int
) -> dict[Path, Path]:
    """Make the copy and its keys in *beside*; return which is to have which name.

    The copy is the last of them: where it is, all is.
    """
    named = {}
    for key, name in keys.items():
        named[beside / name.name] = name
        _add(beside / name.name)
        shutil.copyfile(key, beside / name.name)
    named[beside / copy.name] = copy
    _add(beside / copy.name)
    _copy(journal, beside / copy.name, at)
    for file in named:
        _sync(file)
    return named


def _name(made: Mapping[Path, Path]) -> None:
    """Give each of what was *made* its name, or none of them."""
    begun: list[Path] = []
    try:
        for file, name in made.items():
            _refuse_what_is_there(name)
            begun.append(name)
            file.rename(name)
        sync_folder(name.absolute().parent)
    except BaseException:
        for name in begun:
            name.unlink(missing_ok=True)
        raise


def _refuse_what_is_there(name: Path) -> None:
    if os.path.lexists(name):
        raise FileExistsError(EEXIST, os.strerror(EEXIST), str(name))


def _refusal(error: Exception) -> JournalUnavailable:
    """Return why nothing was copied, in a sentence."""
    if isinstance(error, OSError):
        return JournalUnavailable(why_refused(error))
    return error if isinstance(error, JournalUnavailable) else unavailable(error)


def _add(file: Path) -> None:
    """Make *file*, empty and for its owner only, where none is."""
    os.close(open_own(file, ADDED))


def _copy(journal: Path, copy: Path, at: int) -> None:
    with closing(Connection(journal)) as source, source.heeding_signals():
        source.run("VACUUM INTO ?", (str(copy),))  # one that only reads may not
    with closing(Connection(copy)) as made, made.heeding_signals():
        with made.writing():
            mark_backup(made, at)
        check(made)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
