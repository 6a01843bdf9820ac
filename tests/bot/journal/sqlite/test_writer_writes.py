"""What is short is run on the event loop, and committed in a thread."""

import asyncio
import itertools
import sqlite3
import threading

import pytest
from structlog.testing import capture_logs

from tests.bot.journal.sqlite.conftest import count, create, put
from tests.fakes.sqlite import queued


@pytest.fixture
def threads(driver):
    """Return the threads in which transactions are begun, written to and ended."""
    there = []

    def listen(_connection, statement, _parameters):
        if statement.startswith(("BEGIN IMM", "INSERT", "COMMIT", "ROLLBACK")):
            name = threading.current_thread().name
            there.append((statement.split()[0], THREADS[name]))

    driver.listeners.append(listen)
    return there


THREADS = {threading.main_thread().name: "loop", "journal": "thread"}
RUN_IN_THREAD = [(word, "thread") for word in ("BEGIN", "INSERT", "COMMIT")]


async def test_what_is_short_is_run_on_the_loop_and_committed_by_the_thread(
    writer, threads
):
    one = writer()
    await one.write(create)
    del threads[:]

    assert await one.write(put) == 1

    assert threads == [("BEGIN", "loop"), ("INSERT", "loop"), ("COMMIT", "thread")]


async def test_what_is_long_is_not_begun_on_the_loop(writer, threads):
    one = writer()
    await one.write(create)
    del threads[:]

    assert await one.write(put, long=True) == 1

    assert threads == RUN_IN_THREAD


async def test_what_is_long_does_not_go_with_what_is_short_before_it(writer, threads):
    one = writer()
    await one.write(create)
    del threads[:]

    both = [one.write(put), one.write(put, long=True)]

    assert await asyncio.gather(*both) == [1, 2]
    on_the_loop = [("BEGIN", "loop"), ("INSERT", "loop"), ("COMMIT", "thread")]
    assert threads == [*on_the_loop, *RUN_IN_THREAD]


async def test_what_fails_first_is_run_once_and_what_is_behind_it_goes_on(
    writer, threads
):
    one, tried = writer(), []
    await one.write(create)
    del threads[:]

    def fail(_connection):
        tried.append("once")
        raise KeyError("refused")

    writes = [one.write(fail), one.write(put)]
    refused, put_in = await asyncio.gather(*writes, return_exceptions=True)

    assert (str(refused), tried, put_in) == ("'refused'", ["once"], 1)
    undone = [("BEGIN", "loop"), ("ROLLBACK", "loop")]
    on_the_loop = [("BEGIN", "loop"), ("INSERT", "loop"), ("COMMIT", "thread")]
    assert threads == [*undone, *on_the_loop]


MANY = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO t SELECT i FROM n"""


async def test_what_takes_20_ms_is_undone_on_the_loop_and_run_by_the_thread(
    writer, threads
):
    looks = itertools.count(step=0.008)
    one = writer(timer=lambda: next(looks))
    await one.write(create)
    del threads[:]

    def many(connection):
        connection.run(MANY, (10_000,))

    with capture_logs() as logs:
        await one.write(many)

    # SQLite has undone by itself what it was told to interrupt.
    assert threads == [("BEGIN", "loop"), ("BEGIN", "thread"), ("COMMIT", "thread")]
    assert await one.read(count) == 10_000
    assert [(line["event"], line["what"].rpartition(".")[2]) for line in logs] == [
        ("journal.slow-write", "many")
    ]


async def test_the_thread_waits_for_another_program_and_the_loop_does_not(
    writer, threads, tmp_path
):
    one = writer()
    await one.write(create)
    other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    del threads[:]

    (waiting,) = await queued([one.write(put)])
    others = (waiting.done(), await one.read(count))
    other.execute("ROLLBACK")
    other.close()

    assert (others, await waiting) == ((False, 0), 1)
    ours = [one for one in threads if one[0] != "ROLLBACK"]
    assert ours == [("BEGIN", "loop"), *RUN_IN_THREAD]
