"""A server that takes no writes any more: the threads find the one that does."""

import pytest

from bot.errors import JournalUnavailable
from bot.journal.postgres.engine import QUICK, READERS, THREADS
from tests.bot.journal.postgres.conftest import ALL
from tests.bot.journal.postgres.test_engine import THEY_GO, put, threads_at
from tests.servers.postgres import server
from tests.servers.proxy import proxied

THINGS = "CREATE TABLE things (id integer, name text, body bytea)"
ONLY_READS = 'ALTER DATABASE "{name}" SET default_transaction_read_only = on'
WRITES = 'ALTER DATABASE "{name}" RESET default_transaction_read_only'


@pytest.fixture
def told(postgres, url):
    """Return what tells the server whether connections from now on only read."""

    def tell(text):
        postgres.run(text.format(name=url.rpartition("/")[2]))

    return tell


@pytest.mark.parametrize("lasting", [True, False])
async def test_a_connection_made_while_the_server_only_read_is_not_kept(
    postgres, url, told, kept, lasting
):
    threads = threads_at(url)
    await threads.write(put(1), lasting=lasting)
    told(ONLY_READS)
    postgres.run(THEY_GO, url)
    for number in range(THREADS):
        with pytest.raises(JournalUnavailable, match=r"read-only|takes no writes"):
            await threads.write(put(number), lasting=lasting)
    told(WRITES)

    for number in range(2, 2 + THREADS):
        await threads.write(put(number), lasting=lasting)
    threads.close()

    assert kept() == [*range(1, 2 + THREADS)]


async def test_what_only_wrote_nothing_is_refused_before_it_is_committed_too(
    url, told, kept
):
    threads = threads_at(url)
    told(ONLY_READS)
    with pytest.raises(JournalUnavailable, match="the server takes no writes"):
        await threads.write(lambda _connection: None)
    told(WRITES)

    await threads.write(put(1))
    threads.close()

    assert kept() == [1]


@pytest.fixture
def pair():
    """Return two servers, each with the same database, and a way to the first."""
    with server() as old, server() as new:
        url = old.database()
        name = url.rpartition("/")[2]
        new.run(f'CREATE DATABASE "{name}"')
        for one in (old, new):
            one.run(THINGS, one.url(name))
        with proxied(url) as (proxy, way):
            yield old, new, name, proxy, way


def numbers(one, name):
    return [number for (number,) in one.run("SELECT id FROM things", one.url(name))]


async def test_where_another_server_has_taken_over_all_threads_find_it(pair):
    """The old one is there still, and reads; no connection to it was cut."""
    old, new, name, proxy, way = pair
    threads = threads_at(way)
    for number in range(THREADS + QUICK):
        await threads.write(put(number), lasting=number < THREADS)
    for _each in range(READERS):
        await threads.read(lambda connection: connection.execute(ALL).all(), long=True)
    old.run("ALTER SYSTEM SET default_transaction_read_only = on")
    old.run("SELECT pg_reload_conf()")
    while old.run("SHOW default_transaction_read_only") != [("on",)]:
        pass
    proxy.lead(new.port)

    await threads.write(put(100))  # run again: nobody is told of it
    for number in range(101, 101 + THREADS + QUICK):
        await threads.write(put(number), lasting=number % 2)
    reads = [
        await threads.read(lambda one: len(one.execute(ALL).all()), long=number % 2)
        for number in range((QUICK + READERS) * 2)
    ]
    threads.close()

    written = [*range(100, 101 + THREADS + QUICK)]
    assert numbers(new, name) == written
    assert numbers(old, name) == [*range(THREADS + QUICK)]
    assert reads == [len(written)] * len(reads)
