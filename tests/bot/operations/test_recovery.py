"""What a former life left unfinished is taken up, and nothing is sent twice."""

from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.errors import JournalUnavailable
from bot.journal.sqlite.spool import SpooledOutcome
from bot.operations.recovery import Recovered, recover
from bot.sandbox.cloud import LoopbackCloud
from bot.states import State
from tests.bot.operations.accidents import JournalFile, accepted, left_sending
from tests.fakes.clock import FakeClock
from tests.fakes.journal import claimed
from tests.world import TEAM, live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
SESSION = "/car start user=u ip=125.127.178.228 --go"
LOOK = "/gs 1326515201117065216"
LOOKS = "DescribeCloudPhoneMultipleStreamSessionSlaves"


@pytest.fixture
async def crash(tmp_path):
    """Accept lines, die at once, and live again; `sending` died a little later."""
    async with AsyncExitStack() as outer:
        world = await make_world(outer, tmp_path / "first.db")
        cloud = world.cloud

        async def run(*lines, sending=(), later=timedelta(), before_death=None):
            path = tmp_path / "p.db"
            async with AsyncExitStack() as stack:
                first = await live_again(stack, path, cloud)
                for line in lines:
                    first.clock.hold()
                    await first.router.answer(first.ask(line))
                for handle in sending:
                    (intent, *_) = await first.journal.find.history(handle, TEAM)
                    await claimed(first.journal, intent.id, owner="then")
                if before_death:
                    await before_death(first)
            second = await live_again(outer, path, cloud)
            run.lived.append(second)
            second.clock.ahead = later
            recovered = await recover(second.executor, second.hearing, second.clock())
            await second.settled()
            return second, recovered

        run.lived = []  # after a crash
        yield run


async def test_what_was_queued_a_moment_ago_is_sent(crash):
    world, recovered = await crash(START, LOOK)

    assert recovered == Recovered(sent=2)
    assert (await world.handle("R1")).state is State.STARTED
    assert (await world.handle("G1")).state is State.DONE
    assert len(world.cloud.state.running) == 1


async def test_one_that_cannot_be_taken_up_keeps_no_other_from_it(
    crash, tmp_path, capsys
):
    async def forget(_world):
        unknown = "UPDATE intents SET action = 'OfALaterRelease' WHERE handle = 'R1'"
        JournalFile(tmp_path / "p.db").run(unknown)

    world, recovered = await crash(START, LOOK, before_death=forget)

    assert recovered == Recovered(sent=1)
    assert (await world.handle("G1")).state is State.DONE
    assert (await world.handle("R1")).state is State.QUEUED
    assert "recovery.broke" in capsys.readouterr().out


async def test_one_whose_request_does_not_open_keeps_no_other_from_it(crash, tmp_path):
    async def damage(_world):
        broken = "UPDATE intents SET request = x'00' WHERE handle = 'R1'"
        JournalFile(tmp_path / "p.db").run(broken)

    world, recovered = await crash(START, LOOK, before_death=damage)
    await world.executor.take_up_left()

    assert recovered == Recovered(sent=1)
    assert (await world.handle("G1")).state is State.DONE
    assert (await world.handle("R1")).state is State.QUEUED


async def test_what_is_in_the_hands_of_this_run_is_not_taken_up_again(crash):
    world, _ = await crash()
    start = await accepted(world, START)
    kind = world.executor.resources.request_of(start)
    request = kind.of_json(await world.journal.find.request_of(start.id))

    for _ in range(3):
        world.executor.submit(start, request)
    under_way = len(world.tasks)
    world.clock.release()
    await world.settled()

    assert under_way == 1
    assert [name for _at, name in world.cloud.state.calls] == [start.action]


async def test_what_was_queued_long_ago_is_told_that_nothing_was_sent(crash):
    world, recovered = await crash(START, later=timedelta(minutes=5))

    intent = await world.handle("R1")
    assert recovered == Recovered(expired=1)
    assert (intent.state, intent.settlement.error_code) == (
        State.NOT_STARTED,
        "patchbay.Expired",
    )
    assert world.cloud.state.running == []
    (notice,) = await world.notices()
    assert notice.text == (
        "🔴 R1 · not started: it waited too long; nothing was sent · room 295066"
    )


@pytest.mark.parametrize(("line", "handle"), [(START, "R1"), (SESSION, "S1")])
async def test_a_start_that_was_being_sent_is_unknown_and_is_not_sent_again(
    crash, line, handle
):
    world, recovered = await crash(line, sending=(handle,))

    assert recovered == Recovered(unknown=1)
    assert (await world.handle(handle)).state is State.UNKNOWN
    assert world.cloud.state.calls == []


async def test_a_look_up_that_was_being_sent_is_sent_again(crash):
    world, recovered = await crash(LOOK, sending=("G1",))

    assert recovered == Recovered(repeated=1)
    assert (await world.handle("G1")).state is State.DONE


async def test_a_stop_is_carried_out_however_long_it_waited(tmp_path):
    async with AsyncExitStack() as outer:
        world = await make_world(outer, tmp_path / "p.db")
        await world.typed(START)
        await accepted(world, "/relay stop R1 --yes")
        await world.tasks.drain(0)
        world.journal.close()

        again = await live_again(outer, tmp_path / "p.db", world.cloud)
        again.clock.ahead = timedelta(hours=3)
        recovered = await recover(again.executor, again.hearing, again.clock())
        await again.settled()

        assert recovered == Recovered(sent=1)
        assert world.cloud.state.running == []
        assert (await again.handle("R1")).state is State.STOPPED


async def test_a_stop_that_was_being_sent_is_sent_again(tmp_path):
    async with AsyncExitStack() as outer:
        world = await make_world(outer, tmp_path / "p.db")
        await world.typed(START)
        stop = await accepted(world, "/relay stop R1 --yes")
        await world.journal.claim(stop.id, send_by=world.clock() + timedelta(days=1))
        await world.tasks.drain(0)
        world.journal.close()

        again = await live_again(outer, tmp_path / "p.db", world.cloud)
        before = (await again.handle("R1")).state
        recovered = await recover(again.executor, again.hearing, again.clock())
        await again.settled()

        assert before is State.STOPPING
        assert recovered == Recovered(repeated=1)
        assert world.cloud.state.running == []
        assert (await again.handle("R1")).state is State.STOPPED


async def test_a_stop_that_may_have_got_through_is_not_told_as_refused(tmp_path):
    async with AsyncExitStack() as outer:
        world = await make_world(outer, tmp_path / "p.db")
        await world.typed(START)
        stop = await accepted(world, "/relay stop R1 --yes")
        await claimed(world.journal, stop.id)
        await world.tasks.drain(0)
        world.journal.close()
        world.cloud.state.fail_next("StopPublishCdnStream", "UnauthorizedOperation")

        again = await live_again(outer, tmp_path / "p.db", world.cloud)
        JournalFile(tmp_path / "p.db").refuse_owners()  # nor is that noted
        with suppress(JournalUnavailable):  # its answer may have been before that
            await recover(again.executor, again.hearing, again.clock())
        await again.settled()

        assert (await again.journal.find.get(stop.id)).state is State.UNKNOWN


async def test_a_look_up_has_its_own_time_again_and_no_more(tmp_path):
    clock = FakeClock(datetime.now(UTC))

    @web.middleware
    async def slow(request, handler):
        clock.push(seconds=7)
        return await handler(request)

    async with AsyncExitStack() as outer:
        cloud = LoopbackCloud(middlewares=[slow])
        await cloud.start()
        outer.push_async_callback(cloud.close)
        world = await live_again(outer, tmp_path / "p.db", cloud)
        await left_sending(world, LOOK, "G1")
        await world.tasks.drain(0)
        world.journal.close()
        cloud.state.fail_next(LOOKS, "RequestLimitExceeded", 9)

        clock.push(minutes=3)
        again = await live_again(outer, tmp_path / "p.db", cloud, clock=clock)
        await recover(again.executor, again.hearing, again.clock())
        await again.settled()

        assert (await again.handle("G1")).state is State.NOT_STARTED
    assert [name for _at, name in cloud.state.calls] == [LOOKS] * 2  # in 12 s


async def test_recovering_twice_does_nothing_the_second_time(crash):
    world, _ = await crash(START, LOOK, sending=("R1",))

    assert await recover(world.executor, world.hearing, world.clock()) == Recovered()


async def test_what_a_former_life_could_only_spool_is_written_first(crash, tmp_path):
    outcome = SpooledOutcome(
        "", State.STARTED, {"ref": "-spooled.", "request_id": "req"}
    )

    async def spool(first):
        (intent,) = await first.journal.find.history("R1", TEAM)
        first.journal.spool.put(replace(outcome, intent=intent.id))
        first.journal.spool.put(replace(outcome, intent="01NOBODY"))

    world, recovered = await crash(START, sending=["R1"], before_death=spool)

    relay = await world.handle("R1")
    assert (relay.state, relay.subject.ref) == (State.STARTED, "-spooled.")
    assert recovered == Recovered()
    assert world.journal.spool.left() == []
    (card,) = [one for one in await world.notices() if one.audience == "channel"]
    assert card.text == "🔵 R1 · accepted, callbacks are off · room 295066"


async def test_what_was_spooled_of_a_queued_intent_ends_it_as_not_sent(crash):
    changes = {"error_code": "patchbay.NotSent", "error_text": "never left"}

    async def spool(first):
        (intent,) = await first.journal.find.history("R1", TEAM)
        outcome = SpooledOutcome(intent.id, State.NOT_STARTED, changes)
        first.journal.spool.put(outcome)

    world, recovered = await crash(START, before_death=spool)

    relay = await world.handle("R1")
    assert (relay.state, relay.settlement.error_text) == (
        State.NOT_STARTED,
        "never left",
    )
    assert recovered == Recovered()
    assert world.journal.spool.left() == []
    assert world.cloud.state.calls == []


async def test_what_is_settled_here_is_on_the_record(crash):
    other = START.replace("/live/k", "/live/2")

    second, recovered = await crash(
        START, other, sending=("R1",), later=timedelta(minutes=5)
    )

    records = await second.journal.audit.all(TEAM)
    settled = [one for one in records if one.decision == "settled"]
    assert recovered == Recovered(unknown=1, expired=1)
    assert sorted((one.handle, one.rule, one.why, one.user) for one in settled) == [
        ("R1", "recovery", "sending → unknown", ""),
        ("R2", "recovery", "queued → not started", ""),
    ]


async def test_what_was_taken_over_and_could_not_be_settled_is_settled_the_next_time(
    crash, tmp_path
):
    file = JournalFile(tmp_path / "p.db")

    async def refuse(_first):
        file.refuse_state(State.NOT_STARTED.value)

    with pytest.raises(JournalUnavailable):
        await crash(START, later=timedelta(minutes=5), before_death=refuse)
    (world,) = crash.lived
    file.mend()
    recovered = await recover(world.executor, world.hearing, world.clock())
    again = await recover(world.executor, world.hearing, world.clock())

    assert (recovered, again) == (Recovered(expired=1), Recovered())
    assert (await world.handle("R1")).state is State.NOT_STARTED
    assert world.cloud.state.calls == []
