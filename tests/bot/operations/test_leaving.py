"""Taken out of a workspace, the bot tells those who are left what runs on there."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.cards.alarms import MOST_LEFT
from bot.dialogue.ask import Person
from bot.settings import Policy, Rule, Workspace
from tests.bot.operations.tencent import FAILED, KEY, RUNNING, Tencent
from tests.fakes.slack import org_wide
from tests.world import TEAM, live_again, make_world

ORG, NEXT = "E0ORG", "T0NEXT"
TED = Person(team=NEXT, user="U0TED", home=NEXT)
RULES = (Rule(name="all", actions=("*",), users=("U0TED",)),)
NAMES = {TEAM: "News", NEXT: "Sport"}
OWN = (
    Workspace(team=NEXT, ops_channel="CNEXT"),
    Workspace(team=TEAM, ops_channel="CNEWS"),
)
START = "/relay start {0} url=rtmp://push.example.com/live/{0} --go"


def listed(world, *teams):
    world.slack.data |= org_wide(ORG, {team: NAMES[team] for team in teams})


@pytest.fixture
async def make(tmp_path):
    """Return what makes a bot of two workspaces; *after* one, its next life."""
    async with AsyncExitStack() as stack:

        async def made(after=None, *, ops="COPS", own=(), teams=(TEAM, NEXT)):
            more = {
                "policy": Policy(rules=RULES),
                "key": KEY,
                "greeted": False,
                "settings": {"ops_channel": ops, "workspaces": own},
            }
            path = tmp_path / "p.db"
            if after is None:
                world = await make_world(stack, path, **more)
            else:
                after.journal.close()
                world = await live_again(stack, path, after.cloud, **more)
                await world.directory.recall("")
            listed(world, *teams)
            await world.directory.identify("")
            return world

        yield made


async def started(world, *rooms):
    """Start a relay in each of *rooms*, in the second workspace; deliver its cards.

    Return the last of them as the cloud knows it.
    """
    for room in rooms:
        ask = world.ask(START.format(room))
        await world.router.answer(replace(ask, who=TED))
        await world.settled()
    await delivered(world)
    return next(reversed(world.cloud.state.relays.values()))


async def delivered(world):
    for _round in range(8):
        await world.bot.delivery.deliver()
        world.clock.push(seconds=2)


def posts(world, channel):
    return [body for way, body in world.slack.sent if way == f"post {channel}"]


async def taken_out(world):
    listed(world, TEAM)
    world.directory.take({"type": "team_access_revoked", "team_ids": [NEXT]})
    await world.settled()
    await delivered(world)


@pytest.mark.parametrize("down", [False, True])
async def test_operators_are_told_once_what_runs_on_where_the_app_was_taken_out(
    make, down
):
    world = await make()
    relay = await started(world, "7")

    if down:
        world = await make(world, teams=(TEAM,))
        await world.settled()
        await delivered(world)
    await taken_out(world)

    (told,) = [one for one in posts(world, "COPS") if "Sport" in one["text"]]
    assert told["text"] == "🔴 This app was taken out of the workspace Sport."
    text = str(told["blocks"])
    assert "1 thing that was started there goes on, and may be billed." in text
    assert "R1 · room 7 · " in text
    assert relay.task_id in text


async def test_with_nothing_running_there_it_is_no_more_than_a_word(make):
    world = await make()

    await taken_out(world)

    (told,) = posts(world, "COPS")
    assert told["text"] == "🟠 This app was taken out of the workspace Sport."
    assert "billed" not in str(told)


async def test_of_much_that_runs_there_a_part_is_listed(make):
    world = await make()
    await started(world, *map(str, range(1, MOST_LEFT + 3)))

    await taken_out(world)

    text = str(posts(world, "COPS")[-1]["blocks"])
    assert text.count(" · room ") == MOST_LEFT
    assert "and 2 more" in text


@pytest.mark.parametrize(("ops", "own"), [("COPS", OWN), ("", OWN)])
async def test_what_happens_there_afterwards_is_told_to_those_who_are_left(
    make, ops, own
):
    """Its own channel is out of reach, and money is spent."""
    world = await make(ops=ops, own=own)
    tencent = Tencent(world)
    relay = await started(world, "7")
    await tencent.tells(relay, RUNNING)
    before = len(world.slack.sent)

    await taken_out(world)
    await tencent.tells(relay, FAILED)
    await delivered(world)

    told = [body for body in posts(world, ops or "CNEWS") if "failed" in body["text"]]
    assert [one["text"].endswith(" · Sport") for one in told] == [True]
    assert "post CNEXT" not in [way for way, _body in world.slack.sent[before:]]
