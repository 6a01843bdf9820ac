"""A push that breaks is told where people look, once for each trouble, and stops."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.journal.evidence import Headline, Target
from bot.states import State
from tests.bot.operations.tencent import (
    FAILED,
    IDLE,
    KEY,
    RECOVERING,
    RUNNING,
    started,
    texts,
)
from tests.world import make_world

URL = "rtmp://push.example.com/live/k"
START = f"/relay start 295066 url={URL} --go"
TWO = START.replace(" --go", " url=rtmp://push.example.com/live/2 --go")
STOP = "/relay stop R1 --yes"
ERROR = (-101, "the peer closed the connection")
ONE, OTHER = (
    "1 rtmp://push.example.com/live/****",
    "2 rtmp://push.example.com/live/****",
)


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


async def told(world, *audiences):
    """Return what is told, without the moments."""
    return [text.partition(" · 2026")[0] for text in await texts(world, *audiences)]


async def fail(tencent, relay, **which):
    await tencent.tells(relay, RECOVERING, **which)
    await tencent.tells(relay, FAILED, error=ERROR, **which)
    await tencent.tells(relay, IDLE, **which)


async def test_a_failed_push_is_told_in_the_thread_and_to_the_operators(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)

    await fail(tencent, relay)

    now = await world.handle("R1")
    (target,) = now.standing.targets
    assert (now.state, now.standing.headline) == (State.STARTED, Headline.PUSH_FAILED)
    assert (target.status, target.code, target.text) == (
        Target.FAILED,
        "-101",
        ERROR[1],
    )
    assert await texts(world, "channel") == ["🔴 R1 · push failed · room 295066"]
    lines = [text.partition(" · 20")[0] for text in await texts(world, "thread")]
    assert lines == [f"🟠 R1 · {ONE} lost its connection", f"🔴 R1 · {ONE} failed"]
    (alarm,) = await world.alarms()
    assert alarm.text.startswith(f"🔴 R1 · {ONE} failed")
    body = json.dumps(alarm.body)
    for needed in ("U0ANA", "-101", ERROR[1], "Stop R1", "goes on running, and is"):
        assert needed in body


async def test_a_failed_push_stays_stoppable(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    await fail(tencent, relay)
    await tencent.later(minutes=1)

    await world.typed(STOP)

    assert world.cloud.state.running == []
    assert (await world.handle("R1")).state is State.STOPPED


async def test_the_operators_are_told_of_each_outage_once(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    await fail(tencent, relay)
    await tencent.tells(relay, FAILED, error=ERROR)
    once = len(await world.alarms())
    await tencent.tells(relay, RUNNING)
    await fail(tencent, relay)

    assert once == 1
    assert len(await world.alarms()) == 1


async def test_an_outage_is_over_once_it_was_live_for_five_minutes(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    await fail(tencent, relay)
    await tencent.tells(relay, RUNNING)
    await tencent.later(seconds=20)
    await tencent.later(minutes=5)
    await fail(tencent, relay)

    lines = [one.notification.line for one in await world.alarms()]
    assert lines == ["alert:failed:1", "alert:failed:2"]


async def test_one_of_two_targets_fails_and_comes_back(world, tencent):
    relay = await started(world, TWO)
    for url in (0, 1):
        await tencent.tells(relay, RUNNING, url=url)

    await tencent.tells(relay, RECOVERING, FAILED, url=1, error=ERROR)
    failed = await texts(world, "channel")
    await tencent.tells(relay, RUNNING, url=1)

    lines = [text.partition(" · 20")[0] for text in await texts(world, "thread")]
    assert failed == ["🟠 R1 · target 2 failed · room 295066"]
    assert await texts(world, "channel") == ["🟢 R1 · live · room 295066"]
    assert lines == [
        f"🟠 R1 · {OTHER} lost its connection",
        f"🔴 R1 · {OTHER} failed",
        f"R1 · {OTHER} recovered",
    ]


async def test_a_flapping_target_is_one_line_with_a_count(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)

    for _time in range(5):
        await tencent.tells(relay, RECOVERING, RUNNING)

    lines = [text.partition(" · 20")[0] for text in await texts(world, "thread")]
    assert lines == [
        f"🟠 R1 · {ONE} lost its connection",
        f"R1 · {ONE} recovered",
        f"🟠 R1 · {ONE} has broken 5 times",
    ]
    assert await world.alarms() == []


async def test_the_line_of_a_flapping_target_is_renewed_once_a_minute(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    posted = []
    for _time in range(30):
        await tencent.later(seconds=10)
        await tencent.tells(relay, RECOVERING, RUNNING)
        before = len(world.slack.sent)
        await world.bot.delivery.deliver()
        sent = [body.get("text", "") for _way, body in world.slack.sent[before:]]
        posted += [text for text in sent if "has broken" in text]

    assert len(posted) <= 6  # five minutes of it


async def test_a_recovery_is_told_and_an_ended_relay_tells_no_trouble(world, tencent):
    relay = await started(world, START)
    late = tencent.event(relay, FAILED, error=ERROR)
    await tencent.later(minutes=1)
    await world.typed(STOP)
    before = await texts(world, "thread", "ops")

    await tencent.sends(late)

    assert await texts(world, "thread", "ops") == before
