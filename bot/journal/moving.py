"""`python -m bot move`: opens both ends of a move, and lets the keys go along."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.config.kinds import SERVER, is_server, is_sound_server, shown_server
from bot.errors import JournalUnavailable
from bot.journal.anchors import Anchors
from bot.journal.audit_key import AuditKey
from bot.journal.known import kept
from bot.journal.marks import MOVING, mark_moved, refuse_backup, refuse_moved
from bot.journal.migrate import make_engine, newest, revision
from bot.journal.seal import Ring, Seal, as_secret, key_as_line, ring_of
from bot.journal.sqlite.driver import Connection, Error
from bot.journal.sqlite.files import claim, spool_for
from bot.journal.sqlite.keyring import FileKeys, SecretKeys, key_path
from bot.journal.sqlite.writer import sqlite_file
from bot.journal.statement import unavailable
from bot.journal.store import NO_DRIVER
from bot.journal.trail import AuditFiles, Signed, key_file
from bot.journal.transfer import Moved, Opens, Transfer
from bot.private import replace_own, why_refused

SEAL_KEY, AUDIT_KEY = "BOT_SEAL_KEY", "BOT_AUDIT_KEY"
WAYS = "a journal is moved from sqlite:///… to postgresql://…, and no other way"
IS_OLDER = (
    "{file} is at migration {there}, and this release has {here}: run "
    "`python -m bot migrate` with it first"
)
IS_SPOOLED = (
    "beside {file} lies how something ended that could not be written into it: start "
    "the bot with it once more, and stop it"
)
NO_KEY = "{file} has no key ring of this release: start the bot with it once more"
BROKEN_OFF = "it is not moved to its end; the same once more goes on with it: {why}"


class Settled(NamedTuple):
    """What has to be set, in *file*; None if it stays what the settings say."""

    name: str
    file: Path | None


class Done(NamedTuple):
    """What was moved, out of which *file*, and what has to be set."""

    moved: Moved
    file: Path
    keys: tuple[Settled, ...]


def move(
    source: str, target: str, seal_key: SecretStr | None, audit: AuditFiles
) -> Done:
    """Move the journal at the URL *source* to *target*; the same once more goes on.

    *seal_key*, a line for each key that opens, and *audit* are what the settings say
    of the source. It is left as it is, but does not open any more.

    Raises:
        JournalUnavailable: one of them does not let it, or it was broken off.
    """
    if is_server(source) or not is_server(target):
        raise JournalUnavailable(WAYS)
    if not is_sound_server(target):
        raise JournalUnavailable(f"the URL of the database: {SERVER}")
    file = sqlite_file(source)
    try:
        file.stat()
    except OSError as error:
        raise JournalUnavailable(why_refused(error)) from None
    with (
        claim(file),
        closing(Connection(file, reads=True)) as here,
        _server(target) as (there, fills),
    ):
        if kept(there, MOVING) is None:
            refuse_moved(file)
        _refuse_unready(source, file, here)
        opens, texts = opened_with(file, here, seal_key, audit)
        transfer = Transfer(here, there, *opens, fills)
        done = transfer.run()
        keys = tuple(_kept(file, name, text) for name, text in texts.items())
        mark_moved(file, shown_server(target))
        transfer.end()
    return Done(done, file, keys)


@contextmanager
def _server(target: str) -> Iterator[tuple[Any, Any]]:
    """Give a connection to the database, and what puts rows into it.

    Raises:
        JournalUnavailable: whatever breaks within, on either side.
    """
    try:
        from bot.journal.postgres import driver, filling, tables  # noqa: PLC0415 - a file needs no driver
    except ImportError as error:
        raise JournalUnavailable(NO_DRIVER.format(why=error)) from None
    broken = (driver.Error, driver.Unanswered, Error, SQLAlchemyError, OSError)
    try:
        with tables.brought_up(target):
            pass  # an empty one has its tables now
        with closing(driver.Connection(target)) as connection:
            yield connection, filling
    except broken as error:
        raise JournalUnavailable(BROKEN_OFF.format(why=unavailable(error))) from None


def _refuse_unready(source: str, file: Path, here: Connection) -> None:
    """Refuse a file that is not all there is, or not as this release has it.

    Raises:
        JournalUnavailable: it is not, and what to do.
    """
    there = revision(make_engine(source))
    if there != newest():
        sentence = IS_OLDER.format(file=file, there=there or "-", here=newest())
        raise JournalUnavailable(sentence)
    refuse_backup(here)
    if spool_for(file).left():
        raise JournalUnavailable(IS_SPOOLED.format(file=file))


def opened_with(
    file: Path, here: Connection, seal_key: SecretStr | None, audit: AuditFiles
) -> tuple[tuple[Opens, Opens], dict[str, str]]:
    """Return what both are opened with, and the texts of what is not set yet.

    What the second is opened with is made of these texts: so that is proven with it.

    Raises:
        JournalUnavailable: a key is not there, or is of a release before.
    """
    texts = {SEAL_KEY: "", AUDIT_KEY: ""}
    if seal_key:
        ring = ring_there = SecretKeys(seal_key).load(here)
    else:
        ring = _ring(file, here)
        texts[SEAL_KEY] = as_secret(ring)
        ring_there = ring_of(texts[SEAL_KEY])
    signed = audit.there(file)
    key = signed.key
    if audit.key is None:
        texts[AUDIT_KEY] = key_as_line(key_file(file).read_bytes())
        key = AuditKey.from_secret(SecretStr(texts[AUDIT_KEY]))
    here_with = Opens(signed, Seal(ring, bytes))
    there_with = Opens(Signed(key, Anchors(None, key)), Seal(ring_there, bytes))
    return (here_with, there_with), texts


def _ring(file: Path, here: Connection) -> Ring:
    """Return the key ring beside *file*, which is not made, nor changed.

    Raises:
        JournalUnavailable: there is none, or one of a release before.
    """
    ring = FileKeys(file, bytes).load(here) if key_path(file).exists() else Ring(())
    if not ring.keys:
        raise JournalUnavailable(NO_KEY.format(file=file))
    return ring


def _kept(file: Path, name: str, text: str) -> Settled:
    """Keep what has to be set in a file for its owner only: it is shown to nobody."""
    if not text:
        return Settled(name, None)
    beside = file.absolute().with_name(f"{file.name}.{name}")
    replace_own(beside, text.encode())
    return Settled(name, beside)
