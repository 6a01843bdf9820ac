"""Two whole bots on one PostgreSQL: what leaves takes its slot from all, in time."""

from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from bot.states import State
from tests.world import live_again, make_world

START = "/relay start {room} url=rtmp://push.example.com/live/{room} cdn=other --go"
REGION = "ap-singapore"


@pytest.fixture
async def two(postgres_url, tmp_path):
    key = SecretStr("k" * 40)
    shared = {
        "database_url": SecretStr(postgres_url),
        "seal_key": key,
        "audit_key": key,
        "audit_anchors": tmp_path / "anchors",
    }
    async with AsyncExitStack() as stack:
        one = await make_world(stack, tmp_path / "unused.db", settings=shared)
        path, cloud, clock = tmp_path / "unused.db", one.cloud, one.clock
        other = await live_again(stack, path, cloud, settings=shared, clock=clock)
        other.asked = 100  # its keys are others
        yield one, other


async def rows(world):
    """Return of what slots were taken, and whether its rate is halved."""
    text = "SELECT name, slowed_at > 0 AS slow FROM slots ORDER BY name"
    return [
        (*one[0].split()[2:], one[1])
        for one in await world.journal._writer.read(lambda c: c.run(text).all())
    ]


async def test_starts_of_two_bots_take_slots_of_one_row_and_stops_of_another(two):
    one, other = two
    for number, world in enumerate((one, other, one)):
        await world.typed(START.format(room=number + 1))
    await other.typed("/relay stop R1 --yes")

    states = [(await one.handle(f"R{number}")).state for number in (1, 2, 3)]
    assert states == [State.STOPPED, State.STARTED, State.STARTED]
    assert await rows(one) == [
        (REGION, "StartPublishCdnStream", False),
        (REGION, "StopPublishCdnStream", False),
    ]


async def test_too_fast_to_one_slows_all_down(two):
    one, other = two
    one.cloud.state.fail_next("StartPublishCdnStream", "RequestLimitExceeded", times=1)
    await one.typed(START.format(room=1))

    assert await rows(other) == [(REGION, "StartPublishCdnStream", True)]


async def test_what_would_wait_too_long_is_told_on_its_card_and_nothing_is_sent(two):
    one, other = two
    await one.typed(START.format(room=1))
    later = "UPDATE slots SET next_at = next_at + 60000"
    await one.journal._writer.write(lambda c: c.run(later))

    await other.typed(START.format(room=2))

    refused = await one.handle("R2")
    assert (refused.state, refused.settlement.error_code) == (
        State.NOT_STARTED,
        "patchbay.Busy",
    )
    assert len(one.cloud.state.relays) == 1
