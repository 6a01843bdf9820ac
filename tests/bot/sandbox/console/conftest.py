"""A console over a loopback Slack and cloud; the bot is played by a few lines."""

import json
import shutil
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.console import Console, Panel
from bot.sandbox.console.cloudlog import CloudLog, MovableClock
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.server.delivery import Ack
from tests.bot.sandbox.console import started

USUAL = {"width": 1280, "height": 800}

# Whether the page shows what it shows at first: as Ana in #ops, with nothing open.
AS_FOUND = """
location.protocol === "http:" && !localStorage.length
  && document.querySelector(".place.current")?.textContent.includes("ops")
  && !document.querySelector("dialog[open], .popover, .aside.threaded")
"""

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


@pytest.fixture
async def page():
    async with opened() as page:
        yield page


@pytest.fixture
def open_console():
    """How to open a console in the loop of whoever asks."""
    return opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    engine = pytest.importorskip("playwright.async_api", reason="no playwright here")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium is installed here")
    async with engine.async_playwright() as running:
        browser = await running.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox():
    async with started.sandbox() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window(browser, sandbox):
    """A window on the sandbox, and what its scripts complain of."""
    context = await browser.new_context(viewport=USUAL)
    context.set_default_timeout(10_000)
    page = await context.new_page()
    complaints = []

    def complained(error):
        complaints.append(str(error))

    def said(message):
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("pageerror", complained)
    page.on("console", said)
    yield page, complaints
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(window, sandbox):
    """The page, as somebody finds it who comes; its scripts may not complain."""
    page, complaints = window
    complaints.clear()
    await page.set_viewport_size(USUAL)
    if not await page.evaluate(AS_FOUND):
        if page.url.startswith("http"):
            await page.evaluate("localStorage.clear()")
        await page.goto(sandbox[1])
        await page.locator(".place.current").wait_for()
        await page.locator("body").press("Escape")  # a form that a failed test left
    await page.locator("#composer").fill("")
    yield page
    assert complaints == []
