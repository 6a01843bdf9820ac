"""What an open journal consists of, and how its file is opened."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import JournalUnavailable
from bot.journal.migrate import make_engine, newest, revision, upgrade
from bot.journal.restored import refuse_backup
from bot.journal.sqlite.driver import Connection, Error
from bot.journal.sqlite.files import Kept, claim, kept_for, spool_for
from bot.journal.sqlite.integrity import Integrity
from bot.journal.sqlite.reserve import Reserve
from bot.journal.sqlite.spool import Spool
from bot.journal.sqlite.writer import Writer, check, sqlite_file, unavailable
from bot.journal.trail import AuditFiles, Signed, begin


@dataclass(frozen=True, slots=True)
class Store:
    """What an open journal consists of; *boot* names the run that has it open.

    *revision* is that of the tables before they were brought up to date.
    """

    writer: Writer
    kept: Kept
    lock: IO[str]
    spool: Spool
    signed: Signed
    integrity: Integrity
    boot: str
    revision: str

    def close(self) -> None:
        """Commit what has queued and let go of the file."""
        self.integrity.close()
        self.writer.close()
        if not self.lock.closed:
            self.integrity.closed()
            self.lock.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a journal is opened: its clock, chance, and what the settings say."""

    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    seal_key: SecretStr | None
    audit: AuditFiles
    restored: bool = False  # it may be a backup that was put back

    def of(self, url: str) -> Store:
        """Open the file at *url*, made or brought up to date as need be.

        Raises:
            JournalUnavailable: it is another's, broken, newer, or not writable.
        """
        with ExitStack() as undo:
            try:
                file = sqlite_file(url)
                lock = undo.enter_context(claim(file))
                integrity = Integrity(file)
                with closing(Connection(file)) as connection:
                    before = _brought_up(url, connection, integrity)
                    if not self.restored:
                        refuse_backup(connection)
                    kept, signed = self._made(file, connection)
                    reserve = Reserve(file.with_name(f"{file.name}.reserve"))
                    reserve.kept()  # on a full disk it opens too, and nothing begins
                    room = reserve.spend, reserve.kept
                    writer = Writer(file, *room, lambda: integrity.damage)
            except (Error, SQLAlchemyError, OSError, ImportError) as error:
                sentence = f"the journal does not open: {unavailable(error)}"
                raise JournalUnavailable(sentence) from None
            undo.pop_all()  # it is open: from here on, closing is `close`'s
        boot = self.random_bytes(8).hex()
        spool = spool_for(file)
        return Store(writer, kept, lock, spool, signed, integrity, boot, before)

    def _made(self, file: Path, connection: Connection) -> tuple[Kept, Signed]:
        kept = kept_for(file, connection, self.seal_key, self.random_bytes)
        signed = self.audit.made(file, self.random_bytes)
        begin(connection, signed, self.now())
        return kept, signed


def _brought_up(url: str, connection: Connection, integrity: Integrity) -> str:
    """Bring the tables up to date; return of which revision they were."""
    engine = make_engine(url)
    before = revision(engine)
    if not (integrity.is_proven or before == newest()):
        check(connection)  # else it is read through behind the first answers
    upgrade(engine)
    return before
