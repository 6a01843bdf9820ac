"""The trail without a key is kept as it is, and closed by a record with its head."""

import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from bot.journal import stored_trail
from bot.journal.anchors import Occasion
from bot.journal.audit import INSTALLATION
from bot.journal.audit_key import AuditKey
from bot.journal.migrate import make_engine, upgrade
from bot.journal.trail import AuditFiles
from tests.bot.journal.attacks import Disk, signed
from tests.bot.journal.revisions import inserted, unkeyed
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import opened
from tests.trials import audit_checker

pytestmark = pytest.mark.sqlite

COUNT = 4
CLOSED_AT = list(unkeyed(COUNT))[-1]["hash"]
NOTHING = "0" * 64


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


def judged(tmp_path):
    key = (tmp_path / "var/patchbay.audit.key").read_bytes()
    file = tmp_path / "var/patchbay.db"
    return audit_checker.check(file, key, tmp_path / "var/patchbay.db.anchors")


async def test_the_first_record_with_a_key_names_the_head_of_those_without(
    journal, url
):
    (first,) = await journal.audit.all(INSTALLATION)

    report = stored_trail.verified(url, AuditFiles())

    assert (first.action, first.why, first.digest) == (
        "audit.begun",
        "4 records without a key come before",
        CLOSED_AT,
    )
    assert (report.findings, report.unkeyed, report.count) == ((), COUNT, 1)


async def test_people_still_read_what_was_done_before(journal):
    await journal.audit.write(entry(9, team="T1"))

    read = await journal.audit.lately("T1", handle=None, user="")
    fewer = await journal.audit.lately("T1", handle="R7", user="UANA", limit=1)

    assert [one.number for one in read] == [1, 3, 1]
    assert [one.number for one in fewer] == [3]


async def test_every_chain_begins_after_the_head_of_those_without(
    journal, url, tmp_path, new
):
    await journal.accept(new(), audit=entry(1))  # in T
    for number in range(2):
        await journal.audit.write(entry(number, team="T1"))

    chains = {one: await journal.audit.all(one) for one in (INSTALLATION, "T", "T1")}

    assert [chains[one][0].previous for one in chains] == [CLOSED_AT] * 3
    assert chains["T1"][1].previous == chains["T1"][0].hash
    assert stored_trail.verified(url, AuditFiles()).findings == ()
    assert judged(tmp_path) == []


@pytest.fixture
async def former(url, tmp_path, clock):
    """Open a journal whose chains an earlier release began, after nothing."""
    (tmp_path / "var").mkdir(mode=0o700)
    file = tmp_path / "var/patchbay.db"
    file.touch(mode=0o600)
    engine = make_engine(url)
    upgrade(engine, "0006")
    with engine.begin() as connection:
        for row in unkeyed():
            connection.exec_driver_sql(inserted("audit", row))
    upgrade(engine, "0015")
    key = AuditFiles().made(file, os.urandom).key
    why = f"{COUNT} records without a key come before"
    begun = {"action": "audit.begun", "why": why, "digest": CLOSED_AT}
    with engine.begin() as connection:
        for chain, more in ((INSTALLATION, begun), ("T1", {})):
            record = signed(key, chain, 1, NOTHING, **more)
            head = {"chain": chain, "count": 1, "head": record["hash"]}
            connection.exec_driver_sql(inserted("audit", record))
            connection.exec_driver_sql(inserted("audit_heads", head))
    engine.dispose()
    opened_journal = await opened(url, clock)
    await opened_journal.trail.anchor(clock(), Occasion.START)
    yield opened_journal
    opened_journal.close()


async def test_chains_that_began_before_stay_as_they_are_and_new_ones_follow(
    former, url, tmp_path
):
    for team in ("T1", "T2"):
        await former.audit.write(entry(1, team=team))

    before, new = await former.audit.all("T1"), await former.audit.all("T2")

    assert [one.previous for one in before] == [NOTHING, before[0].hash]
    assert [one.previous for one in new] == [CLOSED_AT]
    assert stored_trail.verified(url, AuditFiles()).findings == ()
    assert judged(tmp_path) == []


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("previous", [NOTHING, "f" * 64])
def test_where_all_chains_began_after_the_head_none_begins_elsewhere(
    url, tmp_path, previous
):
    disk = Disk(tmp_path / "var", tmp_path, "patchbay")
    key = AuditKey((tmp_path / "var/patchbay.audit.key").read_bytes())
    record = signed(key, "T9", 1, previous)
    head = {"chain": "T9", "count": 1, "head": record["hash"]}
    with (
        closing(sqlite3.connect(disk.journal)) as guarded,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        guarded.execute(inserted("audit", record))
    disk.run(inserted("audit", record), inserted("audit_heads", head))

    (finding,) = stored_trail.verified(url, AuditFiles()).findings

    assert finding.what.startswith("T9: record 1 does not fit.")
    assert judged(tmp_path) == ["T9 1"]


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
    assert judged(tmp_path)


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
