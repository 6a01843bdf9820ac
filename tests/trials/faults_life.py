"""F33, F36, F38 and parts of F39: the clock, the bot's own parts, policy, the loop."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.access.policy import Gate
from bot.runtime.tasks import Tasks
from bot.settings import Policy, Rule
from bot.slack.directory import GROUPS_FRESH, GROUPS_LAST, SlackDirectory
from tests.trials.faults_bench import FREE, LOOK, READ, RELAY, START, claim, on_bench
from tests.trials.faults_kinds import SLOW, Told, Trial, Trouble
from tests.trials.faults_wire import http, raw_road

# ── F33: the clock ──────────────────────────────────────────────────────────────


async def _both(bench, words="S", *, in_turn=False):
    await bench.typed(START.format(room=1), settle=in_turn)
    await bench.typed(LOOK)
    await bench.deliver()
    start, look = await bench.ended("R1"), await bench.ended("G1")
    start.check()
    look.check()
    claim(start.word in words, "the start is", start.word)
    claim(look.word == "S", "the look-up is", look.word)
    return Told(start.word, "answered")


@on_bench
async def try_clock(bench, minutes):
    """Let our clock be wrong from the start."""
    bench.clock.ahead = timedelta(minutes=minutes)
    return await _both(bench)


@on_bench
async def try_step(bench, hours):
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
    told = await _both(bench, in_turn=True)
    ids += [bench.world.service.new_id() for _ in range(500)]
    claim(len(set(ids)) == len(ids), "an id came twice")
    return told


# ── F36: the bot's own parts break ──────────────────────────────────────────────


class Breaking:
    """A client that breaks on what came back, when it was done already."""

    def __init__(self, client, error):
        self.client, self.error = client, error

    async def send(self, request, **how):
        """Send *request*, and fail over the answer."""
        await self.client.send(request, **how)
        raise self.error

    def correct_clock(self):
        """There is none to correct."""


@on_bench
async def try_breaking(bench, error):
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
    return Told(start.word, "error")


class Stopping(Coroutine):
    """A coroutine that is cancelled at the await number *at*."""

    def __init__(self, inner, at):
        self.inner, self.left = inner, at
        self.stopped = False

    def send(self, value):
        """Go on, or be cancelled."""
        self.left -= 1
        if self.left == 0:
            self.stopped = True
            return self.inner.throw(asyncio.CancelledError())
        return self.inner.send(value)

    def throw(self, *error):
        """Pass *error* on."""
        return self.inner.throw(*error)

    def close(self):
        """End it."""
        self.inner.close()

    def __await__(self):
        """Wait for it as for any other."""
        return self

    def __next__(self):
        """Go on."""
        return self.send(None)


class Cancelling(Tasks):
    """Tasks whose first piece of work is cancelled at the await number *at*."""

    def __init__(self, at):
        super().__init__()
        self.at = at
        self.first = None

    def spawn(self, work, *, name):
        """Run *work*, until it is cancelled."""
        if self.first is None:
            work = self.first = Stopping(work, self.at)
        super().spawn(_awaited(work), name=name)


async def _awaited(work):
    return await work


@on_bench
async def try_cancelled(bench):
    """Cancel a start at its first await, its second …, until one goes through."""
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
        if not tasks.first.stopped:
            break
    claim(words.endswith("S"), words)
    claim("U" in words, words)
    return Told(f"{words} over {at} awaits")


# ── F38: policy ─────────────────────────────────────────────────────────────────

GROUP = "S0ONCALL"
GROUPED = Policy(
    rules=(Rule(name="on call", actions=("*",), groups=(GROUP,)),),
    push_hosts=FREE.push_hosts,
)


@on_bench
async def try_policy(bench):
    """Let the look-up of a group fail: the last good answer counts for a while."""
    at = [0.0]
    people = SlackDirectory(
        bench.web, bench.world.tasks, groups=[GROUP], timer=lambda: at[0]
    )
    await people.identify(bench.slack.bot_token.get_secret_value())
    team = bench.slack.space.team.id
    gate = Gate(GROUPED, people, False)  # noqa: FBT003 - nobody is let in by it
    _gated(bench, gate)

    async def asked(number):
        ask = bench.ask(START.format(room=number))
        who = type(ask.who)(team=team, user="U0ANA", home=team)
        answer = await bench.world.router.answer(_by(ask, who))
        await bench.settled()
        return "" if answer is None else answer.plain

    claim(not await asked(1), "somebody in the group is refused")
    for _ in range(20):
        bench.slack.space.fail_next("usergroups.users.list", error="fatal_error")
    at[0] = GROUPS_FRESH + 1
    claim(not await asked(2), "the last good answer does not count")
    at[0] = GROUPS_LAST + 1
    claim(await asked(3), "an old answer still counts")
    running = len(bench.cloud.state.running)
    claim(running == 2, running, "run")
    return Told("last good, then denied")


def _by(ask, who):
    return replace(ask, who=who)


def _gated(bench, gate):
    world = bench.world
    bench.fit(gate=gate)
    world.service = replace(world.service, gate=gate)
    world.router = type(world.router)(world.router.commands, world.service)


@on_bench
async def try_removed(bench):
    """Take somebody's right away between asking and sending."""
    rights = {GROUP: {"U0ANA"}}
    bench.world.directory.members = rights
    _gated(bench, Gate(GROUPED, bench.world.directory, False))  # noqa: FBT003 - as above

    async def remove():
        rights[GROUP] = set()

    bench.naps.append(remove)
    await bench.typed(START.format(room=1))
    await bench.deliver()
    ended = await bench.ended("R1")
    ended.check()
    claim(ended.word == "N", ended.word)
    claim(ended.intent.error_code == "patchbay.Denied", ended.intent.error_code)
    claim(not bench.cloud.state.calls, "something was sent")
    return Told("denied")


# ── F39: the loop ───────────────────────────────────────────────────────────────


@on_bench
async def try_blocked(bench, seconds):
    """Block the event loop while an answer is on its way."""
    client, _far = await raw_road(bench, _blocking(seconds * bench.haste))
    bench.roads.scripts = {RELAY: [client], READ: [bench.roads.fine]}
    told = await _both(bench)
    claim(len(bench.cloud.state.relays) == 1, "it runs twice")
    return told


def _blocking(seconds):
    async def act(far, reader, writer):
        body = await far.done(await far.heard(reader))
        time.sleep(seconds)  # noqa: ASYNC251 - that is the fault
        writer.write(http(body))

    return act


# ── all of them ─────────────────────────────────────────────────────────────────

BROKEN = (MemoryError(), RecursionError("too deep"))


def trials():
    """Return the trials of this file."""
    for minutes in (-10, 10):
        what = f"the clock is {minutes:+d} min"
        yield Trial(id="F33", what=what, run=partial(try_clock, minutes))
    for hours in (-1, 1):
        what = f"the clock steps by {hours:+d} h mid-run"
        yield Trial(id="F33", what=what, run=partial(try_step, hours))
    for error in BROKEN:
        what = f"{type(error).__name__} over an answer"
        yield Trial(id="F36", what=what, run=partial(try_breaking, error))
    what = "cancelled at every await"
    yield Trial(id="F36", what=what, run=try_cancelled, throttle=SLOW)
    yield Trial(id="F38", what="the group look-up is down", run=try_policy)
    yield Trial(id="F38", what="removed between asking and sending", run=try_removed)
    yield Trial(
        id="F39",
        what="the event loop is blocked for 5 s",
        run=partial(try_blocked, 5.0),
        throttle=SLOW,
        alone=True,
    )


def troubles():
    """Return what can meet something else."""
    for minutes in (-10, 10):

        async def arm(bench, minutes=minutes):
            bench.clock.ahead += timedelta(minutes=minutes)

        what = f"the clock is {minutes:+d} min"
        yield Trouble(id="F33", what=what, arm=arm, words="SN")
    for at in (2, 4, 6, 9):

        async def cancel(bench, at=at):
            tasks = Cancelling(at)
            bench.fit(tasks=tasks)
            bench.drains.append(tasks)

        what = f"cancelled at its await number {at}"
        yield Trouble(id="F36", what=what, arm=cancel, words="SNU")

    async def remove(bench):
        async def guests():
            bench.world.directory.guests.add("U0ANA")

        bench.naps.append(guests)

    what = "a guest between asking and sending"
    yield Trouble(id="F38", what=what, arm=remove, words="N")
