"""How an intent travels: paced, judged again, sent, and ended by the table."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue.outcome import Audience
from bot.journal.evidence import Headline
from bot.operations.recovery import recover
from bot.resources.costream.resource import CoStream
from bot.resources.kinds import Registry
from bot.resources.relay.resource import Relay
from bot.settings import Policy, Rule
from bot.states import State
from tests.bot.operations.accidents import (
    GatedCloud,
    JournalFile,
    accepted,
    busy,
    released,
    request_of,
    until,
)
from tests.fakes.clock import FakeClock
from tests.fakes.sqlite import heard
from tests.world import TEAM, live_again, make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
OTHER = "/relay start 2 url=rtmp://push.example.com/live/2 --go"
STOP = "/relay stop R1 --yes"
ACTION = "StartPublishCdnStream"


@pytest.fixture
async def make(tmp_path):
    async with AsyncExitStack() as stack:

        async def world(**more):
            return await make_world(stack, tmp_path / "p.db", **more)

        yield world


async def error_of(world, handle):
    intent = await world.handle(handle)
    return intent.state, intent.settlement.error_code


async def test_what_would_wait_too_long_is_told_busy_and_is_not_sent(world):
    busy(world, ACTION)

    answer = await world.typed(START)

    assert answer.headline == ("Busy.",)
    assert await world.handle("R1") is None
    assert world.cloud.state.calls == []


async def test_when_it_is_busy_a_submission_that_came_before_shows_the_first(world):
    await world.typed(START, key="again")
    busy(world, ACTION)

    answer = await world.typed(START, key="again")

    assert answer.plain == "🔵 R1 · accepted, callbacks are off · room 295066"
    assert answer.audience is Audience.ASKER


async def test_what_a_crash_left_is_told_busy_too(world):
    left = await accepted(world, START)
    busy(world, ACTION)

    await world.executor.execute(left, await request_of(world, left))

    assert await error_of(world, "R1") == (State.NOT_STARTED, "patchbay.Busy")


async def test_a_stop_waits_for_as_long_as_it_takes(world):
    await world.typed(START)
    busy(world, "StopPublishCdnStream")

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED
    assert world.waits[-1] == pytest.approx(100)


class Unwritable:
    """Signs requests so that they cannot be written out."""

    def signed(self, request, app, at):
        (field, *_others) = type(request).model_fields
        return request.model_copy(update={field: object()})


class UnwritableRelay(Unwritable, Relay):
    pass


class UnwritableCoStream(Unwritable, CoStream):
    pass


@pytest.mark.parametrize(
    ("typed", "name", "state"),
    [
        (START, "R1", State.UNKNOWN),
        ("/gs 1326515201117065216", "G1", State.NOT_STARTED),
    ],
)
async def test_what_breaks_on_its_way_is_told_and_never_left_sending(
    make, typed, name, state
):
    resources = Registry((UnwritableRelay(), UnwritableCoStream()))
    world = await make(resources=resources)

    await world.typed(typed)

    assert await error_of(world, name) == (state, "patchbay.NoAnswer")


class Unsigned(Relay):
    """Cannot mint tickets."""

    def signed(self, request, app, at):
        raise MemoryError


async def test_what_breaks_before_it_is_sent_is_told_as_not_sent(make):
    world = await make(resources=Registry((Unsigned(),)))

    await world.typed(START)

    assert await error_of(world, "R1") == (State.NOT_STARTED, "patchbay.NotSent")
    text = (await world.handle("R1")).settlement.error_text
    assert text == "An internal error occurred before it was sent."
    assert world.cloud.state.calls == []


async def test_a_step_of_the_wall_clock_ends_no_retry(world):
    world.cloud.state.fail_next("StopPublishCdnStream", "InternalError", 2)
    await world.typed(START)
    world.clock.ahead += timedelta(hours=30)

    await world.typed("/relay stop R1 --yes")

    assert (await world.handle("R1")).state is State.STOPPED


async def test_what_has_to_wait_a_little_waits(world):
    busy(world, ACTION, seconds=1)

    await world.typed(START)

    assert world.waits[0] == pytest.approx(1.0)
    assert (await world.handle("R1")).state is State.STARTED


async def test_a_complaint_about_the_rate_slows_it_down(world):
    world.cloud.state.fail_next(ACTION, "RequestLimitExceeded", times=9)

    await world.typed(START)

    intent = await world.handle("R1")
    assert (intent.state, intent.settlement.error_code) == (
        State.NOT_STARTED,
        "RequestLimitExceeded",
    )


async def test_a_clock_that_is_off_is_corrected_once(world):
    ahead = timedelta(minutes=20)
    world.clock.ahead = ahead

    await world.typed(START)

    intent = await world.handle("R1")
    assert intent.state is State.STARTED
    assert world.executor.client.skew == pytest.approx(ahead.total_seconds(), abs=3)


@pytest.mark.parametrize(
    ("code", "tries", "started", "alarms"),
    [
        ("AuthFailure.SignatureExpire", 1, "started", 0),
        ("AuthFailure.SignatureExpire", 9, "not started", 1),
        ("AuthFailure.SecretIdNotFound", 1, "not started", 1),
        ("InternalError", 1, "unknown", 0),
    ],
)
async def test_that_tencent_takes_nothing_is_alarmed_of_where_it_is_not_mended(
    world, capsys, code, tries, started, alarms
):
    world.cloud.state.fail_next(ACTION, code, times=tries)

    await world.typed(START)

    assert (await world.handle("R1")).state == started
    assert capsys.readouterr().out.count("cloud.unusable") == alarms


async def test_a_stop_ends_when_its_day_is_over(world):
    await world.typed(START)
    world.cloud.state.fail_next("StopPublishCdnStream", "InternalError", times=2000)
    # the day passes there too, or it would be told how fast the machine is
    world.cloud.clock = lambda: world.clock().timestamp()
    world.cloud.state.clock = world.cloud.clock

    await world.typed(STOP)

    assert timedelta(hours=23) < timedelta(seconds=sum(world.waits))
    assert timedelta(seconds=sum(world.waits)) < timedelta(hours=25)
    assert (await world.handle("R1")).state is State.STARTED
    (stop, *_) = await world.journal.find.history("R1", TEAM)
    assert stop.state is State.UNKNOWN


async def test_nobody_is_sent_for_before_they_are_known(world):
    world.people.guests.add("U0ANA")  # which nobody has looked up yet

    answer = await world.typed(START)

    assert "Guests may not use this bot." in repr(answer)
    assert await world.journal.find.counts() == {}
    assert world.cloud.state.calls == []


async def test_a_right_that_went_while_it_waited_is_refused_on_the_record(world_with):
    rule = Rule(name="on-call", actions=("relay.*",), groups=("S1",))
    world = await world_with(Policy(rules=(rule,)))
    world.people.groups["S1"] = {"U0ANA"}
    await world.directory.look_up_groups()
    await accepted(world, START)
    world.people.groups["S1"] = set()
    await world.directory.look_up_groups()
    await released(world)

    assert await error_of(world, "R1") == (State.NOT_STARTED, "patchbay.Denied")
    records = await world.journal.audit.all()
    assert [(one.decision, one.rule) for one in records] == [
        ("allow", "on-call"),
        ("deny", "on-call"),
    ]
    assert world.cloud.state.calls == []


async def test_what_cannot_be_marked_as_being_sent_is_not_sent(world, tmp_path):
    JournalFile(tmp_path / "patchbay.db").refuse_state("sending")

    await world.typed(START)

    assert await error_of(world, "R1") == (State.NOT_STARTED, "patchbay.NotSent")
    assert world.cloud.state.calls == []


async def test_the_usersig_is_nowhere_but_on_its_way(world):
    await world.typed(START)

    (intent,) = await world.journal.find.recent("T0HOME")
    kept = await world.journal.find.request_of(intent.id)
    assert b"UserSig" not in kept
    assert "UserSig" not in repr(intent.masked)


async def test_what_was_held_up_before_it_could_be_sent_is_not_sent(world):
    """As after the process was stopped for a while, and then went on."""
    await accepted(world, START)
    world.clock.ahead += timedelta(minutes=3)
    await released(world)

    assert await error_of(world, "R1") == (State.NOT_STARTED, "patchbay.Expired")
    assert world.cloud.state.calls == []


@pytest.fixture
def commits():
    """Return what is called before every commit of what is opened after it."""
    with heard() as driver:

        def listen(_connection, statement, _parameters):
            for call in calls if statement == "COMMIT" else ():
                call()

        calls = []
        driver.listeners.append(listen)
        yield calls


async def test_between_the_commit_and_the_write_there_is_no_time_to_lose(commits, make):
    world = await make()
    await accepted(world, START)
    commits.append(lambda: world.clock.push(minutes=2))
    await released(world)

    assert await error_of(world, "R1") == (State.NOT_STARTED, "patchbay.NotSent")
    assert world.cloud.state.calls == []


async def test_who_asks_of_what_has_just_begun_to_be_sent_reads_that(tmp_path):
    async with AsyncExitStack() as stack:
        cloud = GatedCloud(ACTION)
        await cloud.start()
        stack.push_async_callback(cloud.close)
        world = await live_again(stack, tmp_path / "p.db", cloud)
        recents = world.service.recents
        await accepted(world, START)
        before = await recents.named("R1", TEAM)

        world.clock.release()
        await cloud.done.wait()
        now = await recents.named("R1", TEAM)
        cloud.go.set()
        await world.settled()

    assert (before.state, now.state) == (State.QUEUED, State.SENDING)


async def test_a_stop_does_not_wait_for_slack_and_a_start_not_for_ever(world, tmp_path):
    """As after a restart while Slack is away."""
    await world.typed(START)
    await accepted(world, STOP)
    await accepted(world, OTHER, "R2")
    await world.tasks.drain(0)
    world.journal.close()

    async with AsyncExitStack() as stack:
        path = tmp_path / "patchbay.db"
        again = await live_again(stack, path, world.cloud, greeted=False)
        await recover(again.executor, again.hearing, again.clock())
        await until(again, "R1", State.STOPPED)
        await again.settled()
        assert await error_of(again, "R2") == (State.NOT_STARTED, "patchbay.Unchecked")


class HeldUp(FakeClock):
    """Stands still for *seconds* when *bot* has claimed something, as by SIGSTOP."""

    bot, seconds = None, 90

    def monotonic(self):
        claimed = self.bot.journal.claimed if self.bot else 0
        return super().monotonic() + self.seconds * claimed


@pytest.mark.parametrize("line", [START, "/car start user=u ip=125.127.178.228 --go"])
async def test_what_was_held_up_between_its_claim_and_the_write_is_not_sent(make, line):
    clock = HeldUp(datetime.now(UTC))
    world = await make(clock=clock)
    clock.bot = world.bot

    await world.typed(line)

    handle = "R1" if "relay" in line else "S1"
    assert await error_of(world, handle) == (State.NOT_STARTED, "patchbay.NotSent")
    assert world.cloud.state.calls == []


async def test_a_stop_that_was_held_up_for_too_long_is_sent_once_more(make):
    clock = HeldUp(datetime.now(UTC))
    world = await make(clock=clock)
    await world.typed(START)
    clock.bot, clock.seconds = world.bot, 2 * 86_400
    world.cloud.state.fail_next("StopPublishCdnStream", "late")  # it is not answered

    await world.typed(STOP)

    names = [name for _at, name in world.cloud.state.calls]
    assert names.count("StopPublishCdnStream") == 1
    assert (await world.handle("R1")).standing.headline is Headline.MAY_RUN
    assert world.cloud.state.running == []
