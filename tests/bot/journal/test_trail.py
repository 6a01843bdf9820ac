"""Whoever changes the trail without its key is found out: every attack, every chain."""

import asyncio
import shutil

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.errors import SettingsError
from bot.ids import SlackUserId
from bot.journal import stored_trail
from bot.journal.anchors import Occasion
from bot.journal.migrate import make_engine, upgrade
from bot.journal.seal import key_as_line
from bot.journal.sqlite.look import look
from bot.journal.trail import ANOTHER_THAN_BESIDE, NO_KEY, AuditFiles
from tests.bot.journal import attacks
from tests.bot.journal.attacks import Disk
from tests.bot.journal.revisions import inserted, put_own, unkeyed
from tests.bot.journal.test_audit import entry
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened

CHAINS = ("T1", "T2", "installation")
TEAMS = ("T1", "T2", "")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    clock = FakeClock()
    (folder / "p.db").touch(mode=0o600)
    engine = make_engine(f"sqlite:///{folder}/p.db")
    upgrade(engine, "0006")
    with engine.begin() as connection:
        for row in unkeyed():
            connection.exec_driver_sql(inserted("audit", row))
    engine.dispose()

    async def grow():
        journal = await opened(f"sqlite:///{folder}/p.db", clock)
        await journal.trail.anchor(clock(), Occasion.START)
        for number in range(4):
            for team in TEAMS:
                await journal.audit.write(entry(number, team=team))
            await journal.trail.anchor(clock(), Occasion.GROWN)
        await journal.trail.anchor(clock(), Occasion.STOP)
        journal.close()

    asyncio.run(grow())
    shutil.copytree(folder, folder / "older")
    asyncio.run(grow())
    return folder


@pytest.fixture
def disk(template, tmp_path):
    folder = tmp_path / "disk"
    shutil.copytree(template, folder)
    return Disk(folder, folder / "older")


def test_what_nobody_touched_is_whole(disk):
    assert disk.findings() == []
    assert disk.judged() == []


def named(attack):
    return attack.__name__.replace("_", " ")


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize(
    "anchors", [attacks.left, *attacks.WITH_THE_ANCHORS], ids=named
)
@pytest.mark.parametrize("attack", attacks.WITH_THE_JOURNAL, ids=named)
def test_a_change_of_the_trail_is_found(disk, attack, anchors, chain):
    attack(disk, chain)
    anchors(disk)

    found = disk.findings()

    assert found
    assert all(one.endswith(".") for one in found)
    assert disk.judged()


@pytest.mark.parametrize("anchors", attacks.WITH_THE_ANCHORS, ids=named)
def test_a_change_of_the_anchors_is_found(disk, anchors):
    anchors(disk)

    assert disk.findings()
    assert disk.judged()


@pytest.mark.parametrize("content", [None, b"", b"no database at all, " * 100])
def test_a_journal_that_is_gone_is_found(disk, content):
    for path in disk.folder.glob("p.db-*"):
        path.unlink()
    disk.journal.unlink()
    if content is not None:
        disk.journal.write_bytes(content)

    (found,) = disk.findings()

    assert found.startswith("There was an audit trail (anchor ")


@pytest.mark.parametrize("name", ["p.db", "p.db.anchors"])
def test_a_part_that_is_put_back_alone_is_found(disk, name):
    shutil.copy(disk.older / name, disk.folder / name)

    assert disk.findings()
    assert disk.judged()


def test_what_is_put_back_whole_is_told_by_the_hash_that_people_have(disk):
    newest = stored_trail.verified(disk.url, AuditFiles()).heads[0].head
    for name in ("p.db", "p.db.anchors"):
        shutil.copy(disk.older / name, disk.folder / name)

    assert disk.findings() == []  # nothing on this disk knows better
    assert not stored_trail.has(disk.url, newest)


# ── a running bot ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("chain", CHAINS)
async def test_a_new_start_finds_it_at_the_ends_of_the_chains(disk, chain):
    for attack in (
        attacks.truncated,
        attacks.truncated_to_one,
        attacks.emptied,
        attacks.all_emptied,
        attacks.older_file,
    ):
        shutil.copytree(disk.folder, disk.folder.with_name(f"{attack.__name__}"))
        copy = Disk(disk.folder.with_name(f"{attack.__name__}"), disk.older)
        attack(copy, chain)
        journal = await opened(copy.url, FakeClock())

        report = await journal.trail.report(deep=False)

        assert report.findings, attack
        journal.close()


@pytest.mark.parametrize("chain", CHAINS)
async def test_what_is_cut_off_under_a_running_bot_is_found_at_its_next_round(
    disk, chain
):
    clock = FakeClock()
    journal = await opened(disk.url, clock)
    assert await journal.trail.anchor(clock(), Occasion.START) == []
    lines = disk.anchors.read_bytes()
    attacks.truncated(disk, chain)
    disk.anchors.write_bytes(lines)

    (finding,) = await journal.trail.anchor(clock(), Occasion.GROWN)

    assert finding.what.startswith(f"{chain}: record ")
    journal.close()


async def test_what_goes_on_after_an_older_copy_is_found_when_it_is_as_long(disk):
    attacks.older_file(disk, "T1")
    clock = FakeClock()
    journal = await opened(disk.url, clock)
    for number in range(20, 40):
        for team in TEAMS:
            await journal.audit.write(entry(number, team=team))
    journal.close()

    found = disk.findings()

    assert len(found) == len(CHAINS)
    assert all("is not the one that was there" in one for one in found)


@pytest.mark.parametrize("attack", [attacks.all_emptied, attacks.older_file])
async def test_later_starts_find_it_as_well(disk, attack):
    clock = FakeClock()
    attack(disk, "T1")
    for number in range(2):
        clock.push(hours=1)
        journal = await opened(disk.url, clock)
        await journal.audit.write(entry(50 + number, at=clock()))
        await journal.trail.anchor(clock(), Occasion.START)

        report = await journal.trail.report(deep=False)
        journal.close()

        assert report.can_be_settled
        assert len(report.findings) == len(CHAINS)


async def test_of_one_chain_only_what_is_wrong_with_it_is_told(disk):
    attacks.truncated(disk, "T1")
    journal = await opened(disk.url, FakeClock())

    mine = await journal.trail.report(deep=True, chain="T1")
    others = await journal.trail.report(deep=True, chain="T2")

    assert [len(mine.findings), len(others.findings)] == [1, 0]
    assert [one.chain for one in others.heads] == ["T2"]
    assert await journal.audit.lately("T2", handle=None, user=SlackUserId("U3"))
    journal.close()


async def test_a_chain_that_does_not_grow_is_anchored_every_hour_by_one_line(disk):
    clock = FakeClock()
    journal = await opened(disk.url, clock)
    await journal.trail.anchor(clock(), Occasion.START)
    before = disk.anchors.read_text().count("\n")

    await journal.trail.anchor(clock(), Occasion.GROWN)
    grown = disk.anchors.read_text().count("\n")
    await journal.trail.anchor(clock(), Occasion.HOURLY)
    hourly = disk.anchors.read_text().splitlines()
    journal.close()

    assert (grown, len(hourly)) == (before, before + 1)
    assert '"chain":"installation"' in hourly[-1]
    assert disk.findings() == []


async def test_every_hour_the_log_says_where_each_chain_ends(journal, clock):
    await journal.audit.write(entry(1, team="T1"))

    with capture_logs() as logs:
        await journal.trail.anchor(clock(), Occasion.GROWN)
        await journal.trail.anchor(clock(), Occasion.HOURLY)
        await journal.trail.anchor(clock(), Occasion.HOURLY)

    ends = {one.chain: one for one in (await journal.trail.report(deep=False)).heads}
    one_time = [
        {
            "event": "audit.anchor",
            "log_level": "info",
            "occasion": "hourly",
            "chain": chain,
            "records": ends[chain].count,
            "hash": ends[chain].head,
        }
        for chain in ("T1", "installation")
    ]
    assert logs == one_time * 2


async def test_of_a_server_each_bot_has_its_own_anchors_or_none(
    postgres_url, clock, tmp_path
):
    """No file is shared, so none is missed that another bot has written."""
    keys = {"seal_key": SecretStr("k" * 32)}
    files = [tmp_path / "one.anchors", tmp_path / "other.anchors", None]
    shared = [
        await opened(
            postgres_url,
            clock,
            audit=AuditFiles(key=SecretStr("a" * 32), anchors=anchors),
            **keys,
        )
        for anchors in files
    ]
    for number, journal in enumerate(shared):
        await journal.audit.write(entry(number, team="T1"))
        await journal.trail.anchor(clock(), Occasion.HOURLY)

    reports = [await journal.trail.report(deep=True) for journal in shared]

    assert [report.findings for report in reports] == [()] * 3
    assert [report.anchored is not None for report in reports] == [True, True, False]
    for journal in shared:
        journal.close()


ANOTHER = AuditFiles(SecretStr("b" * 40))


@pytest.mark.parametrize("restored", [False, True])
async def test_a_start_with_another_key_than_that_of_the_file_is_refused(
    disk, restored
):
    """One record of it would break the trail, and nothing mends that."""
    key = disk.folder / "p.audit.key"
    opening = {"audit": ANOTHER, "restored": restored}

    with pytest.raises(SettingsError) as refusal:
        await opened(f"sqlite:///{disk.folder}/p.db", FakeClock(), **opening)

    assert str(refusal.value) == ANOTHER_THAN_BESIDE.format(file=key)
    assert disk.findings() == []


async def test_the_key_of_the_file_may_stand_in_the_settings(disk):
    line = key_as_line((disk.folder / "p.audit.key").read_bytes())

    files = AuditFiles(SecretStr(line))
    (await opened(f"sqlite:///{disk.folder}/p.db", FakeClock(), audit=files)).close()

    assert disk.findings() == []


@pytest.mark.parametrize("restored", [False, True])
async def test_a_start_without_the_key_that_was_set_is_refused_and_makes_none(
    tmp_path, restored
):
    url, key = f"sqlite:///{tmp_path}/p.db", tmp_path / "p.audit.key"
    (await opened(url, FakeClock(), audit=ANOTHER)).close()

    with pytest.raises(SettingsError) as refusal:
        await opened(url, FakeClock(), restored=restored)

    assert str(refusal.value) == NO_KEY.format(file=key)
    assert look(url).unsigned
    assert not key.exists()
    assert stored_trail.verified(url, ANOTHER).findings == ()


@pytest.mark.parametrize("left", ["gone", "of another trail", "no key"])
async def test_where_the_file_fits_no_more_the_settings_are_believed(tmp_path, left):
    url = f"sqlite:///{tmp_path}/p.db"
    (await opened(url, FakeClock(), audit=ANOTHER)).close()
    content = {"of another trail": bytes(32), "no key": b"short"}.get(left)
    if content is not None:
        put_own(tmp_path / "p.audit.key", content)

    for _start in range(2):
        (await opened(url, FakeClock(), audit=ANOTHER)).close()

    assert stored_trail.verified(url, ANOTHER).findings == ()
