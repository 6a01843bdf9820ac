"""The files beside the journal's own: its lock, its key, its spool."""

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import IO

from pydantic import SecretStr
from sqlalchemy import Engine

from bot.errors import JournalUnavailable
from bot.journal.seal import Seal
from bot.journal.sqlite.handles import HandleMarks
from bot.journal.sqlite.spool import Spool

SPOOL_OF_REPLICAS = Path("var/patchbay")


def claim(file: Path) -> IO[str]:
    """Lock the file's neighbour: a second process on one file would send twice.

    The file is made here, for its owner only, before SQLite gives its mode to others.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = file.with_name(f"{file.name}.lock").open("w")
        file.touch(mode=0o600)
        file.chmod(0o600)
    except OSError as error:
        raise JournalUnavailable(f"{file}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise JournalUnavailable(f"{file} is in use by another Patchbay") from None
    return lock


def spool_for(file: Path | None) -> Spool:
    """Keep the spool beside the journal, or where the journal would be."""
    beside = file or SPOOL_OF_REPLICAS
    return Spool(beside.with_name(f"{beside.name}.spool"))


def handles_for(file: Path | None, engine: Engine) -> HandleMarks:
    """Remember the numbers of handles beside the journal; catch up with what is known.

    The journal is known again by the file itself and by its key, which is made once.
    """
    marks = HandleMarks(file and file.with_name(f"{file.name}.handles"))
    if file:
        marks.catch_up(engine, file, file.with_suffix(".key"))
    return marks


def seal_for(
    file: Path | None, key: SecretStr | None, random_bytes: Callable[[int], bytes]
) -> Seal:
    """Seal with *key*, or with one of the file's own.

    Raises:
        JournalUnavailable: there is neither.
    """
    if key:
        return Seal.from_secret(key)
    if file:
        return Seal.from_file(file.with_suffix(".key"), random_bytes)
    raise JournalUnavailable(
        "BOT_SEAL_KEY is needed for a database of several replicas"
    )
