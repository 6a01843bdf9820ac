"""A stop of many can need a second person; a stop of one never does."""

import pytest

from bot.states import State
from tests.bot.operations.approvals import ANA, asked, decided, policy, told
from tests.commands.relay.samples import calls


@pytest.fixture
async def two(world_with):
    """Return a world in which whatever is done to relays needs a second person."""
    return await world_with(policy())


async def started(world, count):
    for number in range(count):
        _answer, of = await asked(
            world, f"/relay start 7 url=rtmp://push.example.com/live/{number} --go"
        )
        await decided(world, "approve", of)


@pytest.mark.parametrize("stop", ["/relay stop R1 --yes", "/relay stop R2 --yes"])
async def test_a_stop_of_one_waits_for_nobody(two, stop):
    await started(two, 2)

    await two.typed(stop)

    assert calls(two, "StopPublishCdnStream") == 1


async def test_a_stop_of_many_with_one_tick_waits_for_nobody(two):
    await started(two, 2)
    form = await two.typed("/relay stop all")

    await two.submitted(form, relays1=("R1",))

    assert calls(two, "StopPublishCdnStream") == 1


async def test_many_are_stopped_once_somebody_else_approves(two):
    await started(two, 3)
    form = await two.typed("/relay stop all")
    answer = await two.submitted(form)
    (of,) = {
        one.notification.proposal
        for one in await two.notices()
        if "Stop 3 at once" in one.text
    }

    assert answer is None  # the card stands in the channel
    assert calls(two, "StopPublishCdnStream") == 0
    await decided(two, "approve", of)
    assert calls(two, "StopPublishCdnStream") == 3
    assert two.cloud.state.running == []
    (batch,) = [n for n in await two.notices() if n.notification.name == "batch"]
    assert batch.text == "⚪ 3 stops: all are over"
    assert batch.notification.intent.asker.user == ANA


async def test_one_of_many_can_be_stopped_while_the_others_wait(two):
    await started(two, 2)
    form = await two.typed("/relay stop all")
    await two.submitted(form)

    await two.typed("/relay stop R1 --yes")

    assert (await two.handle("R1")).state is State.STOPPED


async def test_a_table_of_stops_asks_above_its_number_only(world_with):
    world = await world_with(policy(stops_above=2))
    for number in range(3):
        await world.typed(
            f"/relay start 7 url=rtmp://push.example.com/live/{number} --go"
        )
    form = await world.typed("/relay stop all")

    await world.submitted(form, relays1=("R1", "R2"))

    assert calls(world, "StopPublishCdnStream") == 2
    assert await told(world) == []
