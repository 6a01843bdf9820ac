"""Callbacks of an app: when one came last, and whether after a request had left."""

import asyncio
import threading
from datetime import timedelta

import pytest

from bot.journal.heard import NEWEST, noted
from bot.states import State
from tests.bot.journal.conftest import APP, AT
from tests.bot.journal.test_events import event
from tests.fakes.journal import opened


async def test_when_callbacks_of_an_app_came_last_is_known(journal, relay_of, clock):
    await relay_of(State.SENDING)
    before = await journal.heard.at(APP)
    await journal.apply_event(event(), APP)
    heard = await journal.heard.at(APP)
    clock.push(seconds=5)
    await journal.heard.note(APP, clock())

    assert (before, heard) == (None, AT)
    assert await journal.heard.at(APP) == clock()
    assert await journal.heard.at(APP + 1) is None


@pytest.mark.parametrize("step", [timedelta(0), timedelta(hours=-1)])
async def test_what_was_heard_and_refused_since_it_left_is_known_by_order(
    journal, relay_of, clock, step
):
    async def known():
        return await journal.heard.since_sent(relay)

    await journal.heard.note(APP, clock())
    await journal.heard.note_refused(APP)
    relay = await relay_of(State.SENDING)
    before = await known()
    clock.ahead = step
    await journal.heard.note(APP, clock())
    heard = await known()
    await journal.heard.note_refused(APP)

    assert [before, heard, await known()] == [
        (False, False),
        (True, False),
        (True, True),
    ]


async def test_of_what_never_left_nothing_was_heard(journal, relay_of, clock):
    relay = await relay_of(State.QUEUED)
    await journal.heard.note(APP, clock())

    assert await journal.heard.since_sent(relay) == (False, False)


async def test_a_callback_holds_up_the_others_of_its_app_only_when_it_is_done(
    postgres_url, clock
):
    both = [await opened(postgres_url, clock) for _ in range(2)]
    begun, done = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work(connection):
        with noted(connection, APP, 1):
            connection.execute(NEWEST).scalar()
            loop.call_soon_threadsafe(begun.set)
            done.wait()

    first = asyncio.create_task(both[0]._writer.write(work))
    await begun.wait()
    await both[1].heard.note(APP, clock())
    is_under_way = not first.done()
    done.set()
    await first

    assert (is_under_way, await both[1].heard.at(APP)) == (
        True,
        AT.fromtimestamp(0.001, AT.tzinfo),
    )
    for journal in both:
        journal.close()
