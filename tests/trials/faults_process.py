"""F27, F28, F33, F34, F35 and F39: the bot as a process, and its sockets.

It runs as `python -m bot run`, between a Slack and a Tencent of this process, so that
it can be told to stop, be stopped dead, be frozen and be starved of descriptors.
"""

import asyncio
import json
import os
import resource
import signal
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial, wraps
from pathlib import Path

import aiohttp

from bot.journal.journal import Journal
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType
from tests.trials.faults_bench import LOOK, START, WORDS, Cloud, claim
from tests.trials.faults_kinds import CHILD, Told, Trial
from tests.trials.faults_wire import Far, http
from tests.world import Clock

TOP = Path(__file__).parents[2]
SOON = 60.0  # seconds that anything here may take on a busy machine
DRAIN = 20.0  # seconds that stopping may take
OFF = 600.0  # seconds that a wrong clock is off
FROZEN = 3.0


class Gate:
    """An act that does what is asked, and answers when it is let."""

    def __init__(self):
        self.reached = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self, far, reader, writer):
        """Answer once it is open, with Tencent's time."""
        body = await far.done(await far.heard(reader))
        self.reached.set()
        await self.open.wait()
        date = format_datetime(datetime.fromtimestamp(far.cloud.clock(), UTC))
        writer.write(http(body, Date=date))


class Ground:
    """Slack, Tencent and a folder, on which one life of the bot follows another."""

    def __init__(self, stack, path):
        self.stack, self.path = stack, path
        self.url = f"sqlite:///{path}/trial.db"
        self.gate = Gate()
        self.more = {}

    async def lay(self, clock=time.time):
        """Start both clouds and the gate before Tencent's TRTC."""
        self.cloud = Cloud(clock=clock)
        await self.cloud.start()
        self.stack.push_async_callback(self.cloud.close)
        self.slack = await self.stack.enter_async_context(LoopbackSlack())
        self.space = self.slack.space
        self.space.feed.limit = SOON
        self.far = Far(self.cloud, self.gate)
        server = await asyncio.start_server(self.far.connected, "127.0.0.1", 0)
        self.stack.callback(server.close)
        port = server.sockets[0].getsockname()[1]
        self.gated = {"BOT_TRTC_ENDPOINT": f"http://127.0.0.1:{port}"}

    async def bot(self, *, gated=False, code=""):
        """Start a life of the bot, and wait until it is ready."""
        given = {
            **os.environ,
            **self.slack.environment(),
            **self.cloud.environment,
            **(self.gated if gated else {}),
            "BOT_DATABASE_URL": self.url,
            "BOT_ALLOW_ALL": "true",
            "BOT_PORT": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(("-c", code) if code else ("-m", "bot", "run")),
            env=given,
            cwd=TOP,
            stderr=asyncio.subprocess.PIPE,
        )
        life = Life(process)
        self.stack.push_async_callback(life.kill)
        await asyncio.wait_for(life.ready.wait(), SOON)
        await self.slack.sockets.connected()
        return life

    async def typed(self, line):
        """Type *line* in #ops, and wait for its ack."""
        ops = self.space.channels[seed.OPS.id]
        await self.slack.client.command(seed.ANA, ops, line)

    def seen(self, handle):
        """Return the messages that tell of *handle*, but for whispered repeats."""
        shown = [*self.space.messages.values(), *self.space.whispers.values()]
        again = "asked already"  # told to whoever asked twice
        shown = [m for m in shown if not (m.only_for and again in str(m.blocks))]
        return [one.text for one in shown if f"{handle} ·" in one.text]

    async def shows(self, handle, word):
        """Wait until exactly one message tells that *handle* is *word*."""
        held = await self.space.feed.until(
            lambda: any(f"{handle} · {word}" in text for text in self.seen(handle))
        )
        seen = self.seen(handle)
        claim(held and len(seen) == 1, handle, "should be", word, "and is", seen)

    async def word(self, handle):
        """Return how the journal has *handle*, when no life holds it."""
        journal = await Journal.open(self.url, now=Clock(), random_bytes=os.urandom)
        try:
            (intent,) = await journal.history(handle, 1)
        finally:
            journal.close()
        return WORDS.get(intent.state, intent.state.value)


class Life:
    """One process of the bot; its log is read as it comes."""

    def __init__(self, process):
        self.process = process
        self.ready = asyncio.Event()
        self.port = 0
        self.log = []
        self.reading = asyncio.create_task(self._read())

    async def _read(self):
        async for line in self.process.stderr:
            self.log.append(line.decode())
            if b"bot.listening" in line:
                self.port = json.loads(line)["port"]
            if b"bot.ready" in line:
                self.ready.set()

    def send(self, sign):
        """Send the signal *sign*."""
        self.process.send_signal(sign)

    async def over(self):
        """Wait for its end and return the exit code."""
        return await asyncio.wait_for(self.process.wait(), SOON)

    async def kill(self):
        """End it, if it has not."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self.reading


def on_ground(trial):
    """Return *trial* as the runner calls it: it gets a ground of its own."""

    @wraps(trial)
    async def run(path, _haste, **more):
        async with AsyncExitStack() as stack:
            return await trial(Ground(stack, path), **more)

    return run


# ── F34, F35: told to stop, killed, frozen ──────────────────────────────────────


@on_ground
async def try_term(ground, answered, terms):
    """Send SIGTERM while a start is under way, *terms* times."""
    await ground.lay()
    life = await ground.bot(gated=True)
    await ground.typed(START.format(room=1))
    await asyncio.wait_for(ground.gate.reached.wait(), SOON)
    for _ in range(terms):
        life.send(signal.SIGTERM)
    if answered:
        ground.gate.open.set()
    begun = time.monotonic()
    code = await life.over()
    took = time.monotonic() - begun
    claim(code == 0, "exit code", code, life.log[-2:])
    claim(took <= DRAIN, "it took", took)
    word = await ground.word("R1")
    claim(word == ("S" if answered else "U"), "it is", word)
    await ground.bot()
    await ground.shows("R1", "started" if answered else "unknown")
    claim(len(ground.cloud.state.relays) == 1, ground.cloud.state.relays)
    return Told(word, figures=f"over in {took:.1f} s")


@on_ground
async def try_kill(ground):
    """Kill the bot while a start is under way."""
    await ground.lay()
    life = await ground.bot(gated=True)
    await ground.typed(START.format(room=1))
    await asyncio.wait_for(ground.gate.reached.wait(), SOON)
    await life.kill()
    ground.gate.open.set()
    await ground.bot()
    await ground.shows("R1", "unknown")
    claim(len(ground.cloud.state.relays) == 1, ground.cloud.state.relays)
    return Told("U")


@on_ground
async def try_idle(ground):
    """Stop a bot that has nothing to do."""
    await ground.lay()
    life = await ground.bot()
    await ground.typed(LOOK)
    await ground.shows("G1", "looked up")
    life.send(signal.SIGTERM)
    code = await life.over()
    claim(code == 0, "exit code", code)
    return Told("–", "answered")


@on_ground
async def try_frozen(ground):
    """Freeze the bot while a start is under way, and let it go on."""
    await ground.lay()
    life = await ground.bot(gated=True)
    await ground.typed(START.format(room=1))
    await asyncio.wait_for(ground.gate.reached.wait(), SOON)
    life.send(signal.SIGSTOP)
    ground.gate.open.set()
    await ground.space.feed.stirred(FROZEN)
    life.send(signal.SIGCONT)
    await ground.shows("R1", "started")
    claim(len(ground.cloud.state.relays) == 1, ground.cloud.state.relays)
    return Told("S")


# ── F39: no descriptors left ────────────────────────────────────────────────────


@on_ground
async def try_no_files(ground):
    """Take away all new descriptors, then give them back."""
    await ground.lay()
    life = await ground.bot()
    await ground.typed(START.format(room=1))
    await ground.shows("R1", "started")
    await ground.space.feed.quiet()
    pid = life.process.pid
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, limits[1]))
    await ground.typed(START.format(room=2))
    await ground.space.feed.quiet()
    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    refused = [m.text for m in ground.space.whispers.values()]
    if not refused:  # accepted: then its card comes, and tells how it ended
        held = await ground.space.feed.until(lambda: _settled(ground.seen("R2")))
        claim(held and "not started" in ground.seen("R2")[0], ground.seen("R2"))
    word = "refused" if refused else "N"
    number = 2 if refused else 3
    await ground.typed(START.format(room=3))
    await ground.shows(f"R{number}", "started")
    claim(len(ground.cloud.state.relays) == 2, ground.cloud.state.relays)
    return Told(f"{word}, later S")


def _settled(seen):
    return any(word in text for text in seen for word in ("started", "unknown"))


# ── F27, F28, F33: sockets, envelopes, readiness ────────────────────────────────


@on_ground
async def try_sockets(ground):
    """Warn, renew and break the connections: commands come through afterwards."""
    await ground.lay()
    life = await ground.bot()
    ways = (
        ground.slack.sockets.warn,
        ground.slack.sockets.refresh,
        ground.slack.sockets.lose,
    )
    for number, way in enumerate(ways, 1):
        await way()
        sockets = ground.slack.sockets
        back = await ground.space.feed.until(lambda: sockets.connections == 2)  # noqa: B023
        claim(back, "after", way.__name__, sockets.connections, "connections")
        await ground.typed(START.format(room=number))
        await ground.shows(f"R{number}", "started")
    claim(life.process.returncode is None, "it gave up")
    return Told("S ×3")


@on_ground
async def try_envelopes(ground):
    """Deliver one command, and one form, in several envelopes."""
    await ground.lay()
    await ground.bot()
    client, ops = ground.slack.client, ground.space.channels[seed.OPS.id]
    text = START.format(room=1).removeprefix("/relay ")
    command = client._payloads.command(seed.ANA, ops, "/relay", text)
    acks = await _carried(client, EnvelopeType.COMMAND, command)
    claim(not any(ack.failed for ack in acks), acks)
    await ground.shows("R1", "started")
    await ground.typed(START.format(room=2).replace(" --go", ""))
    await ground.space.feed.until(lambda: ground.space.top(seed.ANA.id))
    form = client._payloads.submission(seed.ANA, ground.space.top(seed.ANA.id))
    acks = await _carried(client, EnvelopeType.INTERACTIVE, form)
    claim(not any(ack.failed for ack in acks), acks)
    await ground.shows("R2", "started")
    claim(len(ground.cloud.state.calls) == 2, ground.cloud.state.calls)
    return Told("S ×2, 2 calls")


async def _carried(client, sort, payload):
    letters = [Envelope(sort, payload) for _ in range(5)]
    return await asyncio.gather(*map(client.carrier.carry, letters))


@on_ground
async def try_ready(ground):
    """Let Tencent's clock be ten minutes off: it works, and is not ready."""
    await ground.lay(clock=lambda: time.time() + OFF)
    life = await ground.bot(gated=True)
    ground.gate.open.set()
    await ground.typed(START.format(room=1))
    await ground.shows("R1", "started")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{life.port}/readyz") as answer,
    ):
        told = await answer.text()
        claim(answer.status != aiohttp.http.HTTPStatus.OK, "ready all the same:", told)
    return Told("S, not ready")


# ── all of them ─────────────────────────────────────────────────────────────────


def _slow(number, what, run):
    return Trial(id=number, what=what, run=run, throttle=CHILD)


def trials():
    """Return the trials of this file."""
    yield _slow("F27", "sockets warned, renewed, broken", try_sockets)
    yield _slow("F28", "one envelope 5×, one view 5×", try_envelopes)
    yield _slow("F33", "not ready while the clock is off", try_ready)
    what = "SIGTERM, then the answer"
    yield _slow("F34", what, partial(try_term, answered=True, terms=1))
    what = "SIGTERM twice, then the answer"
    yield _slow("F34", what, partial(try_term, answered=True, terms=2))
    what = "SIGTERM, and no answer"
    yield _slow("F34", what, partial(try_term, answered=False, terms=1))
    yield _slow("F34", "SIGTERM while idle", try_idle)
    yield _slow("F34", "SIGKILL in a call", try_kill)
    yield _slow("F35", "SIGSTOP in a call, then SIGCONT", try_frozen)
    what = "SIGSTOP 90 s, and a peer takes over"
    yield Trial(id="F35", what=what, later="needs replicas")
    yield _slow("F39", "no descriptors left", try_no_files)
