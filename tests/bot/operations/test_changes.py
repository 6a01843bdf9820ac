"""Changes over the lives of a bot: none is sent twice, nor after a stop."""

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.operations.recovery import recover
from bot.states import State
from tests.commands.relay.samples import calls
from tests.fakes.journal import claimed
from tests.world import TEAM, live_again, make_world

A, C = (f"rtmp://{host}.example.com/live/the-secret" for host in "ac")
START = f"/relay start 295066 url={A} --go"
CHANGE = f"/relay update R1 url={C} --yes"
UPDATE = "UpdatePublishCdnStream"


@pytest.fixture
async def crash(tmp_path):
    """Accept a change, die at once or while it is sent, and live again."""
    async with AsyncExitStack() as outer:
        cloud = (await make_world(outer, tmp_path / "first.db")).cloud

        async def run(*lines, sending=False, later=timedelta()):
            path = tmp_path / "p.db"
            async with AsyncExitStack() as stack:
                first = await live_again(stack, path, cloud)
                await first.typed(START)
                first.clock.hold()
                for line in lines:
                    await first.router.answer(first.ask(line))
                if sending:
                    change, _start = await first.journal.find.history("R1", TEAM)
                    await claimed(first.journal, change.id, owner="then")
            world = await live_again(outer, path, cloud)
            world.clock.ahead = later
            await recover(world.executor, world.hearing, world.clock())
            await world.settled()
            change, *_rest = await world.journal.find.history("R1", TEAM)
            return world, change, await world.handle("R1")

        yield run


async def test_one_that_was_queued_a_moment_ago_is_sent_once(crash):
    world, change, relay = await crash(CHANGE)

    assert (change.state, calls(world, UPDATE)) == (State.DONE, 1)
    assert relay.standing.version == relay.sequence == change.sequence > 0
    assert [one.urls for one in world.cloud.state.running] == [[C]]


async def test_one_that_was_being_sent_is_perhaps_made_and_not_sent_again(crash):
    world, change, relay = await crash(CHANGE, sending=True)

    assert (change.state, calls(world, UPDATE)) == (State.UNKNOWN, 0)
    assert relay.standing.doubted == (change.sequence,)
    assert relay.masked["PublishCdnParams"][0]["PublishCdnUrl"].startswith("rtmp://a.")


async def test_one_that_waited_for_too_long_is_not_sent(crash):
    world, change, relay = await crash(CHANGE, later=timedelta(minutes=3))

    assert (change.state, calls(world, UPDATE)) == (State.NOT_STARTED, 0)
    assert (relay.standing.version, relay.standing.doubted) == (0, ())


async def test_one_of_what_is_being_stopped_is_not_sent(crash):
    world, change, _relay = await crash(CHANGE, "/relay stop R1 --yes")

    stop = change if change.action != UPDATE else None
    history = await world.journal.find.history("R1", TEAM)
    (update,) = [one for one in history if one.action == UPDATE]
    assert stop is not None
    assert update.state is State.NOT_STARTED or calls(world, UPDATE) == 1
    assert world.cloud.state.running == []
