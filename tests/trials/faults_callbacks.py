"""Tencent's callbacks: forged, played again, late, early, contradicting."""

import asyncio
import base64
import hashlib
import hmac
import json

from bot.errors import NotAllowed
from bot.journal.model import CONTRADICTION
from bot.states import State
from tests.trials.faults_bench import KEY, RELAY, START, claim, on_bench
from tests.trials.faults_kinds import fault
from tests.trials.faults_wire import http, raw_road

RUNNING, IDLE = 2, 0
STOP = "StopPublishCdnStream"
AT = 1_760_000_000_000


def body(relay, status, *, at=AT, **changes):
    info = {
        "RoomId": relay.room,
        "EventMsTs": at,
        "UserId": relay.agent,
        "TaskId": relay.task_id,
        "Payload": {"Url": relay.urls[0], "Status": status},
        **changes,
    }
    told = {"EventGroupId": 4, "EventType": 401, "CallbackTs": at, "EventInfo": info}
    return json.dumps(told).encode()


async def call(bench, raw, key=KEY):
    sign = base64.b64encode(hmac.digest(key.encode(), raw, hashlib.sha256)).decode()
    await bench.world.callbacks.receive("live-main", raw, sign)


def play(what):
    def register(act):
        @fault("F37", what)
        @on_bench
        async def run(bench):
            word = await act(bench)
            ended = await bench.ended("R1")
            claim(ended.word == word, "R1 is", ended.word, "rather than", word)
            claim(len(ended.ran) == 1, "runs", len(ended.ran), "times")

        return act

    return register


async def lost(bench, how="late"):
    bench.cloud.state.fail_next(RELAY, how)
    await bench.typed(START.format(room=1))
    return next(iter(bench.cloud.state.relays.values()))


@play("a callback with a wrong signature")
async def forged(bench):
    relay = await lost(bench)
    try:
        await call(bench, body(relay, RUNNING), key="another-key")
    except NotAllowed:
        return "U"
    raise AssertionError("a forged callback was taken")


@play("a lost answer, and its callback")
async def recovered(bench):
    await call(bench, body(await lost(bench), RUNNING))
    return "S"


@play("a callback played again")
async def replayed(bench):
    raw = body(await lost(bench), RUNNING)
    await call(bench, raw)
    known = await bench.world.handle("R1")
    for _again in range(3):
        await call(bench, raw)
    claim(await bench.world.handle("R1") == known, "a replay changed something")
    return "S"


@play("callbacks out of order")
async def out_of_order(bench):
    relay = await lost(bench)
    await call(bench, body(relay, RUNNING, at=AT + 2000))
    await call(bench, body(relay, IDLE, at=AT + 1000))
    return "S"


@play("a callback of an unknown robot")
async def unknown_robot(bench):
    await call(bench, body(await lost(bench), RUNNING, UserId="somebody"))
    return "U"


@play("a callback before the answer")
async def early(bench):
    async def act(far, reader, writer):
        answer = await far.done(await far.heard(reader))
        relay = next(iter(bench.cloud.state.relays.values()))
        await call(bench, body(relay, RUNNING))
        writer.write(http(answer))

    bench.roads.scripts[RELAY] = [(await raw_road(bench, act))[0]]
    await bench.typed(START.format(room=1))
    settlement = (await bench.world.handle("R1")).settlement
    claim(settlement.request_id, "the RequestId is lost")
    return "S"


@play("a callback after the stop")
async def after_the_stop(bench):
    await bench.typed(START.format(room=1))
    relay = next(iter(bench.cloud.state.relays.values()))
    await bench.typed("/relay stop R1 --yes")
    await call(bench, body(relay, RUNNING))
    stopped = (await bench.world.handle("R1")).state is State.STOPPED
    claim(stopped, "a stopped relay came back")
    return "stopped"


def _stops(bench):
    return sum(name == STOP for _at, name in bench.cloud.state.calls)


@play("a callback after the stop of an unknown start")
async def after_the_wish(bench):
    raw = body(await lost(bench), RUNNING)
    await asyncio.gather(*(bench.typed("/relay stop R1 --yes") for _ in range(3)))
    claim(not _stops(bench), "stopped without a TaskId")
    await call(bench, raw)
    await bench.settled()
    claim(_stops(bench) == 1, _stops(bench), "stops were sent")
    claim(not bench.cloud.state.running, "it still runs")
    await call(bench, raw)
    await bench.settled()
    claim(_stops(bench) == 1, "a replay stopped it again")
    return "stopped"


@play("a callback with another TaskId")
async def other_task(bench):
    await bench.typed(START.format(room=1))
    relay = next(iter(bench.cloud.state.relays.values()))
    await call(bench, body(relay, RUNNING, TaskId="-another."))
    claim((await bench.world.handle("R1")).subject.ref == relay.task_id, "overwritten")
    names = [alarm.notification.name for alarm in await bench.world.alarms()]
    claim(names == [CONTRADICTION], "the alarms are", names)
    return "S"


@play("a callback with a number as TaskId")
async def as_a_number(bench):
    await call(bench, body(await lost(bench), RUNNING, TaskId=71122))
    claim((await bench.world.handle("R1")).subject.ref == "71122", "not kept as text")
    return "S"


@play("a callback with a status that no page has")
async def another_status(bench):
    relay = await lost(bench)
    payload = {"Url": relay.urls[0], "Status": 6}
    await call(bench, body(relay, RUNNING, Payload=payload))
    return "S"


@play("a callback without a time")
async def timeless(bench):
    relay = await lost(bench)
    raw = json.loads(body(relay, RUNNING))
    del raw["CallbackTs"], raw["EventInfo"]["EventMsTs"]
    await call(bench, json.dumps(raw).encode())
    return "S"


@play("a callback after a crash")
async def across_a_crash(bench):
    relay = await lost(bench)
    await bench.recovered()
    await call(bench, body(relay, RUNNING))
    return "S"
