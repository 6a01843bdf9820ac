"""What Tencent tells by itself is told on without what opens a stream."""

import sqlite3
from contextlib import AsyncExitStack, closing

import pytest

from bot.ids import agent_for, intent_id
from bot.sandbox.cloud.state import Relay
from tests.bot.operations.tencent import FAILED, KEY, RUNNING, lost, started
from tests.world import make_world

URL = "rtmp://push.example.com/live/firstk3y"
OTHER = "rtmp://push.example.com/live/otherk3y"
START = f"/relay start 295066 url={URL} url={OTHER} --go"
ERROR = ("otherk3y", "push to OTHERK3Y failed: live/firstk3y")


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


async def target_of(world):
    intent = await world.handle("R1")
    facts = await world.journal.find.facts_of(intent.id)
    (target, _other) = intent.standing.targets
    return (target.code, target.text), [one.text for one in facts if one.text]


async def test_an_event_quotes_no_key_of_any_target_of_its_relay(world, tencent):
    relay = await started(world, START)

    await tencent.tells(relay, RUNNING)
    await tencent.tells(relay, FAILED, error=ERROR)

    told = "push to **** failed: live/****"
    assert await target_of(world) == (("****", told), [told])


async def test_nor_where_there_is_but_a_code(world, tencent):
    relay = await started(world, START)

    await tencent.tells(relay, RUNNING)
    await tencent.tells(relay, FAILED, error=("otherk3y", ""))

    assert await target_of(world) == (("****", ""), [])


@pytest.mark.parametrize("failure", ["", "late", "reset"])
async def test_nor_of_a_target_that_a_change_leads_to_or_may(world, tencent, failure):
    relay = await started(world, START)
    if failure:
        world.cloud.state.fail_next("UpdatePublishCdnStream", failure)
    new = "rtmp://push.example.com/live/thirdk3y"
    beside = "rtmp://push.example.com/live/fourthk3y"
    await world.typed(f"/relay update R1 url={new} url={beside} --yes")

    error = ("-3", "to thirdk3y, and not to otherk3y or fourthk3y")
    await tencent.tells(relay, FAILED, target=new, error=error)

    intent = await world.handle("R1")
    facts = await world.journal.find.facts_of(intent.id)
    assert "to ****, and not to **** or ****" in [one.text for one in facts]


async def test_of_a_request_that_cannot_be_read_no_error_is_repeated(
    world, tencent, tmp_path
):
    relay = await started(world, START)
    with closing(sqlite3.connect(tmp_path / "p.db")) as file, file:
        file.execute("UPDATE intents SET request = ?", (b"altered",))

    await tencent.tells(relay, FAILED, error=("-3", ERROR[1]))

    assert await target_of(world) == (("-3", ""), [])


async def test_of_a_relay_that_was_started_elsewhere_its_own_address_is_known(
    world, tencent
):
    agent = agent_for(intent_id(world.clock(), bytes(10)))
    relay = Relay("-m9elsewhere.", agent, "7", 1, [URL], "", 0.0)

    await tencent.tells(relay, RUNNING)
    await tencent.tells(relay, FAILED, error=("-3", "to firstk3y, room 7"))

    (target,) = (await world.handle("R1001")).standing.targets
    assert (target.code, target.text) == ("-3", "to ****, room 7")


async def test_an_event_about_no_target_tells_nothing_of_the_others(world, tencent):
    relay = await lost(world, START)

    await tencent.tells(relay, FAILED, target="rtmp://h/live/x", error=ERROR)

    intent = await world.handle("R1")
    facts = await world.journal.find.facts_of(intent.id)
    texts = [one.text for one in facts if one.ref == relay.task_id]
    assert intent.standing.candidates == (relay.task_id,)
    assert texts == ["push to **** failed: live/****"]
