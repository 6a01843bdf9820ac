"""`python -m bot audit`: whether the trail is whole, and going on after a restore."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.errors import BotError, JournalUnavailable
from bot.journal.anchors import Occasion
from bot.journal.trail import AuditFiles
from bot.operations import inspection, keeping
from bot.settings import Settings
from tests.bot.journal.test_audit import entry
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
BY = {"reason": "the disk broke", "by": "uid 7", "now": NOW}


@pytest.fixture
def settings(tmp_path):
    url = SecretStr(f"sqlite:///{tmp_path}/p.db")
    return Settings.model_construct(database_url=url)


@pytest.fixture
async def grown(settings):
    """Let a bot run for a while."""
    clock = FakeClock()

    async def grow(records=3):
        journal = await opened(settings.database_url.get_secret_value(), clock)
        await journal.trail.anchor(clock(), Occasion.START)
        for number in range(records):
            await journal.audit.write(entry(number))
        await journal.trail.anchor(clock(), Occasion.STOP)
        journal.close()

    await grow()
    return grow


@pytest.fixture
async def restored(grown, tmp_path):
    """Put the journal back from a copy, and let the bot run again."""
    shutil.copy(tmp_path / "p.db", tmp_path / "copy.db")
    await grown(2)
    shutil.copy(tmp_path / "copy.db", tmp_path / "p.db")


@pytest.mark.usefixtures("grown")
def test_what_is_whole_is_shown_with_its_heads(settings):
    code, lines = inspection.verify(settings)

    assert code == 0
    assert lines[0] == "whole: 4 records"
    assert [line[:15] for line in lines[1:]] == [
        "T: 3, newest ha",
        "installation: 1",
        "anchored at 202",
    ]


@pytest.mark.usefixtures("grown")
@pytest.mark.parametrize(
    "has", ["", " ", "abc", "g" * 64, "a" * 63, "a" * 65, "a" * 64 + "…"]
)
def test_what_is_no_hash_accuses_nobody_and_vouches_for_nothing(settings, has):
    with pytest.raises(BotError, match="--has takes a whole hash: 64 figures"):
        inspection.verify(settings, has=has)


@pytest.mark.usefixtures("grown")
def test_a_hash_is_found_as_people_copy_it(settings):
    whole = inspection.verify(settings)
    digest = whole[1][1].rpartition(" ")[2]

    for copied in (digest, digest.upper(), f" {digest}\n"):
        assert inspection.verify(settings, has=copied) == whole
    assert inspection.verify(settings, has="a" * 64)[0] == 1


@pytest.fixture
async def copied(grown, settings, tmp_path):
    """Return the settings of a copy that `backup` made, in a folder of its own."""
    folder = tmp_path / "copies"
    folder.mkdir(mode=0o700)
    keeping.backup(settings, folder / "c.db", NOW)
    url = SecretStr(f"sqlite:///{folder}/c.db")
    return Settings.model_construct(database_url=url)


def test_a_copy_is_whole_and_says_that_it_has_no_anchors(copied):
    code, lines = inspection.verify(copied)

    assert code == 0
    assert lines[0].startswith("a copy of 2026-03-02 08:00:00 UTC, made by `backup`:")
    assert lines[1] == "whole: 4 records"


@pytest.mark.parametrize("moment", ["kept with it", "after more came"])
async def test_a_copy_is_held_against_the_anchors_that_are_named(
    copied, grown, tmp_path, moment
):
    if moment == "after more came":
        await grown(2)
    named = {"audit_anchors": tmp_path / "p.db.anchors"}
    code, lines = inspection.verify(copied.model_copy(update=named))

    told = {0: "whole: 4 records", 1: "T: it ends at record 3, and had 5 at 2026-0"}
    assert code == (moment == "after more came")
    assert lines[0].startswith(told[code])


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE audit SET why = 'x' WHERE number = 2", "record 2 does not fit"),
        ("DELETE FROM audit WHERE chain = 'T' AND number = 3", "3"),
        ("DELETE FROM audit WHERE chain = 'installation'", "emptied"),
    ],
)
def test_a_copy_that_was_changed_is_not_whole(copied, change, finding):
    file = copied.database_url.get_secret_value().removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as connection, connection:
        wards = connection.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        )
        for (name,) in wards.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(change)

    code, lines = inspection.verify(copied)

    assert code == 1
    assert finding in " ".join(lines)


def test_a_journal_that_is_no_copy_has_its_anchors(grown, settings, tmp_path):
    (tmp_path / "p.db.anchors").unlink()

    code, lines = inspection.verify(settings)

    assert code == 1
    assert lines[0].startswith("The anchors file p.db.anchors lacks the line")


@pytest.mark.usefixtures("restored")
def test_a_restore_is_found_and_settled_by_a_record(settings, tmp_path):
    code, lines = inspection.verify(settings)
    assert code == 1
    assert lines[0].startswith("T: it ends at record 3, and had 5 at 2026-03-01 ")
    assert lines[-1].endswith("on purpose: python -m bot audit settle --reason …")

    assert inspection.settle(settings, **BY)[0] == 0

    code, lines = inspection.verify(settings)
    assert (code, lines[-1]) == (
        0,
        "settled at 2026-03-02 08:00:00 UTC by uid 7: the disk broke",
    )
    assert "T: 3, newest hash" in lines[1]
    aside = [one.name for one in tmp_path.glob("p.db.anchors.*")]
    assert aside == [f"p.db.anchors.{round(NOW.timestamp() * 1000)}"]


@pytest.mark.usefixtures("restored")
async def test_after_that_the_trail_goes_on_and_the_same_is_found_again(
    settings, grown, tmp_path
):
    inspection.settle(settings, **BY)
    await grown()
    assert inspection.verify(settings)[0] == 0

    shutil.copy(tmp_path / "copy.db", tmp_path / "p.db")

    assert inspection.verify(settings)[0] == 1


@pytest.mark.usefixtures("restored")
async def test_it_is_settled_beside_a_running_bot(settings):
    clock = FakeClock()
    journal = await opened(settings.database_url.get_secret_value(), clock)
    await journal.trail.anchor(clock(), Occasion.START)

    code, _lines = inspection.settle(settings, **BY)
    await journal.audit.write(entry(9))
    shrunk = await journal.trail.anchor(clock(), Occasion.GROWN)
    journal.close()

    assert (code, shrunk) == (0, [])
    assert inspection.verify(settings)[0] == 0


@pytest.mark.usefixtures("grown")
def test_nothing_is_settled_where_nothing_is_wrong(settings):
    before = inspection.verify(settings)

    assert inspection.settle(settings, **BY) == (
        0,
        ["The audit trail is whole; there is nothing to settle."],
    )
    assert inspection.verify(settings) == before


@pytest.mark.usefixtures("restored")
async def test_what_no_restore_explains_is_not_settled(settings):
    file = settings.database_url.get_secret_value().removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET why = 'x' WHERE number = 1")
    before = inspection.verify(settings)

    code, lines = inspection.settle(settings, **BY)

    assert (code, lines[-1]) == (1, "No restore explains that: nothing is settled.")
    assert inspection.verify(settings) == before


async def test_a_key_and_a_place_of_the_settings_are_used(settings, grown, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    own = settings.model_copy(
        update={
            "database_url": SecretStr(f"sqlite:///{tmp_path}/q.db"),
            "audit_key": SecretStr("s" * 20),
            "audit_anchors": elsewhere,
        }
    )
    url = own.database_url.get_secret_value()

    journal = await opened(url, FakeClock(), audit=inspection.files_of(own))
    journal.close()

    assert elsewhere.exists()
    assert not (tmp_path / "q.audit.key").exists()
    assert inspection.verify(own)[0] == 0
    other = own.model_copy(update={"audit_key": SecretStr("t" * 20)})
    assert inspection.verify(other)[0] == 1


@pytest.fixture(params=["locked", "its log does not open"])
def unreached(request, settings, grown, tmp_path):
    """Let something be in the way of reading the journal."""
    if request.param != "locked":
        (tmp_path / "p.db-wal").mkdir()
        yield settings
        return
    with closing(sqlite3.connect(tmp_path / "p.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield settings


@pytest.mark.usefixtures("grown")
def test_what_cannot_be_read_accuses_nobody(unreached):
    with pytest.raises(JournalUnavailable, match="so nothing is known of its trail"):
        inspection.verify(unreached)


async def test_a_server_that_does_not_answer_accuses_nobody(settings, tmp_path):
    key, anchors = SecretStr("s" * 20), tmp_path / "anchors"
    own = settings.model_copy(update={"audit_key": key, "audit_anchors": anchors})
    url = settings.database_url.get_secret_value()
    clock = FakeClock()
    journal = await opened(url, clock, audit=AuditFiles(key, anchors))
    await journal.trail.anchor(clock(), Occasion.START)
    journal.close()
    away = SecretStr("postgresql://u@127.0.0.1:1/p")

    with pytest.raises(JournalUnavailable, match="so nothing is known of its trail"):
        inspection.verify(own.model_copy(update={"database_url": away}))


def test_where_there_is_no_journal_there_is_no_trail(settings, tmp_path):
    with pytest.raises(JournalUnavailable, match="is not there"):
        inspection.verify(settings)
    (tmp_path / "p.db").touch()
    with pytest.raises(JournalUnavailable, match=r"p\.audit\.key"):
        inspection.verify(settings)
    (tmp_path / "p.audit.key").write_bytes(b"k" * 32)
    (tmp_path / "p.audit.key").chmod(0o600)
    with pytest.raises(JournalUnavailable, match="has no journal in it"):
        inspection.verify(settings)


def test_where_a_server_has_no_journal_there_is_no_trail(settings, postgres_url):
    own = {"database_url": SecretStr(postgres_url), "audit_key": SecretStr("s" * 20)}

    with pytest.raises(JournalUnavailable, match="has no journal in it"):
        inspection.verify(settings.model_copy(update=own))
