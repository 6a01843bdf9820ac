"""What is committed together, and what undoes a piece, or a statement, that failed."""

import asyncio
import sys
import threading
from pathlib import Path

import pytest

from bot.journal.sqlite.writer import Writer


@pytest.fixture
def writer(tmp_path, driver):
    made = Writer(tmp_path / "p.db", lambda: False)
    yield made
    made.close()


@pytest.mark.parametrize("fails", [None, 0, 1, 2])
async def test_a_group_takes_savepoints_only_after_a_piece_of_it_failed(writer, fails):
    one, seen = writer, []
    await one.write(lambda connection: connection.run("CREATE TABLE t (x)"))
    one._connection.told(seen.append)
    began, go_on = threading.Event(), threading.Event()

    def hold(_connection):
        began.set()
        go_on.wait()

    def put(number):
        def work(connection):
            connection.run("INSERT INTO t VALUES (?)", (number,))
            if number == fails:
                raise KeyError(number)
            return number

        return asyncio.ensure_future(one.write(work))

    held = asyncio.ensure_future(one.write(hold))
    await asyncio.to_thread(began.wait)
    waiting = [put(number) for number in range(3)]
    for _turn in range(2):  # they queue at the end of the first
        await asyncio.sleep(0)
    go_on.set()
    ended = await asyncio.gather(held, *waiting, return_exceptions=True)

    kept = [number for number in range(3) if number != fails]
    assert [end for end in ended[1:] if not isinstance(end, KeyError)] == kept
    there = await one.read(lambda c: c.run("SELECT x FROM t ORDER BY x").all())
    assert there == [(number,) for number in kept]
    savepoints = sum(line.startswith("SAVEPOINT") for line in seen)
    assert savepoints == (0 if fails is None else 3)


async def test_what_one_turn_of_the_loop_writes_is_one_commit_in_its_order(
    writer, driver
):
    seen, order = driver.commits(), []

    async def write(number):
        await writer.write(lambda _connection: order.append(number))

    await asyncio.gather(*map(write, range(50)))

    assert (len(seen), order) == (1, list(range(50)))


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

    assert await writer.write(renumber) == []
