"""Room for outcomes is kept on the disk, and is whole or not there."""

import resource

import pytest

from bot.journal.sqlite.reserve import RESERVE_BYTES, Reserve


@pytest.fixture
def file(tmp_path):
    return tmp_path / "patchbay.db.reserve"


@pytest.fixture
def reserve(file):
    made = Reserve(file)
    assert made.kept()
    return made


@pytest.fixture
def no_room():
    """Let no file grow beyond a page, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_it_is_a_file_of_one_mebibyte(reserve, file):
    assert file.stat().st_size == RESERVE_BYTES == 1024 * 1024
    assert reserve.kept()


def test_it_outlives_a_restart(reserve, file):
    laid = file.stat().st_mtime_ns

    assert Reserve(file).kept()
    assert file.stat().st_mtime_ns == laid


def test_what_an_interrupted_start_left_is_made_whole(file):
    file.write_bytes(b"begun")

    assert Reserve(file).kept()
    assert file.stat().st_size == RESERVE_BYTES


def test_it_can_be_spent_once(reserve, file):
    spent = reserve.spend()

    assert (spent, file.exists(), reserve.spend()) == (True, False, False)


def test_once_spent_it_is_laid_down_again_when_there_is_room(reserve, file):
    reserve.spend()

    assert reserve.kept()
    assert file.stat().st_size == RESERVE_BYTES


def test_as_long_as_there_is_no_room_it_is_not_kept(reserve, file, no_room):
    reserve.spend()

    assert not reserve.kept()
    assert not reserve.kept()


def test_half_a_reserve_is_not_left_behind(file, no_room):
    assert not Reserve(file).kept()
    assert not file.exists()


def test_a_database_that_is_no_file_needs_none():
    none = Reserve(None)

    assert (none.kept(), none.spend()) == (True, False)
