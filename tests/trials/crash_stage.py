"""Where a bot is crashed: a Slack and a Tencent that outlive it, and write it down.

The bot is a process of its own. What was submitted, what the cloud started and what
Slack was shown go to files, which the checker reads.
"""

import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.objects import Channel
from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType
from tests.trials import stage

CHANNELS = 10
TOP = Path(__file__).parents[2]
EDGES = ("cloud.received", "cloud.done", "cloud.answered", "slack.called", "slack.done")


class Stage:
    """Starts, kills and restarts a bot, and submits starts to it.

    *design* names one of `bad_bot`, which is run in the bot's place. *called_back*: the
    cloud sends callbacks. `edge` is the point at the edge, and how often it is passed
    before the bot is killed there; `slack_down` lets every call to Slack fail. Calls
    wait at the barrier `meeting`, if there is one, until the cloud has carried out as
    many as it takes; `met` is set then.
    """

    def __init__(self, folder, *, called_back, design=""):
        self.folder = folder
        self.program = ("bad_bot", design) if design else ("crash_bot",)
        self.called_back = called_back
        self.edge: tuple[str, int] | None = None
        self.fired = False
        self.slack_down = False
        self.meeting: asyncio.Barrier | None = None
        self.met = asyncio.Event()
        self.answer_after = 0.0  # seconds between the cloud's deed and its answer
        self._stack = AsyncExitStack()
        self._bot: asyncio.subprocess.Process | None = None
        self._round = 0

    async def __aenter__(self):
        port = free_port()
        self.cloud = LoopbackCloud(
            ledger_file=self.folder / "ledger.jsonl", middlewares=[self._cloud_edge]
        )
        await self.cloud.start()
        self._stack.push_async_callback(self.cloud.close)
        if self.called_back:
            url = f"http://127.0.0.1:{port}/tencent/callbacks/default"
            self.cloud.call_back(url, pauses=(0.3,) * 60)
        url = f"http://127.0.0.1:{port}/slack/events"
        self.slack = LoopbackSlack(bot_url=url, paced=False)
        self.slack.app.middlewares.append(self._slack_edge)
        await self._stack.enter_async_context(self.slack)
        self.slack.space.feed.listen(self._show)
        self._channels = [self._channel(n) for n in range(CHANNELS)]
        edges = self.slack.environment(), self.cloud.environment
        self._environment = stage.variables(self.folder, port, *edges)
        self._ready = f"http://127.0.0.1:{port}/readyz"
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession())
        return self

    async def __aexit__(self, *_error):
        self.kill()
        await self.gone()
        await self._stack.aclose()

    async def start(self, crash_at=""):
        began = asyncio.get_running_loop().time()
        with (self.folder / "bot.log").open("ab") as log:
            self._bot = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", f"tests.trials.{self.program[0]}", *self.program[1:]),
                env={**self._environment, "CRASH_AT": crash_at},
                cwd=TOP,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while self._bot.returncode is None and not await self.ready():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return asyncio.get_running_loop().time() - began

    async def ready(self):
        with suppress(aiohttp.ClientError, OSError):
            async with self._session.get(self._ready) as answer:
                return answer.status == 200
        return False

    def kill(self):
        self.fired = True
        if self._bot and self._bot.returncode is None:
            with suppress(ProcessLookupError):
                self._bot.send_signal(signal.SIGKILL)

    async def gone(self):
        if self._bot:
            await self._bot.wait()

    @property
    def alive(self):
        return self._bot is not None and self._bot.returncode is None

    async def submit(self, count, redelivered):
        """Submit *count* starts at once; some are delivered twice, as Slack may."""
        self._round += 1
        await asyncio.gather(
            *(self._one(number, twice=redelivered(number)) for number in range(count))
        )

    async def _one(self, number, *, twice):
        room = f"q{self._round}x{number}q"
        line = f"start {room} type=text url=rtmp://push.example.com/live/{room} --go"
        channel, client = self._channels[number % CHANNELS], self.slack.client
        payload = client._payloads.command(seed.ANA, channel, "/relay", line)
        envelopes = [Envelope(EnvelopeType.COMMAND, payload)] * (1 + twice)
        acks = await asyncio.gather(*map(client.carrier.carry, envelopes))
        told = [json.dumps(ack.body, ensure_ascii=False) for ack in acks if ack.body]
        acked = any(not ack.failed for ack in acks)
        self._write("submitted", {"room": room, "acked": acked, "told": told})

    def _show(self, change):
        subject = change.subject
        blocks = list(getattr(subject, "blocks", None) or ())
        if blocks and "\n" in subject.text:  # several cards, a block each
            for block in blocks:
                self._write("slack", {"text": json.dumps(block, ensure_ascii=False)})
        elif blocks:
            text = f"{subject.text} {json.dumps(blocks, ensure_ascii=False)}"
            self._write("slack", {"text": text})

    def _write(self, name, entry):
        with (self.folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def _channel(self, number):
        members = frozenset({seed.BOT.id, seed.ANA.id})
        made = Channel(id=f"C0ROUND{number}", name=f"round-{number}", members=members)
        self.slack.space.channels[made.id] = made
        return made

    def _passes(self, name):
        if self.edge is None or self.edge[0] != name:
            return
        left = self.edge[1] - 1
        self.edge = (name, left)
        if left == 0:
            self.kill()

    @web.middleware
    async def _cloud_edge(self, request, handler):
        self._passes("cloud.received")
        answer = await handler(request)
        self._passes("cloud.done")
        if self.meeting:
            await self.meeting.wait()
            self.met.set()
        if self.answer_after:
            await asyncio.sleep(self.answer_after)
        with suppress(ConnectionError):
            await answer.prepare(request)
            await answer.write_eof()
        self._passes("cloud.answered")
        return answer

    @web.middleware
    async def _slack_edge(self, request, handler):
        if self.slack_down:
            return web.Response(status=503)
        self._passes("slack.called")
        answer = await handler(request)
        self._passes("slack.done")
        return answer
