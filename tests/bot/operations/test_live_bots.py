"""Two live bots on one PostgreSQL, at the same moment: what is due is done once."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.journal.proposals import Asking
from bot.journal.timer_rows import PLACED, WARNED
from bot.operations.heartbeat import look
from bot.sandbox.cloud import LoopbackCloud
from bot.settings import Rule
from bot.states import State
from tests.bot.journal.runs import SHARED
from tests.bot.operations.accidents import GatedCloud
from tests.bot.operations.approvals import ANA, BOB, CARL, asked, policy
from tests.bot.operations.approvals import told as told_of
from tests.commands.relay.samples import calls
from tests.fakes.clock import FakeClock
from tests.world import TEAM, live_again

START = "/relay start {room} url=rtmp://a.example.com/live/{room} --go"
CHANGE = "/relay update R1 url=rtmp://{host}.example.com/live/7 --yes"
STOP, UPDATE = "StopPublishCdnStream", "UpdatePublishCdnStream"
ROOMS = range(7, 11)
HANDLES = ("R1", "R2", "R3", "R4")
RULES = (
    Rule(name="on-call", actions=("relay.*",), users=(ANA, BOB, CARL)),
    Rule(name="leads", actions=("patchbay.*",), users=(BOB, CARL)),
)


@pytest.fixture
async def both(postgres_url, tmp_path):
    """Return how two bots are made that share a database, a cloud and the time."""
    async with AsyncExitStack() as stack:
        clock = FakeClock(datetime.now(UTC))
        settings = {
            "database_url": SecretStr(postgres_url),
            "seal_key": SHARED["seal_key"],
            "audit_key": SHARED["audit"].key,
        }

        async def make(cloud=None, **more):
            cloud = cloud or LoopbackCloud()
            await cloud.start()
            stack.push_async_callback(cloud.close)
            more |= {"clock": clock, "settings": settings}
            path = tmp_path / "unused.db"
            return [await live_again(stack, path, cloud, **more) for _ in range(2)]

        yield make


async def settled(bots):
    for _each in range(2):  # what one has done may be another's to do
        for one in bots:
            await one.settled()


async def at_once(bots, works):
    """Do *works* at once; wait until *bots* have nothing left to do."""
    ends = await asyncio.gather(*works)
    await settled(bots)
    return ends


async def told(bot, **facts):
    """Count what waits to be told with *facts*."""
    every = [one.notification.facts for one in await bot.notices()]
    return sum(facts.items() <= one.items() for one in every)


async def asked_to_stop(bot, handle):
    """Return how often somebody asked to stop a relay."""
    history = await bot.journal.find.history(handle, TEAM)
    return sum(one.subject.ends for one in history)


async def stops_of(bot, handle="R1"):
    """Return how many stops of a relay there are that join no other."""
    history = await bot.journal.find.history(handle, TEAM)
    return sum(one.subject.ends and one.joins is None for one in history)


async def test_a_timer_is_warned_of_and_stopped_by_one_of_both(both):
    bots = one, other = await both()
    await one.typed(START.format(room=7) + " for=2h")
    due = (await other.handle("R1")).stop_at
    given = []

    for before in (timedelta(minutes=10), timedelta()):
        one.cloud.clock = lambda: one.clock().timestamp()
        one.clock.push(seconds=(due - before - one.clock()).total_seconds())
        for _again in range(2):
            await at_once(bots, [bot.jobs.run_due() for bot in bots])
        news = [await told(other, what=what) for what in (WARNED, PLACED)]
        given.append((*news, calls(one, STOP)))

    assert given == [(1, 0, 0), (0, 1, 1)]  # the one stands in the other's place
    assert (await other.handle("R1")).state is State.STOPPED
    assert await stops_of(other) == 1


@pytest.mark.parametrize("step", [timedelta(hours=3), timedelta(hours=-3)])
async def test_a_clock_that_jumps_between_two_signs_of_life_makes_nothing_due(
    both, step
):
    bots = one, other = await both()
    await one.journal.life.beat()
    await one.typed(START.format(room=7) + " for=2h")
    due = (await other.handle("R1")).stop_at

    one.clock.ahead = step
    await at_once(bots, [one.jobs.run_due()])
    early = calls(one, STOP), await told(one, what=PLACED)
    one.clock.ahead = timedelta()
    one.clock.push(seconds=(due - one.clock()).total_seconds())
    one.clock.ahead = step
    one.cloud.clock = (one.clock() - step).timestamp
    await at_once(bots, [one.jobs.run_due()])

    assert early == (0, 0)
    assert calls(one, STOP) == 1


async def looked(bot):
    await bot.jobs.run_due()


async def looked_after(bot):
    await look(bot.executor)


async def started(bot):
    await bot.typed(START.format(room=7))


@pytest.mark.parametrize("does", [looked, looked_after, started])
async def test_what_goes_by_the_time_asks_for_it_where_the_clock_was_set(both, does):
    one, _other = await both()
    await one.journal.life.beat()
    one.clock.push(seconds=4)
    one.clock.ahead = timedelta(hours=3)

    await does(one)

    assert one.journal.life.age() == 0.0


async def test_many_that_two_stop_at_once_are_each_stopped_by_one_call(both):
    cloud = GatedCloud(STOP)
    bots = one, other = await both(cloud)
    for room in ROOMS:
        await one.typed(START.format(room=room))
    pairs = [*zip(bots, (ANA, BOB), strict=True)]
    forms = [await bot.typed("/relay stop all", user=user) for bot, user in pairs]

    stopping = asyncio.gather(
        *(
            bot.submitted(form, by=user)
            for form, (bot, user) in zip(forms, pairs, strict=True)
        )
    )
    async with asyncio.timeout(10):
        while [await asked_to_stop(one, handle) for handle in HANDLES] != [2] * 4:  # noqa: ASYNC110 - the journal has no event for it
            await asyncio.sleep(0)
    cloud.go.set()
    await stopping
    await settled(bots)

    assert calls(one, STOP) == len(HANDLES)
    assert cloud.state.running == []
    for handle in HANDLES:
        assert (await other.handle(handle)).state is State.STOPPED
        assert await stops_of(other, handle) == 1


async def test_a_proposal_that_two_approve_at_once_is_sent_once(both):
    bots = one, other = await both(policy=policy(RULES))
    _answer, of = await asked(one)
    pairs = [*zip(bots, (BOB, CARL), strict=True)]
    line = f"/patchbay approve {of}"
    forms = [await bot.typed(line, user=user) for bot, user in pairs]

    ends = await at_once(
        bots,
        [
            bot.submitted(form, by=user, reason="seen it")
            for form, (bot, user) in zip(forms, pairs, strict=True)
        ],
    )

    assert [end.plain for end in ends] == ["This was approved."] * 2
    assert calls(one) == 1
    assert (await other.handle("R1")).state is State.STARTED
    assert await one.handle("R2") is None
    decided = await one.journal.proposals.get(of, TEAM)
    assert (decided.state, decided.reason) == (Asking.APPROVED, "seen it")
    assert [what for what, *_rest in await told_of(other)].count("channel") == 1


@pytest.mark.short
async def test_of_two_changes_at_once_one_is_sent_and_the_other_is_told_so(both):
    bots = one, other = await both()
    await one.typed(START.format(room=7))

    await at_once(
        bots,
        [
            bot.typed(CHANGE.format(host=host))
            for bot, host in zip(bots, "bc", strict=True)
        ],
    )

    (running,) = one.cloud.state.running
    relay = await other.handle("R1")
    history = await one.journal.find.history("R1", TEAM)
    sent = [each for each in history if each.action == UPDATE]
    numbers = [each.sequence for each in sent]
    assert len(sent) == calls(one, UPDATE) == len(set(numbers))
    assert relay.standing.version == max(numbers)
    last = max(sent, key=lambda each: each.sequence)
    assert last.masked["PublishCdnParams"][0]["PublishCdnUrl"].startswith(
        running.urls[0][:10]
    )
