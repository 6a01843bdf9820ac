"""One relay: on disk before it is told, and stopped whatever happens."""

import pytest

from bot.errors import SettingsError
from bot.ids import intent_of
from bot.live.relaying import PREFIX
from bot.tencent.models.trtc.room import AgentParams
from tests.bot.live.rig import PUSH

RELAY = {"app": "default", "push": PUSH, "yes": True}


def only(rig):
    (relay,) = rig.cloud.state.relays.values()
    return relay


async def test_the_task_is_on_disk_before_it_is_told(rig):
    seen = []

    def look(line):
        if line.startswith("TaskId "):
            seen.append((line, rig.ledger.left()))

    rig.on_line = look
    await rig.doctor(**RELAY)

    ((line, (entry,)),) = seen
    assert line == f"TaskId {only(rig).task_id}"
    assert entry["task_ids"] == [only(rig).task_id]
    assert entry["agent"] == only(rig).agent
    assert PUSH not in str(entry)


async def test_the_robot_is_on_disk_before_it_is_sent(rig):
    rig.gate.after.add("StartPublishCdnStream")
    seen = []

    async def look():
        seen.extend(rig.ledger.left())

    rig.gate.hook = look
    rig.gate.open()

    await rig.doctor(**RELAY)

    (entry,) = seen
    assert entry["agent"] == only(rig).agent
    assert "task_ids" not in entry


async def test_a_disk_that_does_not_take_the_task_does_not_keep_it_running(rig):
    rig.gate.after.add("StartPublishCdnStream")

    async def break_disk():
        rig.ledger.path.unlink()
        rig.ledger.path.mkdir()

    rig.gate.hook = break_disk
    rig.gate.open()

    with pytest.raises(SettingsError, match="is not a file"):
        await rig.doctor(**RELAY)

    assert rig.line("Stopped") == f"ok    Stopped {only(rig).task_id}: accepted"
    assert rig.running == []


async def test_the_robot_has_a_name_that_no_bot_takes_for_its_own(rig):
    await rig.doctor(**RELAY)

    agent = only(rig).agent
    assert agent.startswith(PREFIX)
    assert AgentParams.model_validate({"UserId": agent}).user_id == agent
    assert intent_of(agent) is None


async def test_the_room_is_empty_and_of_its_own_and_the_robot_leaves_it_soon(rig):
    await rig.doctor(**RELAY)

    assert only(rig).room == only(rig).agent
    recorded = rig.recorded
    assert "StartPublishCdnStream" in recorded
    assert PUSH not in recorded
    assert "k3yk3y" not in recorded


async def test_events_are_heard_kept_as_they_came_and_held_against_ours(rig):
    rig.hears()

    assert await rig.doctor(**RELAY) == 0
    assert rig.line("An event has a time").startswith("ok")
    assert rig.line("An event has the target").startswith("ok")
    assert rig.recorded.count('"what": "callback"') == 4


@pytest.mark.parametrize("habit", ["seconds", "status-as-text", "normalised"])
async def test_events_in_another_shape_are_read_as_the_bot_reads_them(rig, habit):
    rig.hears()
    rig.cloud.callbacks.habits = frozenset({habit})

    assert await rig.doctor(**RELAY) == 0
    assert rig.line("Events:").startswith("ok")


async def test_an_event_without_a_time_is_a_note_and_names_what_to_change(rig):
    rig.hears()
    rig.cloud.callbacks.habits = frozenset({"only-sent"})

    assert await rig.doctor(**RELAY) == 0
    assert rig.line("An event has no time").startswith("note")
    rows = [one for one in rig.lines if one.startswith("≠ a time of its own")]
    assert rows[0].endswith("change bot/tencent/lenient.py: own_time")


async def test_where_nothing_is_heard_the_address_is_told(rig):
    rig.hears()
    rig.cloud.callbacks.url = "http://127.0.0.1:1/nowhere"

    assert await rig.doctor(**RELAY) == 0
    assert "callback address" in rig.line("Events: -")
    assert rig.running == []


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("truncated", "It is cut off"),
        ("status-500", "HTTP status 500"),
        ("status-201", "HTTP status 201"),
        ("error-beside", "a TaskId beside it"),
    ],
)
async def test_every_task_that_came_with_an_odd_answer_is_stopped(rig, how, told):
    rig.cloud.state.fail_next("StartPublishCdnStream", how)

    assert await rig.doctor(**RELAY) == 1
    assert told in rig.line("FAIL  Start:")
    assert rig.line(f"TaskId {only(rig).task_id}")
    assert (rig.running, rig.ledger.left()) == ([], [])


async def test_a_start_whose_answer_is_lost_is_told_with_its_room(rig):
    rig.cloud.state.fail_next("StartPublishCdnStream", "late")

    assert await rig.doctor(**RELAY) == 1
    assert rig.line("FAIL  Start:")
    assert only(rig).agent in rig.line("may have been started in room")
    assert rig.ledger.left() == []


@pytest.mark.parametrize(
    "code", ["InvalidParameter", "FailedOperation.RequestRejection"]
)
async def test_a_start_that_is_refused_leaves_nothing(rig, code):
    rig.cloud.state.fail_next("StartPublishCdnStream", code)

    assert await rig.doctor(**RELAY) == 1
    assert code in rig.line("FAIL  Start:")
    assert not [line for line in rig.lines if "may have been started" in line]
    assert (rig.running, rig.ledger.left()) == ([], [])


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"app": "other"}, "There is no app “other”; there is default."),
        ({"push": "https://push.example.com/live/k"}, "begins with rtmp://"),
        ({"push": ""}, "Say where to"),
    ],
)
async def test_what_cannot_be_started_is_told_and_not_sent(rig, wishes, told):
    assert await rig.doctor(**{**RELAY, **wishes}) == 1
    assert rig.line(told).startswith("FAIL")
    assert rig.cloud.state.relays == {}


async def test_it_goes_only_where_the_exits_let_relays_go(rig):
    (rig.folder / "bot.toml").write_text('[exits]\npush = ["other.example.com"]\n')
    rig.variables |= {
        "BOT_CONFIG": str(rig.folder / "bot.toml"),
        "BOT_ALLOW_ALL": "false",
    }

    assert await rig.doctor(**RELAY) == 1
    assert [one for one in rig.lines if one.startswith("FAIL") and "push" in one]
    assert rig.cloud.state.relays == {}
