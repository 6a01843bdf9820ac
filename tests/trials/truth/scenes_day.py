"""Scenes of a producer's day: timers, copies, a second person."""

import asyncio
from datetime import timedelta

from tests.trials.truth.cloud import FAILED, IDLE, RECOVERING, START, STOP, Fault
from tests.trials.truth.scenes import ANA, BEN, CID, look_at_all, scene


@scene("a relay for two hours is changed, extended, copied, and stopped for that")
async def a_day(stage, people):
    room = await people.start_for(ANA, "2h")
    await asyncio.sleep(60)
    await people.change(BEN, room, 900)
    await asyncio.sleep(60)
    await look_at_all(people, room)
    await asyncio.sleep(110 * 60)
    shown, button = people.buttons("Extend 1 h")[-1]
    await asyncio.gather(*(people.press(BEN, shown, button) for _ in range(2)))
    await asyncio.sleep(30 * 60)
    other = await people.copy(CID, room)
    await asyncio.sleep(60)
    await look_at_all(people, room)
    await look_at_all(people, other)


@scene("the bot is killed while a stop is due, and while it is placed")
async def killed_when_due(stage, people):
    rooms = [await people.start_for(ANA, "3m") for _ in range(2)]
    await asyncio.sleep(170)
    await stage.kill()
    await asyncio.sleep(60)
    await stage.start()
    await asyncio.sleep(30)
    third = await people.start_for(BEN, "1m")
    stage.cloud.fail_next(STOP, Fault("after"))
    await asyncio.sleep(58)
    stage.mine = "received"
    await asyncio.sleep(30)
    if not stage.alive:
        await stage.buried()
        await stage.start()
    await asyncio.sleep(30)
    for room in (*rooms, third):
        await look_at_all(people, room)


@scene("the warning comes while the bot is away, and the stop when it is back")
async def warned_by_slack(stage, people):
    room = await people.start_for(ANA, "30m")
    await asyncio.sleep(19 * 60)
    await stage.kill()
    await asyncio.sleep(5 * 60)
    await stage.start()
    shown, button = people.buttons("Extend 1 h")[-1]
    await people.press(BEN, shown, button)
    await asyncio.sleep(10 * 60)
    await look_at_all(people, room)


@scene("a timer of a relay whose start is unknown", called_back=False)
async def timer_in_doubt(stage, people):
    stage.cloud.fail_next(START, Fault("after"))
    room = await people.start_for(ANA, "3m")
    await asyncio.sleep(100)
    await look_at_all(people, room)
    await asyncio.sleep(100)
    await look_at_all(people, room)
    await people.attach(BEN, room, people.task(room).id)
    await asyncio.sleep(60)
    await look_at_all(people, room)


@scene("a stop is due while a change of the relay is not answered")
async def due_while_changed(stage, people):
    room = await people.start_for(ANA, "2m")
    await asyncio.sleep(115)
    stage.cloud.fail_next("UpdatePublishCdnStream", Fault("late", seconds=25))
    changing = asyncio.ensure_future(people.change(BEN, room, 800))
    await asyncio.sleep(40)
    await changing
    await look_at_all(people, room)


@scene("the clock steps over the time of a timer")
async def clock_and_timer(stage, people):
    rooms = [await people.start_for(ANA, "4m"), await people.start_for(BEN, "20m")]
    await asyncio.sleep(100)
    stage.step(timedelta(seconds=200))
    await asyncio.sleep(30)
    stage.step(timedelta(seconds=-400))
    await asyncio.sleep(22 * 60)
    for room in rooms:
        await look_at_all(people, room)


@scene("a copy that does not get there, and one that is kept beside its original")
async def copies_without_stop(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(20)
    stage.cloud.plan = "silent"
    failing = await people.copy(BEN, room)
    await asyncio.sleep(20)
    task = people.task(failing)
    stage.cloud.go(task, (0, RECOVERING), (5, FAILED), (1, IDLE))
    await asyncio.sleep(30)
    await people.stop(CID, failing)
    await asyncio.sleep(30)
    beside = await people.copy(CID, room)
    await people.keep(BEN, room)
    stage.cloud.go(people.task(beside), (0, 1), (1, 2))
    await asyncio.sleep(30)
    for one in (room, failing, beside):
        await look_at_all(people, one)


@scene("the bot is killed while a copy goes live")
async def killed_at_takeover(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(20)
    stage.cloud.plan = "slow"
    stage.cloud.fail_next(STOP, Fault("after"))
    copy = await people.copy(BEN, room)
    await asyncio.sleep(12)
    stage.fuse = 40
    await asyncio.sleep(20)
    if not stage.alive:
        await stage.buried()
        await stage.start()
    await asyncio.sleep(60)
    await look_at_all(people, room)
    await look_at_all(people, copy)


@scene("a copy of a relay, and callbacks are off", called_back=False)
async def copy_unheard(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(20)
    copy = await people.copy(BEN, room)
    await asyncio.sleep(20)
    for one in (room, copy):
        await look_at_all(people, one)
    await people.stop(CID, room)
    await asyncio.sleep(20)
    await look_at_all(people, copy)


@scene("a second person approves one start, denies another, and forgets a third")
async def second_person(stage, people):
    approved = await people.propose(ANA)
    await asyncio.sleep(5)
    await people.decide(ANA)
    await people.decide(BEN)
    await asyncio.sleep(20)
    await look_at_all(people, approved)
    await people.propose(BEN)
    await asyncio.sleep(5)
    await people.decide(CID, "Deny")
    await people.propose(CID)
    await asyncio.sleep(16 * 60)
    await people.decide(BEN)
    await people.propose(ANA)
    await asyncio.sleep(5)
    await asyncio.gather(people.decide(BEN), people.decide(CID))
