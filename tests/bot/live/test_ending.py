"""What was begun is ended, now or by `--resume`."""

import pytest

from tests.bot.live.rig import PUSH

STOP = "StopPublishCdnStream"
RELAY = {"app": "default", "push": PUSH, "yes": True}


def fail_stops(rig, how, times):
    """Let so many stops fail once the relay runs."""

    async def fail():
        rig.cloud.state.fail_next(STOP, how, times)

    rig.gate.before.add(STOP)
    rig.gate.hook = fail
    rig.gate.open()


@pytest.mark.parametrize("how", ["InternalError", "RequestLimitExceeded", "reset"])
async def test_a_stop_that_does_not_get_through_is_tried_again(rig, how):
    fail_stops(rig, how, 4)

    assert await rig.doctor(**RELAY) == 0
    assert rig.naps == [1.0, 1.0]
    assert (rig.running, rig.ledger.left()) == ([], [])


async def test_a_relay_that_could_not_be_stopped_is_told_and_stays_in_the_ledger(rig):
    fail_stops(rig, "InternalError", 20)

    code = await rig.doctor(**RELAY)

    (task,) = rig.running
    line = rig.line("NOT stopped")
    assert (code, len(rig.ledger.left())) == (1, 1)
    assert line.startswith(f"FAIL  NOT stopped: {task}: InternalError")
    assert "--resume" in line
    rig.cloud.state.failures.clear()
    assert await rig.doctor(resume=True) == 0
    assert (rig.running, rig.ledger.left()) == ([], [])


async def test_one_that_is_over_meanwhile_counts_as_stopped(rig):
    task = "-m9" + "x" * 70
    facts = {"app_id": rig.cloud.app_id, "region": "ap-singapore"}
    rig.ledger.begin("relay a", agent="pbdoctor_a", task_ids=[task], **facts)

    assert await rig.doctor(resume=True) == 0
    assert rig.line("Stopped") == (
        f"ok    Stopped {task}: FailedOperation.TaskNotExist"
    )
    assert rig.ledger.left() == []


async def test_resume_starts_and_posts_nothing(rig):
    assert await rig.doctor(resume=True, channel="#ops", **RELAY) == 0
    assert rig.cloud.state.calls == []
    assert rig.slack.space.calls == []
    assert rig.line("starts nothing")
