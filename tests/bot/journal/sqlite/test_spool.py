"""What ended while the database was away is on the disk, whatever happens next."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.journal.sqlite.files import spool_for
from bot.journal.sqlite.spool import Spool, SpooledOutcome
from bot.states import State
from tests.fakes.disk import PowerCutDisk

ONE = SpooledOutcome("01A", State.STARTED, {"ref": "-m9x.", "request_id": "r"})
TWO = SpooledOutcome("01B", State.UNKNOWN, {"error_code": "patchbay.NoAnswer"})


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


def test_what_is_put_outlives_a_power_cut(file):
    disk = PowerCutDisk()
    spool = Spool(file, disk)

    for put, left in ((ONE, [ONE]), (TWO, [ONE, TWO])):
        assert spool.put(put)
        disk.cut(file.parent)
        assert Spool(file).left() == left


def test_what_is_taken_stays_so_over_a_power_cut(file):
    disk = PowerCutDisk()
    spool = Spool(file, disk)
    spool.put(ONE)
    spool.put(TWO)

    spool.taken("01A")
    disk.cut(file.parent)

    assert Spool(file).left() == [TWO]


def test_a_file_that_is_made_again_outlives_a_power_cut_too(file):
    disk = PowerCutDisk()
    spool = Spool(file, disk)
    spool.put(ONE)
    spool.taken("01A")

    assert spool.put(TWO)
    disk.cut(file.parent)

    assert Spool(file).left() == [TWO]


@pytest.mark.parametrize("failing", [1, 2])
def test_what_was_not_synced_is_not_said_to_be_kept_and_can_be_put_again(file, failing):
    disk = PowerCutDisk(fails=[failing])
    spool = Spool(file, disk)

    assert not spool.put(ONE)
    assert spool.put(ONE)
    disk.cut(file.parent)

    assert Spool(file).left() == [ONE]


def test_what_there_was_only_half_the_room_for_is_not_said_to_be_kept(file):
    spool = Spool(file, PowerCutDisk(room=20))

    with capture_logs() as logs:
        assert not spool.put(ONE)

    assert [one["event"] for one in logs] == ["spool.unwritten"]


def test_what_an_older_release_spooled_is_read(file):
    changes = {"error_code": "patchbay.NoAnswer", "notices": "missed silent"}
    entry = {"intent": "01C", "state": "unknown", "changes": changes}
    file.write_text(json.dumps(entry))

    assert Spool(file).left() == [
        SpooledOutcome(
            "01C",
            State.UNKNOWN,
            {"error_code": "patchbay.NoAnswer", "marks": ("missed", "silent")},
        )
    ]


def test_what_a_later_release_spooled_beside_is_left_out_and_logged(file):
    entry = {"intent": "01C", "state": "started", "changes": {"ref": "-t", "x": 1}}
    file.write_text(json.dumps(entry))

    with capture_logs() as logs:
        (outcome,) = Spool(file).left()

    assert outcome == SpooledOutcome("01C", State.STARTED, {"ref": "-t"})
    assert logs == [
        {"event": "spool.unknown-change", "name": "x", "log_level": "critical"}
    ]


def test_nobody_else_can_read_it(file):
    Spool(file).put(ONE)

    assert file.stat().st_mode & 0o077 == 0


def test_the_last_word_on_an_intent_counts(file):
    spool = Spool(file)
    spool.put(TWO)

    spool.put(SpooledOutcome("01B", State.STARTED, {"ref": "-m9y."}))

    assert [one.state for one in spool.left()] == [State.STARTED]


def test_a_line_that_a_crash_cut_off_harms_no_other(file):
    spool = Spool(file)
    spool.put(ONE)
    file.write_bytes(file.read_bytes() + b'{"intent": "01C", "sta')
    spool.put(TWO)

    assert spool.left() == [ONE, TWO]


def test_a_line_that_says_nothing_is_told_to_the_operator(file):
    file.write_bytes(b"half\n")

    with capture_logs() as logs:
        Spool(file).left()

    assert logs == [
        {"event": "spool.broken-line", "length": 4, "log_level": "critical"}
    ]


@pytest.mark.parametrize(
    "line", ['{"intent": "01C"}', '{"state": "done"}', "[]", "7", '{"intent": 1, "x']
)
def test_a_line_that_lacks_something_harms_no_other(file, line):
    spool = Spool(file)
    spool.put(ONE)
    file.write_text(f"{file.read_text()}{line}\n")
    spool.put(TWO)

    assert spool.left() == [ONE, TWO]


def test_what_was_taken_is_no_broken_line(file):
    spool = Spool(file)
    spool.put(ONE)
    spool.put(TWO)
    spool.taken("01A")

    with capture_logs() as logs:
        assert spool.left() == [TWO]

    assert logs == []


def test_what_could_not_be_kept_is_told_to_the_operator(tmp_path):
    (tmp_path / "file").touch()

    with capture_logs() as logs:
        Spool(tmp_path / "file/spool").put(ONE)

    assert [one["event"] for one in logs] == ["spool.unwritten"]


def test_it_lies_beside_the_journal_or_where_that_would_be(tmp_path):
    beside = spool_for(tmp_path / "p.db")
    beside.put(ONE)

    assert (tmp_path / "p.db.spool").exists()
    assert spool_for(None)._file == Path("var/patchbay.spool")


def test_what_is_taken_is_written_down_while_more_is_left(file):
    spool = Spool(file)
    spool.put(ONE)
    spool.put(TWO)
    spool.taken("01A")

    assert file.exists()
    assert spool.left() == [TWO]


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
