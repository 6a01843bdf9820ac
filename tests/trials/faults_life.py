"""F33, F36, F38 and parts of F39: the clock, the bot's own parts, policy, the loop."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import coroutine

from bot.runtime.tasks import Tasks
from bot.sandbox.slack.model import seed
from bot.settings import Policy, Rule
from bot.slack.people import FRESH, GROUPS_LAST
from tests.trials.faults_bench import (
    FREE,
    LOOK,
    READ,
    RELAY,
    START,
    check_both,
    claim,
    make_bench,
    on,
    on_bench,
)
from tests.trials.faults_kinds import fault, trouble
from tests.trials.faults_wire import http, raw_road


async def _both(bench, *, in_turn=False):
    await bench.typed(START.format(room=1), settle=in_turn)
    await bench.typed(LOOK)
    await check_both(bench)


@fault("F33", "the clock is -10 min", -10)
@fault("F33", "the clock is +10 min", 10)
@on_bench
async def try_clock(minutes, bench):
    bench.clock.ahead = timedelta(minutes=minutes)
    await _both(bench)


@fault("F33", "the clock steps by -1 h mid-run", -1)
@fault("F33", "the clock steps by +1 h mid-run", 1)
@on_bench
async def try_step(hours, bench):
    """Let the clock step while a request is under way; no id comes twice.

    The start is answered after the step; the look-up has to be sent once more. The
    cloud's clock steps too: signatures are not what is tried here.
    """
    bench.cloud.clock = lambda: bench.clock().timestamp()
    ids = [bench.world.service.new_id() for _ in range(500)]
    step = timedelta(hours=hours)

    async def answer(far, reader, writer):
        body = await far.done(await far.heard(reader))
        bench.clock.ahead += step
        writer.write(http(body))

    async def fail(far, reader, writer):
        await far.heard(reader)
        bench.clock.ahead += step
        writer.write(http(b"oops", status="503 Away"))

    fine = bench.roads.fine
    bench.roads.scripts[RELAY] = [(await raw_road(bench, answer))[0]]
    bench.roads.scripts[READ] = [(await raw_road(bench, fail))[0], fine]
    await _both(bench, in_turn=True)
    ids += [bench.world.service.new_id() for _ in range(500)]
    claim(len(set(ids)) == len(ids), "an id came twice")


class Breaking:
    """A client that breaks on what came back, when it was done already."""

    def __init__(self, client, error):
        self.client, self.error = client, error

    async def send(self, request, **how):
        """Send *request*, and fail over the answer."""
        await self.client.send(request, **how)
        raise self.error

    @property
    def skew(self):
        """Seconds that our clock is ahead, as far as the client knows."""
        return self.client.skew

    def correct_clock(self):
        """There is none to correct."""


@fault("F36", "MemoryError over an answer", MemoryError())
@fault("F36", "RecursionError over an answer", RecursionError("too deep"))
@on_bench
async def try_breaking(error, bench):
    """Fail while an answer is being read; then die and live again.

    A start comes back as UNKNOWN then; a look-up is told to have failed at once.
    """
    breaking = Breaking(bench.roads.fine, error)
    bench.roads.scripts = {RELAY: [breaking], READ: [breaking]}
    await bench.typed(START.format(room=1), settle=False)
    await bench.typed(LOOK)
    await bench.deliver()
    look = await bench.ended("G1")
    await bench.recovered()
    await bench.deliver()
    start = await bench.ended("R1")
    start.check()
    claim(start.word == "U", "the start is", start.word)
    look.check()


@coroutine
def stopping(work, at, reached):
    """Carry *work* on; at its await number *at* it is cancelled, and that is noted."""
    try:
        while True:
            at -= 1
            if at == 0:
                reached.append(work)
            cancelled = asyncio.CancelledError()
            yield work.throw(cancelled) if at == 0 else work.send(None)
    except StopIteration:
        return
    finally:
        work.close()


class Cancelling(Tasks):
    """Tasks whose first piece of work is cancelled at the await number *at*."""

    def __init__(self, at):
        super().__init__()
        self.at = at
        self.stopped = []

    def spawn(self, work, *, name):
        at, self.at = self.at, 0
        super().spawn(_awaited(stopping(work, at, self.stopped)), name=name)


async def _awaited(work):
    return await work


@fault("F36", "cancelled at every await", slow=True)
@on_bench
async def try_cancelled(bench):
    words, at = "", 0
    while True:
        at += 1
        tasks = Cancelling(at)
        bench.fit(tasks=tasks)
        await bench.typed(START.format(room=at), settle=False)
        await tasks.drain(30)
        await bench.recovered()
        await bench.deliver()
        ended = await bench.ended(f"R{at}")
        ended.check()
        words += ended.word
        if not tasks.stopped:
            break
    claim(words.endswith("S"), words)
    claim("U" in words, words)


GROUPED = Policy(
    teams=FREE.teams,
    rules=(Rule(name="on call", actions=("*",), groups=(seed.ON_CALL,)),),
    push_hosts=FREE.push_hosts,
)


# Only who is on call may do anything.
on_call = on(partial(make_bench, policy=GROUPED))


@fault("F38", "the group look-up is down")
@on_call
async def try_policy(bench):
    bench.cloud.clock = lambda: bench.clock().timestamp()
    claim(not await bench.typed(START.format(room=1)), "who is on call is refused")
    bench.slack.space.refuse("usergroups.users.list", "fatal_error")
    for number, old in enumerate((FRESH + 1, GROUPS_LAST), 2):
        bench.clock.push(seconds=old)
        claim(not await bench.typed(START.format(room=number)), "refused unasked")
        await bench.deliver()
        ended = await bench.ended(f"R{number}")
        ended.check()
        code = ended.intent.settlement.error_code
        claim((ended.word, code) == ("N", "patchbay.Unchecked"), ended.word, code)
    running = len(bench.cloud.state.running)
    claim(running == 1, running, "run")
    await bench.typed("/relay stop R1 --yes")
    claim(not bench.cloud.state.running, "a stop did not go")


@fault("F38", "removed between asking and sending")
@on_call
async def try_removed(bench):
    async def remove():
        bench.slack.space.groups[seed.ON_CALL] = ()
        await bench.world.directory.look_up_groups()

    bench.naps.append(remove)
    await bench.typed(START.format(room=1))
    await bench.deliver()
    ended = await bench.ended("R1")
    ended.check()
    claim(ended.word == "N", ended.word)
    code = ended.intent.settlement.error_code
    claim(code == "patchbay.Denied", code)
    claim(not bench.cloud.state.calls, "something was sent")


@fault("F39", "the event loop is blocked for 5 s", 5.0, slow=True)
@on_bench
async def try_blocked(seconds, bench):
    client, _far = await raw_road(bench, _blocking(seconds * bench.haste))
    bench.roads.scripts = {RELAY: [client], READ: [bench.roads.fine]}
    await _both(bench)
    claim(len(bench.cloud.state.relays) == 1, "it runs twice")


def _blocking(seconds):
    async def act(far, reader, writer):
        body = await far.done(await far.heard(reader))
        time.sleep(seconds)  # noqa: ASYNC251 - that is the fault
        writer.write(http(body))

    return act


@trouble("F33", "the clock is -10 min", -10, words="SN")
@trouble("F33", "the clock is +10 min", 10, words="SN")
async def push(minutes, bench):
    bench.clock.ahead += timedelta(minutes=minutes)


async def cancel(at, bench):
    tasks = Cancelling(at)
    bench.fit(tasks=tasks)
    bench.drains.append(tasks)


for at in (2, 4, 6, 9):
    trouble("F36", f"cancelled at its await number {at}", at, words="SNU")(cancel)


@trouble("F38", "a guest, as is known only when it is sent", words="N")
async def make_guest(bench):
    users = bench.slack.space.users
    users[seed.ANA.id] = replace(seed.ANA, guest=True)
