"""A console over a loopback Slack and cloud; the bot is played by a few lines."""

import json
import shutil
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.console import Console, Panel
from bot.sandbox.console.cloudlog import CloudLog, MovableClock
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.server.delivery import Ack

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Bot:
    """Runs or not; and acks what Slack brings, as it was told to."""

    pid: int | None = 1
    heard: list = field(default_factory=list)
    acks: list = field(default_factory=list)

    async def carry(self, envelope):
        self.heard.append(envelope)
        return self.acks.pop(0) if self.acks else Ack()

    async def kill(self):
        self.pid = None

    async def start(self):
        self.pid = 2

    @property
    def last(self):
        return self.heard[-1].payload


@dataclass
class Page:
    """What a browser does, without one."""

    console: Console
    slack: LoopbackSlack
    cloud: LoopbackCloud
    panel: Panel
    bot: Bot
    http: aiohttp.ClientSession

    @property
    def origin(self):
        return self.console.address.rstrip("/")

    async def get(self, path, **headers):
        async with self.http.get(self.origin + path, headers=headers) as response:
            return response.status, await response.read(), response.headers

    async def post(self, path, body, **headers):
        headers = {"Origin": self.origin} | headers
        data = body if isinstance(body, str) else json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
        async with self.http.post(
            self.origin + path, data=data, headers=headers
        ) as response:
            return response.status, await response.json()

    async def gesture(self, name, user="U0ANA", **body):
        return await self.post(f"/api/gesture/{name}", {"user": user, **body})

    async def knob(self, name, **body):
        return await self.post(f"/api/knob/{name}", body)

    async def state(self):
        _status, body, _headers = await self.get("/api/state")
        return json.loads(body)


@asynccontextmanager
async def opened():
    async with AsyncExitStack() as stack:
        log, clock = CloudLog(), MovableClock()
        cloud = LoopbackCloud(clock=clock, middlewares=[log.middleware()])
        await cloud.start()
        stack.push_async_callback(cloud.close)
        slack = await stack.enter_async_context(LoopbackSlack(commands=("/relay",)))
        bot = Bot()
        slack.client.carrier = bot
        panel = Panel(
            cloud=cloud,
            bot=bot,
            start=bot.start,
            connections=lambda: 1,
            space=slack.space,
            log=log,
            clock=clock,
        )
        console = Console(slack.client, panel, commands=("/relay",))
        await stack.enter_async_context(console)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield Page(console, slack, cloud, panel, bot, http)


@asynccontextmanager
async def chromium(**window):
    """Start the system's Chromium; yields a page in a *window* of it."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - not everywhere

    path = shutil.which("chromium")
    async with async_playwright() as engine:
        browser = await engine.chromium.launch(executable_path=path, args=SWITCHES)
        page = await browser.new_page(**window)
        page.set_default_timeout(30_000)
        yield page
        await browser.close()
