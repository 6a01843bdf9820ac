"""What an open journal consists of, and how its database is opened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.config.kinds import is_server
from bot.errors import JournalUnavailable, NotReached
from bot.journal.lives import Life
from bot.journal.marks import refuse_backup, refuse_moved, refuse_unfinished
from bot.journal.migrate import VERSIONS, make_engine, newest, upgrade
from bot.journal.sqlite import tables
from bot.journal.sqlite.driver import Connection, Error, is_not_reached
from bot.journal.sqlite.files import Kept, claim, kept_for, spool_for
from bot.journal.sqlite.integrity import Integrity
from bot.journal.sqlite.look import Look
from bot.journal.sqlite.look import look as look_at_file
from bot.journal.sqlite.reserve import Reserve
from bot.journal.sqlite.spool import Spool
from bot.journal.sqlite.writer import Writer as FileWriter
from bot.journal.sqlite.writer import check, sqlite_file
from bot.journal.statement import Connection as AnyConnection
from bot.journal.statement import Writer, unavailable
from bot.journal.trail import (
    AuditFiles,
    Signed,
    begin,
    refuse_another_key,
    refuse_wrong_key,
)

NO_JOURNAL = "the database has no journal in it"
NO_DRIVER = "PostgreSQL needs a driver: pip install 'patchbay[postgres]' ({why})"


@dataclass(frozen=True, slots=True)
class Store:
    """What an open journal consists of; *life* is that of the run that has it open.

    *revision* is that of the tables before they were brought up to date.
    """

    writer: Writer
    kept: Kept
    lock: IO[str] | None
    spool: Spool
    signed: Signed
    integrity: Integrity
    life: Life
    revision: str

    def close(self) -> None:
        """Commit what has queued and let go of the database."""
        self.integrity.close()
        self.writer.close()
        if self.lock and not self.lock.closed:
            self.integrity.closed()
            self.lock.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a journal is opened: its clocks, chance, and what the settings say."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    seal_key: SecretStr | None
    audit: AuditFiles
    restored: bool = False  # it may be a backup that was put back

    def of(self, url: str) -> Store:
        """Open the database at *url*, made or brought up to date as need be.

        Raises:
            JournalUnavailable: it is another's, broken, newer, or not writable.
            SettingsError: a key that is set is not that of its file.
        """
        return self._of_server(url) if is_server(url) else self._of_file(url)

    def _of_file(self, url: str) -> Store:
        with ExitStack() as undo:
            try:
                file = sqlite_file(url)
                lock = undo.enter_context(claim(file))
                refuse_moved(file)
                integrity = Integrity(file)
                with closing(Connection(file)) as connection:
                    before = _brought_up(url, connection, integrity)
                    if not self.restored:
                        refuse_backup(connection)
                    refuse_wrong_key(connection, file, self.audit)
                    kept, signed = self._made(file, connection)
                    reserve = Reserve(file.with_name(f"{file.name}.reserve"))
                    reserve.kept()  # on a full disk it opens too, and nothing begins
                    room = reserve.spend, reserve.kept
                    faults = (lambda: integrity.fault), integrity.gone
                    writer = FileWriter(file, *room, *faults)
            except (Error, SQLAlchemyError, OSError, ImportError) as error:
                sentence = f"the journal does not open: {unavailable(error)}"
                raise JournalUnavailable(sentence) from None
            undo.pop_all()  # it is open: from here on, closing is `close`'s
        life, spool = self._born(writer, shared=False), spool_for(file)
        return Store(writer, kept, lock, spool, signed, integrity, life, before)

    def _of_server(self, url: str) -> Store:
        """Open the journal of a server, which others may have open.

        No file belongs to it: its keys are secrets of the environment, what could not
        be written is not spooled, and whether it is whole is the server's to know.
        """
        driver = _driver()
        from bot.journal.postgres import engine, tables  # noqa: PLC0415 - as there

        try:
            with ExitStack() as undo:
                with tables.brought_up(url) as before:
                    connection = undo.enter_context(closing(driver.Connection(url)))
                    refuse_unfinished(connection)
                    refuse_another_key(connection, self.audit.there(None))
                    kept, signed = self._made(None, connection)
                undo.pop_all()  # its threads have it from here on
        except (driver.Error, SQLAlchemyError) as error:
            sentence = f"the journal does not open: {unavailable(error)}"
            raise JournalUnavailable(sentence) from None
        writer = engine.Threads(
            url, lambda: self.random_bytes(1)[0] / 255, first=connection
        )
        spool, integrity = Spool(None), Integrity(None)
        life = self._born(writer, shared=True)
        return Store(writer, kept, None, spool, signed, integrity, life, before)

    def _born(self, writer: Writer, *, shared: bool) -> Life:
        """Return the life of the run that opens it, alone or *shared* with others."""
        return Life(
            writer,
            self.random_bytes(8).hex(),
            shared=shared,
            now=self.now,
            monotonic=self.monotonic,
            random_bytes=self.random_bytes,
        )

    def _made(
        self, file: Path | None, connection: AnyConnection
    ) -> tuple[Kept, Signed]:
        kept = kept_for(file, connection, self.seal_key, self.random_bytes)
        signed = self.audit.made(file, self.random_bytes)
        begin(connection, signed, self.now())
        return kept, signed


def migrated(url: str) -> str:
    """Bring a server's database up to date; return of which revision it was.

    Others may use it meanwhile, and others may want to do the same: one does.

    Raises:
        JournalUnavailable: that did not go, and the database is as it was.
    """
    driver = _driver()
    from bot.journal.postgres import tables  # noqa: PLC0415 - as there

    try:
        with tables.brought_up(url, migrates=True) as before:
            return before
    except (driver.Error, SQLAlchemyError) as error:
        raise JournalUnavailable(f"it is not migrated: {unavailable(error)}") from None


def look(url: str) -> Look:
    """Return how things are with the journal at *url*; nothing is made or changed."""
    if not is_server(url):
        return look_at_file(url)
    try:
        driver = _driver()
    except JournalUnavailable as error:
        return Look(None, str(error))
    try:
        from bot.journal.postgres.tables import fault_of  # noqa: PLC0415 - as there

        with closing(driver.Connection(url)) as connection:
            (name,) = connection.run("SELECT current_database()").one()
            if fault := fault_of(connection):
                return Look(None, f"{name}: {fault}")
    except driver.Error as error:
        return Look(None, str(unavailable(error)))
    return Look(None, name=name)


@contextmanager
def connected(url: str, *, reads: bool) -> Iterator[AnyConnection]:
    """Give a connection to the journal at *url*, in a transaction; it is there already.

    Raises:
        JournalUnavailable: it is not there, or what is there is no journal.
        NotReached: it cannot be read, or written, whatever is in it.
    """
    connection: Any
    is_far: Callable[[Exception], bool] = is_not_reached
    if is_server(url):
        driver = _driver()
        broken, connect = driver.Error, partial(driver.Connection, url)
        is_far = partial(_is_of, driver.NOT_REACHED)
        is_there = f"SELECT to_regclass('{VERSIONS}') IS NOT NULL"
    else:
        broken, connect = Error, partial(Connection, sqlite_file(url), reads=reads)
        is_there = f"SELECT count(*) FROM sqlite_master WHERE name = '{VERSIONS}'"  # noqa: S608 - our own
    try:
        with (
            closing(connect()) as connection,
            connection.reading() if reads else connection.writing(),
        ):
            if not connection.run(is_there).scalar():
                raise JournalUnavailable(NO_JOURNAL)
            yield connection
    except broken as error:
        if is_far(error):
            raise NotReached(str(unavailable(error))) from None
        raise unavailable(error) from None


def _is_of(kinds: tuple[type[Exception], ...], error: Exception) -> bool:
    return isinstance(error, kinds)


def _driver() -> Any:
    """Return PostgreSQL's driver.

    Raises:
        JournalUnavailable: it is not installed; the sentence says what is to be.
    """
    try:
        return import_module("bot.journal.postgres.driver")
    except ImportError as error:
        raise JournalUnavailable(NO_DRIVER.format(why=error)) from None


def _brought_up(url: str, connection: Connection, integrity: Integrity) -> str:
    """Make the tables, or bring them up to date; return of which revision they were."""
    before = tables.revision(connection)
    if not (integrity.is_proven or before == newest()):
        check(connection)  # else it is read through behind the first answers
    if not before:
        with make_engine(url).begin() as empty:
            tables.make(empty)
    elif before != newest():
        upgrade(make_engine(url))
    else:
        tables.guard(connection)
    return before
