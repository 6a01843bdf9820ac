"""Tencent's callbacks: forged, played again, late, early, contradicting."""

import base64
import hashlib
import hmac
import json
from contextlib import AsyncExitStack
from functools import partial

from bot.errors import NotAllowed
from bot.journal.model import State
from tests.trials.faults_bench import KEY, RELAY, START, claim, make_bench
from tests.trials.faults_kinds import Told, Trial

RUNNING, IDLE = 2, 0
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
    await bench.world.callbacks.hear("live-main", raw, sign)


async def lost(bench, how="late"):
    """Start a relay whose answer is lost; return it as the cloud knows it."""
    bench.cloud.state.fail_next(RELAY, how)
    await bench.typed(START.format(room=1))
    return next(iter(bench.cloud.state.relays.values()))


async def forged(bench):
    relay = await lost(bench)
    try:
        await call(bench, body(relay, RUNNING), key="another-key")
    except NotAllowed:
        return "U"
    raise AssertionError("a forged callback was taken")


async def recovered(bench):
    await call(bench, body(await lost(bench), RUNNING))
    return "S"


async def replayed(bench):
    raw = body(await lost(bench), RUNNING)
    await call(bench, raw)
    known = await bench.journal.by_handle("R1")
    for _again in range(3):
        await call(bench, raw)
    claim(await bench.journal.by_handle("R1") == known, "a replay changed something")
    return "S"


async def out_of_order(bench):
    relay = await lost(bench)
    await call(bench, body(relay, RUNNING, at=AT + 2000))
    await call(bench, body(relay, IDLE, at=AT + 1000))
    return "S"


async def unknown_robot(bench):
    await call(bench, body(await lost(bench), RUNNING, UserId="somebody"))
    return "U"


class Early:
    """A way to the cloud on which the callback is faster than the answer."""

    def __init__(self, bench, client):
        self._bench, self._client = bench, client

    async def send(self, request, **more):
        reply = await self._client.send(request, **more)
        relay = next(iter(self._bench.cloud.state.relays.values()))
        await call(self._bench, body(relay, RUNNING))
        return reply


async def early(bench):
    bench.fit(client=Early(bench, bench.world.executor.client))
    await bench.typed(START.format(room=1))
    claim((await bench.journal.by_handle("R1")).request_id, "the RequestId is lost")
    return "S"


async def after_the_stop(bench):
    await bench.typed(START.format(room=1))
    relay = next(iter(bench.cloud.state.relays.values()))
    await bench.typed("/relay stop R1 --yes")
    await call(bench, body(relay, RUNNING))
    stopped = (await bench.journal.by_handle("R1")).state is State.STOPPED
    claim(stopped, "a stopped relay came back")
    return "stopped"


async def other_task(bench):
    await bench.typed(START.format(room=1))
    relay = next(iter(bench.cloud.state.relays.values()))
    await call(bench, body(relay, RUNNING, TaskId="-another."))
    claim((await bench.journal.by_handle("R1")).ref == relay.task_id, "overwritten")
    letters = await bench.journal.outbox.due(bench.clock(), 50)
    claim([one for one in letters if one.audience == "ops"], "no alarm")
    return "S"


async def as_a_number(bench):
    await call(bench, body(await lost(bench), RUNNING, TaskId=71122))
    claim((await bench.journal.by_handle("R1")).ref == "71122", "not kept as text")
    return "S"


async def across_a_crash(bench):
    relay = await lost(bench)
    await bench.recovered()
    await call(bench, body(relay, RUNNING))
    return "S"


async def try_callback(what, folder, _haste=1.0):
    """Play *what* on a bench of its own; the word is checked against the journal."""
    async with AsyncExitStack() as stack:
        bench = await make_bench(stack, folder / "p.db")
        word = await what(bench)
        ended = await bench.ended("R1")
        claim(ended.word == word, "R1 is", ended.word, "rather than", word)
        claim(len(ended.ran) == 1, "runs", len(ended.ran), "times")
        return Told(word)


PLAYS = {
    "a callback with a wrong signature": forged,
    "a lost answer, and its callback": recovered,
    "a callback played again": replayed,
    "callbacks out of order": out_of_order,
    "a callback of an unknown robot": unknown_robot,
    "a callback before the answer": early,
    "a callback after the stop": after_the_stop,
    "a callback with another TaskId": other_task,
    "a callback with a number as TaskId": as_a_number,
    "a callback after a crash": across_a_crash,
}


def trials():
    """Return a trial for every way in which callbacks can go wrong."""
    for what, play in PLAYS.items():
        yield Trial(id="F37", what=what, run=partial(try_callback, play))
