"""A change costs money as a start does: by rights that Slack has just vouched for."""

from contextlib import AsyncExitStack

import pytest

from bot.settings import Policy, Rule
from bot.slack.people import FRESH
from bot.states import State
from tests.world import TEAM, make_world

ONCALL = Rule(name="on-call", actions=("relay.*",), groups=("S1",))
START = "/relay start 7 url=rtmp://push.example.com/live/1 --go"
CHANGE = "/relay update R1 bitrate=1200 --yes"


@pytest.fixture
async def running(tmp_path):
    """Return a world with a relay of ana's, who is in the group that a rule names."""
    async with AsyncExitStack() as stack:
        path = tmp_path / "p.db"
        world = await make_world(stack, path, policy=Policy(rules=(ONCALL,)))
        world.people.groups["S1"] = {"U0ANA"}
        await world.directory.look_up_groups()
        world.directory.look_up_later(world.ask("/relay list").who)
        await world.typed(START)
        yield world


async def change(world):
    newest, *_older = await world.journal.find.history("R1", TEAM)
    return newest.state, newest.settlement.error_code


def actions(world):
    return [action for _at, action in world.cloud.state.calls]


async def test_whoever_left_the_group_half_a_minute_ago_changes_nothing(running):
    running.people.groups["S1"].clear()
    running.clock.push(seconds=FRESH + 1)

    await running.typed(CHANGE)

    assert await change(running) == (State.NOT_STARTED, "patchbay.Denied")
    assert actions(running) == ["StartPublishCdnStream"]


async def test_while_slack_does_not_say_who_may_nothing_is_changed(running):
    running.clock.push(seconds=FRESH + 1)
    running.slack.away = True

    await running.typed(CHANGE)

    assert await change(running) == (State.NOT_STARTED, "patchbay.Unchecked")
    assert actions(running) == ["StartPublishCdnStream"]
