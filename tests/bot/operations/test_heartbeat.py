"""Two bots on one PostgreSQL: what one leaves the other takes up, and sends once.

A bot dies here by doing nothing more, and by no sign of life.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.lifecycle import begin, drain, upkeep
from bot.operations.heartbeat import EVERY, look, look_after, stay_alive
from bot.operations.recovery import Recovered
from bot.sandbox.cloud import LoopbackCloud
from bot.states import State
from tests.bot.journal.runs import SHARED, Runs
from tests.bot.operations.accidents import GatedCloud, accepted, left_sending, until
from tests.bot.operations.tencent import texts
from tests.world import live_again

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
STOP = "/relay stop R1 --yes"
LOOK = "/gs 1326515201117065216"
ACTION, END = "StartPublishCdnStream", "StopPublishCdnStream"
OPS = {"ops_channel": "C0OPS"}
LONG = 61  # seconds of silence
TWO = "/relay start 7 url=rtmp://push.example.com/live/7 --go"


class Pair:
    """Two bots, and their database."""

    def __init__(self, first, second, runs):
        self.first, self.second, self.runs = first, second, runs
        self.cloud = first.cloud

    async def taken_up(self):
        """Let the second find that the first is dead, and take up what it left."""
        self.runs.silent(self.first.journal, LONG)
        recovered = await look(self.second.executor)
        await self.second.settled()
        return recovered

    async def declared_dead(self):
        """Let the first be declared dead, and look after what it had under a new life.

        Returns what it has taken up.
        """
        self.runs.silent(self.first.journal, LONG)
        await self.second.journal.life.bury()
        await self.first.journal.life.beat()
        return await look(self.first.executor)

    async def awake(self):
        """Let the first go on, as if nothing had been."""
        self.first.clock.release()
        await self.first.settled()

    def calls(self):
        return [name for _at, name in self.cloud.state.calls]


@pytest.fixture
async def pair(postgres, postgres_url, tmp_path):
    """Let two bots share a journal, and a cloud; *gated* answers an action late."""
    async with AsyncExitStack() as stack:
        keys = {"seal_key": SHARED["seal_key"], "audit_key": SHARED["audit"].key}
        settings = {"database_url": SecretStr(postgres_url), **keys, **OPS}

        async def make(cloud=None, **more):
            cloud = cloud or LoopbackCloud()
            await cloud.start()
            stack.push_async_callback(cloud.close)
            more = {"settings": settings, **more}
            path = tmp_path / "unused.db"
            both = [await live_again(stack, path, cloud, **more) for _ in range(2)]
            runs = Runs(postgres_url, postgres)
            runs.late()
            return Pair(*both, runs)

        yield make


@pytest.mark.parametrize(
    ("line", "handle", "state"),
    [(START, "R1", State.STARTED), (LOOK, "G1", State.DONE)],
)
async def test_what_was_queued_a_moment_ago_is_sent_once(pair, line, handle, state):
    pair = await pair()
    await accepted(pair.first, line, handle)

    recovered = await pair.taken_up()
    await pair.awake()

    assert recovered == Recovered(sent=1)
    assert len(pair.calls()) == 1
    assert (await pair.first.handle(handle)).state is state


async def test_what_was_queued_long_ago_is_told_that_nothing_was_sent(pair):
    pair = await pair()
    await accepted(pair.first, START)
    pair.second.clock.ahead = timedelta(minutes=3)

    recovered = await pair.taken_up()
    await pair.awake()

    assert recovered == Recovered(expired=1)
    assert pair.calls() == []
    assert (await pair.first.handle("R1")).state is State.NOT_STARTED
    assert await texts(pair.second) == [
        "🔴 R1 · not started: it waited too long; nothing was sent · room 295066"
    ]


@pytest.mark.short
async def test_a_start_that_was_being_sent_is_unknown_and_is_not_sent_again(pair):
    pair = await pair()
    await left_sending(pair.first, START)

    recovered = [await pair.taken_up(), await look(pair.second.executor)]

    assert recovered == [Recovered(unknown=1), Recovered()]
    assert pair.calls() == []
    assert (await pair.first.handle("R1")).state is State.UNKNOWN
    records = await pair.second.journal.audit.all()
    assert [one.why for one in records if one.decision == "settled"] == [
        "sending → unknown"
    ]


async def test_an_answer_that_comes_after_that_mends_it(pair):
    pair = await pair(GatedCloud(ACTION))
    starting = asyncio.create_task(pair.first.typed(START))
    await pair.cloud.done.wait()

    recovered = await pair.taken_up()
    doubted = (await pair.second.handle("R1")).state
    pair.cloud.go.set()
    await starting

    assert (recovered, doubted) == (Recovered(unknown=1), State.UNKNOWN)
    relay = await pair.second.handle("R1")
    (running,) = pair.cloud.state.running
    assert (relay.state, relay.subject.ref) == (State.STARTED, running.task_id)
    assert pair.calls() == [ACTION]


async def test_a_stop_that_was_being_sent_is_sent_again_and_the_relay_is_stopped(pair):
    pair = await pair(GatedCloud(END))
    await pair.first.typed(START)
    stopping = asyncio.create_task(pair.first.typed(STOP))
    await pair.cloud.done.wait()

    pair.runs.silent(pair.first.journal, LONG)
    recovered = await look(pair.second.executor)
    pair.cloud.go.set()
    for one in (pair.first, pair.second):
        await one.settled()
    await stopping

    assert recovered == Recovered(repeated=1)
    assert pair.cloud.state.running == []
    assert (await pair.second.handle("R1")).state is State.STOPPED
    alarms = await pair.second.alarms()
    assert alarms == []


async def test_a_bot_that_was_declared_dead_while_it_sends_a_stop_ends_it_itself(pair):
    pair = await pair(GatedCloud(END))
    await pair.first.typed(START)
    stopping = asyncio.create_task(pair.first.typed(STOP))
    await pair.cloud.done.wait()

    recovered = await pair.declared_dead()
    pair.cloud.go.set()
    await pair.first.settled()
    await stopping

    both = await pair.second.journal.find.history("R1", "T0HOME")
    (stop,) = [one for one in both if one.subject.ends]
    assert recovered == Recovered(repeated=1)
    assert (stop.state, stop.owner) == (State.DONE, pair.first.journal.boot)
    assert (await pair.second.handle("R1")).state is State.STOPPED
    assert pair.cloud.state.running == []


async def test_a_bot_does_not_try_a_stop_again_that_another_sends_by_now(pair):
    pair = await pair(GatedCloud(END))
    await pair.first.typed(START)
    pair.cloud.state.fail_next(END, "InternalError", times=2)
    stopping = asyncio.create_task(pair.first.typed(STOP))
    await pair.cloud.done.wait()

    pair.runs.silent(pair.first.journal, LONG)
    pair.second.clock.hold()  # so that its next try waits
    await look(pair.second.executor)
    pair.cloud.go.set()
    await stopping
    sent_by = pair.calls().count(END)
    pair.second.clock.release()
    await pair.second.settled()

    assert (sent_by, pair.calls().count(END)) == (2, 3)
    assert (await pair.second.handle("R1")).state is State.STOPPED


async def test_what_a_bot_gave_up_under_a_former_life_it_sends_under_the_new_one(pair):
    pair = await pair()
    start = await accepted(pair.first, START)
    await pair.first.tasks.drain(0)
    pair.first.executor.under_way.add(start.id)  # it was just told: not its own

    recovered = [await pair.declared_dead()]
    pair.first.executor.under_way.discard(start.id)
    pair.first.clock.release()
    recovered += [await look(pair.first.executor) for _ in range(2)]
    await pair.first.settled()

    assert recovered == [Recovered(), Recovered(sent=1), Recovered()]
    assert pair.calls() == [ACTION]
    assert (await pair.second.handle("R1")).state is State.STARTED


async def test_what_a_living_bot_has_in_its_hands_is_not_taken_up(pair):
    pair = await pair()
    await accepted(pair.first, START)
    await left_sending(pair.first, TWO, "R2")

    recovered = await look(pair.second.executor)
    await pair.second.executor.take_up_left()
    await pair.second.settled()

    assert recovered == Recovered()
    assert pair.calls() == []


async def test_a_stop_is_sent_by_the_bot_that_learns_the_id_and_by_no_other(pair):
    pair = await pair(GatedCloud(ACTION))
    starting = asyncio.create_task(pair.first.typed(START))
    await pair.cloud.done.wait()
    await pair.second.typed(STOP, key="a stop")
    waiting = (await pair.second.journal.find.history("R1", "T0HOME"))[0]

    pair.cloud.go.set()
    await starting
    await pair.second.executor.take_up_left()
    for one in (pair.first, pair.second):
        await one.settled()

    assert waiting.state is State.WAITING
    assert pair.calls() == [ACTION, END]
    assert (await pair.second.handle("R1")).state is State.STOPPED


async def test_of_what_another_may_still_send_nobody_tells_that_it_was_not_sent(pair):
    pair = await pair()
    start = await accepted(pair.first, START)
    await pair.first.tasks.drain(0)
    pair.runs.refuse("not started")

    rejecting = asyncio.create_task(
        pair.first.executor.reject(start, "patchbay.Busy", "busy")
    )
    pair.first.clock.release()
    while len(pair.first.waits) < 10:  # noqa: ASYNC110 - of tries there is no event
        await asyncio.sleep(0)
    told = [way for way, body in pair.first.slack.sent if "text" in body]
    pair.runs.mend()
    await rejecting

    assert told == []
    assert (await pair.second.handle("R1")).state is State.NOT_STARTED


async def test_the_heads_of_the_trail_are_told_once_a_day_by_one_of_both(pair):
    pair = await pair()
    both = [pair.first, pair.second]

    for _day in range(2):
        for _hour in range(25):
            for one in both:
                one.clock.push(hours=1)
            await asyncio.gather(*(one.bot.anchoring.round() for one in both))

    told = [one.notification.name for one in await pair.second.notices()]
    assert told == ["audit-heads"] * 3


# ── for ever ─────────────────────────────────────────────────────────────────────


async def test_a_bot_gives_signs_of_life_and_looks_after_the_dead(pair):
    pair = await pair()
    await left_sending(pair.first, START)
    pair.runs.silent(pair.first.journal, LONG)
    pair.second.clock.push(seconds=LONG)
    began = pair.second.clock.monotonic()

    running = asyncio.create_task(upkeep(pair.second.bot))
    await until(pair.second, "R1", State.UNKNOWN)
    running.cancel()

    assert pair.runs.alive() == {pair.second.journal.boot}
    assert pair.second.clock.monotonic() - pair.second.journal.life.age() >= began
    assert {*pair.calls()} <= {"DescribeLiveStreamPushInfoList"}


async def test_before_it_listens_a_bot_goes_by_the_clock_of_all(pair):
    pair = await pair()
    bot = pair.first.bot
    pair.first.clock.push(seconds=120)
    before = bot.operations.executor.now()

    await begin(bot)
    await bot.server.close()

    assert before - bot.operations.executor.now() > timedelta(seconds=60)


async def test_a_bot_that_is_told_to_stop_leaves_the_rest_to_others_at_once(pair):
    pair = await pair()

    await drain(pair.first.bot)

    assert pair.runs.alive() == {pair.second.journal.boot}


async def test_what_comes_to_its_turn_once_its_bot_has_left_others_send(pair):
    pair = await pair()
    await accepted(pair.first, START)
    await pair.first.journal.life.leave()
    await pair.awake()
    waits = (await pair.second.handle("R1")).state

    recovered = await look(pair.second.executor)
    await pair.second.settled()

    assert (waits, recovered) == (State.QUEUED, Recovered(sent=1))
    assert pair.calls() == [ACTION]
    assert (await pair.second.handle("R1")).state is State.STARTED


async def test_a_sign_of_life_that_does_not_arrive_is_given_again(pair, capsys):
    pair = await pair()
    pair.runs.run("ALTER TABLE lives RENAME TO away")

    beating = asyncio.create_task(stay_alive(pair.first.executor))
    while len(pair.first.waits) < 5:  # noqa: ASYNC110 - of tries there is no event
        await asyncio.sleep(0)
    late = pair.first.journal.life.age()
    pair.runs.run("ALTER TABLE away RENAME TO lives")
    while pair.first.journal.life.age() >= late:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0)
    beating.cancel()

    assert late >= 4 * EVERY
    assert "life.late" in capsys.readouterr().out


async def test_a_bot_that_has_its_file_alone_needs_none_of_that(world):
    await stay_alive(world.executor)
    await look_after(world.executor)

    assert world.waits == []
