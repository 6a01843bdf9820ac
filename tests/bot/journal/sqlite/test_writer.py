"""One writer that commits in groups, and what happens when it cannot."""

import asyncio
import sqlite3
import threading

import pytest

from bot.errors import JournalUnavailable
from bot.journal.sqlite.writer import sqlite_file, unavailable
from tests.bot.journal.sqlite.conftest import count, create
from tests.fakes.sqlite import held, queued


async def test_commits_are_durable_and_reads_see_them(writer):
    one = writer()
    await one.write(create)

    sync = await one.write(lambda c: c.run("PRAGMA synchronous").scalar())
    mode = await one.read(lambda c: c.run("PRAGMA journal_mode").scalar())

    assert (sync, mode, await one.read(count)) == (2, "wal", 0)


async def test_two_long_reads_do_not_wait_for_each_other(writer):
    one = writer()
    await one.write(create)
    meet = threading.Barrier(2, timeout=10)

    def work(connection):
        meet.wait()
        return count(connection)

    both = await asyncio.gather(one.read(work, long=True), one.read(work, long=True))

    assert both == [0, 0]


def test_a_caller_whose_event_loop_is_gone_does_not_stop_the_writer(writer):
    one = writer()
    gone = threading.Event()

    def late(connection):
        gone.wait()
        create(connection)

    async def leave():
        asyncio.ensure_future(one.write(late, long=True))  # noqa: RUF006 - it is left behind
        await asyncio.sleep(0)

    asyncio.run(leave())
    gone.set()

    assert asyncio.run(one.write(count)) == 0


async def test_what_the_database_refuses_to_read_is_unavailable(writer):
    one = writer()

    with pytest.raises(JournalUnavailable, match="no such table"):
        await one.read(count)


async def test_a_caller_that_went_away_is_no_trouble(writer):
    one = writer()
    await one.write(create)
    waiting = asyncio.ensure_future(one.write(count))
    await asyncio.sleep(0)
    waiting.cancel()

    assert await one.write(count) == 0


async def test_closing_finishes_what_has_queued_and_can_be_done_twice(writer):
    one = writer()
    await one.write(create)
    waiting = [asyncio.ensure_future(one.write(count)) for _ in range(5)]
    await asyncio.sleep(0)

    one.close()
    one.close()

    assert await asyncio.gather(*waiting) == [0] * 5
    with pytest.raises(JournalUnavailable, match="closed"):
        await one.write(count)


async def test_when_it_is_closed_all_is_written_and_no_thread_is_left(writer):
    one = writer()
    await one.write(create)
    await one.read(count)

    def slow(connection):
        connection.run("INSERT INTO t VALUES (randomblob(3000000))")

    last = asyncio.ensure_future(one.write(slow))
    await asyncio.sleep(0)
    one.close()

    alive = {thread.name.partition("_")[0] for thread in threading.enumerate()}
    assert alive.isdisjoint({"journal", "journal-read"})
    await last


@pytest.mark.parametrize(
    ("count_", "long", "commits"),
    [(256, True, 1), (257, True, 2), (16, False, 1), (17, False, 2)],
)
async def test_a_group_has_256_pieces_at_most_on_the_loop_16(
    writer, driver, count_, long, commits
):
    one = writer()
    seen = driver.commits()

    async with held(one):
        writes = (one.write(lambda _c: 1, long=long) for _ in range(count_))
        waiting = await queued(writes)
    await asyncio.gather(*waiting)

    assert len(seen) == 1 + commits


@pytest.mark.parametrize(("long", "waits"), [(True, 5000), (False, 0)])
async def test_only_the_thread_waits_for_another_program_five_seconds(
    writer, long, waits
):
    def pragmas(connection):
        names = ("busy_timeout", "foreign_keys")
        return [connection.run(f"PRAGMA {name}").scalar() for name in names]

    one = writer()
    await one.write(create)
    assert await one.write(pragmas, long=long) == [waits, 1]


async def test_an_error_of_the_database_does_not_tell_the_values(writer):
    one = writer()
    await one.write(lambda c: c.run("CREATE TABLE t (x UNIQUE, y CHECK (y < 1))"))
    put = "INSERT INTO t VALUES (?, ?)"
    await one.write(lambda c: c.run(put, ("a secret", 0)))

    for values in (("a secret", 0), ("a secret of its own", 1)):
        with pytest.raises(JournalUnavailable) as told:
            await one.write(lambda c, values=values: c.run(put, values))

        assert "a secret" not in str(told.value)


async def test_nobody_is_told_twice(writer):
    broken = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: broken.append(context)
    )
    one = writer()
    await one.write(create)
    waiting = asyncio.ensure_future(one.write(count))
    await asyncio.sleep(0)
    waiting.cancel()
    await one.write(count)
    await asyncio.sleep(0)

    assert broken == []


async def test_a_reader_sees_what_is_committed_while_another_program_writes(
    writer, tmp_path
):
    one = writer()
    await one.write(create)
    other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO t VALUES (1)")

    seen = await one.read(count)
    other.execute("COMMIT")
    other.close()

    assert (seen, await one.read(count)) == (0, 1)


async def test_a_closed_one_reads_nothing(writer):
    one = writer()
    one.close()

    with pytest.raises(JournalUnavailable, match="closed"):
        await one.read(count)


def test_of_an_error_the_kind_and_the_cause_are_told():
    cause = sqlite3.OperationalError("no such table: t")

    assert str(unavailable(cause)) == "OperationalError: no such table: t"
    assert str(unavailable(KeyError("x"))) == "KeyError: 'x'"


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///var/p.db", "var/p.db"),
        ("sqlite:////data/p.db", "/data/p.db"),
    ],
)
def test_a_url_names_a_file_of_sqlite(url, file):
    assert str(sqlite_file(url)) == file


@pytest.mark.parametrize(
    "url", ["sqlite:///:memory:", "sqlite://", "postgresql://x/y", "p.db"]
)
def test_what_names_no_file_is_refused(url):
    with pytest.raises(JournalUnavailable, match="must name a file"):
        sqlite_file(url)


def test_whoever_waits_goes_on_after_those_whose_event_loop_is_gone(writer, driver):
    one = writer()
    asyncio.run(one.write(create))
    at_the_disk, go_on = threading.Event(), threading.Event()

    def slow(_connection, statement, _parameters):
        if statement == "COMMIT" and not at_the_disk.is_set():
            at_the_disk.set()
            go_on.wait()

    async def leave():
        asyncio.ensure_future(one.write(lambda _c: 1))  # noqa: RUF006 - left behind
        await asyncio.sleep(0)

    async def wait():
        (waiting,) = await queued([one.write(count)])
        go_on.set()
        return await waiting

    driver.listeners.append(slow)
    asyncio.run(leave())
    at_the_disk.wait()

    assert asyncio.run(wait()) == 0
