"""What time makes due is told once, and only when it is."""

import json
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.dialogue.outcome import Audience
from bot.journal.evidence import Fact, FactKind
from bot.journal.model import Notice
from bot.journal.rows import millis
from bot.operations.jobs import EVERY, Jobs
from bot.states import State
from tests.bot.operations.accidents import accepted, given_up, left_sending
from tests.bot.operations.tencent import (
    DISCONNECTING,
    IDLE,
    KEY,
    RUNNING,
    Tencent,
    lost,
    started,
)
from tests.fakes.journal import claimed
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
OTHER = "-another-TaskId-under-the-name-of-R1."


@pytest.fixture
async def make(tmp_path):
    async with AsyncExitStack() as stack:

        async def world(**more):
            return await make_world(stack, tmp_path / "p.db", **more)

        yield world


async def unknown(world):
    world.cloud.state.fail_next("StartPublishCdnStream", "reset")
    await world.typed(START)
    return await world.handle("R1")


async def later(world, **time):
    world.clock.ahead += timedelta(**time)
    await world.jobs.run_due()
    await world.jobs.run_due()


async def alarms(world):
    return [one.text for one in await world.alarms()]


async def test_without_a_callback_in_two_minutes_its_card_says_that_none_arrives(make):
    world = await make(key=KEY)
    fresh = await unknown(world)

    await later(world, minutes=1)
    early = await world.handle("R1")
    await later(world, minutes=1, seconds=5)

    assert early == fresh
    (card,) = await world.notices()
    assert card.text == "⚠️ R1 · unknown: please look, no callbacks arrive · room 295066"
    body = json.dumps(card.body)
    assert "Callbacks are set up, but none has arrived since" in body
    assert "robably not started" not in body
    assert (await world.handle("R1")).marks == ("silent",)


async def test_after_a_quick_restart_the_callback_may_still_come(make):
    world = await make(key=KEY)
    sending = await left_sending(world, START)

    await given_up(world, sending)

    (card,) = await world.notices()
    assert "this message should say so before" in json.dumps(card.body)


async def test_where_callbacks_are_off_silence_says_nothing(make):
    world = await make()
    await unknown(world)

    await later(world, minutes=3)

    (card,) = await world.notices()
    assert "Callbacks are off" in json.dumps(card.body)


async def test_what_stays_unknown_is_an_alarm_after_five_minutes(make):
    world = await make()
    await unknown(world)

    await later(world, minutes=5, seconds=5)

    assert await alarms(world) == [
        "🟠 R1 · unknown: please look, callbacks are off · room 295066"
    ]


async def test_a_stop_that_does_not_get_through_is_an_alarm_after_two_minutes(make):
    world = await make()
    await world.typed(START)
    stop = await accepted(world, "/relay stop R1 --yes")
    await claimed(world.journal, stop.id)

    await later(world, minutes=1)
    assert await alarms(world) == []
    await later(world, minutes=1, seconds=5)

    (text,) = await alarms(world)
    assert "does not get through" in text


@pytest.mark.parametrize("is_its_own", [True, False])
async def test_that_a_relay_is_over_settles_the_stops_of_its_own_id_alone(
    make, is_its_own
):
    world = await make(key=KEY)
    relay, tencent = await started(world, START), Tencent(world)
    await tencent.tells(relay, RUNNING)
    await tencent.tells(relay, RUNNING, TaskId=OTHER)
    task = relay.task_id if is_its_own else OTHER
    stop = await accepted(world, f"/relay stop {task} --yes")
    await claimed(world.journal, stop.id)
    await tencent.tells(relay, DISCONNECTING, IDLE)
    before = await alarms(world)

    await later(world, minutes=2, seconds=5)

    new = [text for text in await alarms(world) if text not in before]
    assert len(new) == (0 if is_its_own else 1)


async def test_a_stop_that_may_go_and_that_nobody_sent_goes_with_the_next_round(make):
    world = await make(key=KEY)
    relay = await lost(world, START)
    await world.typed("/relay stop R1 --yes")
    thing, at = await world.handle("R1"), millis(world.clock())
    attached = Fact(
        kind=FactKind.ATTACHED, key="a", ref=relay.task_id, by="U", at=at, came_at=at
    )
    await world.journal.learn(thing.id, attached)  # and its stop is not read again
    released = await world.journal.find.queued_stops(thing.id)

    await later(world, seconds=5)
    await world.settled()

    assert [one.subject.ref for one in released] == [relay.task_id]
    assert world.cloud.state.running == []
    stops = [name for _at, name in world.cloud.state.calls if name.startswith("Stop")]
    assert len(stops) == 1
    assert (await world.handle("R1")).state is State.STOPPED


async def test_a_relay_is_soon_out_of_reach_after_25_days_and_paged_after_29(make):
    world = await make()
    await world.typed(START)

    await later(world, days=24)
    assert (await world.handle("R1")).state is State.STARTED
    await later(world, days=1, seconds=5)
    assert (await world.handle("R1")).state is State.EXPIRING
    assert await alarms(world) == []
    await later(world, days=4)

    (text,) = await alarms(world)
    assert "R1 can be stopped for less than a day; then it runs on, billed." in text


async def test_of_a_relay_that_aged_while_the_bot_was_down_only_the_truth_is_told(make):
    world = await make()
    await world.typed(START)

    await later(world, days=31)

    (text,) = await alarms(world)
    assert "R1 is out of reach: Tencent takes no stop of it any more." in text
    assert (await world.handle("R1")).marks == ("expiring", "last-day", "gone-by")


async def test_of_a_stop_nobody_says_that_it_is_tried_for_a_day_once_that_is_over(make):
    world = await make()
    await world.typed(START)
    stop = await accepted(world, "/relay stop R1 --yes")
    await claimed(world.journal, stop.id)

    await later(world, days=1, seconds=5)

    assert await alarms(world) == []


async def test_what_is_old_and_over_is_thrown_away_and_the_rest_is_not(make):
    world = await make()
    await world.typed(START)
    await world.typed(START.replace("/live/k", "/live/2"))
    await world.typed("/relay stop R1 --yes")
    for one in await world.notices():
        await world.journal.outbox.sent(one.notification)

    await later(world, days=181)

    assert await world.handle("R1") is None
    assert (await world.handle("R2")).state is State.EXPIRING
    decisions = [one.decision for one in await world.journal.audit.all()]
    assert decisions == ["allow", "allow", "allow", "settled"]
    await world.typed(START.replace("/live/k", "/live/3"))
    assert await world.handle("R3") is not None


async def test_a_notice_that_waits_too_long_is_an_alarm_in_the_log(make, capsys):
    world = await make()
    await world.typed(START)

    await later(world, seconds=70)

    assert "notices.unsent" in capsys.readouterr().out


async def test_a_notice_is_given_once_whoever_gives_it(make):
    world = await make()
    intent = await unknown(world)

    notice, give = Notice(name="mine", audience=Audience.OPS), world.journal.notify
    first = await give(intent.id, notice, mark="mine")
    second = await give(intent.id, notice, mark="mine")

    assert first.marks == ("mine",)
    assert second is None
    assert [one.name for one in await raised(world, "mine")] == ["mine"]


async def raised(world, name):
    due = await world.journal.outbox.due(world.clock())
    return [one for one in due if one.name == name]


async def test_it_looks_again_and_again_also_when_the_journal_is_away(make):
    world, naps = await make(), []

    async def sleep(seconds):
        naps.append(seconds)
        if len(naps) == 1:
            world.journal.close()
        if len(naps) == 3:
            raise StopAsyncIteration

    jobs = Jobs(
        world.journal,
        world.service.recents,
        world.hearing,
        resources=world.resources,
        anchoring=world.bot.anchoring,
        take_up=world.executor.take_up_left,
        write_refusals=world.service.refusals.write_due,
        run_timers=world.executor.take_up_left,
        run_alerts=world.executor.take_up_left,
        wake=world.bot.delivery.wake,
        now=world.clock,
        sleep=sleep,
    )
    with pytest.raises(StopAsyncIteration):
        await jobs.run()

    assert naps == [EVERY] * 3
