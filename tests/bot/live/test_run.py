"""`doctor --live` from the first line to the last."""

import signal
import socket
import stat

import pytest

from bot.errors import SettingsError
from bot.journal.sqlite.files import claim
from bot.live.ledger import claimed
from tests.bot.live.rig import DRAWN, PUSH, ended, until

NOTHING = (
    "SLACK_APP",
    "SLACK_BOT",
    "SLACK_SIGNING",
    "TENCENTCLOUD_",
    "BOT_TRTC_SDK",
    "BOT_TRTC_USER",
)
RELAY = {"app": "default", "push": PUSH, "yes": True}
WORDS = ("--relay", "default", "--push", PUSH, "--yes")


async def test_all_three_levels_find_nothing_and_leave_nothing(rig):
    rig.hears()
    rig.drawn = DRAWN

    code = await rig.doctor(person="U0ANA", channel="#ops", **RELAY)

    assert code == 0
    assert rig.line("blocks.validate") == "ok    blocks.validate: 0 refused"
    assert [line for line in rig.lines if line.startswith("FAIL")] == []
    assert rig.line("Events:") == "ok    Events: CONNECTING RUNNING DISCONNECTING IDLE"
    assert (rig.running, rig.ledger.left()) == ([], [])
    said = [one for one in rig.slack.space.messages.values() if not one.only_for]
    assert (said, rig.slack.space.files) == ([], {})
    assert not (rig.folder / "live-begun.jsonl").exists()


async def test_every_level_is_announced_with_its_cost_before_it_begins(rig):
    calls = []
    rig.on_line = lambda line: calls.append((line, len(rig.cloud.state.calls)))

    await rig.doctor(person="U0ANA", channel="#ops", **RELAY)

    first, second, third = [one for one in calls if one[0].startswith("Level ")]
    assert first[0].startswith("Level 1 of 3: free, reads only")
    assert first[1] == 0
    assert second[0].startswith("Level 2 of 3: free. Writes six messages, to #ops")
    assert third[0].startswith("Level 3 of 3: costs cents. One relay")
    assert "push.example.com" in third[0]
    started = [action for _at, action in rig.cloud.state.calls[third[1] :]]
    assert started[0] == "StartPublishCdnStream"


async def test_without_a_yes_nothing_that_costs_is_started(rig):
    code = await rig.doctor(app="default", push=PUSH)

    assert code == 0
    assert rig.line("Say --yes") == "note  Not started  Say --yes to start it."
    assert rig.cloud.state.relays == {}


async def test_where_nothing_is_set_up_every_line_names_what_to_set(rig):
    code = await rig.doctor(unset=NOTHING, channel="#ops", **RELAY)

    assert code == 1
    assert "SLACK_BOT_TOKEN" in rig.line("Slack is not set up")
    assert "TENCENTCLOUD_SECRET_ID" in rig.line("There is no key for gs")
    assert "BOT_TRTC_SDK_APP_ID" in rig.line("FAIL  There is no app  Set")
    assert rig.line("Left out: Slack")
    assert rig.line("There is no app “default”; there is -.")


async def test_a_token_that_slack_refuses_leaves_the_second_level_out(rig):
    wrong = "xoxb" + "-1" * 6

    code = await rig.doctor(env={"SLACK_BOT_TOKEN": wrong}, channel="#ops")

    assert code == 1
    assert "SLACK_BOT_TOKEN" in rig.line("auth.test: Slack says invalid_auth")
    assert rig.line("Left out: Slack does not take the token")
    assert rig.line("Stop of no task, app default").startswith("ok")
    assert wrong not in rig.recorded


async def test_a_key_that_tencent_refuses_leaves_the_third_level_out(rig):
    code = await rig.doctor(env={"TENCENTCLOUD_SECRET_KEY": "wrong" * 4}, **RELAY)

    assert code == 1
    line = rig.line("Stop of no task, app default")
    assert line.startswith("FAIL")
    assert "AuthFailure.SignatureFailure" in line
    assert "TENCENTCLOUD_SECRET_ID" in line
    assert rig.line("Left out: Tencent does not take the app")
    assert rig.cloud.state.relays == {}


async def test_it_runs_beside_a_bot_whose_journal_and_port_are_in_use(rig):
    rig.hears()
    taken = socket.create_server(("127.0.0.1", rig.port))
    with taken, claim(rig.folder / "p.db"):
        code = await rig.doctor(**RELAY)

    assert code == 0
    assert "callback.not-ours" in rig.line("Events are not heard here")
    assert rig.running == []


async def test_two_trials_do_not_run_at_once(rig):
    with claimed(rig.folder), pytest.raises(SettingsError, match="in use by another"):
        await rig.doctor()


async def test_what_is_recorded_is_for_its_owner_only(rig):
    await rig.doctor()

    (file,) = rig.folder.glob("live-*.jsonl")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in rig.lines[-1]


async def test_a_folder_that_others_can_write_to_is_refused(rig):
    rig.folder.chmod(0o777)

    with pytest.raises(SettingsError, match="chmod go-w"):
        await rig.doctor()


# ── a process that is ended half-way ─────────────────────────────────────────────


async def test_a_relay_that_a_crash_left_is_stopped_by_resume(rig):
    rig.gate.before.add("StopPublishCdnStream")
    process = await rig.process(*WORDS)
    task = (await until(process, "TaskId ")).split()[1]
    process.kill()
    await ended(process)
    (left,) = rig.ledger.left()
    rig.gate.open()

    code = await rig.doctor(resume=True)

    assert left["task_ids"] == [task]
    assert code == 0
    assert rig.line("Stopped") == f"ok    Stopped {task}: accepted"
    assert (rig.running, rig.ledger.left()) == ([], [])
    assert await rig.doctor(resume=True) == 0
    assert rig.line("Nothing is left of an earlier run.")


async def test_a_crash_before_the_answer_leaves_what_to_look_for(rig):
    rig.gate.after.add("StartPublishCdnStream")
    process = await rig.process(*WORDS)
    await until(process, "Level 3")
    await rig.gate.reached.wait()
    process.kill()
    await ended(process)
    rig.gate.open()
    (relay,) = rig.cloud.state.running

    assert await rig.doctor() == 0
    assert "--resume" in rig.line("An earlier run has left something behind")
    assert await rig.doctor(resume=True) == 0
    line = rig.line("may have been started")
    assert line.startswith(f"note  {relay.agent} may have been started in room ")
    assert "ends it 5 s after" in line


@pytest.mark.parametrize(
    "sign", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.short)]
)
async def test_a_signal_half_way_stops_the_relay_first(rig, sign):
    rig.gate.before.add("StopPublishCdnStream")
    process = await rig.process(*WORDS)
    task = (await until(process, "TaskId ")).split()[1]
    await rig.gate.reached.wait()
    process.send_signal(sign)
    await until(process, "Interrupted")
    process.send_signal(sign)  # once more changes nothing
    rig.gate.open()

    code, told = await ended(process)

    assert code == 130
    assert f"Stopped {task}" in told
    assert "Traceback" not in told
    assert (rig.running, rig.ledger.left()) == ([], [])


async def test_a_signal_while_it_starts_waits_for_the_answer_and_stops(rig):
    rig.gate.after.add("StartPublishCdnStream")
    process = await rig.process(*WORDS)
    await rig.gate.reached.wait()
    process.send_signal(signal.SIGINT)
    await until(process, "Interrupted")
    rig.gate.open()

    code, told = await ended(process)

    assert code == 130
    assert "TaskId -m9" in told
    assert (rig.running, rig.ledger.left()) == ([], [])
