"""Timers are warned of and stopped by, once, whatever happens meanwhile."""

import json
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.settings import Policy, Rule
from bot.slack.people import FRESH
from bot.states import State
from tests.bot.journal.test_audit import entry
from tests.bot.operations.tencent import KEY, RUNNING, Tencent, lost, texts
from tests.fakes.schedule import Schedule
from tests.fakes.slack import refused
from tests.world import live_again

START = "/relay start 7 url=rtmp://push.example.com/live/k --go"
FOR = f"{START} for=2h"
RULED = Policy(rules=(Rule(name="on-call", actions=("relay.*",), groups=("S1",)),))
STOP = "StopPublishCdnStream"
WROTE, LISTED = "chat.scheduleMessage", "chat.scheduledMessages.list"
TOOK_BACK = "chat.deleteScheduledMessage"


class Scene:
    """A world, its schedule at Slack, and the time."""

    def __init__(self, world, schedule=None):
        self.world = world
        self.schedule = schedule or Schedule(world.slack, world.clock)

    async def round(self, **time):
        """Let *time* pass, and the bot look; deliver what there is to deliver."""
        self.world.clock.push(**time)
        cloud, clock = self.world.cloud, self.world.clock
        cloud.clock = lambda: clock().timestamp()
        self.schedule.pass_time()
        await self.world.jobs.run_due()
        await self.world.settled()
        await self.world.bot.delivery.deliver()
        await self.world.bot.delivery.deliver()

    async def until(self, before):
        """Let time pass until so long *before* it is due."""
        due = (await self.world.handle("R1")).stop_at
        left = due - before - self.world.clock()
        await self.round(seconds=left.total_seconds())

    @property
    def stops(self):
        return [at for at, name in self.world.cloud.state.calls if name == STOP]

    def said(self, *words):
        """Return the texts that were posted or updated with all of *words* in them."""
        every = [
            str(call.get("text", ""))
            for way, call in self.world.slack.sent
            if way != WROTE
        ]
        return [one for one in every if all(word in one for word in words)]

    def calls(self, method):
        return [call for way, call in self.world.slack.sent if way == method]


@pytest.fixture
async def make(tmp_path):
    """Make a scene; *again*: another life of the bot on the same journal."""
    async with AsyncExitStack() as stack:
        lives = await stack.enter_async_context(AsyncExitStack())

        async def scene(again=None, **more):
            if again:
                await lives.aclose()
                more["clock"] = again.world.clock
            cloud = again.world.cloud if again else LoopbackCloud()
            if not again:
                await cloud.start()
                stack.push_async_callback(cloud.close)
            world = await live_again(lives, tmp_path / "p.db", cloud, **more)
            world.people.groups["S1"] = {"U0ANA"}
            await world.directory.look_up_groups()
            made = Scene(world)
            if again:
                made.schedule.waiting = again.schedule.waiting
                made.schedule.posted = again.schedule.posted
            return made

        yield scene


@pytest.fixture
async def timed(make):
    """A scene in which R1 was started for two hours, and its card was posted."""
    scene = await make()
    await scene.world.typed(FOR)
    await scene.world.bot.delivery.deliver()
    return scene


MINUTES = timedelta(minutes=1)


async def test_the_card_says_when_it_is_due_from_its_answer_on(timed):
    card = json.dumps(timed.world.slack.sent, default=str)

    due = int((await timed.world.handle("R1")).stop_at.timestamp())
    assert f"Stop due <!date^{due}^" in card


async def test_it_is_warned_of_ten_minutes_before_and_stopped_when_it_is_due(timed):
    await timed.round(seconds=15)
    await timed.until(11 * MINUTES)
    before = timed.said("stop due")
    await timed.until(10 * MINUTES)
    warned = timed.said("stop due")
    running = timed.stops
    await timed.until(timedelta())

    assert (before, running) == ([], [])
    assert len(warned) == 1
    assert len(timed.stops) == 1
    assert len(timed.said("stop placed, it was due")) == 1
    relay = await timed.world.handle("R1")
    assert (relay.state, relay.standing.by) == (State.STOPPED, "U0ANA")
    assert (relay.stop_at, relay.stop_after) == (None, None)


async def test_nothing_is_given_twice_however_often_it_is_looked_at(timed):
    for before in (10 * MINUTES, timedelta()):
        await timed.until(before)
        for _ in range(3):
            await timed.round(seconds=15)

    assert len(timed.said("🟠", "stop due")) == 1
    assert len(timed.stops) == 1


@pytest.mark.parametrize("back", [timedelta(minutes=30), timedelta(days=1)])
async def test_a_clock_that_is_set_back_gives_nothing_twice(timed, back):
    await timed.until(10 * MINUTES)
    timed.world.clock.ahead -= back
    await timed.round(seconds=15)
    timed.world.clock.ahead += back
    await timed.round(seconds=15)
    await timed.until(timedelta())
    timed.world.clock.ahead -= back
    await timed.round(seconds=15)
    timed.world.clock.ahead += back
    await timed.round(seconds=15)

    assert len(timed.said("🟠", "stop due")) == 1
    assert len(timed.stops) == 1


async def test_after_a_restart_it_goes_on_where_it_was(make, timed):
    await timed.round(seconds=15)
    due = (await timed.world.handle("R1")).stop_at
    again = await make(again=timed)

    await again.until(10 * MINUTES)
    once_more = await make(again=again)
    await once_more.round(seconds=(due - once_more.world.clock()).total_seconds())

    assert len(again.said("🟠", "stop due")) == 1
    assert once_more.said("🟠", "stop due") == []
    assert len(once_more.stops) == 1


async def test_what_was_due_while_the_bot_was_down_is_stopped_when_it_is_back(
    make, timed
):
    timed.world.clock.push(hours=5)
    again = await make(again=timed)

    await again.round(seconds=1)

    assert len(again.stops) == 1
    assert again.said("🟠", "stop due") == []


# ── extended, dropped, over ──────────────────────────────────────────────────────


def pressed(scene, label):
    """Return what the newest button *label* in what was posted asks for."""
    buttons = [
        element["value"].partition(" ")[2]
        for _way, call in scene.world.slack.sent
        for block in call.get("blocks") or ()
        if block["type"] == "actions"
        for element in block["elements"]
        if (element.get("text") or {}).get("text") == label
    ]
    return f"/relay {buttons[-1]}"


async def test_extended_from_the_warning_it_is_due_an_hour_later_for_all_who_press(
    timed,
):
    await timed.until(10 * MINUTES)
    due = (await timed.world.handle("R1")).stop_at
    extend = pressed(timed, "Extend 1 h")

    await timed.world.typed(extend)
    await timed.world.typed(extend, user="U0BO")
    await timed.round(minutes=30)

    assert timed.stops == []
    relay = await timed.world.handle("R1")
    assert relay.stop_at - due.replace(microsecond=0) == timedelta(hours=1)
    assert len(timed.said("before that")) == 1
    await timed.until(10 * MINUTES)
    assert len(timed.said("🟠", "stop due")) == 2
    await timed.until(timedelta())
    assert len(timed.stops) == 1


async def test_kept_running_it_is_not_stopped_and_the_warning_says_so(timed):
    await timed.until(10 * MINUTES)

    await timed.world.typed(pressed(timed, "Keep running"), user="U0BO")
    await timed.round(hours=3)

    assert timed.stops == []
    (text,) = timed.said("no timer any more, the stop was due")
    assert text.endswith("· U0BO")
    updated = [call for way, call in timed.world.slack.sent if way == "chat.update"]
    assert text in [call["text"] for call in updated]  # in place of the warning


async def test_of_what_was_stopped_before_nothing_is_said(timed):
    await timed.round(seconds=15)
    await timed.world.typed("/relay stop R1 --yes")
    await timed.round(seconds=15)
    await timed.round(hours=3)

    assert len(timed.stops) == 1
    assert timed.said("🟠", "stop due") == []
    assert timed.schedule.waiting == {}
    assert timed.schedule.posted == []


async def test_what_was_told_as_over_and_runs_again_is_stopped_all_the_same(make):
    scene = await make(key=KEY)
    await scene.world.typed(FOR)
    tencent, relay = Tencent(scene.world), scene.world.cloud.state.running[0]
    await tencent.tells(relay, RUNNING)
    await scene.world.typed("/relay stop R1 --yes")
    await scene.round(minutes=1)
    await tencent.tells(relay, RUNNING)
    revived = (await scene.world.handle("R1")).state
    await scene.until(timedelta())

    assert revived is State.STARTED
    assert len(scene.stops) == 2


async def test_of_an_unknown_start_the_stop_waits_for_its_task(make):
    scene = await make(key=KEY)
    relay = await lost(scene.world, FOR)
    sent_at = (await scene.world.handle("R1")).sent_at

    await scene.round(hours=2, seconds=1)
    waits = scene.stops
    await Tencent(scene.world).tells(relay, RUNNING)

    assert waits == []
    assert len(scene.stops) == 1
    assert sent_at is not None


# ── whose name it is in ──────────────────────────────────────────────────────────


async def test_whoever_may_not_stop_it_any_more_does_not_and_that_is_told(make):
    scene = await make(policy=RULED)
    await scene.world.typed(FOR)
    await scene.until(FRESH * timedelta(seconds=2))
    scene.world.people.groups["S1"].clear()
    await scene.until(timedelta())
    await scene.round(hours=1)

    assert scene.stops == []
    assert len(scene.said("R1 was due to be stopped, and was not.")) == 2
    relay = await scene.world.handle("R1")
    assert (relay.state, relay.stop_at) == (State.STARTED, None)
    trail = [
        (one.action, one.decision.value)
        for one in await scene.world.journal.audit.all()
    ]
    assert trail[-1] == ("relay.stop", "deny")


class Meanwhile:
    """What is done while a call waits for its answer, once."""

    def __init__(self, do):
        self._do = [do]

    async def wait(self):
        if self._do:
            await self._do.pop()()


async def test_put_off_while_its_rights_are_looked_up_it_is_not_stopped(make):
    scene = await make(policy=RULED)
    await scene.world.typed(FOR)
    await scene.until(2 * MINUTES)
    relay = await scene.world.handle("R1")
    later = relay.stop_at + timedelta(hours=1)
    timers, of = scene.world.journal.timers, (relay.id, later, relay.asker)
    put_off = partial(timers.set, *of, audit=entry(0))
    scene.world.slack.hanging["users.info"] = Meanwhile(put_off)

    await scene.until(timedelta())

    assert scene.stops == []
    assert (await scene.world.handle("R1")).stop_at == later


# ── what Slack posts by itself ───────────────────────────────────────────────────


async def test_slack_has_a_warning_of_eight_minutes_before_once_the_card_stands(timed):
    await timed.round(seconds=15)

    due = (await timed.world.handle("R1")).stop_at
    (call,) = timed.calls(WROTE)
    assert (call["channel"], call["thread_ts"]) == ("C0OPS", "1.5")
    assert timed.schedule.times == [int((due - 8 * MINUTES).timestamp())]
    assert "Written ahead" in json.dumps(call["blocks"])
    assert "R1 is to be stopped" in call["text"]


async def test_while_the_bot_is_down_slack_warns_and_nobody_warns_again(make, timed):
    await timed.round(seconds=15)
    due = (await timed.world.handle("R1")).stop_at
    timed.world.clock.push(seconds=(due - 5 * MINUTES - timed.world.clock()).seconds)
    again = await make(again=timed)

    await again.round(seconds=1)

    assert len(again.schedule.posted) == 1
    assert again.said("stop due") == []
    await again.until(timedelta())
    assert len(again.stops) == 1


@pytest.mark.parametrize("seconds", range(0, 130, 10))
async def test_whenever_the_bot_is_back_there_is_one_warning(make, timed, seconds):
    await timed.round(seconds=15)
    due = (await timed.world.handle("R1")).stop_at
    back = due - 10 * MINUTES + timedelta(seconds=seconds)
    timed.world.clock.push(seconds=(back - timed.world.clock()).total_seconds())
    again = await make(again=timed)

    for _ in range(12):
        await again.round(seconds=15)

    warned = [*again.said("🟠", "stop due"), *again.schedule.posted]
    assert len(warned) == 1


async def test_the_own_warning_takes_back_that_of_slack(timed):
    await timed.round(seconds=15)
    await timed.until(10 * MINUTES)
    await timed.until(7 * MINUTES)

    assert (timed.schedule.waiting, timed.schedule.posted) == ({}, [])


async def test_put_off_slack_has_a_warning_of_the_new_time_alone(timed):
    await timed.round(seconds=15)
    relay = await timed.world.handle("R1")
    await timed.world.typed("/relay timer R1 for=5h")
    for _ in range(3):
        await timed.round(seconds=15)

    due = (await timed.world.handle("R1")).stop_at
    assert due > relay.stop_at
    assert timed.schedule.times == [int((due - 8 * MINUTES).timestamp())]


async def test_dropped_slack_has_none(timed):
    await timed.round(seconds=15)
    await timed.world.typed("/relay timer R1 --off")
    await timed.round(seconds=15)

    assert timed.schedule.waiting == {}


@pytest.mark.parametrize("arrived", [True, False])
async def test_where_the_answer_is_lost_it_is_found_out_and_written_once(
    timed, arrived
):
    slack, lost_answer = timed.world.slack, refused("timeout")
    write = slack.data[WROTE]

    def losing(call):
        if arrived:
            write(call)
        slack.data[WROTE] = write
        return lost_answer

    slack.data[WROTE] = losing
    for _ in range(8):
        await timed.round(seconds=15)

    assert len(timed.schedule.waiting) == 1
    await timed.until(10 * MINUTES)
    await timed.until(timedelta())
    assert len(timed.said("🟠", "stop due")) == 1
    assert timed.schedule.posted == []


@pytest.mark.parametrize("error", ["restricted_too_many", "ratelimited"])
async def test_where_slack_takes_no_more_it_is_tried_again(timed, error):
    slack = timed.world.slack
    slack.answers[WROTE] = [refused(error)]

    for _ in range(8):
        await timed.round(seconds=15)

    assert len(timed.calls(WROTE)) == 2
    assert len(timed.schedule.waiting) == 1


async def test_where_slack_takes_none_the_bot_warns_by_itself(timed):
    timed.world.slack.refusing[WROTE] = "not_in_channel"

    for _ in range(8):
        await timed.round(seconds=15)
    await timed.until(10 * MINUTES)

    assert len(timed.calls(WROTE)) == 1
    assert len(timed.said("🟠", "stop due")) == 1


async def test_while_slack_does_not_take_it_back_there_is_no_second_warning(timed):
    await timed.round(seconds=15)
    timed.world.slack.refusing[TOOK_BACK] = "http_502"
    await timed.until(10 * MINUTES)
    for _ in range(12):
        await timed.round(seconds=15)

    assert len(timed.schedule.posted) == 1
    assert timed.said("🟠", "stop due") == []


async def test_of_a_timer_that_was_just_set_nobody_is_warned(timed):
    await timed.world.typed("/relay timer R1 for=9m")
    for _ in range(37):
        await timed.round(seconds=15)

    assert timed.calls(WROTE) == []
    assert timed.said("🟠", "stop due") == []
    assert len(timed.stops) == 1


# ── without a timer ──────────────────────────────────────────────────────────────

NAGGING = Policy(rules=RULED.rules, nag_after_hours=4)


async def test_of_what_runs_for_long_without_a_timer_the_thread_and_then_ops_are_told(
    make,
):
    scene = await make(policy=NAGGING)
    await scene.world.typed(START)
    await scene.round(hours=3, minutes=59)
    early = scene.said("no timer")
    for _ in range(2):
        await scene.round(minutes=5)
    asked = scene.said("no timer, started")
    for _ in range(2):
        await scene.round(hours=4)

    assert early == []
    assert len(asked) == 1
    assert len(scene.said("no timer, started")) == 1
    assert len(scene.said("R1 still has no timer.")) == 1


@pytest.mark.parametrize(
    ("policy", "line"),
    [(NAGGING, f"{START} for=40h"), (RULED, START)],
)
async def test_with_a_timer_or_without_the_limit_nobody_is_asked(make, policy, line):
    scene = await make(policy=policy)
    await scene.world.typed(line)
    for _ in range(3):
        await scene.round(hours=4)

    assert await texts(scene.world, "ops") == []
    assert scene.said("no timer") == []


async def test_who_has_just_dropped_a_timer_is_not_asked_for_one(make):
    scene = await make(policy=NAGGING)
    await scene.world.typed(f"{START} for=10h")
    await scene.round(hours=5)
    await scene.world.typed("/relay timer R1 --off")
    await scene.round(seconds=15)

    assert scene.said("no timer, started") == []
