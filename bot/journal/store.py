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
from bot.journal.migrate import is_newest, make_engine, upgrade
from bot.journal.sqlite.driver import Connection, Error
from bot.journal.sqlite.files import Kept, claim, kept_for, spool_for
from bot.journal.sqlite.integrity import Integrity
from bot.journal.sqlite.reserve import Reserve
from bot.journal.sqlite.spool import Spool
from bot.journal.sqlite.writer import Writer, check, sqlite_file, unavailable
from bot.journal.trail import AuditFiles, Signed, begin


@dataclass(frozen=True, slots=True)
class Store:
    """What an open journal consists of; *boot* names the run that has it open."""

    writer: Writer
    kept: Kept
    lock: IO[str]
    spool: Spool
    signed: Signed
    integrity: Integrity
    boot: str

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
                    kept, signed = self._made(url, file, connection, integrity)
                    reserve = Reserve(file.with_name(f"{file.name}.reserve"))
                    reserve.kept()  # on a full disk it opens too, and nothing begins
                    room = reserve.spend, reserve.kept
                    writer = Writer(file, *room, lambda: integrity.damage)
            except (Error, SQLAlchemyError, OSError, ImportError) as error:
                sentence = f"the journal does not open: {unavailable(error)}"
                raise JournalUnavailable(sentence) from None
            undo.pop_all()  # it is open: from here on, closing is `close`'s
        boot = self.random_bytes(8).hex()
        return Store(writer, kept, lock, spool_for(file), signed, integrity, boot)

    def _made(
        self, url: str, file: Path, connection: Connection, integrity: Integrity
    ) -> tuple[Kept, Signed]:
        engine = make_engine(url)
        if not (integrity.is_proven or is_newest(engine)):
            check(connection)  # else it is read through behind the first answers
        upgrade(engine)
        kept = kept_for(file, connection, self.seal_key, self.random_bytes)
        signed = self.audit.made(file, self.random_bytes)
        begin(connection, signed, self.now())
        return kept, signed
