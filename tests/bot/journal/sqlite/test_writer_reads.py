"""A short read is of the event loop; what takes longer than 20 ms is of a thread."""

import itertools
import threading

import pytest

from bot.journal.sqlite.writer import Writer

MANY = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
SELECT count(*) FROM n"""
TICK = 0.008  # seconds that pass whenever somebody looks at the clock


@pytest.fixture
def looks():
    return itertools.count()


@pytest.fixture
def writer(tmp_path, looks):
    made = Writer(tmp_path / "p.db", lambda: False, timer=lambda: TICK * next(looks))
    yield made
    made.close()


def reading(rows):
    """Return a read of so many *rows*, and the threads in which it was begun."""
    there = []

    def work(connection):
        there.append(threading.current_thread().name.partition("_")[0])
        return connection.run(MANY, (rows,)).scalar()

    return work, there


LOOP = threading.main_thread().name


async def test_a_short_read_is_answered_on_the_loop(writer):
    work, there = reading(10)

    assert (await writer.read(work), there) == (10, [LOOP])


async def test_a_long_one_leaves_the_loop_after_20_ms_and_is_answered_by_a_thread(
    writer, looks
):
    work, there = reading(100_000)

    counted = await writer.read(work)

    assert (counted, there) == (100_000, [LOOP, "journal-read"])
    assert next(looks) == 1 + 3  # begun, and looked at after 8, 16 and 24 ms


async def test_what_is_known_to_be_long_is_not_begun_on_the_loop(writer, looks):
    work, there = reading(100_000)

    assert (await writer.read(work, long=True), there) == (100_000, ["journal-read"])
    assert next(looks) == 0
