"""F27, F28, F33, F34, F35 and F39: the bot as a process, and its sockets.

It runs as `python -m bot run`, between a Slack and a Tencent of this process, so that
it can be told to stop, be stopped dead, be frozen and be starved of descriptors.
"""

import asyncio
import json
import resource
import signal
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType
from bot.slack.inbound.sockets import DEAF_SECONDS, Sockets
from tests.trials import stage
from tests.trials.faults_bench import LOOK, START, WORDS, Cloud, claim, on
from tests.trials.faults_kinds import fault
from tests.trials.faults_wire import Far, http, served

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
        body = await far.done(await far.heard(reader))
        self.reached.set()
        await self.open.wait()
        date = format_datetime(datetime.fromtimestamp(far.cloud.clock(), UTC))
        writer.write(http(body, Date=date))


class Ground:
    """Slack, Tencent and a folder, on which one life of the bot follows another."""

    def __init__(self, stack, path):
        self.stack, self.path = stack, path
        self.gate = Gate()

    async def lay(self, clock=time.time):
        self.cloud = Cloud(clock=clock)
        await self.cloud.start()
        self.stack.push_async_callback(self.cloud.close)
        self.slack = await self.stack.enter_async_context(LoopbackSlack())
        self.space = self.slack.space
        self.space.feed.limit = SOON
        _far, port = await served(self.stack, Far(self.gate, cloud=self.cloud))
        self.gated = {"BOT_TRTC_ENDPOINT": f"http://127.0.0.1:{port}"}

    async def bot(self, *, gated=False):
        edges = self.slack.environment(), self.cloud.environment
        gate = self.gated if gated else {}
        environment = stage.variables(self.path, 0, *edges, gate)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "run"),
            env=environment,
            cwd=TOP,
            stderr=asyncio.subprocess.PIPE,
        )
        life = Life(process)
        self.stack.push_async_callback(life.kill)
        await asyncio.wait_for(life.ready.wait(), SOON)
        await self.slack.sockets.connected()
        return life

    async def in_call(self):
        await self.lay()
        life = await self.bot(gated=True)
        await self.typed(START.format(room=1))
        await asyncio.wait_for(self.gate.reached.wait(), SOON)
        return life

    def runs(self, count):
        """Claim that *count* relays were started."""
        relays = self.cloud.state.relays
        claim(len(relays) == count, relays)

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
        journal = await stage.open_journal(f"sqlite:///{self.path}/patchbay.db")
        try:
            intent = await journal.find.by_handle(handle, seed.HOME.id)
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

    async def over(self, seconds=SOON):
        return await asyncio.wait_for(self.process.wait(), seconds)

    async def kill(self):
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self.reading


async def make_ground(stack, path, **_haste):
    return Ground(stack, path)


on_ground = on(make_ground)


@fault("F34", "SIGTERM, then the answer", 1, "S", slow=True)
@fault("F34", "SIGTERM twice, then the answer", 2, "S", slow=True)
@fault("F34", "SIGTERM, and no answer", 1, "U", slow=True)
@on_ground
async def try_term(terms, word, ground):
    life = await ground.in_call()
    for _ in range(terms):
        life.process.send_signal(signal.SIGTERM)
    if word == "S":
        ground.gate.open.set()
    begun = time.monotonic()
    code = await life.over()
    took = time.monotonic() - begun
    claim(code == 0, "exit code", code, life.log[-2:])
    claim(took <= DRAIN, "it took", took)
    kept = await ground.word("R1")
    claim(kept == word, "it is", kept)
    await ground.bot()
    await ground.shows("R1", "accepted" if word == "S" else "unknown")
    ground.runs(1)


@fault("F34", "SIGKILL in a call", slow=True)
@on_ground
async def try_kill(ground):
    life = await ground.in_call()
    await life.kill()
    ground.gate.open.set()
    await ground.bot()
    await ground.shows("R1", "unknown")
    ground.runs(1)


@fault("F34", "SIGTERM while idle", slow=True)
@on_ground
async def try_idle(ground):
    await ground.lay()
    life = await ground.bot()
    await ground.typed(LOOK)
    await ground.shows("G1", "1 of 3 selected is offline")
    life.process.send_signal(signal.SIGTERM)
    code = await life.over()
    claim(code == 0, "exit code", code)


@fault("F35", "SIGSTOP in a call, then SIGCONT", slow=True)
@on_ground
async def try_frozen(ground):
    life = await ground.in_call()
    life.process.send_signal(signal.SIGSTOP)
    ground.gate.open.set()
    await ground.space.feed.stirred(FROZEN)
    life.process.send_signal(signal.SIGCONT)
    await ground.shows("R1", "accepted")
    ground.runs(1)


@fault("F39", "no descriptors left", slow=True)
@on_ground
async def try_no_files(ground):
    await ground.lay()
    life = await ground.bot()
    await ground.typed(START.format(room=1))
    await ground.shows("R1", "accepted")
    await ground.space.feed.quiet()
    pid = life.process.pid
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, limits[1]))
    await ground.typed(START.format(room=2))
    await ground.space.feed.quiet()
    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    said = [message.text for message in ground.space.whispers.values()]
    accepted = all("requested" in text or "R2 ·" in text for text in said)
    if accepted:  # then it is told how it ended
        held = await ground.space.feed.until(lambda: _settled(ground.seen("R2")))
        claim(held and "not started" in ground.seen("R2")[0], ground.seen("R2"))
    number = 3 if accepted else 2
    await ground.typed(START.format(room=3))
    await ground.shows(f"R{number}", "accepted")
    ground.runs(2)


def _settled(seen):
    return any(
        word in text for text in seen for word in ("accepted", "not started", "unknown")
    )


@fault("F27", "sockets warned, renewed, broken", slow=True)
@on_ground
async def try_sockets(ground):
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
        await ground.shows(f"R{number}", "accepted")
    claim(life.process.returncode is None, "it gave up")


@fault("F28", "one envelope 5×, one view 5×", slow=True)
@on_ground
async def try_envelopes(ground):
    await ground.lay()
    await ground.bot()
    client, ops = ground.slack.client, ground.space.channels[seed.OPS.id]
    text = START.format(room=1).removeprefix("/relay ")
    command = client._payloads.command(seed.ANA, ops, "/relay", text)
    acks = await _carried(client, EnvelopeType.COMMAND, command)
    claim(not any(ack.failed for ack in acks), acks)
    await ground.shows("R1", "accepted")
    await ground.typed(START.format(room=2).replace("--go", "cdn=tencent"))
    await ground.space.feed.until(lambda: ground.space.top(seed.ANA.id))
    form = client._payloads.submission(seed.ANA, ground.space.top(seed.ANA.id))
    acks = await _carried(client, EnvelopeType.INTERACTIVE, form)
    claim(not any(ack.failed for ack in acks), acks)
    await ground.shows("R2", "accepted")
    claim(len(ground.cloud.state.calls) == 2, ground.cloud.state.calls)


async def _carried(client, sort, payload):
    letters = [Envelope(sort, payload) for _ in range(5)]
    return await asyncio.gather(*map(client.carrier.carry, letters))


@fault("F33", "not ready while the clock is off", slow=True)
@on_ground
async def try_ready(ground):
    await ground.lay(clock=lambda: time.time() + OFF)
    life = await ground.bot(gated=True)
    ground.gate.open.set()
    await ground.typed(START.format(room=1))
    await ground.shows("R1", "accepted")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{life.port}/readyz") as answer,
    ):
        told = await answer.text()
        claim(answer.status != aiohttp.http.HTTPStatus.OK, "ready all the same:", told)


QUIET = 600.0  # seconds


class Enough(Exception):
    """It was quiet for long enough."""


@fault("F27", "no envelope for 10 min")
async def try_quiet(path, haste):
    at = [1_000_000.0]

    async def sleep(seconds):
        at[0] += seconds
        if at[0] > 1_000_000.0 + QUIET:
            raise Enough

    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack())
        web = AsyncWebClient(
            token=slack.bot_token.get_secret_value(), base_url=slack.api_url
        )
        token, clock = slack.app_token, lambda: at[0]
        sockets = Sockets(None, web, token, None, clock=clock, sleep=sleep)
        await sockets.start()
        stack.push_async_callback(sockets.close)
        try:
            await sockets.watch()
        except Enough:
            return
    claim(False, "it gave up in a quiet hour")  # noqa: FBT003 - it did


@fault("F27", "pings are not answered", slow=True)
@on_ground
async def try_deaf(ground):
    await ground.lay()
    life = await ground.bot()
    await ground.slack.close()
    code = await life.over(DEAF_SECONDS + SOON)
    claim(code == 1, "exit code", code)
    claim(any("sockets.deaf" in line for line in life.log), "it does not say why")
