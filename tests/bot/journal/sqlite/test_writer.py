"""One writer that commits in groups, and what happens when it cannot."""

import asyncio
import sqlite3
import threading

import pytest

from bot.errors import JournalUnavailable
from bot.journal.sqlite.writer import Writer, sqlite_file, unavailable


@pytest.fixture
def writer(tmp_path, driver):
    made = []

    def make(on_full=lambda: False, has_room=lambda: True):
        made.append(Writer(tmp_path / "p.db", on_full, has_room))
        return made[-1]

    yield make
    for one in made:
        one.close()


def create(connection):
    connection.run("CREATE TABLE t (x)")


def fill(connection):
    connection.run("INSERT INTO t VALUES (zeroblob(1000000))")


def count(connection):
    return connection.run("SELECT count(*) FROM t").scalar()


async def test_commits_are_durable_and_reads_see_them(writer):
    one = writer()
    await one.write(create)

    sync = await one.write(lambda c: c.run("PRAGMA synchronous").scalar())
    mode = await one.read(lambda c: c.run("PRAGMA journal_mode").scalar())

    assert (sync, mode, await one.read(count)) == (2, "wal", 0)


async def test_a_full_disk_is_told_to_everybody_who_waited(writer):
    one = writer()
    await one.write(create)
    await one.write(lambda c: c.run("PRAGMA max_page_count = 10"))

    ended = await asyncio.gather(
        *(one.write(fill) for _ in range(3)), return_exceptions=True
    )

    assert all(isinstance(error, JournalUnavailable) for error in ended)
    assert "full" in str(ended[0])
    assert await one.read(count) == 0


async def test_where_room_can_be_made_the_group_is_tried_once_more(writer):
    room = []

    def make_room():
        room.append(1)
        return True

    one = writer(make_room)
    await one.write(create)

    def fill_in(connection):
        most = 10_000 if room else 10
        connection.run(f"PRAGMA max_page_count = {most}")
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
        connection.run(f"PRAGMA max_page_count = {most}")
        fill(connection)


async def test_on_a_full_disk_what_begins_is_refused_and_the_rest_gets_the_room(
    writer,
):
    room = Room()
    one = writer(room.make)
    await one.write(create)

    begun, ended = await asyncio.gather(
        one.write(room.fill, begins=True), one.write(room.fill), return_exceptions=True
    )

    assert isinstance(begun, JournalUnavailable)
    assert (ended, room.made, await one.read(count)) == (None, 1, 1)


async def test_no_room_is_made_for_what_only_begins(writer):
    room = Room()
    one = writer(room.make)
    await one.write(create)

    with pytest.raises(JournalUnavailable, match="full"):
        await one.write(room.fill, begins=True)

    assert room.made == 0


async def test_what_breaks_while_room_is_made_is_told_and_stops_no_later_write(writer):
    def break_down():
        raise OSError("no room to make room")

    one = writer(break_down)
    await one.write(create)
    await one.write(lambda c: c.run("PRAGMA max_page_count = 10"))

    with pytest.raises(JournalUnavailable, match="no room to make room"):
        await one.write(fill)
    assert await one.write(count) == 0


async def test_two_long_reads_do_not_wait_for_each_other(writer):
    one = writer()
    await one.write(create)
    meet = threading.Barrier(2, timeout=10)

    def work(connection):
        meet.wait()
        return count(connection)

    both = await asyncio.gather(one.read(work, long=True), one.read(work, long=True))

    assert both == [0, 0]


async def test_room_that_is_not_enough_is_told(writer):
    one = writer(lambda: True)
    await one.write(create)
    await one.write(lambda c: c.run("PRAGMA max_page_count = 10"))

    with pytest.raises(JournalUnavailable, match="full"):
        await one.write(fill)


async def test_while_the_reserve_is_gone_nothing_begins(writer):
    one = writer(has_room=lambda: False)
    await one.write(create)

    with pytest.raises(JournalUnavailable, match="nothing new begins"):
        await one.write(count, begins=True)
    assert await one.write(count) == 0


async def test_a_locked_database_takes_no_room(writer, tmp_path):
    room = Room()
    one = writer(room.make)
    await one.write(create)
    await one.write(lambda c: c.run("PRAGMA busy_timeout = 0"))
    other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalUnavailable, match="locked"):
        await one.write(count)
    other.close()

    assert (room.made, await one.write(count)) == (0, 0)


async def test_what_is_wrong_with_one_piece_harms_no_other(writer):
    one = writer()
    await one.write(lambda c: c.run("CREATE TABLE t (x UNIQUE)"))

    def put(*values):
        def work(connection):
            for value in values:
                connection.run("INSERT INTO t VALUES (?)", (value,))

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


def test_a_caller_whose_event_loop_is_gone_does_not_stop_the_writer(writer):
    one = writer()
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


@pytest.mark.parametrize(("count_", "commits"), [(256, 1), (257, 2)])
async def test_a_group_has_256_pieces_at_most(writer, driver, count_, commits):
    one = writer()
    seen = driver.commits()
    began, go_on = threading.Event(), threading.Event()

    def hold(_connection):
        began.set()
        go_on.wait()

    held = asyncio.ensure_future(one.write(hold))
    await asyncio.to_thread(began.wait)
    waiting = [asyncio.ensure_future(one.write(lambda _c: 1)) for _ in range(count_)]
    for _turn in range(2):  # they queue at the end of the first
        await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(held, *waiting)

    assert len(seen) == 1 + commits


async def test_nothing_is_left_of_a_piece_that_was_refused(writer):
    one = writer()
    await one.write(create)

    def half(connection):
        connection.run("INSERT INTO t VALUES (1)")
        raise KeyError("half-way")

    with pytest.raises(KeyError, match="half-way"):
        await one.write(half)

    assert await one.read(count) == 0


async def test_a_connection_waits_five_seconds_for_another_program(writer):
    def pragmas(connection):
        names = ("busy_timeout", "foreign_keys")
        return [connection.run(f"PRAGMA {name}").scalar() for name in names]

    assert await writer().write(pragmas) == [5000, 1]


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
