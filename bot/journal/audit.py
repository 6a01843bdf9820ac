"""Who did what, who was refused, and why: written once, never changed.

Each workspace has a chain of its own, and the installation has one: a record carries
the hash of the one before it in its chain, and its own is a MAC (see `audit_key`). The
first of a chain carries where the one chain of earlier releases was closed, if there
was one. How long a chain is, and its newest hash, stand in its head row, which the
database moves when it takes a record. What is changed, removed, slipped in or cut off
later is found by `trail`. IDs only: names change hands.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Integer, Table, bindparam, desc, func, select

from bot.ids import Handle, TeamId
from bot.journal.anchors import NOTHING_BEFORE, Head
from bot.journal.audit_key import AuditKey, canonical
from bot.journal.model import Asker, Intent
from bot.journal.rows import millis, moment
from bot.journal.schema_audit import audit, audit_heads, audit_unkeyed
from bot.journal.statement import Connection, Statement, Writer, inserted

INSTALLATION = "installation"  # the chain of what is no workspace's; no team's ID
LONGEST_WHY = 500

HEAD = select(audit_heads).where(audit_heads.c.chain == bindparam("chain_of"))
_HEAD = Statement(HEAD.with_for_update())  # SQLite has one writer at a time anyway
_WRITE = inserted(audit)
_LAST_NUMBER = select(func.max(audit_unkeyed.c.number)).scalar_subquery()
CLOSED_AT = select(audit_unkeyed.c.hash).where(audit_unkeyed.c.number == _LAST_NUMBER)
_CLOSED_AT = Statement(CLOSED_AT)
IN_ORDER = select(audit).order_by(audit.c.chain, audit.c.number)
OF_CHAIN = Statement(IN_ORDER.where(audit.c.chain == bindparam("chain")))
_OF_TEAMS = Statement(IN_ORDER.where(audit.c.chain != INSTALLATION))


@cache
def _lately(table: Table, *, handle: bool, user: bool) -> Statement:
    """Return the question for the newest records, of one thing or person if asked."""
    where = [table.c.team == bindparam("team")]
    if table is audit and not handle and not user:
        where = [audit.c.chain == bindparam("team")]
    if handle:
        where.append(table.c.handle == bindparam("handle"))
    if user:
        where.append(table.c.user == bindparam("user"))
    newest = select(table).where(*where).order_by(desc(table.c.number))
    return Statement(newest.limit(bindparam("limit", type_=Integer())))


class Decision(StrEnum):
    """What a record says: policy's answer, or what was done, and by whom."""

    ALLOWED = "allow"
    REFUSED = "deny"
    DID = "did"  # by hand
    SETTLED = "settled"  # by the machine, from what Tencent or time said
    NOTED = "noted"  # about the installation itself


class Cause(StrEnum):
    """What settles a thing without a person."""

    CALLBACK = "callback"  # Tencent told
    JOB = "job"  # time passed
    RECOVERY = "recovery"  # an earlier run of the bot left it


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
    """An entry as it was written; *number* counts from 1 in its *chain*."""

    chain: str
    number: int
    previous: str
    hash: str

    def as_json(self) -> str:
        """Return it as one line of the export."""
        return canonical(_plain(self))

    def fits(self, before: Head, key: AuditKey) -> bool:
        """Tell whether it was written after *before*, and with *key*."""
        covered = _plain(self)
        mac = covered.pop("hash")
        follows = Head(self.chain, self.number - 1, self.previous) == before
        return follows and key.signed(covered, mac)


def settled_entry(at: datetime, before: Intent, after: Intent, by: Cause) -> Entry:
    """Return the record that a thing went from one state to another by itself."""
    entry = Entry(
        at=at,
        team=before.asker.team,
        user="",
        home="",
        channel="",
        action="settle",
        decision=Decision.SETTLED,
        rule=by,
        why=f"{before.state} → {after.state}",
    )
    subject = after.subject
    return entry.about(subject.app, after.id, after.handle, after.digest)


def append(
    connection: Connection,
    key: AuditKey,
    entry: Entry,
    heads: dict[str, Head] | None = None,
) -> None:
    """Write *entry* as the next record of its chain, in the caller's transaction."""
    append_all(connection, key, (entry,), heads)


def head_of(connection: Connection, chain: str) -> Head:
    """Return where *chain* ends, by its head row."""
    row = connection.execute(_HEAD, {"chain_of": chain}).first()
    return head_in(row) if row else Head(chain, 0, closed_at(connection))


def closed_at(connection: Connection) -> str:
    """Return the hash that a chain begins after: the last that was without a key.

    Nothing is added to what was before there were keys, so it is the same for all.
    """
    hashed: str | None = connection.execute(_CLOSED_AT).scalar()
    return hashed or NOTHING_BEFORE


def head_in(row: Any) -> Head:
    """Read a row of `audit_heads`."""
    return Head(**row._asdict())


# ── what was written before there were keys ─────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class UnkeyedRecord(Entry):
    """A record of the one chain of all workspaces that releases before 0.2 wrote."""

    number: int
    previous: str
    hash: str

    def fits(self, before: Head) -> bool:
        """Tell whether it was written after *before*, as far as a bare hash tells."""
        covered = _plain(self)
        mac = covered.pop("hash")
        follows = Head("", self.number - 1, self.previous) == before
        return (
            follows and hashlib.sha256(canonical(covered).encode()).hexdigest() == mac
        )


class Audit:
    """The trail, as whoever writes it, or reads of it, sees it."""

    def __init__(self, writer: Writer, key: AuditKey) -> None:
        self._writer = writer
        self._key = key

    async def write(self, entry: Entry) -> None:
        """Write *entry* by itself.

        Raises:
            JournalUnavailable: it was not written.
        """
        await self._writer.write(lambda c: append(c, self._key, entry))

    async def all(self, chain: str | None = None) -> list[Record]:
        """Return every record of *chain*, or of all workspaces, oldest first."""

        def work(connection: Connection) -> list[Record]:
            which = OF_CHAIN if chain else _OF_TEAMS
            return [record_of(row) for row in connection.each(which, {"chain": chain})]

        return await self._writer.read(work, long=True)

    async def lately(
        self, team: TeamId, *, handle: Handle | None, user: str, limit: int = 15
    ) -> list[Entry]:
        """Return the newest records, of one thing or one person if given."""

        def work(connection: Connection) -> list[Entry]:
            newest: list[Entry] = []
            for table, read in ((audit, record_of), (audit_unkeyed, unkeyed_record_of)):
                query = _lately(table, handle=bool(handle), user=bool(user))
                left = limit - len(newest)
                asked = {"team": team, "handle": handle, "user": user, "limit": left}
                newest += map(read, connection.execute(query, asked))
            return newest

        return await self._writer.read(work)


def record_of(row: Any) -> Record:
    """Read a row of `audit`."""
    return Record(**_columns(row))


def unkeyed_record_of(row: Any) -> UnkeyedRecord:
    """Read a row of `audit_unkeyed`."""
    return UnkeyedRecord(**_columns(row))


def _columns(row: Any) -> dict[str, Any]:
    columns = row._asdict()
    columns["at"] = moment(columns["at"])
    return {**columns, "decision": Decision(columns["decision"])}


def _plain(entry: Entry) -> dict[str, Any]:
    """Return the fields of *entry* as they are covered: its time in milliseconds."""
    named = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    return {**named, "at": millis(entry.at)}


def _following(head: Head, key: AuditKey, entry: Entry) -> dict[str, Any]:
    """Return *entry* as the row that follows *head*."""
    fields = _plain(entry)
    fields |= {"why": entry.why[:LONGEST_WHY], "chain": head.chain}
    fields |= {"number": head.count + 1, "previous": head.head}
    return {**fields, "hash": key.sign(fields)}


def append_all(
    connection: Connection,
    key: AuditKey,
    entries: Iterable[Entry],
    heads: dict[str, Head] | None = None,
) -> None:
    """Write *entries* in turn, each as the next record of its chain.

    The heads are read once, unless *heads* has what this transaction read or wrote of
    them: nobody else writes in it. Triggers of the trail move each, record by record.
    """
    heads = {} if heads is None else heads
    rows = []
    for entry in entries:
        chain = entry.team or INSTALLATION
        head = heads.get(chain) or head_of(connection, chain)
        row = _following(head, key, entry)
        heads[chain] = Head(chain, row["number"], row["hash"])
        rows.append(row)
    if rows:
        connection.execute_many(_WRITE, rows)
