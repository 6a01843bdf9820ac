"""Pieces of work on PostgreSQL: run again, found out, or told as not done."""

import asyncio
import threading

import pytest
from sqlalchemy import bindparam

from bot.errors import JournalUnavailable, Unreadable
from bot.journal.postgres.driver import Connection
from bot.journal.postgres.engine import THREADS, Threads
from bot.journal.statement import updated
from tests.bot.journal.conftest import new_intent
from tests.bot.journal.postgres.conftest import ALL, PUT, THINGS, row
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened
from tests.servers.postgres import server
from tests.servers.proxy import proxied

NAME = updated(THINGS, ("name",), THINGS.c.id == bindparam("of"), returning=True)
COMMIT = b"COMMIT\0"  # not that of READ COMMITTED
THEY_GO = (  # those on the test's own database: the server has others
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'patchbay' AND datname = current_database()"
)


async def at_once(_seconds):
    await asyncio.sleep(0)


def threads_at(url, **more):
    return Threads(url, chance=lambda: 0.0, sleep=at_once, **more)


@pytest.fixture
def threads(url):
    one = threads_at(url)
    yield one
    one.close()


@pytest.fixture
def through(url):
    """Return threads that reach the server through a proxy, and the proxy."""
    with proxied(url) as (proxy, way):
        one = threads_at(way, patience=0.3)
        yield one, proxy
        one.close()


def put(number):
    return lambda connection: connection.execute(PUT, row(number))


async def test_what_lost_a_race_is_run_again_and_sees_who_won(threads, kept):
    both_have_read = threading.Barrier(2)
    tries = []

    def work(connection):
        names = connection.execute(ALL).scalars()
        tries.append(names)
        if len(tries) <= 2:
            both_have_read.wait()
        connection.execute(PUT, row(len(names)))
        return len(names)

    numbers = await asyncio.gather(threads.write(work), threads.write(work))

    assert sorted(numbers) == [0, 1]
    assert kept() == [0, 1]
    assert (tries, threads.reruns) == ([[], [], ["a"]], 1)


async def test_of_two_that_wait_for_each_other_one_is_run_again_until_it_is_done(
    threads, kept
):
    for number in (1, 2):
        await threads.write(put(number))
    each_has_one = threading.Barrier(2)
    tries = []

    def named(name, *numbers):
        def work(connection):
            tries.append(name)
            first_try = len(tries) <= 2
            connection.run("SET LOCAL deadlock_timeout TO '10ms'")
            for number in numbers:
                connection.execute(NAME, {"of": number, "name": name}).all()
                if first_try and number == numbers[0]:
                    each_has_one.wait()

        return threads.write(work)

    await asyncio.gather(named("a", 1, 2), named("b", 2, 1))

    # who is run again may be there first, where the other is slow to wake
    assert threads.reruns == len(tries) - 2 > 0
    assert kept() == [1, 2]
    names = await threads.read(lambda connection: connection.execute(ALL).scalars())
    assert names == [tries[-1]] * 2  # who was run again came last, to both


async def test_what_never_wins_is_told_as_not_done(threads, kept):
    await threads.write(put(1))

    with pytest.raises(JournalUnavailable, match="UniqueViolation") as told:
        await threads.write(put(1))

    assert "(1)" not in str(told.value)  # no value of a row
    assert kept() == [1]


async def test_what_work_raises_undoes_it_and_is_raised(threads, kept):
    def work(connection):
        connection.execute(PUT, row(1))
        raise KeyError

    with pytest.raises(KeyError):
        await threads.write(work)
    with pytest.raises(Unreadable):
        await threads.read(lambda connection: connection.execute(ALL).one())

    assert (kept(), threads.reruns) == ([], 0)


async def test_a_connection_that_was_lost_before_is_made_anew(
    threads, kept, postgres, url
):
    await threads.write(put(1))
    postgres.run(THEY_GO, url)

    await threads.write(put(2))
    assert await threads.read(lambda c: c.execute(ALL).scalars()) == ["a", "a"]

    assert kept() == [1, 2]


async def test_the_first_who_asks_has_the_connection_that_there_is(url):
    first = Connection(url)
    threads = threads_at(url, first=first)

    assert await threads.read(lambda connection: connection) is first
    assert await threads.write(lambda connection: connection) is not first

    threads.close()
    assert first.is_lost


async def test_where_that_was_lost_since_or_nobody_asked_it_is_let_go(url, kept):
    first, unused = Connection(url), Connection(url)
    threads = threads_at(url, first=first)
    first.close()

    await threads.write(put(1))
    threads.close()
    threads_at(url, first=unused).close()

    assert (kept(), unused.is_lost) == ([1], True)


async def test_a_connection_that_is_lost_on_the_way_undoes_and_runs_again(
    through, kept
):
    threads, proxy = through
    proxy.cut_before.append(b"INSERT")

    await threads.write(put(1))

    assert (kept(), threads.reruns, proxy.cuts) == ([1], 1, 1)


async def test_one_that_is_cut_while_it_is_made_is_let_go_and_another_one_is_made(
    through, kept
):
    threads, proxy = through
    proxy.cut_before.append(b"statement_timeout")  # what is said first on each

    await threads.write(put(1))

    assert (kept(), threads.reruns, proxy.cuts) == ([1], 1, 1)
    assert [one.is_lost for one in threads._connections] == [False]


# What nobody waits for is on its way: until another transaction has written a row.
WRITTEN = """
DO $$ BEGIN
  WHILE NOT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'transactionid' AND pid <> pg_backend_pid()
  ) LOOP PERFORM pg_sleep(0.01); END LOOP;
  PERFORM pg_sleep(0.01);
END $$
"""
THE_SAME = "INSERT INTO things VALUES (1, 'b'); UPDATE things SET id = 2"


@pytest.mark.parametrize("is_waited_for", [True, False])
async def test_who_is_held_up_in_a_transaction_holds_up_others_for_two_seconds(
    threads, postgres, url, kept, is_waited_for
):
    tries = []

    def work(connection):
        put = connection.execute(PUT, row(1))
        tries.append(put.rowcount if is_waited_for else 1)
        if len(tries) == 1:  # it keeps still while another wants the same
            postgres.run(f"{WRITTEN}; SET statement_timeout TO '5s'; {THE_SAME}", url)

    await threads.write(work)

    assert (kept(), tries, threads.reruns) == ([1, 2], [1, 1], 1)


async def test_of_a_commit_without_an_answer_it_is_found_out_that_it_was_done(
    through, kept
):
    threads, proxy = through
    runs = []

    def work(connection):
        runs.append(1)
        connection.execute(PUT, row(len(runs)))
        return len(runs)

    proxy.cut_after.append(COMMIT)

    assert await threads.write(work) == 1
    assert (kept(), runs, proxy.cuts) == ([1], [1], 1)


async def test_of_a_commit_that_never_came_it_is_found_out_and_it_runs_again(
    through, kept
):
    threads, proxy = through
    proxy.cut_before.append(COMMIT)

    await threads.write(put(1))

    assert (kept(), threads.reruns, proxy.cuts) == ([1], 1, 1)


async def test_a_way_that_keeps_still_is_cut_and_what_is_told_is_true(through, kept):
    threads, proxy = through
    await threads.write(put(1))
    proxy.still.set()

    writing = asyncio.create_task(threads.write(put(2)))
    await asyncio.wait({writing}, timeout=0.2)
    proxy.still.clear()
    await asyncio.wait({writing})
    is_told = isinstance(writing.exception(), JournalUnavailable)  # none was made
    await threads.write(put(3))

    assert kept() == ([1, 3] if is_told else [1, 2, 3])


async def test_while_the_server_is_away_that_is_told_and_then_it_goes_on(
    postgres, url, through, kept
):
    threads, proxy = through
    await threads.write(put(1))
    port = proxy.lead(1)  # where nobody listens
    postgres.run(THEY_GO, url)

    with pytest.raises(JournalUnavailable):
        await threads.write(put(2))
    with pytest.raises(JournalUnavailable):
        await threads.read(lambda connection: connection.execute(ALL).all())
    proxy.lead(port)
    await threads.write(put(3))

    assert kept() == [1, 3]


@pytest.fixture
async def fails_over(postgres):
    """Return what does work on a journal, the COMMIT of which is not answered.

    Before anybody can ask how it ended, another server has taken over.
    """
    with server() as one, proxied(one.database()) as (proxy, way):
        clock = FakeClock()
        journal = await opened(way, clock)
        await journal.known.keep("before", "")  # so what writes is connected

        async def run(work, words):
            words(proxy).append(COMMIT)
            port = proxy.lead(1)  # where nobody listens
            working = asyncio.create_task(work(journal, clock))
            while not proxy.cuts:
                if working.done():  # by a thread that had no connection yet
                    assert working.exception()
                    working = asyncio.create_task(work(journal, clock))
                await asyncio.sleep(0)
            await asyncio.to_thread(one.succeed)
            proxy.lead(port)
            return await working

        yield run
        journal.close()


@pytest.mark.parametrize("words", ["cut_after", "cut_before"])
async def test_what_was_accepted_before_a_failover_is_found_by_its_key(
    fails_over, words
):
    async def work(journal, clock):
        accepted = await journal.accept(new_intent(clock(), 1))
        return accepted, await journal.find.counts()

    (intent, is_new), counts = await fails_over(
        work, lambda proxy: getattr(proxy, words)
    )

    assert (intent.handle, is_new, counts) == ("R1", True, {intent.state: 1})


async def test_of_what_has_no_key_nobody_knows_after_a_failover(fails_over):
    async def work(journal, clock):
        await journal.known.keep("name", "value")

    with pytest.raises(JournalUnavailable, match="another server"):
        await fails_over(work, lambda proxy: proxy.cut_after)


async def test_more_than_there_are_threads_is_done_all_the_same(threads, kept):
    await asyncio.gather(*(threads.write(put(n)) for n in range(THREADS * 3)))

    assert kept() == list(range(THREADS * 3))


async def test_nothing_is_taken_once_it_is_closed(url, kept):
    threads = threads_at(url)
    threads.close()

    with pytest.raises(JournalUnavailable, match="closed"):
        await threads.write(put(1))
    with pytest.raises(JournalUnavailable, match="closed"):
        await threads.read(lambda connection: connection.execute(ALL).all())
    assert kept() == []


async def test_what_waits_for_its_turn_keeps_neither_reads_nor_letters_waiting(
    threads, kept
):
    turn = threading.Event()

    def waits(number):
        def work(connection):
            turn.wait()
            connection.execute(PUT, row(number))

        return work

    many = range(THREADS * 2)
    starts = [asyncio.ensure_future(threads.write(waits(n))) for n in many]
    await asyncio.sleep(0)  # they have all queued before
    try:
        async with asyncio.timeout(10):
            await threads.write(put(100), lasting=False)
            names = await threads.read(lambda c: c.execute(ALL).scalars())
        meanwhile = kept()
    finally:
        turn.set()
    await asyncio.gather(*starts)

    assert (names, meanwhile) == (["a"], [100])
    assert kept() == [*many, 100]
