"""A console of its own for each test, and one sandbox for all that have a browser."""

import shutil

import pytest
import pytest_asyncio

from tests.bot.sandbox.console import started
from tests.bot.sandbox.console.desk import SWITCHES, opened

USUAL = {"width": 1280, "height": 800}
TALL = {"width": 1280, "height": 900}

# Whether the page shows what it shows at first: as Ana in #ops, with nothing open.
AS_FOUND = """
location.protocol === "http:" && !localStorage.length
  && document.querySelector(".place.current")?.textContent.includes("ops")
  && !document.querySelector("dialog[open], .popover, .aside.threaded")
"""


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
async def context(browser):
    """Where consoles have their page, one after the other: opening one takes long."""
    context = await browser.new_context()
    context.set_default_timeout(30_000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(open_console, context):
    """A console whose bot only nods, and a page on it, which knows nothing yet.

    Each console has a port of its own, and so an origin whose storage is empty.
    """
    async with open_console() as desk:
        pages = context.pages  # none at first, or if a test has closed it
        desk.page = pages[0] if pages else await context.new_page()
        await desk.page.set_viewport_size(TALL)
        await desk.page.mouse.move(0, 0)
        await desk.page.goto(desk.console.address)
        await desk.page.locator(".place.current").wait_for()
        yield desk
        for page in context.pages[1:]:
            await page.close()
        for page in context.pages:
            await page.evaluate("localStorage.clear(), sessionStorage.clear()")
            await page.goto("about:blank")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox():
    async with started.sandbox() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window(browser, sandbox):
    """A window on the sandbox, and what its scripts complain of."""
    context = await browser.new_context(viewport=USUAL)
    context.set_default_timeout(30_000)
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
