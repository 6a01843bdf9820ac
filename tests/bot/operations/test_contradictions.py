"""More than one TaskId under one name: one alarm, all stoppable, a person chooses."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.dialogue.ask import Surface
from bot.journal.model import CONTRADICTION
from bot.states import State
from tests.bot.operations.deliveries import delivery
from tests.bot.operations.tencent import KEY, RUNNING, lost, started
from tests.world import TEAM, make_world

URL = "rtmp://push.example.com/live/k"
START = f"/relay start 295066 url={URL} --go"
FORGED = "-mFORGED" + "x" * 66


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


def stops(world):
    """Return the TaskIds that the cloud was asked to stop."""
    return [one.task_id for one in world.cloud.state.relays.values() if one.stopped_at]


async def test_a_task_id_attaches_by_itself_only_with_an_address_of_the_start(
    world, tencent
):
    relay = await lost(world, START)

    await tencent.tells(relay, RUNNING, TaskId=FORGED, target="rtmp://whatever/")
    forged = await world.handle("R1")
    await tencent.tells(relay, RUNNING)

    true = await world.handle("R1")
    assert (forged.state, forged.subject.ref) == (State.UNKNOWN, "")
    assert (true.state, true.subject.ref) == (State.STARTED, relay.task_id)
    assert true.standing.candidates == (FORGED,)
    assert true.standing.rivals == ()


@pytest.mark.parametrize("start", [started, lost])
async def test_forty_forged_task_ids_are_one_alarm_with_a_count(world, tencent, start):
    relay = await start(world, START)

    for number in range(40):
        forged = f"-mFORGED{number:02}"
        await tencent.tells(relay, RUNNING, TaskId=forged, target="rtmp://whatever/")

    (alarm,) = await world.alarms()
    assert alarm.notification.name == CONTRADICTION
    assert "40" in alarm.text
    (card,) = [one for one in await world.notices() if one.audience == "channel"]
    assert "and 37 more" in json.dumps(card.body)
    ids = json.dumps(repr(await world.typed("/lookup R1 --ids")))
    assert all(f"-mFORGED{number:02}" in ids for number in range(40))


async def test_an_alarm_that_stands_is_renewed_where_it_stands(world, tencent):
    relay = await started(world, START)
    to_slack = delivery(world.journal, world.slack, world.clock)

    for number in range(3):
        forged = f"-mFORGED{number:02}"
        await tencent.tells(relay, RUNNING, TaskId=forged, target="rtmp://whatever/")
        world.clock.push(minutes=1)
        await to_slack.deliver()

    said = [
        (way, body["text"])
        for way, body in world.slack.sent
        if "TaskId" in body.get("text", "")
    ]
    assert said == [
        ("post COPS", "🟠 R1 has a second TaskId. Both may be billed."),
        ("chat.update", "🟠 R1 has 2 other TaskIds. Each may be billed."),
        ("chat.update", "🟠 R1 has 3 other TaskIds. Each may be billed."),
    ]


async def test_an_alarm_that_was_told_with_others_is_renewed_by_one_of_its_own(
    world, tencent
):
    relays = [await started(world, START.replace("/k", f"/{n}")) for n in "ab"]
    to_slack = delivery(world.journal, world.slack, world.clock)
    for number, relay in enumerate([*relays, relays[0]]):
        forged = f"-mFORGED{number:02}"
        await tencent.tells(relay, RUNNING, TaskId=forged, target="rtmp://whatever/")
        if number:
            world.clock.push(minutes=1)
            await to_slack.deliver()

    said = [way for way, body in world.slack.sent if "TaskId" in body.get("text", "")]
    assert said == ["post COPS", "post COPS"]


async def test_after_a_contradiction_both_can_be_stopped(world, tencent):
    relay = await started(world, START)
    other = await started(world, START.replace("295066", "7").replace("/k ", "/l "))
    await tencent.tells(relay, RUNNING)
    await tencent.tells(relay, RUNNING, TaskId=other.task_id)

    (alarm,) = await world.alarms()
    body = json.dumps(alarm.body)
    await world.typed(f"/relay stop {other.task_id} app=live-main --yes")
    await world.typed("/relay stop R1 --yes")

    assert f"stop {other.task_id} app=live-main" in body
    assert "Stop R1" in body
    assert set(stops(world)) == {relay.task_id, other.task_id}


async def test_where_events_name_two_a_person_chooses_and_the_other_is_stoppable(
    world, tencent
):
    relay = await lost(world, START)
    await tencent.tells(relay, RUNNING, TaskId=FORGED)
    await tencent.tells(relay, RUNNING)
    told = await world.handle("R1")
    (alarm,) = await world.alarms()

    await world.typed(f"/relay attach R1 {relay.task_id}")

    chosen = await world.handle("R1")
    assert (told.subject.ref, told.standing.rivals) == (FORGED, (relay.task_id,))
    assert "Which one runs?" in json.dumps(alarm.body)
    assert f"attach {told.id} {relay.task_id}" in json.dumps(alarm.body)
    assert chosen.subject.ref == relay.task_id
    assert chosen.standing.candidates == chosen.standing.rivals == (FORGED,)
    assert len(await world.alarms()) == 1
    await world.typed("/relay stop R1 --yes")
    assert stops(world) == [relay.task_id]


async def test_what_an_answer_named_nobody_chooses_away(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING, TaskId=FORGED)

    answer = await world.typed(f"/relay attach R1 {FORGED}")

    now = await world.handle("R1")
    assert answer.plain == "🟠 R1 is not unknown: it is started."
    assert (now.subject.ref, now.standing.rivals) == (relay.task_id, ())


async def stopped(world, line, **more):
    """Type *line*; return the TaskIds of which a stop was sent."""
    await world.typed(line, **more)
    history = await world.journal.find.history("R1", TEAM)
    return [one.subject.ref for one in history if one.subject.ends]


async def test_a_task_id_that_is_named_beside_its_relay_is_what_is_stopped(
    world, tencent
):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING, TaskId=FORGED)

    line = f"/relay stop R1 task={FORGED} --yes"

    assert await stopped(world, line) == [FORGED]
    assert stops(world) == []


async def test_of_two_task_ids_that_are_named_at_once_none_is_stopped(world, tencent):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING, TaskId=FORGED)

    line = f"/relay stop {FORGED} task={relay.task_id} --yes"

    assert await stopped(world, line) == []


async def test_in_the_home_tab_the_other_task_id_is_asked_about_by_itself(
    world, tencent
):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING, TaskId=FORGED)
    home = {"surface": Surface.BUTTON, "channel": ""}

    asked = await world.typed(f"/relay stop {FORGED} app=live-main", **home)
    (button,) = asked.buttons

    assert "Stop the other TaskId" in asked.plain
    assert await stopped(world, f"/relay {button.text}", **home) == [FORGED]
    assert stops(world) == []
