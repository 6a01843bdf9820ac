"""What a start costs a whole bot of its journal, from the command to its card."""

from contextlib import AsyncExitStack

import pytest

from tests.bot.journal.test_cost import MOST_STATEMENTS, Meter
from tests.fakes.sqlite import heard
from tests.world import TEAM, make_world

pytestmark = pytest.mark.sqlite

START = "/relay start {0} url=rtmp://push.example.com/live/{0} --go"
ASKED_BESIDE = 1  # whether a stop waited for its TaskId


@pytest.fixture
async def stack():
    async with AsyncExitStack() as made:
        yield made


@pytest.fixture
def driver():
    with heard() as told:
        yield told


async def test_a_start_asks_one_thing_beside_what_the_journal_takes_for_it(
    stack, driver, tmp_path
):
    world = await make_world(stack, tmp_path / "p.db")
    taken = []
    for number in range(3):
        meter = Meter()
        driver.listeners[:] = [meter.listen]
        await world.typed(START.format(number), channel=f"C0OPS{number}")
        await world.bot.delivery.deliver()
        world.clock.push(seconds=60)  # nothing waits for its place in Slack
        taken.append((meter.statements.total(), meter.syncs))

    assert (await world.journal.find.by_handle("R3", TEAM)).card is not None
    assert taken[1:] == [(MOST_STATEMENTS + ASKED_BESIDE, 3)] * 2
