"""A doctor between a Slack and a Tencent on loopback, in this process or another."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

from aiohttp import web

from bot.app import Ports as AppPorts
from bot.app import open_cloud, utc_now
from bot.live import largest
from bot.live.ledger import Ledger
from bot.live.run import run
from bot.live.trial import Ports, Wishes
from bot.sandbox.run import free_port
from bot.settings import load
from bot.slack.outbound.web import Web

TOP = Path(__file__).parents[3]
READ_BY_THE_BOT = ("SLACK_", "TENCENTCLOUD_", "BOT_")
PUSH = "rtmp://push.example.com/live/" + "k3y" * 4
SECONDS = 60
DRAWN = list(largest.drawn())  # takes half a second, and is the same each time


class Gate:
    """Holds requests to the cloud, by action, until it is opened.

    Those in `before` are held as soon as a relay was started, and not done; those in
    `after` are done, and their answers held. `reached`: one is held. `hook` is done
    once, when the first is held.
    """

    def __init__(self):
        self.before, self.after = set(), set()
        self.reached, self._opened = asyncio.Event(), asyncio.Event()
        self.started = lambda: False
        self.hook = None

    def open(self):
        self._opened.set()

    @web.middleware
    async def middleware(self, request, handler):
        action = request.headers["X-TC-Action"]
        if action in self.before and self.started():
            await self._held()
        answer = await handler(request)
        if action in self.after:
            await self._held()
        return answer

    async def _held(self):
        self.reached.set()
        hook, self.hook = self.hook, None
        if hook:
            await hook()
        await self._opened.wait()


class Rig:
    """Runs trials; `lines` are what they wrote, `naps` the seconds they would sleep."""

    def __init__(self, cloud, slack, folder, monkeypatch, gate):
        self.cloud, self.slack, self.folder = cloud, slack, folder
        self.gate = gate
        gate.started = lambda: bool(cloud.state.relays)
        self.lines, self.naps = [], []
        self.drawn = [DRAWN[0], DRAWN[-1]]  # of each kind one; all where that matters
        self.port = free_port()
        self.on_line = lambda line: None
        self._monkeypatch = monkeypatch
        self.variables = {
            **slack.environment(),
            **cloud.environment,
            "BOT_DATABASE_URL": f"sqlite:///{folder}/p.db",
            "BOT_PORT": str(self.port),
            "BOT_ALLOW_ALL": "true",
        }

    def hears(self):
        """Let Tencent tell of relays where the bot listens."""
        url = f"http://127.0.0.1:{self.port}/tencent/callbacks/default"
        self.cloud.call_back(url)
        self.variables |= self.cloud.environment

    @property
    def ledger(self):
        return Ledger(self.folder)

    @property
    def running(self):
        return [relay.task_id for relay in self.cloud.state.running]

    @property
    def recorded(self):
        (file,) = self.folder.glob("live-*.jsonl")
        return file.read_text()

    def line(self, part):
        """Return the one line that has *part* in it, but for those of the table."""
        beside = ("  ", "\u2260")
        lines = [one for one in self.lines if not one.startswith(beside)]
        (line,) = [one for one in lines if part in one]
        return line

    async def doctor(self, *, unset=(), env=None, **wishes):
        """Run `doctor --live` in this process; return its exit code."""
        for name in READ_BY_THE_BOT:
            for variable in [one for one in os.environ if one.startswith(name)]:
                self._monkeypatch.delenv(variable)
        for name, value in {**self.variables, **(env or {})}.items():
            if not name.startswith(tuple(unset) or ("-",)):
                self._monkeypatch.setenv(name, value)
        settings = load()
        self.lines.clear()
        ports = Ports(
            now=utc_now,
            sleep=self._nap,
            random_bytes=os.urandom,
            slack=Web,
            cloud=partial(open_cloud, settings, AppPorts()),
            write=self._write,
            patience=0.3,
            drawn=lambda: self.drawn,
        )
        return await run(settings, Wishes(**wishes), ports)

    async def process(self, *words):
        """Start `python -m bot doctor --live` with *words*, and leave it running."""
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(READ_BY_THE_BOT)
        }
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "doctor", "--live", *words),
            cwd=TOP,
            env=kept | self.variables,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def _nap(self, seconds):
        self.naps.append(seconds)

    def _write(self, text):
        line = text.removesuffix("\n")
        self.lines.append(line)
        self.on_line(line)


async def until(process, start):
    """Read what *process* writes up to the line that begins with *start*."""
    async with asyncio.timeout(SECONDS):
        async for line in process.stdout:
            if line.decode().startswith(start):
                return line.decode()
    raise AssertionError((await process.stderr.read()).decode())


async def ended(process):
    """Wait until *process* has ended; return its exit code and the rest of its text."""
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    return process.returncode, out.decode() + err.decode()
