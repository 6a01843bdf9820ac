"""The audit trail of a stored journal, which a running bot may have open."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import String, bindparam, select, union_all

from bot.config.kinds import is_server
from bot.errors import JournalUnavailable, NotReached
from bot.i18n import _
from bot.journal.anchors import Occasion
from bot.journal.audit import append, head_in
from bot.journal.examination import HEADS, SETTLED, Examination, Finding, Report
from bot.journal.known import kept
from bot.journal.marks import BACKUP
from bot.journal.rows import millis
from bot.journal.schema_audit import audit, audit_unkeyed
from bot.journal.sqlite.writer import sqlite_file
from bot.journal.statement import Connection, Statement
from bot.journal.store import connected
from bot.journal.trail import AuditFiles, Signed, name_line, noted

NOT_READ = "the journal cannot be read, so nothing is known of its trail: {why}"
_of = bindparam("of", type_=String)
_HAS = Statement(
    union_all(
        *(
            select(table.c.number).where(table.c.hash == _of)
            for table in (audit, audit_unkeyed)
        )
    ).limit(1)
)


def verified(url: str, files: AuditFiles) -> Report:
    """Read the whole trail of the journal at *url*, and return what is wrong.

    A copy that `backup` made has no anchors beside it, which is not wrong.

    Raises:
        JournalUnavailable: there never was one, as far as is known, there is no key,
            or the journal cannot be read, by which nothing is known of it.
    """
    signed = _signed(url, files)
    try:
        _is_there(url)
        with connected(url, reads=True) as connection:
            copied = int(kept(connection, BACKUP) or 0)
            parts = (connection, signed.anchors, signed.key)
            return Examination(*parts, copied_at=copied).report(deep=True)
    except NotReached as error:
        raise NotReached(NOT_READ.format(why=error)) from None
    except JournalUnavailable as error:
        lines, _broken = signed.anchors.read()
        if not lines:
            raise
        sentence = _(
            "There was an audit trail (anchor {line}), and there is none: {why}."
        )
        what = sentence.format(line=lines[-1].line, why=error)
        return Report(heads=(), findings=(Finding(what),), anchored=lines[-1])


def has(url: str, digest: str) -> bool:
    """Tell whether a record with the hash *digest* is in the trail.

    Raises:
        JournalUnavailable: it cannot be read.
    """
    with connected(url, reads=True) as connection:
        return connection.execute(_HAS, {"of": digest}).first() is not None


def settle(
    url: str, files: AuditFiles, *, reason: str, by: str, now: datetime
) -> Report:
    """Let the trail go on from where a restored journal is; return what was wrong.

    That *by* did so, and for which *reason*, is a record; the anchors file is put
    aside, and a new one begins. If nothing is wrong, or what no restore explains,
    nothing is done.

    Raises:
        JournalUnavailable: it cannot be read or written, or there is no key.
    """
    report = verified(url, files)
    if not report.can_be_settled:
        return report
    signed = _signed(url, files)
    rule = f"{len(report.findings)} findings"
    entry = noted(now, SETTLED, why=reason, rule=rule, user=by)
    with connected(url, reads=False) as connection:
        append(connection, signed.key, entry)
    signed.anchors.set_aside(millis(now))
    with connected(url, reads=False) as connection:
        _anchor(connection, signed, now)
    return report


def _anchor(connection: Connection, signed: Signed, now: datetime) -> None:
    heads = [head_in(row) for row in connection.execute(HEADS)]
    line = signed.anchors.append(heads, millis(now), Occasion.SETTLED)
    if signed.anchors.is_named:
        name_line(connection, line.mac, millis(now))


def _signed(url: str, files: AuditFiles) -> Signed:
    """Return the key and the anchors; of what is missing, the journal is named first.

    A journal that is gone, and whose key is there, is not missing: it was removed.
    """
    try:
        return files.there(_place(url))
    except JournalUnavailable:
        _is_there(url)
        raise


def _place(url: str) -> Path | None:
    """Return the file that *url* names, or None for a server's database."""
    return None if is_server(url) else sqlite_file(url)


def _is_there(url: str) -> None:
    file = _place(url)
    if file and not file.exists():
        raise JournalUnavailable(f"{file} is not there")
