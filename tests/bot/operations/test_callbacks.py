"""What Tencent tells by itself completes what was left unknown, and harms nothing."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.errors import InvalidRequest, NotAllowed, NotFound
from bot.sandbox.cloud.callbacks import Callbacks
from bot.settings import App
from bot.states import State
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
TWO = START.replace(" --go", " url=rtmp://push.example.com/live/2 --go")
KEY = "k" * 16
CONNECTING, RUNNING, FAILED, IDLE = 1, 2, 4, 0


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        yield await make_world(stack, tmp_path / "p.db", key=KEY)


class Tencent:
    """Tells *world* of relays; the events' times go up unless they are given."""

    def __init__(self, world):
        self.world = world
        self.calls = Callbacks("", KEY, world.cloud.clock)
        self.at = 1_760_000_000_000

    def event(self, relay, status, *, url=0, **changes):
        self.at += 1000
        info = {
            "RoomId": relay.room,
            "EventMsTs": self.at,
            "UserId": relay.agent,
            "TaskId": relay.task_id,
            "Payload": {"Url": relay.urls[url], "Status": status},
            **changes,
        }
        event = {"EventGroupId": 4, "EventType": 401, "CallbackTs": self.at + 5}
        return json.dumps({**event, "EventInfo": info}, indent="\t").encode()

    async def tells(self, relay, *statuses, **changes):
        for status in statuses:
            await self.sends(self.event(relay, status, **changes))

    async def sends(self, raw, app="live-main"):
        await self.world.callbacks.receive(app, raw, self.calls.sign(raw))


@pytest.fixture
def tencent(world):
    return Tencent(world)


async def started(world, how="late", line=START):
    """Start a relay whose answer goes wrong; return it as the cloud knows it."""
    world.cloud.state.fail_next("StartPublishCdnStream", how)
    await world.typed(line)
    return next(reversed(world.cloud.state.relays.values()))


async def test_an_unknown_start_is_found_again(world, tencent):
    relay = await started(world)
    before = await world.handle("R1")

    await tencent.tells(relay, CONNECTING)

    after = await world.handle("R1")
    assert (before.state, before.subject.ref) == (State.UNKNOWN, "")
    assert (after.state, after.subject.ref) == (State.STARTED, relay.task_id)
    assert (after.settlement.error_code, after.settlement.error_text) == ("", "")
    (card,) = await world.notices()
    assert card.text == "🟢 R1 · started   room 295066"


async def test_what_is_being_sent_is_completed_and_the_late_answer_agrees(
    world, tencent
):
    await world.typed(START)
    intent = await world.handle("R1")
    (relay,) = world.cloud.state.running

    await tencent.tells(relay, CONNECTING, RUNNING)

    assert await world.handle("R1") == intent


async def test_a_relay_that_has_ended_by_itself_is_over(world, tencent):
    relay = await started(world)

    await tencent.tells(relay, CONNECTING, RUNNING, IDLE)

    assert (await world.handle("R1")).state is State.ENDED
    (card,) = await world.notices()
    assert card.text == "⚪ R1 · ended   room 295066"


async def test_it_is_over_only_when_every_target_is(world, tencent):
    await world.typed(TWO)
    (relay,) = world.cloud.state.running

    await tencent.tells(relay, RUNNING, IDLE)
    one_left = (await world.handle("R1")).state
    await tencent.tells(relay, RUNNING, url=1)
    await tencent.tells(relay, IDLE, url=1)

    assert one_left is State.STARTED
    assert (await world.handle("R1")).state is State.ENDED


async def test_the_events_own_time_counts_not_when_they_come(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    idle_before = tencent.event(relay, IDLE)
    running = tencent.event(relay, RUNNING)

    await tencent.sends(running)
    await tencent.sends(idle_before)

    assert (await world.handle("R1")).state is State.STARTED


async def test_while_it_is_being_stopped_the_stop_has_the_last_word(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    await world.journal.move((await world.handle("R1")).id, State.STOPPING)

    await tencent.tells(relay, IDLE)

    assert (await world.handle("R1")).state is State.STOPPING


async def test_a_replay_changes_nothing(world, tencent):
    relay = await started(world)
    raw = tencent.event(relay, RUNNING)

    await tencent.sends(raw)
    known = await world.handle("R1")
    await tencent.sends(raw)

    assert await world.handle("R1") == known


async def test_after_it_was_stopped_nothing_goes_back(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    await world.typed("/relay stop R1 --yes")

    await tencent.tells(relay, RUNNING, FAILED, IDLE)

    assert (await world.handle("R1")).state is State.STOPPED


async def test_a_task_id_as_a_number_is_text(world, tencent):
    relay = await started(world)

    await tencent.tells(relay, RUNNING, TaskId=7112233)

    assert (await world.handle("R1")).subject.ref == "7112233"


async def test_another_task_id_is_an_alarm_and_overwrites_nothing(world, tencent):
    await world.typed(START)
    (relay,) = world.cloud.state.running
    before = await world.handle("R1")

    await tencent.tells(relay, CONNECTING, RUNNING, TaskId="-another.")

    assert await world.handle("R1") == before
    (alarm,) = await world.alarms()
    assert "a second relay" in alarm.text
    assert "-another." in json.dumps(alarm.body)


@pytest.mark.parametrize("how", ["InvalidParameter", "FailedOperation.TaskExist"])
async def test_what_was_told_as_not_started_and_runs_is_an_alarm(world, tencent, how):
    await started(world, "late")
    relay = next(iter(world.cloud.state.relays.values()))
    intent = await world.handle("R1")
    await world.journal.move(intent.id, State.CLOSED, reason=how)

    await tencent.tells(relay, RUNNING)

    closed = await world.handle("R1")
    assert (closed.state, closed.subject.ref) == (State.CLOSED, "")
    (alarm,) = await world.alarms()
    assert "R1 runs, though it was told" in alarm.text


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
        relay = await started(world, line=f"{START} app=live-main")

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
