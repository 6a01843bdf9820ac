"""A journal's files are looked at without a trace, also beside a bot."""

import os
import sqlite3

import pytest

from bot.journal.marks import mark_moved
from bot.journal.sqlite.backup import backed_up
from bot.journal.sqlite.files import claim
from bot.journal.sqlite.look import MAGIC, Look, look
from tests.fakes.clock import FakeClock
from tests.fakes.journal import laid, opened


def url(path):
    return f"sqlite:///{path}"


def test_a_journal_that_is_not_there_yet_can_be_made(tmp_path):
    path = tmp_path / "var" / "p.db"

    assert look(url(path)) == Look(path)
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_is_there_is_let_be(tmp_path):
    path = tmp_path / "p.db"
    path.touch(mode=0o600)
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE a (b)")
    file.close()

    assert look(url(path)) == Look(path)


def test_a_bot_that_has_it_is_noticed_and_not_disturbed(tmp_path):
    path = tmp_path / "p.db"
    with claim(path):
        assert look(url(path)) == Look(path, in_use=True)
    assert look(url(path)) == Look(path)
    claim(path).close()


@pytest.mark.parametrize("wrong", ["sqlite://", "sqlite:///:memory:", "?"])
def test_a_url_without_a_file_is_no_journal(wrong):
    seen = look(wrong)

    assert seen.file is None
    assert "must name a file" in seen.fault


def test_what_is_in_its_place_is_told(tmp_path):
    (tmp_path / "file").write_text("x" * 20)
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "open").touch(mode=0o644)
    (tmp_path / "folder").mkdir()

    told = {
        name: look(url(tmp_path / name)).fault
        for name in ("file", "file/p.db", "open", "folder")
    }

    assert told == {
        "file": f"{tmp_path}/file is no database of SQLite's",
        "file/p.db": f"{tmp_path}/file is a file, and no folder",
        "open": f"{tmp_path}/open can be reached by others; chmod 600 {tmp_path}/open",
        "folder": f"{tmp_path}/folder is a folder, and no file",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_told(tmp_path):
    tmp_path.chmod(0o500)

    assert "may not be written to" in look(url(tmp_path / "p.db")).fault


def test_a_name_that_no_file_can_have_is_told(tmp_path):
    assert "File name too long" in look(url(tmp_path / ("x" * 300))).fault


def test_a_journal_that_was_moved_away_does_not_open_and_says_where_it_is(tmp_path):
    path = tmp_path / "p.db"
    path.touch(mode=0o600)
    mark_moved(path, "postgresql://db/patchbay")

    assert "was moved to postgresql://db/patchbay" in look(url(path)).fault


AT = 1_772_366_400_000  # 2026-03-01 12:00 UTC


@pytest.fixture
def copy(tmp_path):
    """Return a backup that was put back."""
    (tmp_path / "backup").mkdir(mode=0o700)
    path = tmp_path / "backup" / "p.db"
    backed_up(laid(tmp_path / "p.db"), path, AT)
    return path


def test_a_backup_of_which_nothing_was_said_yet_does_not_open_and_is_let_be(copy):
    before = {one.name: one.read_bytes() for one in copy.parent.iterdir()}

    seen = look(url(copy))

    assert "is the backup of 2026-03-01 12:00:00 UTC" in seen.fault
    assert "python -m bot recover --restored" in seen.fault
    assert {one.name: one.read_bytes() for one in copy.parent.iterdir()} == before


async def test_a_backup_that_is_gone_on_with_is_a_journal_as_any_other(copy):
    journal = await opened(url(copy), FakeClock(), restored=True)
    beside = look(url(copy))
    await journal.restored.withdraw("a test")
    journal.close()

    assert (beside, look(url(copy))) == (Look(copy, in_use=True), Look(copy))


def test_what_cannot_be_read_is_told(tmp_path):
    path = tmp_path / "p.db"
    path.touch(mode=0o600)
    path.write_bytes(MAGIC + b"x" * 4096)

    assert "file is not a database" in look(url(path)).fault
