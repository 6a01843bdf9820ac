"""The connection: durable, read-only, undone in part, and ended when it is too long."""

import itertools
import sqlite3
from contextlib import ExitStack, suppress

import pytest

from bot.journal.sqlite.driver import Connection, disk_is_full, interrupted

COUNT = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
SELECT count(*) FROM n"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "p.db"


@pytest.fixture
def connection(file):
    one = Connection(file)
    one.run("CREATE TABLE t (x UNIQUE)")
    yield one
    one.close()


def rows(connection):
    return [x for (x,) in connection.run("SELECT x FROM t ORDER BY x")]


def test_a_transaction_is_committed_whole_or_not_at_all(connection):
    with connection.writing():
        connection.run("INSERT INTO t VALUES (1)")
    undone = ExitStack()
    undone.enter_context(connection.writing())
    connection.run("INSERT INTO t VALUES (2)")
    assert not undone.__exit__(KeyError, KeyError(), None)

    assert rows(connection) == [1]


def test_a_piece_is_undone_alone(connection):
    with connection.writing():
        connection.run("INSERT INTO t VALUES (1)")
        with suppress(sqlite3.IntegrityError), connection.piece():
            connection.run("INSERT INTO t VALUES (2)")
            connection.run("INSERT INTO t VALUES (1)")
        with connection.piece():
            connection.run("INSERT INTO t VALUES (3)")

    assert rows(connection) == [1, 3]


def test_what_reads_sees_one_moment_and_writes_nothing(connection, file):
    reader = Connection(file, reads=True)
    with reader.reading():
        before = rows(reader)
        connection.run("INSERT INTO t VALUES (1)")

        assert rows(reader) == before == []
    assert rows(reader) == [1]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.run("INSERT INTO t VALUES (2)")
    reader.close()


def test_a_read_that_takes_too_long_is_ended_and_the_next_is_not(file):
    seconds = itertools.count(0, 0.015)
    reader = Connection(file, reads=True, timer=lambda: next(seconds))

    with pytest.raises(sqlite3.OperationalError) as late, reader.reading(0.02):
        reader.run(COUNT, (1_000_000,))
    counted = reader.run(COUNT, (1_000,)).scalar()

    assert interrupted(late.value)
    assert counted == 1000
    reader.close()


def test_however_often_the_clock_is_late_the_next_read_begins_anew(file):
    """SQLite counts steps over all reads of a statement: BEGIN and ROLLBACK, too."""
    reader = Connection(file, reads=True, timer=itertools.count().__next__)

    for _ in range(5000):
        with suppress(sqlite3.OperationalError), reader.reading(0.5):
            reader.run("SELECT 1")

    with reader.reading():
        assert reader.run("SELECT 1").scalar() == 1
    reader.close()


@pytest.mark.parametrize(
    ("wait", "sync"), [((), 2), ((False,), 1), ((False, False, True), 2)]
)
def test_a_commit_waits_for_the_disk_if_it_is_to_outlive_a_power_cut(
    connection, wait, sync
):
    for one in wait:
        connection.wait_for_disk(one)

    assert connection.run("PRAGMA synchronous").scalar() == sync


def _fails_after(error):
    raise KeyError("x") from error


def test_a_full_disk_is_known_behind_what_followed_from_it(connection):
    connection.run("PRAGMA max_page_count = 4")
    with pytest.raises(sqlite3.Error) as full:
        connection.run("INSERT INTO t VALUES (zeroblob(100000))")
    with pytest.raises(KeyError) as behind:
        _fails_after(full.value)

    assert disk_is_full(full.value)
    assert disk_is_full(behind.value)
    assert not disk_is_full(KeyError("x"))
    assert not interrupted(full.value)


def test_whoever_listens_is_told_the_statements(connection):
    told = []
    connection.told(told.append)
    connection.run("INSERT INTO t VALUES (?)", (7,))
    connection.told(None)
    connection.run("INSERT INTO t VALUES (8)")

    assert told == ["INSERT INTO t VALUES (7)"]
