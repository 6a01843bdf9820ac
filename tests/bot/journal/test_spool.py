"""What ended while the database was away is on the disk, whatever happens next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.record import State
from bot.journal.spool import Ending, Spool

ONE = Ending("01A", State.STARTED, {"ref": "-m9x.", "request_id": "r"})
TWO = Ending("01B", State.UNKNOWN, {"error_code": "patchbay.NoAnswer"})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "p.db.spool"


def test_what_is_put_is_left_until_it_is_taken(file):
    spool = Spool(file)

    assert spool.left() == []
    assert spool.put(ONE)
    assert spool.put(TWO)
    assert Spool(file).left() == [ONE, TWO]
    spool.taken("01A")
    assert Spool(file).left() == [TWO]
    spool.taken("01B")
    assert not file.exists()


def test_nobody_else_can_read_it(file):
    Spool(file).put(ONE)

    assert file.stat().st_mode & 0o077 == 0


def test_the_last_word_on_an_intent_counts(file):
    spool = Spool(file)
    spool.put(TWO)

    spool.put(Ending("01B", State.STARTED, {"ref": "-m9y."}))

    assert [one.state for one in spool.left()] == [State.STARTED]


def test_a_line_that_a_crash_cut_off_harms_no_other(file):
    spool = Spool(file)
    spool.put(ONE)
    file.write_bytes(file.read_bytes() + b'{"intent": "01C", "sta')
    spool.put(TWO)

    assert spool.left() == [ONE, TWO]


@given(data=st.binary(max_size=200))
def test_no_file_is_too_broken_to_be_read(tmp_path_factory, data):
    file = tmp_path_factory.mktemp("spool") / "spool"
    file.write_bytes(data)

    assert isinstance(Spool(file).left(), list)


def test_where_there_is_no_disk_it_says_so(tmp_path):
    assert not Spool(None).put(ONE)
    assert Spool(None).left() == []
    Spool(None).taken("01A")
    (tmp_path / "file").touch()
    assert not Spool(tmp_path / "file" / "spool").put(ONE)
