"""The audit trail of an open journal: begun, examined, and anchored as it grows."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog
from pydantic import SecretStr
from sqlalchemy import select

from bot.errors import JournalUnavailable, SettingsError
from bot.i18n import _
from bot.journal.anchors import NOTHING_BEFORE, Anchors, Head, Occasion
from bot.journal.audit import (
    INSTALLATION,
    Decision,
    Entry,
    Record,
    append,
    head_in,
    head_of,
)
from bot.journal.audit_key import AuditKey
from bot.journal.examination import (
    ANCHORED,
    BEGUN,
    HEADS,
    Examination,
    Finding,
    Report,
    closing,
)
from bot.journal.known import keep
from bot.journal.lives import any_alive
from bot.journal.rows import millis
from bot.journal.schema_audit import audit_unkeyed
from bot.journal.statement import Connection, Statement, Writer

_LAST_UNKEYED = Statement(
    select(audit_unkeyed).order_by(audit_unkeyed.c.number.desc()).limit(1)
)

log = structlog.get_logger(__name__)

REPLICAS = Path("var/patchbay")  # beside which the files lie of who shares a database


ANOTHER_KEY = (
    "BOT_AUDIT_KEY is another key than that with which the audit trail in the database "
    "is signed; it is the same for all bots, and kept for good"
)
ANOTHER_THAN_BESIDE = (
    "BOT_AUDIT_KEY is another key than {file}, with which the audit trail is signed, "
    "and which is kept for good: leave BOT_AUDIT_KEY out"
)
NO_KEY = (
    "the key with which the audit trail is signed is not there: neither is "
    "BOT_AUDIT_KEY set, nor is there {file}. Set it, or put the file back. If it is "
    "lost, set BOT_AUDIT_KEY to a new one: what was recorded so far can then not be "
    "verified any more"
)


class Signed(NamedTuple):
    """What records are signed with, and where their heads are anchored."""

    key: AuditKey
    anchors: Anchors


@dataclass(frozen=True, slots=True)
class AuditFiles:
    """What the settings say of the trail: a *key*, and a place for the *anchors*."""

    key: SecretStr | None = None
    anchors: Path | None = None

    def made(self, file: Path | None, random_bytes: Callable[[int], bytes]) -> Signed:
        """Return what the journal in *file* is signed with, made on first use.

        Raises:
            JournalUnavailable: there is no key, or others can read its file.
        """
        if file and not self.key:
            key = AuditKey.made(key_file(file), random_bytes)
            return Signed(key, self._anchors(file, key))
        return self.there(file)

    def there(self, file: Path | None) -> Signed:
        """Return what the journal in *file* was signed with.

        Raises:
            JournalUnavailable: there is no key, or others can read its file.
        """
        if self.key:
            key = AuditKey.from_secret(self.key)
        elif file:
            key = AuditKey.from_file(key_file(file))
        else:
            needed = "BOT_AUDIT_KEY is needed for a database of several replicas"
            raise JournalUnavailable(needed)
        return Signed(key, self._anchors(file, key))

    def _anchors(self, file: Path | None, key: AuditKey) -> Anchors:
        """Return the anchors: of a server, each bot has its own, if any."""
        beside = file.with_name(f"{file.name}.anchors") if file else None
        return Anchors(self.anchors or beside, key, is_named=file is not None)


BESIDE = AuditFiles()  # the journal


def key_file(file: Path) -> Path:
    """Return where the key lies that the journal in *file* made for its trail."""
    return file.with_suffix(".audit.key")


class Trail:
    """The trail of an open journal: examined, and anchored as it grows."""

    def __init__(self, writer: Writer, key: AuditKey, anchors: Anchors) -> None:
        self._writer = writer
        self._key = key
        self._anchors = anchors
        self._anchored: dict[str, Head] = {}  # by this process

    async def report(self, *, deep: bool, chain: str | None = None) -> Report:
        """Return whether it is whole; of *chain* alone, if given.

        Raises:
            JournalUnavailable: it cannot be read.
        """

        def work(connection: Connection) -> Report:
            one = Examination(connection, self._anchors, self._key, chain)
            return one.report(deep=deep)

        return await self._writer.read(work, long=True)

    async def anchor(self, at: datetime, occasion: Occasion) -> list[Finding]:
        """Write the heads that have moved into the anchors file, if any have.

        At a start, a stop and every hour all of them are told in the log, too: that is
        kept elsewhere. Returns what shrank, or was exchanged, since this process
        anchored last.

        Raises:
            JournalUnavailable: the journal cannot be read, or the file not written.
        """

        def work(connection: Connection) -> tuple[list[Head], list[Finding]]:
            heads = [head_in(row) for row in connection.execute(HEADS)]
            if occasion is not Occasion.GROWN:
                ends[:] = heads
            shrunk = self._shrunk(connection)
            moved = [one for one in heads if self._anchored.get(one.chain) != one]
            if occasion is not Occasion.GROWN and not moved:
                moved = [one for one in heads if one.chain == INSTALLATION]
            if moved:
                line = self._anchors.append(moved, millis(at), occasion)
                if self._anchors.is_named:
                    named.append(line.mac)
            return moved, shrunk

        named: list[str] = []
        ends: list[Head] = []
        moved, shrunk = await self._writer.read(work, long=True)
        self._anchored |= {one.chain: one for one in moved}
        for one in ends:
            facts = {"chain": one.chain, "records": one.count, "hash": one.head}
            log.info("audit.anchor", occasion=occasion.value, **facts)
        if named:
            await self._writer.write(lambda c: name_line(c, named[-1], millis(at)))
        return shrunk

    def _shrunk(self, connection: Connection) -> list[Finding]:
        examined = Examination(connection, self._anchors, self._key)
        findings = []
        for anchored in self._anchored.values():
            one = examined.one(anchored.chain, anchored.count)
            if one is None or one.hash != anchored.head:
                sentence = _(
                    "{chain}: record {n}, which was written in this run, is not there "
                    "any more, or another one is."
                )
                what = sentence.format(chain=anchored.chain, n=anchored.count)
                findings.append(Finding(what, restored=True))
        return findings


def name_line(connection: Connection, mac: str, at: int) -> None:
    """Note in the journal which line of the anchors file is the newest."""
    keep(connection, ANCHORED, mac, at)


def refuse_another_key(connection: Connection, signed: Signed) -> None:
    """Refuse a key with which neither end of the installation's chain is signed.

    Others write to that chain: a record that they cannot verify breaks it for good. So
    it is refused while any of them is alive; a key that was lost keeps no bot away.

    Raises:
        JournalUnavailable: it is another key.
    """
    with connection.writing():
        if not any_alive(connection):
            return
        records = _ends(connection, signed)
    if records and not _signs(signed.key, records):
        raise JournalUnavailable(ANOTHER_KEY)


def refuse_wrong_key(connection: Connection, file: Path, audit: AuditFiles) -> None:
    """Refuse to go on with the trail in *file* by a key that would break it for good.

    That is a key of the settings while the one beside *file* fits, and it does not; or
    one made anew, where there is neither.

    Raises:
        SettingsError: so it is.
    """
    beside = key_file(file)
    if audit.key and beside.exists():
        _refuse_another_than(beside, connection, audit.there(file))
    elif not audit.key and not os.path.lexists(beside):
        with connection.writing():
            is_begun = head_of(connection, INSTALLATION).count > 0
        if is_begun:
            raise SettingsError(NO_KEY.format(file=beside))


def _refuse_another_than(beside: Path, connection: Connection, signed: Signed) -> None:
    with suppress(JournalUnavailable):  # none that could be used any more
        own = AuditKey.from_file(beside)
        with connection.writing():
            records = _ends(connection, signed)
        if _signs(own, records) and not _signs(signed.key, records):
            raise SettingsError(ANOTHER_THAN_BESIDE.format(file=beside))


def _ends(connection: Connection, signed: Signed) -> list[Record]:
    """Return the first and the newest record of the installation's chain."""
    examined = Examination(connection, signed.anchors, signed.key)
    count = head_of(connection, INSTALLATION).count
    ends = [examined.one(INSTALLATION, number) for number in (1, count)]
    return [one for one in ends if one]


def _signs(key: AuditKey, records: list[Record]) -> bool:
    """Tell whether one of *records* is signed with *key*."""
    befores = [Head(one.chain, one.number - 1, one.previous) for one in records]
    pairs = zip(records, befores, strict=True)
    return any(one.fits(before, key) for one, before in pairs)


def begin(connection: Connection, signed: Signed, at: datetime) -> None:
    """Begin the installation's chain, once, and anchor it.

    Its first record says how long the trail without a key is, and so closes that.
    """
    with connection.writing():
        if head_of(connection, INSTALLATION).count:
            return
        before = Head("", 0, NOTHING_BEFORE)
        if row := connection.execute(_LAST_UNKEYED).first():
            before = Head("", row.number, row.hash)
        why, digest = closing(before)
        append(connection, signed.key, noted(at, BEGUN, why=why, digest=digest))
    try:
        with connection.writing():
            heads = [head_of(connection, INSTALLATION)]
            line = signed.anchors.append(heads, millis(at), Occasion.START)
            if signed.anchors.is_named:
                name_line(connection, line.mac, millis(at))
    except JournalUnavailable as error:  # what runs can be stopped all the same
        log.critical("audit.unanchored", why=str(error))


def noted(
    at: datetime,
    action: str,
    *,
    why: str = "",
    rule: str = "",
    digest: str = "",
    user: str = "",
) -> Entry:
    """Return a record of the installation's chain."""
    return Entry(
        at=at,
        team="",
        user=user,
        home="",
        channel="",
        action=action,
        decision=Decision.NOTED,
        rule=rule,
        why=why,
        digest=digest,
    )
