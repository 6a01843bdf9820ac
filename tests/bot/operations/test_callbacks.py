"""What Tencent tells by itself completes what was left unknown, and harms nothing."""

import json
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.errors import InvalidRequest, NotAllowed, NotFound
from bot.journal.evidence import (
    Ending,
    Headline,
    Standing,
    Target,
    TargetStanding,
)
from bot.sandbox.cloud.state import Relay
from bot.settings import App
from bot.states import State
from tests.bot.operations.accidents import left_sending
from tests.bot.operations.tencent import (
    CONNECTING,
    DISCONNECTING,
    FAILED,
    IDLE,
    KEY,
    RUNNING,
    Tencent,
    lost,
    started,
    texts,
)
from tests.fakes.journal import answered
from tests.world import make_world

URL = "rtmp://push.example.com/live/k"
START = f"/relay start 295066 url={URL} --go"
STOP = "/relay stop R1 --yes"
TWO = START.replace(" --go", " url=rtmp://push.example.com/live/2 --go")


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


async def test_an_unknown_start_is_found_again(world, tencent):
    relay = await lost(world, START)
    before = await world.handle("R1")

    await tencent.tells(relay, CONNECTING)

    after = await world.handle("R1")
    assert (before.state, before.subject.ref) == (State.UNKNOWN, "")
    assert (after.state, after.subject.ref) == (State.STARTED, relay.task_id)
    assert (after.settlement.error_code, after.settlement.error_text) == ("", "")
    (card,) = await world.notices()
    assert card.text == "🟡 R1 · connecting · room 295066"


async def test_what_is_being_sent_is_completed_and_the_late_answer_agrees(
    world, tencent
):
    sending = await left_sending(world, START)
    relay = Relay("-m9early.", sending.subject.agent, "295066", 1, [URL], "", 0.0)

    await tencent.tells(relay, CONNECTING, RUNNING)
    told = await world.handle("R1")
    answer = {"ref": relay.task_id, "request_id": "req"}
    await answered(world.journal, sending.id, **answer)

    now = await world.handle("R1")
    assert (told.state, told.subject.ref) == (State.STARTED, relay.task_id)
    assert told.standing.headline is now.standing.headline is Headline.LIVE
    assert (now.subject.ref, now.settlement.request_id) == (relay.task_id, "req")
    assert await world.alarms() == []


async def test_a_relay_that_has_ended_by_itself_is_over(world, tencent):
    relay = await lost(world, START)

    await tencent.tells(relay, CONNECTING, RUNNING, DISCONNECTING, IDLE)

    over = TargetStanding(status=Target.ENDED, since=tencent.at)
    assert (await world.handle("R1")).standing == Standing(
        state=State.ENDED,
        headline=Headline.ENDED,
        ref=relay.task_id,
        vouched=True,
        targets=(over,),
        since=tencent.at,
        ending=Ending.IDLE,
    )
    assert await texts(world, "channel") == ["⚪ R1 · ended · room 295066"]
    (told,) = await texts(world, "thread")
    assert told.startswith("⚪ R1 · Ended by itself: every target was disconnected · ")


async def test_it_is_over_only_when_every_target_is(world, tencent):
    await world.typed(TWO)
    (relay,) = world.cloud.state.running

    await tencent.tells(relay, RUNNING, DISCONNECTING, IDLE)
    one_left = (await world.handle("R1")).standing
    await tencent.tells(relay, RUNNING, DISCONNECTING, IDLE, url=1)

    assert (one_left.state, one_left.headline) == (
        State.STARTED,
        Headline.TARGET_ENDED,
    )
    assert (await world.handle("R1")).state is State.ENDED


async def test_idle_of_which_nobody_knows_why_is_probably_ended_and_stoppable(
    world, tencent
):
    await world.typed(START)
    (relay,) = world.cloud.state.running

    await tencent.tells(relay, RUNNING, IDLE)

    intent = await world.handle("R1")
    assert (intent.state, intent.standing.headline) == (State.STARTED, Headline.IDLE)
    assert await texts(world, "channel") == [
        "🟠 R1 · idle, probably ended · room 295066"
    ]
    (told,) = await texts(world, "thread")
    assert told.startswith("🟠 R1 · idle; probably ended, though nobody is known")
    (card,) = [one for one in await world.notices() if one.audience == "channel"]
    assert "Stop R1" in json.dumps(card.body)


async def test_the_events_own_time_counts_not_when_they_come(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    idle_before = tencent.event(relay, IDLE)
    running = tencent.event(relay, RUNNING)

    await tencent.sends(running)
    await tencent.sends(idle_before)

    assert (await world.handle("R1")).state is State.STARTED


async def test_a_relay_that_ends_while_it_is_being_stopped_is_over_at_once(
    world, tencent
):
    relay = await started(world, START)
    await tencent.tells(relay, RUNNING)
    await tencent.later(minutes=1)
    await left_sending(world, STOP)

    await tencent.tells(relay, DISCONNECTING, IDLE)

    now = (await world.handle("R1")).standing
    assert (now.state, now.ending, now.by) == (
        State.ENDED,
        Ending.MEANWHILE,
        "U0ANA",
    )
    assert await texts(world, "asker") == [
        "⚪ R1 is over: every target was disconnected."
    ]


async def test_a_replay_changes_nothing(world, tencent):
    relay = await lost(world, START)
    raw = tencent.event(relay, RUNNING)

    await tencent.sends(raw)
    known = await world.handle("R1")
    await tencent.sends(raw)

    assert await world.handle("R1") == known


async def test_after_it_was_stopped_nothing_goes_back(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    events = [tencent.event(relay, status) for status in (RUNNING, FAILED, IDLE)]
    await tencent.later(minutes=1)
    await world.typed("/relay stop R1 --yes")

    for raw in events:
        await tencent.sends(raw)

    assert (await world.handle("R1")).state is State.STOPPED
    assert await world.alarms() == []


async def test_a_task_id_as_a_number_is_text(world, tencent):
    relay = await lost(world, START)

    await tencent.tells(relay, RUNNING, TaskId=7112233)

    assert (await world.handle("R1")).subject.ref == "7112233"


async def test_another_task_id_is_an_alarm_and_overwrites_nothing(world, tencent):
    relay = await started(world, START)
    before = await world.handle("R1")

    await tencent.tells(relay, CONNECTING, RUNNING, TaskId="-another.")

    after = await world.handle("R1")
    assert after.subject == before.subject
    assert after.standing == replace(before.standing, candidates=("-another.",))
    (alarm,) = await world.alarms()
    assert alarm.text == "🟠 R1 has a second TaskId. Both may be billed."
    assert "-another." in json.dumps(alarm.body)


async def test_an_event_about_no_target_of_ours_counts_for_none_and_is_kept(
    world, tencent
):
    relay = await lost(world, START)
    before = await world.handle("R1")

    await tencent.tells(relay, RUNNING, target="rtmp://elsewhere.example.com/live/x")

    after = await world.handle("R1")
    assert after.standing == replace(before.standing, candidates=(relay.task_id,))
    (card,) = [one for one in await world.notices() if one.audience == "channel"]
    assert card.text == "⚠️ R1 · unknown: a TaskId came that may be its · room 295066"
    body = json.dumps(card.body)
    assert f"attach {after.id} {relay.task_id}" in body
    assert f"stop {relay.task_id} app=live-main" in body


@pytest.mark.parametrize(
    ("url", "event"),
    [
        ("rtmp://PUSH.example.com:1935/live/k", "rtmp://push.example.com/live/k"),
        ("rtmp://push.example.com/live/k?txSecret=a", "rtmp://push.example.com/live/k"),
    ],
)
async def test_an_event_is_about_a_target_in_any_spelling(world, tencent, url, event):
    relay = await lost(world, f"/relay start 295066 url={url} --go")

    await tencent.tells(relay, RUNNING, target=event)

    assert (await world.handle("R1")).standing.headline is Headline.LIVE


async def test_what_was_told_as_closed_and_runs_is_running_and_an_alarm(world, tencent):
    relay = await lost(world, START)
    await world.typed("/relay close R1 reason=“nothing there”")
    closed = await world.handle("R1")

    await tencent.tells(relay, RUNNING)

    now = await world.handle("R1")
    assert closed.state is State.CLOSED
    assert (now.state, now.subject.ref) == (State.STARTED, relay.task_id)
    (alarm,) = await world.alarms()
    assert alarm.text == "🟠 R1 runs, though it was told as “closed”. It may be billed."
    assert "Stop R1" in json.dumps(alarm.body)


async def test_what_was_told_as_not_started_and_runs_is_running_and_an_alarm(
    world, tencent
):
    world.cloud.state.fail_next("StartPublishCdnStream", "InvalidParameter")
    await world.typed(START)
    agent = (await world.handle("R1")).subject.agent
    relay = Relay("-m9ran.", agent, "295066", 1, [URL], "", 0.0)

    await tencent.tells(relay, RUNNING)

    now = await world.handle("R1")
    assert (now.state, now.subject.ref) == (State.STARTED, "-m9ran.")
    assert await texts(world, "ops") == [
        "🟠 R1 runs, though it was told as “not started”. It may be billed."
    ]


async def test_somebody_elses_robot_is_left_alone(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    before = await world.handle("R1")

    await tencent.tells(relay, RUNNING, UserId="other-robot")

    assert await world.handle("R1") == before


async def test_events_about_something_else_are_taken_and_forgotten(world, tencent):
    raw = json.dumps({"EventGroupId": 1, "EventType": 103, "EventInfo": {}}).encode()

    await tencent.sends(raw)

    assert await world.notices() == []


async def test_an_event_of_another_app_completes_nothing(tmp_path):
    other = App(
        name="other", sdk_app_id=1500000000, usersig_key="u" * 8, callback_key=KEY
    )
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db", key=KEY, apps=(other,))
        relay = await lost(world, f"{START} app=live-main")

        await Tencent(world).sends(Tencent(world).event(relay, RUNNING), app="other")

        assert (await world.handle("R1")).state is State.UNKNOWN


async def test_only_apps_with_a_key_are_heard_for(world, tencent):
    with pytest.raises(NotFound):
        await tencent.sends(b"{}", app="nobody")


async def test_a_wrong_signature_is_refused(world):
    with pytest.raises(NotAllowed):
        await world.callbacks.receive("live-main", b"{}", "bm8=")


async def test_a_genuine_body_that_makes_no_sense_is_refused(world, tencent):
    with pytest.raises(InvalidRequest):
        await tencent.sends(b'{"EventGroupId": 4, "EventType": 401}')
