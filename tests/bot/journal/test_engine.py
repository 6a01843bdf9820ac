"""One writer that commits in groups, and what happens when it cannot."""

import asyncio
import sqlite3
import threading

import pytest

from bot.errors import JournalUnavailable
from bot.journal.engine import Threads, make_engine, sqlite_file


@pytest.fixture
def threads(tmp_path):
    made = []

    def make(on_full=lambda: False, has_room=lambda: True):
        engine = make_engine(f"sqlite:///{tmp_path}/p.db")
        made.append(Threads(engine, on_full, has_room))
        return made[-1]

    yield make
    for one in made:
        one.close()


def create(connection):
    connection.exec_driver_sql("CREATE TABLE t (x)")


def fill(connection):
    connection.exec_driver_sql("INSERT INTO t VALUES (zeroblob(1000000))")


def count(connection):
    return connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one()


async def test_commits_are_durable_and_reads_see_them(threads):
    one = threads()
    await one.write(create)

    sync = await one.write(
        lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar_one()
    )
    mode = await one.read(
        lambda c: c.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    )

    assert (sync, mode, await one.read(count)) == (2, "wal", 0)


async def test_a_full_disk_is_told_to_everybody_who_waited(threads):
    one = threads()
    await one.write(create)
    await one.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 10"))

    ended = await asyncio.gather(
        *(one.write(fill) for _ in range(3)), return_exceptions=True
    )

    assert all(isinstance(error, JournalUnavailable) for error in ended)
    assert "full" in str(ended[0])
    assert await one.read(count) == 0


async def test_where_room_can_be_made_the_group_is_tried_once_more(threads):
    room = []

    def make_room():
        room.append(1)
        return True

    one = threads(make_room)
    await one.write(create)

    def fill_in(connection):
        most = 10_000 if room else 10
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")
        fill(connection)

    await one.write(fill_in)

    assert (room, await one.read(count)) == ([1], 1)


class Room:
    """A full disk, on which room can be made."""

    def __init__(self):
        self.made = 0

    def make(self):
        self.made += 1
        return True

    def fill(self, connection):
        most = 10_000 if self.made else 10
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")
        fill(connection)


async def test_on_a_full_disk_what_begins_is_refused_and_the_rest_gets_the_room(
    threads,
):
    room = Room()
    one = threads(room.make)
    await one.write(create)

    begun, ended = await asyncio.gather(
        one.write(room.fill, begins=True), one.write(room.fill), return_exceptions=True
    )

    assert isinstance(begun, JournalUnavailable)
    assert (ended, room.made, await one.read(count)) == (None, 1, 1)


async def test_no_room_is_made_for_what_only_begins(threads):
    room = Room()
    one = threads(room.make)
    await one.write(create)

    with pytest.raises(JournalUnavailable, match="full"):
        await one.write(room.fill, begins=True)

    assert room.made == 0


async def test_room_that_is_not_enough_is_told(threads):
    one = threads(lambda: True)
    await one.write(create)
    await one.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 10"))

    with pytest.raises(JournalUnavailable, match="full"):
        await one.write(fill)


async def test_while_the_reserve_is_gone_nothing_begins(threads):
    one = threads(has_room=lambda: False)
    await one.write(create)

    with pytest.raises(JournalUnavailable, match="nothing new begins"):
        await one.write(count, begins=True)
    assert await one.write(count) == 0


async def test_a_locked_database_takes_no_room(threads, tmp_path):
    room = Room()
    one = threads(room.make)
    await one.write(create)
    await one.write(lambda c: c.exec_driver_sql("PRAGMA busy_timeout = 0"))
    other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalUnavailable, match="locked"):
        await one.write(count)
    other.close()

    assert (room.made, await one.write(count)) == (0, 0)


async def test_what_is_wrong_with_one_piece_harms_no_other(threads):
    one = threads()
    await one.write(lambda c: c.exec_driver_sql("CREATE TABLE t (x UNIQUE)"))

    def put(*values):
        def work(connection):
            for value in values:
                connection.exec_driver_sql("INSERT INTO t VALUES (?)", (value,))

        return one.write(work)

    ended = await asyncio.gather(
        put(1), put(2, 1), put(3, object()), put(4), return_exceptions=True
    )

    assert [isinstance(one, JournalUnavailable) for one in ended] == [
        False,
        True,
        True,
        False,
    ]
    assert await one.read(count) == 2


def test_a_caller_whose_event_loop_is_gone_does_not_stop_the_writer(threads):
    one = threads()
    gone = threading.Event()

    def late(connection):
        gone.wait()
        create(connection)

    async def leave():
        asyncio.ensure_future(one.write(late))  # noqa: RUF006 - it is left behind
        await asyncio.sleep(0)

    asyncio.run(leave())
    gone.set()

    assert asyncio.run(one.write(count)) == 0


async def test_what_the_database_refuses_to_read_is_unavailable(threads):
    one = threads()

    with pytest.raises(JournalUnavailable, match="no such table"):
        await one.read(count)


async def test_a_caller_that_went_away_is_no_trouble(threads):
    one = threads()
    await one.write(create)
    waiting = asyncio.ensure_future(one.write(count))
    await asyncio.sleep(0)
    waiting.cancel()

    assert await one.write(count) == 0


async def test_closing_finishes_what_has_queued_and_can_be_done_twice(threads):
    one = threads()
    await one.write(create)
    waiting = [asyncio.ensure_future(one.write(count)) for _ in range(5)]
    await asyncio.sleep(0)

    one.close()
    one.close()

    assert await asyncio.gather(*waiting) == [0] * 5
    with pytest.raises(JournalUnavailable, match="closed"):
        await one.write(count)


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///var/p.db", "var/p.db"),
        ("sqlite:////data/p.db", "/data/p.db"),
        ("sqlite:///:memory:", None),
        ("sqlite://", None),
        ("postgresql://x/y", None),
    ],
)
def test_only_a_file_of_sqlite_is_a_file(url, file):
    found = sqlite_file(url)

    assert (found and str(found)) == file
