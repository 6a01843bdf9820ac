"""Threads that are closed while the server says nothing, or slowly."""

import asyncio
import threading

import pytest

from bot.errors import JournalUnavailable
from bot.journal.postgres.engine import THREADS
from tests.bot.journal.postgres.conftest import ALL
from tests.bot.journal.postgres.test_engine import put, threads_at
from tests.servers.proxy import proxied


def looked(begun):
    def work(connection):
        begun.set()
        return connection.execute(ALL).all()

    return work


async def test_closing_waits_for_no_server_that_says_nothing(url):
    with proxied(url) as (proxy, way):
        threads = threads_at(way, closing=0.2)
        await threads.write(put(1))
        proxy.still.set()
        begun = threading.Event()  # of whichever gets the connection that is there
        works = [looked(begun) for _each in range(THREADS + 1)]
        writing = [asyncio.ensure_future(threads.write(one)) for one in works]
        await asyncio.to_thread(begun.wait)  # others connect, or have queued

        closing = threading.Thread(target=threads.close, daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, 10)
        ended = await asyncio.gather(*writing, return_exceptions=True)

    assert not closing.is_alive()
    assert {type(one) for one in ended} == {JournalUnavailable}


async def test_what_still_connects_when_it_is_closed_writes_nothing_any_more(url, kept):
    with proxied(url, delay=0.1) as (_proxy, way):
        threads = threads_at(way, closing=0.05)
        writing = asyncio.ensure_future(threads.write(put(1)))
        await asyncio.sleep(0)  # a thread has begun with it
        await asyncio.to_thread(threads.close)

        with pytest.raises(JournalUnavailable, match="closed"):
            await writing

    assert kept() == []
