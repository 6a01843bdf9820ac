"""What a former life left unfinished is taken up, and nothing is sent twice."""

import time
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from bot.journal.model import State
from bot.journal.schema import intents
from bot.journal.sqlite.spool import Ending
from bot.operations.recovery import Recovered, recover
from tests.world import live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
SESSION = "/car start user=u ip=125.127.178.228 --go"
LOOK = "/gs 1326515201117065216"


@pytest.fixture
async def crash(tmp_path):
    """Accept lines, die at once, and live again; `sending` died a little later."""
    async with AsyncExitStack() as outer:
        world = await make_world(outer, tmp_path / "first.db")
        cloud = world.cloud

        async def run(*lines, sending=(), later=timedelta(), before_death=None):
            path = tmp_path / "p.db"
            async with AsyncExitStack() as stack:
                first = await live_again(stack, path, cloud, boot="then")
                first.executor.tasks.spawn = lambda work, name: work.close()
                for line in lines:
                    await first.router.answer(first.ask(line))
                for handle in sending:
                    (intent, *_) = await first.journal.history(handle)
                    await first.journal.move(intent.id, State.SENDING, owner="then")
                if before_death:
                    await before_death(first)
            second = await live_again(outer, path, cloud, boot="now")
            second.clock.ahead = later
            recovered = await recover(second.executor, second.clock())
            await second.settled()
            return second, recovered

        yield run


async def test_what_was_queued_a_moment_ago_is_sent(crash):
    world, recovered = await crash(START, LOOK)

    assert recovered == Recovered(sent=2)
    assert (await world.handle("R1")).state is State.STARTED
    assert (await world.handle("G1")).state is State.DONE
    assert len(world.cloud.state.running) == 1


async def test_what_was_queued_long_ago_is_told_that_nothing_was_sent(crash):
    world, recovered = await crash(START, later=timedelta(minutes=5))

    intent = await world.handle("R1")
    assert recovered == Recovered(expired=1)
    assert (intent.state, intent.error_code) == (State.NOT_STARTED, "patchbay.Expired")
    assert world.cloud.state.running == []
    (letter,) = await world.letters()
    assert letter.body["text"] == "🔴 R1 · not started   room 295066"


@pytest.mark.parametrize(("line", "handle"), [(START, "R1"), (SESSION, "S1")])
async def test_a_start_that_was_being_sent_is_unknown_and_is_not_sent_again(
    crash, line, handle
):
    world, recovered = await crash(line, sending=(handle,))

    assert recovered == Recovered(unknown=1)
    assert (await world.handle(handle)).state is State.UNKNOWN
    assert world.cloud.state.calls == []


async def test_a_look_up_that_was_being_sent_is_sent_again(crash):
    world, recovered = await crash(LOOK, sending=("G1",))

    assert recovered == Recovered(repeated=1)
    assert (await world.handle("G1")).state is State.DONE


async def test_a_stop_is_carried_out_however_long_it_waited(tmp_path):
    async with AsyncExitStack() as outer:
        world = await make_world(outer, tmp_path / "p.db")
        await world.typed(START)
        world.executor.tasks.spawn = lambda work, name: work.close()
        await world.router.answer(world.ask("/relay stop R1 --yes"))
        world.journal.close()

        again = await live_again(outer, tmp_path / "p.db", world.cloud)
        again.clock.ahead = timedelta(hours=3)
        recovered = await recover(again.executor, again.clock())
        await again.settled()

        assert recovered == Recovered(sent=1)
        assert world.cloud.state.running == []
        assert (await again.handle("R1")).state is State.STOPPED


async def test_recovering_twice_does_nothing_the_second_time(crash):
    world, _ = await crash(START, LOOK, sending=("R1",))

    assert await recover(world.executor, world.clock()) == Recovered()


async def test_what_a_former_life_could_only_spool_is_written_first(crash, tmp_path):
    ending = Ending("", State.STARTED, {"ref": "-spooled.", "request_id": "req"})

    async def spool(first):
        (intent,) = await first.journal.history("R1")
        first.journal.spool.put(replace(ending, intent=intent.id))
        first.journal.spool.put(replace(ending, intent="01NOBODY"))

    world, recovered = await crash(START, sending=["R1"], before_death=spool)

    relay = await world.handle("R1")
    assert (relay.state, relay.ref) == (State.STARTED, "-spooled.")
    assert recovered == Recovered()
    assert world.journal.spool.left() == []
    (card,) = [one for one in await world.letters() if one.audience == "channel"]
    assert card.body["text"] == "🟢 R1 · started   room 295066"


async def test_ten_thousand_rows_are_taken_up_within_three_seconds(crash, tmp_path):
    async def fill(first):
        await first.journal._writer.write(partial(copies_of_the_first, 10_000))

    began = time.perf_counter()
    _world, recovered = await crash(START, sending=["R1"], before_death=fill)

    assert recovered.unknown == 1
    assert time.perf_counter() - began < 30  # `make crash` measures; this finds a wall


def copies_of_the_first(count, connection):
    """Fill the journal with relays that are over."""
    (first,) = connection.execute(select(intents))
    row = dict(first._mapping)
    rows = [
        row | {"id": f"x{n:025}", "key": f"x{n}", "handle": f"R{n}", "state": "stopped"}
        for n in range(2, count)
    ]
    connection.execute(insert(intents), rows)
