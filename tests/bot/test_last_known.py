"""Before Slack has answered, the bot goes by what Slack said last: a stop goes."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.app import Ports, build
from bot.lifecycle import begin, greet
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.settings import Policy, Rule, load
from bot.states import State
from commands import COMMANDS
from tests.world import TEAM, live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/a --go"
ONCALL = Policy(
    rules=(Rule(name="on-call", actions=("relay.*",), groups=("S0ONCALL",)),)
)


@pytest.fixture
async def lives(tmp_path):
    """Live once, with a relay that runs; then again, without a word from Slack."""
    async with AsyncExitStack() as stack:

        async def again(policy=None, team=TEAM):
            path = tmp_path / "p.db"
            world = await make_world(stack, path, policy=policy)
            world.people.groups["S0ONCALL"] = {"U0ANA"}
            await world.directory.look_up_groups()
            await world.typed(START)
            world.journal.close()
            world.clock.push(hours=1)
            more = {"policy": policy, "clock": world.clock, "greeted": False}
            second = await live_again(stack, path, world.cloud, **more)
            second.asked = 100  # a key belongs to one submission for ever
            second.slack.data["auth.test"] = {"team_id": team, "user_id": "UBOT"}
            second.slack.away = True
            await second.directory.recall("")
            return second

        yield again


@pytest.mark.parametrize("policy", [None, ONCALL])
async def test_a_stop_is_taken_and_sent(lives, policy):
    world = await lives(policy)

    answer = await world.typed("/relay stop R1 --yes")

    assert answer.plain == "🟡 R1 is being stopped."
    assert world.cloud.state.running == []
    assert (await world.handle("R1")).state is State.STOPPED


async def test_reads_answer(lives):
    world = await lives()

    read = "🔵 R1 · accepted, callbacks are off · room 295066"
    assert (await world.typed("/lookup R1")).plain == read
    assert "R1" in repr(await world.typed("/relay list"))


async def accepted(world):
    """Type a start that waits until Slack says who its asker is, and time stands."""
    world.clock.hold()
    ask = world.ask(START.replace("295066", "295067").replace("live/a", "live/b"))
    await world.router.answer(ask)
    return ask


async def test_what_a_sibling_asks_for_is_judged_again_by_what_was_kept(tmp_path):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db")
        world.slack.data["auth.test"] = {"team_id": TEAM, "enterprise_id": "E1"}
        await world.directory.identify("")

        await world.typed(START, home="T2", enterprise="E1")
        await world.typed(START, home="T2", enterprise="E9")

        relay = await world.handle("R1")
        assert (relay.asker.home, relay.asker.enterprise) == ("T2", "E1")
        assert len(world.cloud.state.running) == 1


@pytest.mark.parametrize(
    ("team", "running", "why"),
    [(TEAM, 2, ""), ("T0ELSE", 1, "asked in another workspace")],
)
async def test_a_start_waits_for_slack_and_is_void_if_the_bot_was_moved(
    lives, team, running, why
):
    world = await lives(team=team)
    await accepted(world)
    before = len(world.cloud.state.running)

    world.slack.away = False
    await world.directory.identify("")
    world.clock.release()
    await world.settled()

    relay = await world.handle("R2")
    assert (before, len(world.cloud.state.running)) == (1, running)
    assert why in relay.settlement.error_text
    assert (relay.state is State.NOT_STARTED) is bool(why)


@pytest.mark.parametrize("by_http", [True, False])
async def test_in_both_modes_it_is_heard_before_slack_says_where_it_is(
    tmp_path, monkeypatch, by_http
):
    async with AsyncExitStack() as outer:
        port = free_port()
        url = f"http://127.0.0.1:{port}/slack/events" if by_http else ""
        slack = await outer.enter_async_context(LoopbackSlack(bot_url=url))
        ops = slack.space.channels[seed.OPS.id]
        async with AsyncExitStack() as stack:
            cloud, bot = await built(stack, slack, tmp_path, monkeypatch, port)
            await begin(bot)
            await greet(bot)
            await slack.client.command(seed.ANA, ops, START)
            await bot.tasks.drain(10)
        started = len(cloud.state.running)
        for _try in range(5):
            slack.space.fail_next("auth.test", error="internal_error")
        async with AsyncExitStack() as stack:
            _cloud, bot = await built(stack, slack, tmp_path, monkeypatch, port, cloud)
            await begin(bot)
            greeting = asyncio.ensure_future(greet(bot))
            stack.callback(greeting.cancel)
            assert by_http or await slack.sockets.connected()
            await slack.client.command(seed.ANA, ops, "/relay stop R1 --yes")
            await bot.tasks.drain(10)

            assert not bot.directory.known
            assert (started, cloud.state.running) == (1, [])
        await cloud.close()


# ── over HTTP, at the very first start ───────────────────────────────────────────


async def test_at_the_first_start_everybody_hears_that_nothing_was_sent(
    tmp_path, monkeypatch, caplog
):
    port = free_port()
    url = f"http://127.0.0.1:{port}/slack/events"
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(bot_url=url))
        cloud, bot = await built(stack, slack, tmp_path, monkeypatch, port)
        ops = slack.space.channels[seed.OPS.id]
        await begin(bot)

        await slack.client.command(seed.ANA, ops, START)
        await slack.client.say(seed.ANA, ops, "@patchbay relay list")
        before = [one.text for one in slack.space.whispers.values()]
        await greet(bot)
        await slack.client.command(seed.ANA, ops, START)
        await bot.tasks.drain(10)
        running = len(cloud.state.running)
        await cloud.close()

    assert before == ["🟠 The bot is not connected to Slack yet; nothing was sent."]
    assert running == 1
    assert "Traceback" not in caplog.text


async def built(stack, slack, tmp_path, monkeypatch, port, cloud=None):
    if cloud is None:
        cloud = LoopbackCloud()
        await cloud.start()
    for name, value in {
        **slack.environment(),
        **cloud.environment,
        "BOT_DATABASE_URL": f"sqlite:///{tmp_path}/first.db",
        "BOT_ALLOW_ALL": "true",
        "BOT_PORT": str(port),
    }.items():
        monkeypatch.setenv(name, value)
    bot = await build(load(), Ports(), COMMANDS, stack)
    stack.push_async_callback(bot.server.close)
    if bot.sockets:
        stack.push_async_callback(bot.sockets.close)
    return cloud, bot
