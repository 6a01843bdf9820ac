"""The trail without a key is kept as it is, and closed by a record with its head."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from bot.journal import stored_trail
from bot.journal.audit import INSTALLATION
from bot.journal.migrate import make_engine, upgrade
from bot.journal.trail import AuditFiles
from tests.bot.journal.revisions import inserted
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import opened
from tests.trials import audit_checker

pytestmark = pytest.mark.sqlite

NAMES = ("home", "channel", "action", "decision", "rule", "why", "app", "intent")
COUNT = 4


def unkeyed():
    """Yield rows as the releases before wrote them: one chain for all workspaces."""
    previous = "0" * 64
    for number in range(1, COUNT + 1):
        fields = {
            "number": number,
            "at": number,
            "team": f"T{number % 2}",
            "user": "UANA",
            **dict.fromkeys(NAMES, "x"),
            "decision": "allow",
            "handle": "R7",
            "digest": "d",
            "previous": previous,
        }
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(text.encode()).hexdigest()
        yield {**fields, "hash": previous}


@pytest.fixture
async def journal(url, tmp_path, clock):
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / "var/patchbay.db").touch(mode=0o600)
    engine = make_engine(url)
    upgrade(engine, "0006")
    with engine.begin() as connection:
        for row in unkeyed():
            connection.exec_driver_sql(inserted("audit", row))
    engine.dispose()
    opened_journal = await opened(url, clock)
    yield opened_journal
    opened_journal.close()


async def test_the_first_record_with_a_key_names_the_head_of_those_without(
    journal, url
):
    (first,) = await journal.audit.all(INSTALLATION)

    report = stored_trail.verified(url, AuditFiles())

    assert (first.action, first.why, first.digest) == (
        "audit.begun",
        "4 records without a key come before",
        list(unkeyed())[-1]["hash"],
    )
    assert (report.findings, report.unkeyed, report.count) == ((), COUNT, 1)


async def test_people_still_read_what_was_done_before(journal):
    await journal.audit.write(entry(9, team="T1"))

    read = await journal.audit.lately("T1", handle=None, user="")
    fewer = await journal.audit.lately("T1", handle="R7", user="UANA", limit=1)

    assert [one.number for one in read] == [1, 3, 1]
    assert [one.number for one in fewer] == [3]


CHANGES = {
    "changed": "UPDATE audit_unkeyed SET user = 'U9' WHERE number = 2",
    "cut off": "DELETE FROM audit_unkeyed WHERE number = 4",
    "its middle taken": "DELETE FROM audit_unkeyed WHERE number = 2",
    "its first taken": "DELETE FROM audit_unkeyed WHERE number = 1",
    "emptied": "DELETE FROM audit_unkeyed",
}


def disarmed(path, *statements):
    """Change the file at *path* after its guards were removed."""
    with closing(sqlite3.connect(path)) as file, file:
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in file.execute(names).fetchall():
            file.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            file.execute(statement)


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_of_what_was_closed_is_found(url, tmp_path, change):
    file = tmp_path / "var/patchbay.db"
    with (
        closing(sqlite3.connect(file)) as guarded,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        guarded.execute(CHANGES[change])
    disarmed(file, CHANGES[change])

    report = stored_trail.verified(url, AuditFiles())

    assert report.findings
    assert not report.can_be_settled
    key = (tmp_path / "var/patchbay.audit.key").read_bytes()
    assert audit_checker.check(file, key, tmp_path / "var/patchbay.db.anchors")


async def test_what_was_closed_and_is_rewritten_whole_is_not_what_was_closed(
    journal, url, tmp_path
):
    file = tmp_path / "var/patchbay.db"
    rows = list(unkeyed())[:2]
    disarmed(
        file,
        "DELETE FROM audit_unkeyed",
        *(inserted("audit_unkeyed", one) for one in rows),
    )

    (finding,) = stored_trail.verified(url, AuditFiles()).findings

    assert "is not the one that was closed: 4 records" in finding.what


async def test_a_copy_from_before_that_was_upgraded_again_is_found(
    journal, url, tmp_path, clock
):
    await journal.audit.write(entry(1))
    journal.close()
    copy = tmp_path / "var/copy.db"
    copy.touch(mode=0o600)
    engine = make_engine(f"sqlite:///{copy}")
    upgrade(engine, "0006")
    engine.dispose()
    for name in ("patchbay.db-wal", "patchbay.db-shm"):
        (tmp_path / "var" / name).unlink(missing_ok=True)
    shutil.copy(copy, tmp_path / "var/patchbay.db")
    clock.push(hours=1)

    again = await opened(url, clock)
    again.close()

    report = stored_trail.verified(url, AuditFiles())
    assert report.can_be_settled
    assert "installation: record 1 is not the one" in report.findings[0].what
