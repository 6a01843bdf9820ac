"""Alerts are taken and muted by whoever may, and channels are subscribed in them."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.journal.outages import NO_MUTE
from bot.settings import Policy, Rule
from tests.bot.operations.tencent import FAILED, KEY, RECOVERING, RUNNING, Tencent
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
READER = Policy(
    rules=(
        Rule(name="ana", actions=("*",), users=("U0ANA",)),
        Rule(name="bo", actions=("relay.*",), users=("U0BO",)),
    ),
    push_hosts=("push.example.com",),
)


@pytest.fixture
async def make(tmp_path):
    async with AsyncExitStack() as stack:

        async def made(**more):
            return await make_world(stack, tmp_path / "p.db", key=KEY, **more)

        yield made


async def failed(world):
    """Start R1, and let it fail; return it."""
    await world.typed(START)
    await world.settled()
    relay = next(reversed(world.cloud.state.relays.values()))
    tencent = Tencent(world)
    await tencent.tells(relay, RUNNING, RECOVERING)
    await tencent.tells(relay, FAILED, error=(-101, "closed"))
    return await world.handle("R1")


async def test_who_took_it_first_has_it(make):
    world = await make()
    relay = await failed(world)
    await world.typed("/patchbay take R1")
    second = await world.typed("/patchbay take R1", user="U0BO")

    ((outage,), _mute) = await world.journal.alerts.of(relay.id)
    assert outage.taken_by == "U0ANA"
    assert "U0ANA" in str(second.parts)


async def test_whoever_may_not_take_an_alert_is_refused(make):
    world = await make(policy=READER)
    relay = await failed(world)
    refused = await world.typed("/patchbay take R1", user="U0BO")

    ((outage,), _mute) = await world.journal.alerts.of(relay.id)
    assert outage.taken_by == ""
    assert refused.plain == "🟠 You may not do that here."


async def test_a_relay_is_muted_and_not_any_more(make):
    world = await make()
    relay = await failed(world)
    await world.typed("/patchbay mute R1 30m")
    _there, muted = await world.journal.alerts.of(relay.id)
    await world.typed("/patchbay mute R1 off")
    _there, after = await world.journal.alerts.of(relay.id)

    assert (muted.by, after) == ("U0ANA", NO_MUTE)


@pytest.mark.parametrize("typed", ["take", "take R9", "mute R1 25h", "mute R1 x"])
async def test_what_cannot_be_read_is_answered_and_changes_nothing(make, typed):
    world = await make()
    relay = await failed(world)
    answer = await world.typed(f"/patchbay {typed}")

    ((outage,), mute) = await world.journal.alerts.of(relay.id)
    assert answer.plain
    assert (outage.taken_by, mute) == ("", NO_MUTE)


async def test_a_channel_is_subscribed_told_and_unsubscribed(make):
    world = await make()
    await world.typed("/patchbay subscribe app=live-main failed", channel="CSUB")
    there = await world.typed("/patchbay subscribe list")
    await failed(world)
    for _round in range(4):
        await world.bot.delivery.deliver()
        world.clock.push(seconds=2)
    gone = await world.typed("/patchbay unsubscribe", channel="CSUB")
    again = await world.typed("/patchbay unsubscribe", channel="CSUB")

    copies = [body for way, body in world.slack.sent if way == "post CSUB"]
    assert "CSUB" in str(there.parts)
    assert len(copies) == 1
    assert "usergroup" not in json.dumps(copies[0]["blocks"])
    assert gone.headline != again.headline


@pytest.mark.parametrize("typed", ["app=other", "sometimes"])
async def test_a_channel_is_not_subscribed_to_what_there_is_none_of(make, typed):
    world = await make()
    await world.typed(f"/patchbay subscribe {typed}")

    assert await world.journal.alerts.subscriptions("T0HOME") == []
