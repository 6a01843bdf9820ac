"""Timers are warned of and stopped by, once, whatever happens meanwhile."""

import json
from datetime import timedelta
from functools import partial

import pytest

from bot.settings import Policy
from bot.slack.people import FRESH
from bot.states import State
from tests.bot.journal.test_audit import entry
from tests.bot.operations.tencent import KEY, RUNNING, Tencent, lost, texts
from tests.bot.operations.timing import FOR, MINUTES, RULED, START


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


async def test_after_a_restart_it_goes_on_where_it_was(scenes, timed):
    await timed.round(seconds=15)
    due = (await timed.world.handle("R1")).stop_at
    again = await scenes(again=timed)

    await again.until(10 * MINUTES)
    once_more = await scenes(again=again)
    await once_more.round(seconds=(due - once_more.world.clock()).total_seconds())

    assert len(again.said("🟠", "stop due")) == 1
    assert once_more.said("🟠", "stop due") == []
    assert len(once_more.stops) == 1


async def test_what_was_due_while_the_bot_was_down_is_stopped_when_it_is_back(
    scenes, timed
):
    timed.world.clock.push(hours=5)
    again = await scenes(again=timed)

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


async def test_put_off_and_back_again_each_change_is_told_below_the_one_before(timed):
    due = (await timed.world.handle("R1")).stop_at
    for ahead in (0, 1, 0, 2):  # the last one is of a time that it had before
        until = f"{due + timedelta(hours=ahead):%Y-%m-%dT%H:%MZ}"
        await timed.world.typed(f"/relay timer R1 until={until}")
        await timed.round(seconds=2)

    changes = timed.said("before that")
    updated = [call for way, call in timed.world.slack.sent if way == "chat.update"]
    assert len(changes) >= 3
    assert not [one for one in updated if one.get("text") in changes]


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


async def test_what_was_told_as_over_and_runs_again_is_stopped_all_the_same(scenes):
    scene = await scenes(key=KEY)
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


async def test_of_an_unknown_start_the_stop_waits_for_its_task(scenes):
    scene = await scenes(key=KEY)
    relay = await lost(scene.world, FOR)
    sent_at = (await scene.world.handle("R1")).sent_at

    await scene.round(hours=2, seconds=1)
    waits = scene.stops
    await Tencent(scene.world).tells(relay, RUNNING)

    assert waits == []
    assert len(scene.stops) == 1
    assert sent_at is not None


# ── whose name it is in ──────────────────────────────────────────────────────────


async def test_whoever_may_not_stop_it_any_more_does_not_and_that_is_told(scenes):
    scene = await scenes(policy=RULED)
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


async def test_put_off_while_its_rights_are_looked_up_it_is_not_stopped(scenes):
    scene = await scenes(policy=RULED)
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


# ── without a timer ──────────────────────────────────────────────────────────────

NAGGING = Policy(rules=RULED.rules, nag_after_hours=4)


async def test_of_what_runs_for_long_without_a_timer_the_thread_and_then_ops_are_told(
    scenes,
):
    scene = await scenes(policy=NAGGING)
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


async def test_what_was_long_unknown_has_run_for_as_long_as_it_was_sent_ago(scenes):
    scene = await scenes(policy=NAGGING)
    relay = await lost(scene.world, START)
    await scene.round(hours=3)
    await scene.world.directory.look_up_groups()
    await scene.world.typed(f"/relay attach R1 {relay.task_id}")
    await scene.round(hours=1, minutes=5)
    await scene.round(seconds=15)

    assert len(scene.said("no timer, started")) == 1


@pytest.mark.parametrize(
    ("policy", "line"),
    [(NAGGING, f"{START} for=40h"), (RULED, START)],
)
async def test_with_a_timer_or_without_the_limit_nobody_is_asked(scenes, policy, line):
    scene = await scenes(policy=policy)
    await scene.world.typed(line)
    for _ in range(3):
        await scene.round(hours=4)

    assert await texts(scene.world, "ops") == []
    assert scene.said("no timer") == []


async def test_who_has_just_dropped_a_timer_is_not_asked_for_one(scenes):
    scene = await scenes(policy=NAGGING)
    await scene.world.typed(f"{START} for=10h")
    await scene.round(hours=5)
    await scene.world.typed("/relay timer R1 --off")
    await scene.round(seconds=15)

    assert scene.said("no timer, started") == []
