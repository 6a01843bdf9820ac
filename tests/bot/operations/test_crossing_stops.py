"""Stops that cross with what is learnt of their relay: its TaskId, or its end."""

from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.ids import TaskId
from bot.journal.evidence import Headline, Stop
from bot.operations.orders import Order
from bot.states import OPEN, State
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from tests.bot.operations.tencent import (
    DISCONNECTING,
    IDLE,
    KEY,
    RUNNING,
    TAKEN,
    Tencent,
    lost,
    started,
    texts,
)
from tests.world import TEAM, make_world

END = "StopPublishCdnStream"
START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
OTHER = "/relay start 7 url=rtmp://push.example.com/live/2 --go"
STOP = "/relay stop R1 --yes"
# Of what it told in the same second Tencent may not know yet that it is stopped.
SAID = {"attach": "⚪ R1 is stopped.", "event": TAKEN}
TASK = "-m97l2ZU7AI-" + "x" * 58 + ".."


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


def calls(world):
    return sum(name == END for _at, name in world.cloud.state.calls)


def running(world):
    return [one.task_id for one in world.cloud.state.running]


async def stops(world, handle="R1"):
    """Return the stops of *handle*, newest first."""
    history = await world.journal.find.history(handle, TEAM)
    return [one for one in history if one.subject.ends]


def ordered(world, task, relay=None):
    """Return the order to stop *task* as one makes it who has read *relay* so."""
    (app,) = world.service.apps
    fields = {"SdkAppId": app.sdk_app_id, "TaskId": TaskId(task or "not-known-yet")}
    return Order(
        id=world.service.new_id(),
        request=StopPublishCdnStream.of(fields),
        app=app,
        region=app.region,
        handle=relay.handle if relay else None,
        about=relay.id if relay else None,
        ref=task,
    )


async def learns(world, relay, way):
    """Let R1 learn that its TaskId is that of *relay*."""
    if way == "event":
        await Tencent(world).tells(relay, RUNNING)
    else:
        await world.typed(f"/relay attach R1 {relay.task_id}", user="U0EVE")


# ── its TaskId comes ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["event", "attach"])
async def test_a_stop_goes_whose_task_id_came_since_its_relay_was_read(world, way):
    relay = await lost(world, START)
    read = await world.handle("R1")
    await learns(world, relay, way)

    ask = world.ask(STOP)
    said = await world.service.submit(ask, ordered(world, read.subject.ref, read))
    await world.settled()

    assert read.subject.ref == ""
    assert said.plain == "🟡 R1 is being stopped."
    assert (calls(world), running(world)) == (1, [])
    assert await texts(world, "asker") == [SAID[way]]
    (stop,) = await stops(world)
    assert (stop.state, stop.subject.ref) == (State.DONE, relay.task_id)


@pytest.mark.parametrize("way", ["event", "attach"])
async def test_a_stop_of_a_task_id_that_became_a_relays_is_one_of_that(world, way):
    relay = await lost(world, START)
    await learns(world, relay, way)

    order = ordered(world, relay.task_id)
    said = await world.service.submit(world.ask(STOP), order)
    await world.settled()

    assert said.plain == "🟡 R1 is being stopped."
    assert (calls(world), running(world)) == (1, [])
    assert await texts(world, "asker") == [SAID[way]]
    (stop,) = await stops(world)
    assert stop.subject.about == (await world.handle("R1")).id
    if way == "attach":
        assert (await world.handle("R1")).state is State.STOPPED


@pytest.mark.parametrize("way", ["event", "attach"])
async def test_after_a_wrong_task_id_was_stopped_no_stop_is_said_to_be_open(world, way):
    relay = await lost(world, START)
    await world.typed(STOP)
    await world.typed(f"/relay attach R1 {TASK}")
    (wish,) = await stops(world)

    await learns(world, relay, way)

    runs = await world.handle("R1")
    assert (wish.state, wish.subject.ref) == (State.DONE, TASK)
    assert not [one for one in await stops(world) if one.state in OPEN]
    assert (runs.state, runs.subject.ref) == (State.STARTED, relay.task_id)
    assert (runs.standing.stop, runs.standing.wished) == (Stop.NONE, False)
    again = await world.typed(STOP)
    assert again.plain == "🟡 R1 is being stopped."
    assert running(world) == []


async def test_the_last_word_counts_though_the_clock_was_set_back_before_it(world):
    relay = await lost(world, START)
    await world.typed(f"/relay attach R1 {TASK}")
    await world.typed(STOP)  # and so learn that this was a typo
    world.clock.push(hours=-1)
    world.cloud.clock = lambda: world.clock().timestamp()

    await world.typed(f"/relay attach R1 {relay.task_id}")

    runs = await world.handle("R1")
    assert (runs.state, runs.subject.ref) == (State.STARTED, relay.task_id)
    await world.typed(STOP)
    assert running(world) == []
    assert (await world.handle("R1")).state is State.STOPPED


async def test_a_wrong_relay_that_was_stopped_is_unknown_when_the_true_one_tells(world):
    mine = await lost(world, START)
    other = await lost(world, OTHER)
    await world.typed(f"/relay attach R1 {other.task_id}")
    await world.typed(STOP)
    wrong = await world.handle("R1")

    await Tencent(world).tells(other, RUNNING, DISCONNECTING, IDLE)

    first, second = await world.handle("R1"), await world.handle("R2")
    assert (wrong.state, running(world)) == (State.STOPPED, [mine.task_id])
    assert (first.state, first.subject.ref) == (State.UNKNOWN, "")
    assert first.standing.headline is Headline.UNKNOWN
    assert (second.state, second.subject.ref) == (State.ENDED, other.task_id)
    assert second.standing.vouched
    (alarm,) = await texts(world, "ops")
    assert alarm.startswith("🟠 R1 runs, though it was told as “stopped”")


async def test_a_stop_of_another_task_id_is_told_as_that_and_the_relay_runs(world):
    relay = await started(world, START)
    other = replace(relay, task_id=TASK)
    await Tencent(world).tells(relay, RUNNING)
    await Tencent(world).tells(other, RUNNING)
    world.cloud.state.relays[TASK] = other

    await world.typed(f"/relay stop {TASK} --yes")

    assert running(world) == [relay.task_id]
    assert await texts(world, "asker") == [
        "⚪ The other TaskId under the name of R1 is stopped."
    ]
    assert (await world.handle("R1")).standing.headline is Headline.LIVE


# ── its end comes ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "before", "told"),
    [
        ("InternalError", State.UNKNOWN, "R1 is over; this stop may have ended it."),
        (
            "InvalidParameter",
            State.NOT_STARTED,
            "R1 is over; this stop did not end it.",
        ),
    ],
)
async def test_of_a_stop_that_failed_it_is_said_what_it_has_to_do_with_the_end(
    world, code, before, told
):
    relay = await started(world, START)
    await Tencent(world).tells(relay, RUNNING)
    world.clock.push(minutes=5)
    world.cloud.clock = lambda: world.clock().timestamp()
    world.cloud.state.fail_next(END, code, times=3000)
    await world.typed(STOP)
    (failed,) = await stops(world)

    await Tencent(world).tells(relay, DISCONNECTING, IDLE)

    (stop,) = await stops(world)
    over = (await world.handle("R1")).state
    assert (failed.state, stop.state) == (before, before)
    assert over in {State.STOPPED, State.ENDED}
    assert world.resources.of(stop).result(stop) == told
    assert await texts(world, "asker") == [f"⚪ {told}"]
