"""Where a bot is crashed: a Slack and a Tencent that outlive it, and write it down.

The bot is a process of its own. What was submitted, what the cloud started and what
Slack was shown go to files, which the checker reads.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.objects import Channel
from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType

CHANNELS = 10
TOP = Path(__file__).parents[2]
GENEROUS = """
[policy.limits]
live_relays = 100000
starts_per_person_a_day = 100000
"""
EDGES = ("cloud.received", "cloud.done", "cloud.answered", "slack.called", "slack.done")


class Stage:
    """Starts, kills and restarts a bot, and submits starts to it.

    *program* is the module that is run as the bot. *called_back*: the cloud sends
    callbacks. `edge` is the point at the edge, and how often it is passed before the
    bot is killed there; `slack_down` lets every call to Slack fail.
    """

    def __init__(
        self,
        folder: Path,
        *,
        program: str = "tests.trials.crash_bot",
        called_back: bool,
    ) -> None:
        self.folder = folder
        self.program = program
        self.called_back = called_back
        self.edge: tuple[str, int] | None = None
        self.fired = False
        self.slack_down = False
        self.answer_after = 0.0  # seconds between the cloud's deed and its answer
        self._stack = AsyncExitStack()
        self._bot: asyncio.subprocess.Process | None = None
        self._round = 0

    async def __aenter__(self) -> Self:
        port = free_port()
        self.cloud = LoopbackCloud(
            ledger_file=self.folder / "ledger.jsonl", middlewares=[self._cloud_edge()]
        )
        await self.cloud.start()
        self._stack.push_async_callback(self.cloud.close)
        if self.called_back:
            url = f"http://127.0.0.1:{port}/tencent/callbacks/default"
            self.cloud.call_back(url, pauses=(0.3,) * 60)
        url = f"http://127.0.0.1:{port}/slack/events"
        self.slack = LoopbackSlack(bot_url=url, paced=False)
        self.slack.app.middlewares.append(self._slack_edge())
        await self._stack.enter_async_context(self.slack)
        self.slack.space.feed.listen(self._show)
        self._channels = [self._channel(n) for n in range(CHANNELS)]
        config = self.folder / "bot.toml"
        config.write_text(GENEROUS)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SLACK_", "TENCENTCLOUD_", "BOT_"))
        }
        self._environment = {
            **kept,
            **self.slack.environment(),
            **self.cloud.environment,
            "BOT_CONFIG": str(config),
            "BOT_DATABASE_URL": f"sqlite:///{self.folder}/patchbay.db",
            "BOT_PORT": str(port),
            "BOT_ALLOW_ALL": "true",
        }
        self._ready = f"http://127.0.0.1:{port}/readyz"
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.kill()
        await self.gone()
        await self._stack.aclose()

    # ── the bot ─────────────────────────────────────────────────────────────────

    async def start(self, crash_at: str = "") -> float:
        """Start the bot; return after how many seconds it was ready, or had died."""
        began = asyncio.get_running_loop().time()
        with (self.folder / "bot.log").open("ab") as log:
            self._bot = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.program,
                env={**self._environment, "CRASH_AT": crash_at},
                cwd=TOP,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while self._bot.returncode is None and not await self.ready():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return asyncio.get_running_loop().time() - began

    async def ready(self) -> bool:
        with suppress(aiohttp.ClientError, OSError):
            async with self._session.get(self._ready) as answer:
                return answer.status == 200
        return False

    def kill(self) -> None:
        """Kill the bot as nothing can resist."""
        self.fired = True
        if self._bot and self._bot.returncode is None:
            with suppress(ProcessLookupError):
                self._bot.send_signal(signal.SIGKILL)

    async def gone(self) -> None:
        if self._bot:
            await self._bot.wait()

    @property
    def alive(self) -> bool:
        return self._bot is not None and self._bot.returncode is None

    @property
    def pid(self) -> int:
        return self._bot.pid if self._bot else 0

    # ── people ──────────────────────────────────────────────────────────────────

    async def submit(self, count: int, redelivered: Callable[[int], bool]) -> None:
        """Submit *count* starts at once; some are delivered twice, as Slack may."""
        self._round += 1
        await asyncio.gather(
            *(self._one(number, twice=redelivered(number)) for number in range(count))
        )

    async def _one(self, number: int, *, twice: bool) -> None:
        room = f"q{self._round}x{number}q"
        line = f"start {room} type=text url=rtmp://push.example.com/live/{room} --go"
        channel = self._channels[number % CHANNELS]
        payload = self.slack.client._payloads.command(seed.ANA, channel, "/relay", line)
        letter = Envelope(EnvelopeType.COMMAND, payload)
        carrier = self.slack.client.carrier
        acks = await asyncio.gather(
            *(carrier.carry(letter) for _again in range(1 + twice))
        )
        told = [json.dumps(ack.body, ensure_ascii=False) for ack in acks if ack.body]
        acked = any(not ack.failed for ack in acks)
        self._write("submitted", {"room": room, "acked": acked, "told": told})

    # ── what is written down ────────────────────────────────────────────────────

    def _show(self, change: object) -> None:
        subject = change.subject  # type: ignore[attr-defined]  # a feed's change
        if blocks := getattr(subject, "blocks", None):
            text = f"{subject.text} {json.dumps(list(blocks), ensure_ascii=False)}"
            self._write("slack", {"text": text})

    def _write(self, name: str, entry: dict[str, object]) -> None:
        with (self.folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def _channel(self, number: int) -> Channel:
        members = frozenset({seed.BOT.id, seed.ANA.id})
        made = Channel(id=f"C0ROUND{number}", name=f"round-{number}", members=members)
        self.slack.space.channels[made.id] = made
        return made

    # ── where it dies ───────────────────────────────────────────────────────────

    def _passes(self, name: str) -> None:
        if self.edge is None or self.edge[0] != name:
            return
        left = self.edge[1] - 1
        self.edge = (name, left)
        if left == 0:
            self.kill()

    def _cloud_edge(self) -> object:
        @web.middleware
        async def edge(request: web.Request, handler: object) -> web.StreamResponse:
            self._passes("cloud.received")
            answer = await handler(request)  # type: ignore[operator]  # aiohttp's
            self._passes("cloud.done")
            if self.answer_after:
                await asyncio.sleep(self.answer_after)
            with suppress(ConnectionError):
                await answer.prepare(request)
                await answer.write_eof()
            self._passes("cloud.answered")
            return answer

        return edge

    def _slack_edge(self) -> object:
        @web.middleware
        async def edge(request: web.Request, handler: object) -> web.StreamResponse:
            if self.slack_down:
                return web.Response(status=503)
            self._passes("slack.called")
            answer = await handler(request)  # type: ignore[operator]  # aiohttp's
            self._passes("slack.done")
            return answer

        return edge
