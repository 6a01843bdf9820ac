"""Nine ways in which something untrue was once said of a relay, and is not any more."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.outcome import Row, plain
from bot.journal.evidence import Ending, Headline, Stop
from bot.operations.recovery import Recovered, recover
from bot.states import State
from tests.bot.operations.accidents import accepted, left_sending, released
from tests.bot.operations.tencent import (
    DISCONNECTING,
    IDLE,
    KEY,
    RUNNING,
    lost,
    started,
    texts,
)
from tests.fakes.journal import claimed
from tests.world import TEAM, live_again, make_world

END = "StopPublishCdnStream"
START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
STOP = "/relay stop R1 --yes"
TASK = "-m97l2ZU7AI-" + "x" * 58 + ".."
REFUSED = "UnauthorizedOperation"
MAY_RUN = "⚠️ R1 may still run: it is not known whether it was stopped."
MAY_BE_BILLED = "🟠 R1 may still run, and be billed: nobody knows if it was stopped."


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


def calls(world, action=END):
    return sum(name == action for _at, name in world.cloud.state.calls)


async def said(world):
    """Return every word that waits to be delivered."""
    return json.dumps([one.body for one in await world.notices()], ensure_ascii=False)


# ── U1 ───────────────────────────────────────────────────────────────────────────


async def test_u1_a_stop_done_and_then_refused_is_told_as_doubt(world, tencent):
    await world.typed(START)
    world.cloud.state.fail_next(END, "late")
    world.cloud.state.fail_next(END, REFUSED)

    await world.typed(STOP)

    relay = await world.handle("R1")
    assert world.cloud.state.running == []
    assert (relay.state, relay.standing.headline, relay.standing.stop) == (
        State.STARTED,
        Headline.MAY_RUN,
        Stop.MAYBE,
    )
    assert await texts(world, "asker") == [MAY_RUN]
    assert await texts(world, "ops") == [MAY_BE_BILLED]
    assert await texts(world, "channel") == ["⚠️ R1 · may still run · room 295066"]
    assert "was not stopped" not in await said(world)


async def test_u1_what_is_heard_later_settles_the_doubt(world, tencent):
    relay = await started(world, START)
    world.cloud.state.fail_next(END, "late")
    world.cloud.state.fail_next(END, REFUSED)
    await world.typed(STOP)

    await tencent.tells(relay, DISCONNECTING, IDLE)

    now = (await world.handle("R1")).standing
    assert (now.state, now.by) == (State.STOPPED, "U0ANA")


async def test_u1_the_doubt_of_a_stop_outlives_a_restart(world, tmp_path):
    await world.typed(START)
    await left_sending(world, STOP)
    await world.tasks.drain(0)
    world.journal.close()
    (relay,) = world.cloud.state.running
    world.cloud.state.end_relay(relay)  # the try before the crash got through
    world.cloud.state.fail_next(END, REFUSED)

    async with AsyncExitStack() as stack:
        again = await live_again(stack, tmp_path / "p.db", world.cloud, key=KEY)
        recovered = await recover(again.executor, again.hearing, again.clock())
        await again.settled()

        assert recovered == Recovered(repeated=1)
        assert await texts(again, "asker") == [MAY_RUN]
        assert await texts(again, "ops") == [MAY_BE_BILLED]


async def test_u1_a_stop_refused_at_once_is_told_as_not_stopped(world):
    await world.typed(START)
    world.cloud.state.fail_next(END, REFUSED)

    await world.typed(STOP)

    assert (await world.handle("R1")).standing.stop is Stop.REFUSED
    assert await texts(world, "asker") == ["🔴 R1 was not stopped by this."]
    assert await texts(world, "ops") == [
        "🟠 R1 was not stopped; as far as is known it is billed."
    ]


# ── U2, U3 ───────────────────────────────────────────────────────────────────────


async def test_u2_a_relay_that_ends_during_its_stop_is_not_stopping_for_ever(
    world, tencent
):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    await tencent.later(minutes=1)
    await accepted(world, STOP)

    await tencent.tells(relay, DISCONNECTING, IDLE)
    world.cloud.state.fail_next(END, REFUSED)
    await released(world)

    now = (await world.handle("R1")).standing
    assert (now.state, now.ending) == (State.ENDED, Ending.IDLE)
    assert calls(world) == 0
    assert "billed" not in await said(world)


@pytest.mark.parametrize("code", [REFUSED, "FailedOperation.CRUnsupportMethod"])
async def test_u3_no_stop_of_a_relay_that_is_over_is_an_alarm(world, tencent, code):
    await world.typed(START)
    await tencent.later(minutes=1)
    await world.typed(STOP)
    world.cloud.state.fail_next(END, code)

    await world.typed(STOP, user="U0BOB")
    await tencent.later(minutes=3)

    assert (await world.handle("R1")).state is State.STOPPED
    assert await world.alarms() == []
    assert "billed" not in await said(world)


async def test_u3_a_stop_that_does_not_get_through_is_an_alarm_of_what_runs(
    world, tencent
):
    await world.typed(START)
    stop = await accepted(world, STOP)
    await claimed(world.journal, stop.id)

    await tencent.later(minutes=3)

    assert await texts(world, "ops") == [
        "🟠 The stop of R1 does not get through. It is tried for a day."
    ]


# ── U4 ───────────────────────────────────────────────────────────────────────────


async def test_u4_silence_alone_never_says_that_it_did_not_start(world, tencent):
    relay = await lost(world, START)

    await tencent.later(minutes=3)

    assert world.cloud.state.running == [relay]
    words = await said(world)
    assert "Callbacks are set up, but none has arrived since" in words
    assert "not started   " not in words
    assert "robably not started." not in words


# ── U5 ───────────────────────────────────────────────────────────────────────────


async def as_requested(world):
    await accepted(world, START)


async def as_sending(world):
    await left_sending(world, START)


async def as_unknown(world):
    await lost(world, START)


async def as_stopping(world):
    await world.typed(START)
    await accepted(world, STOP)


async def as_stopped(world):
    await world.typed(START)
    await world.typed(STOP)


@pytest.mark.parametrize(
    ("stand", "answer"),
    [
        (as_requested, "🟡 R1 is cancelled: nothing was sent."),
        (as_sending, "🟡 R1 will be stopped as soon as its TaskId is known."),
        (as_unknown, "🟡 R1 will be stopped as soon as its TaskId is known."),
        (as_stopping, "🟡 R1 is being stopped already."),
        (as_stopped, "🟡 R1 is being stopped."),
    ],
)
async def test_u5_a_stop_says_what_becomes_of_it_in_every_state(world, stand, answer):
    await stand(world)

    told = await world.router.answer(world.ask(STOP, user="U0BOB"))

    assert told.plain == answer


# ── U6, U7 ───────────────────────────────────────────────────────────────────────


async def test_u6_evidence_wins_over_a_person_everywhere(world, tencent):
    relay = await lost(world, START)
    await world.typed("/relay close R1 reason=“nothing there”")

    await tencent.tells(relay, RUNNING)

    shown = "🟢 R1 · live · room 295066"
    assert await texts(world, "channel") == [shown]
    assert (await world.typed("/relay status R1")).plain == shown
    assert (await world.typed(f"/lookup {relay.task_id}")).plain == shown
    rows = (await world.typed("/relay list")).parts
    (row,) = [one for one in rows if isinstance(one, Row)]
    assert plain(row.spans).startswith("🟢 R1 · live · ")
    assert await texts(world, "ops") == [
        "🟠 R1 runs, though it was told as “closed”. It may be billed."
    ]
    await tencent.later(minutes=1)
    await world.typed(STOP)
    assert world.cloud.state.running == []


async def test_u7_news_from_after_the_stop_makes_it_run_and_stoppable(world, tencent):
    relay = await started(world, START)
    await world.typed(STOP)
    stopped = await world.handle("R1")
    await tencent.later(minutes=1)

    await tencent.tells(relay, RUNNING)

    now = await world.handle("R1")
    assert stopped.state is State.STOPPED
    assert (now.state, now.standing.headline) == (State.STARTED, Headline.LIVE)
    (alarm,) = await world.alarms()
    assert alarm.text == (
        "🟠 R1 runs, though it was told as “stopped”. It may be billed."
    )
    assert "Stop R1" in json.dumps(alarm.body)


# ── U8, U9 ───────────────────────────────────────────────────────────────────────


async def test_u8_of_a_wrong_task_id_no_stop_says_that_the_relay_is_over(world):
    relay = await lost(world, START)
    await world.typed(f"/relay attach R1 {TASK}")

    await world.typed(STOP)

    now = await world.handle("R1")
    assert world.cloud.state.running == [relay]
    assert (now.state, now.standing.stop, now.standing.gone, now.subject.ref) == (
        State.UNKNOWN,
        Stop.NO_SUCH_TASK,
        TASK,
        "",
    )
    assert await texts(world, "asker") == [
        "⚠️ Tencent knows no task of the ID that R1 has."
    ]
    assert await texts(world, "channel") == [
        "⚠️ R1 · unknown: no task of that ID · room 295066"
    ]


async def test_u9_after_day_30_it_is_out_of_reach_and_says_so(world, tencent):
    await world.typed(START)
    for day in (25, 4, 2):
        await tencent.later(days=day)
        await tencent.later(seconds=15)

    now = await world.handle("R1")
    assert now.standing.headline is Headline.OUT_OF_REACH
    (card,) = [one for one in await world.notices() if one.audience == "channel"]
    assert card.text == "🔴 R1 · out of reach · room 295066"
    details = repr(await world.typed("/lookup R1 --details"))
    assert "Can be stopped until" not in details
    assert "Stop R1" not in json.dumps(card.body)
    assert (await texts(world, "ops"))[-1] == (
        "🟠 R1 is out of reach: Tencent takes no stop of it any more."
    )
    history = await world.journal.find.history("R1", TEAM)
    assert [one.state for one in history] == [State.EXPIRING]
