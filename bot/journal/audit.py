"""Who did what, who was refused, and why: written once, never changed.

Each record carries the hash of the one before it, so that a record changed, removed
or slipped in later is found by `broken_at`. What is cut off at the end is found by
whoever kept the hash of an earlier export. IDs only: names change hands.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, desc, insert, select
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import JournalUnavailable
from bot.ids import Handle, TeamId
from bot.journal.model import Asker
from bot.journal.rows import millis, moment
from bot.journal.schema import audit
from bot.journal.sqlite.writer import Writer, make_engine, sqlite_file, unavailable

NOTHING_BEFORE = "0" * 64
LONGEST_WHY = 500

_LAST = select(audit.c.number, audit.c.hash).order_by(desc(audit.c.number)).limit(1)
_ALL = select(audit).order_by(audit.c.number)
_WRITE = insert(audit)


class Decision(StrEnum):
    """What a record says: policy's answer, or that somebody did it by hand."""

    ALLOWED = "allow"
    REFUSED = "deny"
    DID = "did"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A decision, or something that somebody did by hand.

    *action* is what a rule calls it (`relay.start`), *digest* that of the request:
    what was allowed can be proved later.
    """

    at: datetime
    team: str
    user: str
    home: str
    channel: str
    action: str
    decision: Decision
    rule: str = ""
    why: str = ""
    app: str = ""
    intent: str = ""
    handle: str = ""
    digest: str = ""

    @classmethod
    def by(
        cls,
        asker: Asker,
        at: datetime,
        decision: Decision,
        action: str,
        *,
        rule: str,
        why: str = "",
    ) -> "Entry":
        """Return the record that *action* of *asker* was decided so."""
        return Entry(
            at=at,
            team=asker.team,
            user=asker.user,
            home=asker.home,
            channel=asker.channel,
            action=action,
            decision=decision,
            rule=rule,
            why=why,
        )

    def about(self, app: str, intent: str, handle: str, digest: str) -> "Entry":
        """Return it as being about an intent and its app."""
        return replace(self, app=app, intent=intent, handle=handle, digest=digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Entry):
    """An entry as it was written; *number* counts from 1 without a gap."""

    number: int
    previous: str
    hash: str

    def as_json(self) -> str:
        """Return it as one line of the export."""
        return _canonical(asdict(self))


def append(connection: Connection, entry: Entry) -> None:
    """Write *entry* as the next record, inside the caller's transaction."""
    last = connection.execute(_LAST).first()
    number, previous = (last.number + 1, last.hash) if last else (1, NOTHING_BEFORE)
    fields = {**asdict(entry), "why": entry.why[:LONGEST_WHY], "number": number}
    fields["previous"] = previous
    row = {**fields, "at": millis(entry.at), "hash": _hash(fields)}
    connection.execute(_WRITE, row)


def stored(url: str) -> list[Record]:
    """Read the trail of the journal at *url*, which a running bot may have open.

    Raises:
        JournalUnavailable: there is none, or it cannot be read.
    """
    file = sqlite_file(url)
    if file and not file.exists():
        raise JournalUnavailable(f"{file} is not there")
    engine = make_engine(url, reads=True)
    try:
        with engine.connect() as connection:
            return _records(connection, query=_ALL)
    except SQLAlchemyError as error:
        raise unavailable(error) from None
    finally:
        engine.dispose()


def broken_at(records: Iterable[Record]) -> int | None:
    """Return the number of the first record that does not fit, or None."""
    previous = NOTHING_BEFORE
    for number, record in enumerate(records, 1):
        fits = (record.number, record.previous) == (number, previous)
        fields = asdict(record)
        if not fits or fields.pop("hash") != _hash(fields):
            return number
        previous = record.hash
    return None


class Audit:
    """The trail, as whoever reads it sees it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def write(self, entry: Entry) -> None:
        """Write *entry* by itself.

        Raises:
            JournalUnavailable: it was not written.
        """
        await self._writer.write(lambda connection: append(connection, entry))

    async def all(self) -> list[Record]:
        """Return every record, oldest first."""
        return await self._writer.read(partial(_records, query=_ALL), long=True)

    async def lately(
        self, team: TeamId, *, handle: Handle | None, user: str, limit: int = 15
    ) -> list[Record]:
        """Return the newest records, of one thing or one person if given."""
        query = select(audit).where(audit.c.team == team)
        if handle:
            query = query.where(audit.c.handle == handle)
        if user:
            query = query.where(audit.c.user == user)
        newest = query.order_by(desc(audit.c.number)).limit(limit)
        return await self._writer.read(partial(_records, query=newest))


def _records(connection: Connection, query: Select[Any]) -> list[Record]:
    return [_record(row) for row in connection.execute(query)]


def _record(row: Row[Any]) -> Record:
    columns = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    columns["at"] = moment(columns["at"])
    return Record(**{**columns, "decision": Decision(columns["decision"])})


def _hash(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(fields).encode()).hexdigest()


def _canonical(fields: Mapping[str, Any]) -> str:
    """One way to write a record down, whatever wrote it: sorted, UTC milliseconds."""
    plain = {**fields, "at": millis(fields["at"])}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))
