"""The files beside the journal's own: its lock, its keys, its spool.

All of them are for their owner only, and so is what SQLite puts beside them: whoever
writes to them can have a relay stopped or started, and whoever reads them knows where
streams go.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple, cast

from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.seal import Ring, Seal
from bot.journal.sealed import miss, remember
from bot.journal.sqlite.handles import HandleMarks
from bot.journal.sqlite.keyring import FileKeys, Keys, SecretKeys, key_path
from bot.journal.sqlite.spool import Spool
from bot.journal.statement import Connection
from bot.private import check_file, check_folder, close_to_others, open_own

SPOOL_OF_REPLICAS = Path("var/patchbay")
# what others never read
KEPT = ("", "-wal", "-shm", "-journal", ".handles", ".spool", ".anchors", ".closed")
EMPTY = (".lock", ".reserve")  # nothing is in them
NO_KEYS = "BOT_SEAL_KEY is needed for a database of several replicas"


def claim(file: Path) -> IO[str]:
    """Lock the file's neighbour: a second process on one file would send twice.

    The file is made here, for its owner only, before SQLite gives its mode to others.

    Raises:
        JournalUnavailable: it is in use, or others can reach what it consists of; the
            text says what to do.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check(file)
        flags = os.O_RDWR | os.O_CREAT
        os.close(open_own(file, flags))
        lock = os.fdopen(open_own(_beside(file, ".lock"), flags), "r+")
    except OSError as error:
        why = f"{file}: {error.strerror}" if error.strerror else str(error)
        raise JournalUnavailable(why) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise JournalUnavailable(f"{file} is in use by another Patchbay") from None
    return lock


def _check(file: Path) -> None:
    """Refuse what others can reach; what is empty is closed to them."""
    check_folder(file.parent)
    for ending in EMPTY:
        close_to_others(_beside(file, ending))
    for ending in KEPT:
        check_file(_beside(file, ending))
    check_file(key_path(file))


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(f"{file.name}{ending}")


def spool_for(file: Path | None) -> Spool:
    """Keep the spool beside the journal, or where the journal would be."""
    return Spool(_beside(file or SPOOL_OF_REPLICAS, ".spool"))


def handles_for(file: Path | None, connection: Connection, ring: Ring) -> HandleMarks:
    """Remember the numbers of handles beside the journal; catch up with what is known.

    The journal is known again by the file itself and by its key *ring*.
    """
    marks = HandleMarks(file and _beside(file, ".handles"))
    if file:
        marks.catch_up(connection, file, key_path(file), follows=ring.follows)
    return marks


class Kept(NamedTuple):
    """What an open journal keeps beside its file: its keys, and numbers of handles."""

    seal: Seal
    keys: Keys
    marks: HandleMarks


def kept_for(
    file: Path | None,
    connection: Connection,
    secret: SecretStr | None,
    random_bytes: Callable[[int], bytes],
) -> Kept:
    """Seal with *secret*, or with a key ring beside the file; where it has none, a new.

    Raises:
        JournalUnavailable: there is neither, or it is no key ring.
        OSError: the ring cannot be read or written.
    """
    if secret is None and file is None:
        raise JournalUnavailable(NO_KEYS)
    keys = SecretKeys(secret) if secret else FileKeys(cast("Path", file), random_bytes)
    own = key_path(file) if file and not secret else None
    if own and not os.path.lexists(own):
        with connection.writing():
            remember(connection)
    with connection.writing():
        ring = keys.load(connection)
        if own:
            miss(connection, ring, own)
    marks = handles_for(file, connection, ring)
    if not ring.keys:
        with connection.writing():
            ring = keys.add(connection, ring)
    return Kept(Seal(ring, random_bytes), keys, marks)
