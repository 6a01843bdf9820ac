"""What is committed together, and what undoes a piece, or a statement, that failed."""

import asyncio
import itertools
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from bot.errors import JournalUnavailable
from bot.journal.sqlite.writer import Writer
from tests.bot.journal.sqlite.conftest import count, create, fill, put
from tests.fakes.sqlite import held, queued


def count_nothing(_connection):
    return 0


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


async def test_the_thread_finds_out_whether_there_is_room_and_again_after_a_failure(
    writer,
):
    asked = []

    def has_room():
        asked.append(threading.current_thread().name)
        return True

    one = writer(has_room=has_room)
    for work in (create, put, put):
        await one.write(work)
    await one.write(lambda c: c.run("PRAGMA max_page_count = 10"))
    before = len(asked)
    with pytest.raises(JournalUnavailable, match="full"):
        await one.write(fill)
    await one.write(put)

    assert (before, asked) == (1, ["journal"] * 3)


async def test_what_breaks_before_anything_is_begun_is_told(tmp_path):
    def break_down():
        raise OSError("nobody knows what is wrong with it")

    broken = Writer(tmp_path / "p.db", lambda: False, damage=break_down)

    for _again in range(2):
        with pytest.raises(JournalUnavailable, match="nobody knows"):
            await broken.write(count_nothing)
    broken.close()


async def test_a_locked_database_takes_no_room(writer, tmp_path):
    room = Room()
    one = writer(room.make)
    await one.write(create)
    await one.write(lambda c: c.run("PRAGMA busy_timeout = 0"), long=True)
    other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalUnavailable, match="locked"):
        await one.write(count, long=True)
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


async def test_nothing_is_left_of_a_piece_that_was_refused(writer):
    one = writer()
    await one.write(create)

    def half(connection):
        connection.run("INSERT INTO t VALUES (1)")
        raise KeyError("half-way")

    with pytest.raises(KeyError, match="half-way"):
        await one.write(half)

    assert await one.read(count) == 0


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("fails", [None, 0, 1, 2])
async def test_a_group_takes_savepoints_only_after_a_piece_of_it_failed(
    writer, fails, long
):
    one, seen = writer(), []
    await one.write(create)
    one._connection.told(seen.append)

    def put(number):
        def work(connection):
            connection.run("INSERT INTO t VALUES (?)", (number,))
            if number == fails:
                raise KeyError(number)
            return number

        return one.write(work, long=long)

    async with held(one):
        waiting = await queued(map(put, range(3)))
    ended = await asyncio.gather(*waiting, return_exceptions=True)

    kept = [number for number in range(3) if number != fails]
    assert [end for end in ended if not isinstance(end, KeyError)] == kept
    there = await one.read(lambda c: c.run("SELECT x FROM t ORDER BY x").all())
    assert there == [(number,) for number in kept]
    savepoints = sum(line.startswith("SAVEPOINT") for line in seen)
    whole = fails is None or (fails == 0 and not long)  # there the first is by itself
    assert savepoints == (0 if whole else 3)


def numbered(one, order):
    """Return what writes down, and returns, the number that it is given."""

    def write(number):
        def work(_connection):
            order.append(number)
            return number

        return one.write(work)

    return write


async def test_what_one_turn_of_the_loop_writes_is_committed_together_in_its_order(
    writer, driver
):
    seen, order = driver.commits(), []
    write = numbered(writer(), order)

    sixteen = await asyncio.gather(*map(write, range(16)))
    together = len(seen)
    fifty = await asyncio.gather(*map(write, range(50)))

    assert (together, len(seen)) == (1, 1 + 4)
    assert order == [*range(16), *range(50)] == [*sixteen, *fifty]


async def test_a_group_on_the_loop_takes_no_further_piece_after_5_ms(writer, driver):
    looks = itertools.count(step=0.002)
    one = writer(timer=lambda: next(looks))
    await one.write(count_nothing)
    seen, order = driver.commits(), []

    await asyncio.gather(*map(numbered(one, order), range(8)))

    # Looked at when it begins, by the handler that is set, and before each further one.
    assert (len(seen), order) == (4, list(range(8)))


async def test_what_the_database_refuses_to_commit_is_undone_and_told(writer):
    one = writer()
    await one.write(lambda c: c.run("CREATE TABLE t (x INTEGER PRIMARY KEY)"))
    of = "x INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED"
    await one.write(lambda c: c.run(f"CREATE TABLE of_it ({of})"))

    def of_nothing(connection):
        connection.run("INSERT INTO of_it VALUES (7)")

    both = [one.write(of_nothing), one.write(put)]
    ended = await asyncio.gather(*both, return_exceptions=True)

    assert [str(error) for error in ended] == [
        "IntegrityError: FOREIGN KEY constraint failed"
    ] * 2
    assert await one.write(put) == 1


async def test_a_disk_that_is_full_at_the_commit_gets_room_and_nothing_begins(
    writer, driver
):
    room = Room()
    one = writer(room.make)
    await one.write(create)

    def refuse(_connection, statement, _parameters):
        if statement == "COMMIT" and not room.made:
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorname = "SQLITE_FULL"
            raise full

    driver.listeners.append(refuse)
    both = [one.write(put, begins=True), one.write(put)]
    begun, ended = await asyncio.gather(*both, return_exceptions=True)

    assert (str(begun), ended) == ("OperationalError: database or disk is full", 1)
    assert (room.made, await one.read(count)) == (1, 1)


def files_of_sqlite():
    """Return the files that SQLite has made beside the journal, and has open."""
    opened = (str(one.resolve()) for one in Path("/proc/self/fd").iterdir())
    return [one for one in opened if "etilqs" in one]


@pytest.mark.skipif(sys.platform != "linux", reason="what is open is read from /proc")
async def test_nothing_is_written_beside_the_journal_to_undo_a_statement(writer):
    def renumber(connection):
        connection.run("CREATE TABLE t (x UNIQUE, of_a_page)")
        for number in range(1, 40):
            connection.run("INSERT INTO t VALUES (?, zeroblob(4000))", (number,))
        connection.run("UPDATE t SET x = -x")  # half-way it may have to be undone
        return files_of_sqlite()

    assert await writer().write(renumber) == []
