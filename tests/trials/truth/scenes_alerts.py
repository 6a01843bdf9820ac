"""Scenes of alerts: who is called, how often, and who sees to it."""

import asyncio

from tests.trials.truth.cloud import FAILED, RECOVERING, RUNNING, START, STOP, Fault
from tests.trials.truth.guests import Guests
from tests.trials.truth.scenes import ANA, BEN, CID, scene

BREAKS = ((0, RECOVERING), (5, FAILED))
SOON = ("C0CALL", 1)  # where alerts ring, and after how many minutes again


async def _live(stage, people):
    """Return a room whose relay is live, and its task."""
    room = await people.start(ANA)
    await people.look(BEN, "/relay list")  # so Slack has said who that is
    await asyncio.sleep(20)
    return room, people.task(room)


@scene("an alert waits for Slack, and somebody takes it before it comes", alerts=SOON)
async def taken_before_it_rings(stage, people):
    room, task = await _live(stage, people)
    stage.slack.away = True
    stage.cloud.go(task, *BREAKS)
    await asyncio.sleep(20)
    await people.take(BEN, room)
    await asyncio.sleep(10)
    stage.slack.away = False
    await asyncio.sleep(300)


@scene("an alert waits for Slack, and somebody mutes it before it comes", alerts=SOON)
async def muted_before_it_rings(stage, people):
    room, task = await _live(stage, people)
    stage.slack.away = True
    stage.cloud.go(task, *BREAKS)
    await asyncio.sleep(20)
    await people.mute(BEN, room, "3m")
    await asyncio.sleep(10)
    stage.slack.away = False
    await asyncio.sleep(300)


@scene("nobody takes it while Slack is away for some minutes", alerts=SOON)
async def away_over_the_calls(stage, people):
    room, task = await _live(stage, people)
    stage.cloud.go(task, *BREAKS)
    await asyncio.sleep(30)
    stage.slack.away = True
    await asyncio.sleep(170)
    await people.take(BEN, room)
    stage.slack.away = False
    await asyncio.sleep(60)


@scene("a target fails three times in a quarter of an hour", alerts=("C0LIVE", 10))
async def flaps(stage, people):
    _room, task = await _live(stage, people)
    for _time in range(3):
        stage.cloud.go(task, *BREAKS, (20, RUNNING))
        await asyncio.sleep(340)
    await stage.kill()
    await stage.start()
    await asyncio.sleep(700)


@scene("a stop of an ID that is not on record is refused", alerts=("C0LIVE", 2))
async def refused_unrecorded(stage, people):
    stage.cloud.plan = "silent"
    stage.cloud.fail_next(START, Fault("after"))
    room = await people.start(ANA)
    await asyncio.sleep(30)
    task = people.task(room)
    stage.cloud.fail_next(STOP, Fault("refused", "UnauthorizedOperation"))
    await people.stop_by_id(BEN, task.id)
    await asyncio.sleep(200)
    stage.cloud.go(task, (0, RUNNING))
    await asyncio.sleep(150)
    await people.stop(CID, room)


@scene("every cause rings, is told elsewhere as well, and somebody sees to it")
async def every_cause(stage, people):
    await people.subscribe(ANA, "C0SHOW")
    guests = Guests(stage)
    room, task = await _live(stage, people)
    happens = ("", "makes"), ("alice", "joins"), ("alice", "leaves")
    await guests.happens(room, *happens)
    stage.cloud.plan = "silent"
    await people.start(BEN)
    await asyncio.sleep(2)
    stage.cloud.fail_next(START, *[Fault("after")] * 3)
    await people.start(CID)
    await asyncio.sleep(2)
    stage.cloud.plan = "live"
    refusal = Fault("refused", "AuthFailure.SecretIdNotFound")
    stage.cloud.fail_next(STOP, *[refusal] * 40)
    await people.stop(BEN, room)
    stage.cloud.go(task, *BREAKS)
    await asyncio.sleep(400)
    shown = people.alerts()[-1]
    await people.eyes(CID, shown)
    await guests.happens(room, ("alice", "joins"))
    stage.cloud.go(task, (0, RUNNING))
    await people.mute(BEN, room)
    await stage.kill()
    await stage.start()
    await asyncio.sleep(400)
