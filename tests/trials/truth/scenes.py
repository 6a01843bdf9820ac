"""Histories that are written, not drawn: each is a class of untrue words once seen.

A scene is a coroutine function of a stage. `SCENES` has them by name.
"""

import asyncio
from datetime import timedelta

from tests.trials.truth.cloud import (
    DISCONNECTING,
    FAILED,
    IDLE,
    RECOVERING,
    RUNNING,
    START,
    STOP,
    Fault,
)
from tests.trials.truth.people import People
from tests.trials.truth.stage import CROWD, PEOPLE

ANA, BEN, CID = PEOPLE
DAY = 86_400.0
SCENES = {}


def scene(name, **stage):
    """Register the decorated function under *name*, with what its stage needs."""

    def register(play):
        async def run(on):
            people = People(on)
            await on.start()
            await asyncio.sleep(1)
            await play(on, people)
            await asyncio.sleep(400)

        SCENES[name] = (run, stage)
        return run

    return register


async def look_at_all(people, room):
    """Look at a relay from every side."""
    handle = people.handle(room)
    await people.look(CID, f"/lookup {handle}", room=room)
    await people.look(CID, "/relay list")
    await people.look(CID, "/relay recent")
    await people.look(CID, f"/relay status {handle}", room=room)
    if task := people.task(room):
        await people.look(CID, f"/lookup {task.id}", room=room)


@scene("a stop that was done, and whose repetition is refused")
async def refused_after_doubt(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(30)
    refusal = Fault("refused", "AuthFailure.SecretIdNotFound")
    stage.cloud.cut = True
    stage.cloud.fail_next(STOP, Fault("after"), refusal, refusal, refusal, refusal)
    await people.stop(BEN, room)
    await asyncio.sleep(60)
    await look_at_all(people, room)


@scene("a relay that ends while its stop does not get through")
async def ends_meanwhile(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(30)
    stage.cloud.fail_next(STOP, *[Fault("before")] * 40)
    await people.stop(BEN, room)
    await asyncio.sleep(3)
    task = people.task(room)
    stage.cloud.end(task, "end")
    stage.cloud.go(task, (0.1, DISCONNECTING), (0.2, IDLE))
    await asyncio.sleep(150)
    await look_at_all(people, room)


@scene("a second stop that is refused, of a relay that is stopped")
async def second_stop(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(30)
    refusal = Fault("refused", "FailedOperation.CRUnsupportMethod")
    stage.cloud.fail_next(STOP, Fault("late", seconds=1), *[refusal] * 30)
    await asyncio.gather(people.stop(BEN, room), people.stop(CID, room))
    await asyncio.sleep(200)
    await look_at_all(people, room)


@scene("no callback comes, whatever the reason")
async def deaf(stage, people):
    stage.cloud.cut = True
    stage.cloud.fail_next(START, Fault("after"))
    room = await people.start(ANA)
    await asyncio.sleep(200)
    await look_at_all(people, room)


@scene("a stop of a relay whose start is unknown, or under way")
async def stop_in_doubt(stage, people):
    stage.cloud.cut = True
    stage.cloud.fail_next(START, Fault("after"), Fault("late", seconds=4))
    unknown = await people.start(ANA)
    await asyncio.sleep(20)
    await people.stop(BEN, unknown)
    sending = asyncio.ensure_future(people.start(ANA))
    await asyncio.sleep(1.5)
    await people.stop(BEN, people.rooms[-1])
    await sending
    await asyncio.sleep(20)


@scene("closed by hand, and it runs")
async def closed_and_runs(stage, people):
    stage.cloud.cut = True
    stage.cloud.fail_next(START, Fault("after"))
    room = await people.start(ANA)
    await asyncio.sleep(100)
    await people.close(BEN, room)
    await asyncio.sleep(5)
    stage.cloud.cut = False
    task = people.task(room)
    stage.cloud.go(task, (1, RECOVERING), (1, RUNNING))
    await asyncio.sleep(30)
    await look_at_all(people, room)


@scene("stopped, and a later event says that it runs")
async def stopped_and_runs(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(30)
    await people.stop(BEN, room)
    await asyncio.sleep(30)
    task = people.task(room)
    task.ended = None
    ids = {"task": task.id, "agent": task.agent, "room": task.room}
    stage.note("ledger", what="start", urls=task.urls, **ids)
    stage.cloud.go(task, (1, RECOVERING), (1, RUNNING))
    await asyncio.sleep(30)
    await look_at_all(people, room)


@scene("a TaskId with a typo is attached, and stopped")
async def typo(stage, people):
    stage.cloud.cut = True
    stage.cloud.fail_next(START, Fault("after"))
    room = await people.start(ANA)
    await asyncio.sleep(100)
    task = people.task(room)
    wrong = f"{task.id[:20]}XX{task.id[22:]}"
    await people.attach(BEN, room, wrong)
    await asyncio.sleep(5)
    await people.stop(BEN, room)
    await asyncio.sleep(30)
    await look_at_all(people, room)


@scene("a relay that runs for more than thirty days")
async def past_its_reach(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(60)
    for days in (25.1, 4.1, 2.0):
        await stage.pass_days(days)
        await asyncio.sleep(120)
        await look_at_all(people, room)
    foreign = people.foreign()
    refusal = Fault("refused", "AuthFailure.SecretIdNotFound")
    stage.cloud.fail_next(STOP, *[refusal] * 10)
    await people.stop_by_id(BEN, foreign.id)
    await asyncio.sleep(30)
    await people.look(CID, f"/lookup {foreign.id}", ref=foreign.id)
    await people.look(CID, "/relay recent")


@scene("more run than may, says the bot, of what it does not know", most_live=3)
async def as_many_as_may(stage, people):
    stage.cloud.fail_next(START, *[Fault("before")] * 3)
    for _ in range(3):
        await people.start(ANA)
    await asyncio.sleep(5)
    await people.start(BEN)


@scene("a restore, and an old button")
async def old_button(stage, people):
    await people.start(ANA)
    await asyncio.sleep(20)
    stage.copy()
    first = await people.start(ANA)
    await asyncio.sleep(20)
    shown, button = people.buttons(f"Stop {people.handle(first)}")[-1]
    await stage.restore()
    await asyncio.sleep(5)
    await people.start(BEN)
    await asyncio.sleep(20)
    await people.press(CID, shown, button)
    await asyncio.sleep(20)
    await look_at_all(people, first)


@scene("a target that fails, and is stopped")
async def dead_push(stage, people):
    stage.cloud.plan = "fails"
    room = await people.start(ANA)
    await asyncio.sleep(60)
    await look_at_all(people, room)
    await people.stop(BEN, room)
    await asyncio.sleep(30)
    await look_at_all(people, room)


@scene("sixty people stop one relay")
async def crowd(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(30)
    other = await people.start(BEN)
    await asyncio.sleep(30)
    shown, button = people.buttons(f"Stop {people.handle(room)}")[-1]
    presses = [people.press(user, shown, button) for user in CROWD[:30]]
    types = [people.stop(user, room) for user in CROWD[30:]]
    await asyncio.gather(*presses, *types, people.stop(CID, other))
    await asyncio.sleep(120)
    await look_at_all(people, room)


@scene("away for ninety seconds")
async def absence(stage, people):
    stage.cloud.fail_next(START, Fault("late", seconds=3))
    asking = asyncio.ensure_future(people.start(ANA))
    await asyncio.sleep(1)
    await stage.kill()
    await asyncio.sleep(90)
    await stage.start()
    await asking
    await asyncio.sleep(10)
    await look_at_all(people, people.rooms[0])
    await asyncio.sleep(300)
    await look_at_all(people, people.rooms[0])


@scene("an edited mention")
async def edited(stage, people):
    room = people.new_room()
    line = f"relay start {room} type=text url=rtmp://push.example.com/live/{room} --go"
    meant = people.note_of(ANA, does="start", room=room)
    ts = await stage.slack.mention(ANA, line, about=meant)
    await asyncio.sleep(30)
    await people.stop(BEN, room)
    await asyncio.sleep(30)
    again = people.note_of(ANA, does="edit", room=room)
    await stage.slack.mention(ANA, line, about=again, ts=ts, edited={"user": ANA})
    await asyncio.sleep(30)


@scene("fifty starts in one channel")
async def fifty(stage, people):
    await asyncio.gather(*(people.start(user) for user in CROWD[:50]))
    await asyncio.sleep(120)


@scene("five are stopped at once, and two of the stops are in doubt")
async def at_once(stage, people):
    rooms = [await people.start(user) for user in (ANA, BEN, CID, ANA, BEN)]
    await asyncio.sleep(30)
    refusal = Fault("refused", "AuthFailure.SecretIdNotFound")
    stage.cloud.fail_next(STOP, Fault("after"), refusal, Fault("before"))
    await people.stop_all(ANA)
    await people.stop_all(BEN)
    await asyncio.sleep(60)
    for room in rooms[:2]:
        await look_at_all(people, room)


@scene("the clock steps while a relay runs")
async def steps(stage, people):
    room = await people.start(ANA)
    await asyncio.sleep(20)
    for seconds in (200, -200):
        stage.step(timedelta(seconds=seconds))
        await people.stop(BEN, room)
        await asyncio.sleep(40)
    await look_at_all(people, room)


@scene("one target of two fails")
async def one_of_two(stage, people):
    room = await people.start(ANA, targets=2)
    await asyncio.sleep(20)
    task = people.task(room)
    stage.cloud.go(task, (0, RECOVERING), (5, FAILED), (1, IDLE), urls=task.urls[1:])
    await asyncio.sleep(60)
    await look_at_all(people, room)
