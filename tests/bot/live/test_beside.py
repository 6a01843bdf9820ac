"""A bot that runs beside a trial takes nothing of it for its own, nor for a failure."""

import json
import os
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.errors import NotAllowed
from bot.ids import agent_for, intent_id, intent_of
from bot.live.relaying import PREFIX
from bot.sandbox.cloud.state import Relay
from tests.bot.operations.tencent import (
    CONNECTING,
    DISCONNECTING,
    FAILED,
    IDLE,
    KEY,
    RECOVERING,
    RUNNING,
    Tencent,
)
from tests.world import TEAM, make_world

URL = "rtmp://push.example.com/live/1"
EVERY = (CONNECTING, RUNNING, RECOVERING, FAILED, DISCONNECTING, IDLE)
NAMES = st.text("pb_doctr0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=1, max_size=32)


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


def running(world, agent):
    app = world.cloud.app_id
    return Relay("-m9trial." + agent, agent, agent, app, [URL], "", 0.0)


async def test_a_robot_of_a_trial_is_not_adopted_and_alarms_nobody(world):
    relay, tencent = running(world, PREFIX + os.urandom(10).hex()), Tencent(world)

    with capture_logs() as logs:
        await tencent.tells(relay, *EVERY)
        await tencent.tells(relay, *EVERY)  # once more, as repeated ones
        await tencent.later(minutes=6)

    assert await world.journal.find.by_ref(relay.task_id, TEAM) is None
    assert await world.journal.find.recent(TEAM) == []
    assert await world.notices() == []
    heard = [one["event"] for one in logs if one["event"].startswith("callback.")]
    assert heard == ["callback.not-ours"] * 2 * len(EVERY)
    assert {one["log_level"] for one in logs} == {"info"}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.one_of(NAMES, NAMES.map("pb_".__add__), NAMES.map(PREFIX.__add__)))
def test_only_a_name_of_our_making_is_ours(name):
    number = intent_of(name)

    assert number is None or agent_for(number) == name
    assert intent_of(PREFIX + name) is None


def test_a_name_of_our_making_behind_the_prefix_of_a_trial_is_not_ours(world):
    own = agent_for(intent_id(world.clock(), b"0123456789"))

    assert intent_of(own) is not None
    assert intent_of(PREFIX + own) is None
    assert intent_of(PREFIX + own.removeprefix("pb_")) is None


async def test_who_asks_whether_somebody_is_here_is_refused_and_not_counted(world):
    for app in ("live-main", str(world.cloud.app_id), "nowhere"):
        with pytest.raises(NotAllowed):
            await world.callbacks.receive(app, b"", "")

    assert world.hearing.reception.refused == {}
    assert world.hearing.reception.turned_away == set()


async def test_what_is_not_empty_and_not_signed_is_counted_as_before(world):
    with pytest.raises(NotAllowed):
        await world.callbacks.receive("live-main", json.dumps({}).encode(), "")

    assert list(world.hearing.reception.refused) == ["live-main"]
