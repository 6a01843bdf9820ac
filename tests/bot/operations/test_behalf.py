"""A stop in somebody's name is placed once, by rights as they are then, or told."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.settings import Policy, Rule
from bot.slack.people import FRESH
from bot.states import State
from tests.bot.operations.tencent import KEY, lost, texts
from tests.world import TEAM, live_again

START = "/relay start 7 url=rtmp://push.example.com/live/k --go"
RULED = Policy(rules=(Rule(name="on-call", actions=("relay.*",), groups=("S1",)),))
STOP = "StopPublishCdnStream"


@pytest.fixture
async def make(tmp_path):
    """Make a world in which ana is in the group that a rule names."""
    async with AsyncExitStack() as stack:
        lives = await stack.enter_async_context(AsyncExitStack())

        async def world(again=None, **more):
            path = tmp_path / "p.db"
            if again:
                await lives.aclose()
            cloud = again.cloud if again else LoopbackCloud()
            if not again:
                await cloud.start()
                stack.push_async_callback(cloud.close)
            made = await live_again(lives, path, cloud, policy=RULED, **more)
            made.people.groups["S1"] = {"U0ANA"}
            await made.directory.look_up_groups()
            return made

        yield world


async def running(world):
    await world.typed(START)
    return await world.handle("R1")


async def stopped(world, relay, **more):
    """Stop *relay* in the name of whoever started it; return what `stop` does."""
    more = {"key": "due:1", "why": "it was due", **more}
    done = await world.service.behalf.stop(relay, relay.asker, **more)
    await world.settled()
    return done


def stops(world):
    return [action for _at, action in world.cloud.state.calls if action == STOP]


async def trail(world):
    return [
        (one.action, one.decision.value, one.why, one.user)
        for one in await world.journal.audit.all()
    ]


async def test_it_is_an_ordinary_stop_by_whoever_it_was_wanted_by(make):
    world = await make()

    done = await stopped(world, await running(world))

    assert done
    assert len(stops(world)) == 1
    relay = await world.handle("R1")
    assert (relay.state, relay.standing.by) == (State.STOPPED, "U0ANA")
    assert (await trail(world))[-1] == ("relay.stop", "allow", "it was due", "U0ANA")
    assert await texts(world, "asker") == ["⚪ R1 is stopped."]


async def test_however_often_it_is_asked_for_it_is_placed_once(make):
    world = await make()
    relay = await running(world)

    first = [await stopped(world, relay) for _ in range(2)]
    later = await make(again=world)
    again = await stopped(later, await later.handle("R1"))

    assert [*first, again] == [True, True, True]
    assert len(stops(world)) == 1


async def test_of_what_is_over_by_then_nothing_is_stopped(make):
    world = await make()
    relay = await running(world)
    await world.typed("/relay stop R1 --yes")

    done = await stopped(world, relay)

    assert done
    assert len(stops(world)) == 1


async def test_what_is_not_wanted_any_more_is_not_placed(make):
    world = await make()
    asked = []

    async def still():
        asked.append("still")
        return False

    done = await stopped(world, await running(world), still=still)

    assert (done, asked, stops(world)) == (False, ["still"], [])
    assert (await world.handle("R1")).state is State.STARTED


async def test_whoever_left_the_group_stops_nothing_and_that_is_told_twice(make):
    world = await make()
    relay = await running(world)
    await world.typed("/relay list")
    world.people.groups["S1"].clear()
    world.clock.push(seconds=FRESH + 1)

    done = [await stopped(world, relay) for _ in range(2)]

    assert done == [False, False]
    assert stops(world) == []
    refused = ("relay.stop", "deny", "You are not among those whom “on-call” names.")
    assert (await trail(world))[-1] == (*refused, "U0ANA")
    written = [one for one in await world.notices() if "was due" in one.text]
    assert [one.audience for one in written] == ["thread", "ops"]
    text = "🟠 R1 was due to be stopped, and was not."
    assert {one.text for one in written} == {text}
    body = json.dumps(written[0].body, ensure_ascii=False)
    assert "As far as is known it goes on running, and is billed." in body
    assert "in whose name it was due, may not stop it: You are not among" in body


async def test_that_it_was_refused_is_no_news_of_what_is_over(make):
    world = await make()
    relay = await running(world)
    world.people.groups["S1"].clear()
    world.clock.push(seconds=FRESH + 1)
    await stopped(world, relay)
    world.people.groups["S1"].add("U0ANA")
    await world.directory.look_up_groups()

    await world.typed("/relay stop R1 --yes")
    await world.bot.delivery.deliver()

    posted = [str(call.get("text")) for _way, call in world.slack.sent]
    alarms = [text for text in posted if "was due to be stopped" in text]
    assert len(alarms) == 1  # the one in the thread, of then


async def test_while_slack_says_nothing_it_goes_as_it_was_accepted(make):
    world = await make()
    relay = await running(world)
    later = await make(again=world, greeted=False)

    done = await stopped(later, relay)

    assert done
    assert len(stops(world)) == 1


async def test_of_a_start_that_is_unknown_the_stop_waits_for_its_id(make):
    world = await make(key=KEY)
    await lost(world, START)

    done = await stopped(world, await world.handle("R1"))

    assert done
    assert stops(world) == []
    stop, _start = await world.journal.find.history("R1", TEAM)
    assert stop.state is State.WAITING
