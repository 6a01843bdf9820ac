"""No rule of axe-core is broken in any view, at any width, light or dark."""

import pytest
import pytest_asyncio

from tests.bot.sandbox.console import started
from tests.bot.sandbox.console.rows import row_of
from tests.bot.sandbox.console.visitor import (
    UNKNOWN,
    asked_for,
    expect,
    form,
    goes_wrong,
    newest,
    typed,
)
from tests.bot.sandbox.console.visitor import started as live

axe = pytest.importorskip(
    "axe_playwright_python.async_playwright", reason="no axe here"
)
pytestmark = pytest.mark.asyncio(loop_scope="session")

HEIGHT = 844
WIDE = 900  # pixels from which the sidebar and the panel stand beside the chat
WIDTHS = (390, 700, 1440)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(browser):
    """A page on a sandbox in which much has happened."""
    context = await browser.new_context(viewport={"width": 1440, "height": HEIGHT})
    context.set_default_timeout(30_000)
    async with started.sandbox() as (_process, address):
        page = await context.new_page()
        await page.goto(address)
        await expect(page.locator("#composer")).to_be_visible()
        await happen(page)
        await page.evaluate(axe.Axe().axe_script)  # which is large: once for all
        yield page
    await context.close()


async def happen(page):
    """Let relays run, end, fail and stay unknown; and look things up."""
    first = await live(page, "301")
    await live(page, "302", *(f"rtmp://a.example.com/302/{n}" for n in (1, 2)))
    await row_of(page, "301").get_by_role("button").first.click()
    await page.get_by_role("menuitem", name="Relay ends").click()
    await expect(first).to_contain_text("ended")
    await goes_wrong(page, "reset")
    card = await asked_for(page, "303")
    await expect(card).to_contain_text(UNKNOWN)
    await typed(page, "Who has the room?")
    await expect(newest(page)).to_contain_text("Who has the room?")
    await typed(page, "And since when?")
    dry_run = "/relay start 9 url=rtmp://a.example.com/9 cdn=other --go --dry-run"
    for line in (
        dry_run,
        "/relay list",
        "/lookup FailedOperation",
        "/lookup R2",
        "/patchbay",
    ):
        await typed(page, line)
        await expect(newest(page).locator(".block").first).to_be_visible()
    await page.locator(".ended summary").click()
    await expect(page.locator(".ended .relay")).to_be_visible()


# ── the views: each is opened before it is looked at, and closed after ───────────────


async def opened(page, part):
    """Show a part that is a drawer where there is no room beside the chat."""
    button = page.get_by_role("button", name=part, exact=True)
    if page.viewport_size["width"] < WIDE:
        await button.click()
        await expect(button).to_have_attribute("aria-expanded", "true")


async def channel(_page):
    """Leave all as it is."""


async def panel(page):
    await opened(page, "Panel")


async def sidebar(page):
    await opened(page, "Channels")


async def people(page):
    await opened(page, "Channels")
    await page.get_by_role("button", name="Be somebody else").click()


async def thread(page):
    message = page.locator("#main .message", has_text="Who has the room?").last
    await message.hover()
    await message.get_by_role("button", name="Reply in thread").click()
    await expect(page.get_by_role("region", name="Thread")).to_be_visible()


async def menu(page):
    message = page.locator("#main .message", has_text="room 302").first
    await message.get_by_role("button", name="More actions").first.click()
    await expect(page.get_by_role("menu")).to_be_visible()


async def completions(page):
    await page.locator("#composer").fill("/")
    await expect(page.get_by_role("listbox", name="Commands")).to_be_visible()


async def confirmation(page):
    message = page.locator("#main .message:not(.whisper)", has_text="room 302").first
    await message.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("alertdialog")).to_be_visible()


async def a_form(page):
    await typed(page, "/relay start 304")
    await form(page).get_by_label("Targets").fill("http://a.example.com/1")
    await form(page).get_by_role("button", name="Start").click()
    await expect(form(page).locator(".fault").first).to_be_visible()


async def a_list_in_a_form(page):
    await typed(page, "/relay start 304")
    await form(page).get_by_role("combobox").first.click()
    await expect(form(page).get_by_role("option").first).to_be_visible()


async def home(page):
    await opened(page, "Channels")
    await page.locator(".place", has_text="Patchbay").click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator(".home .block").first).to_be_visible()


# By view: the width at which it is looked at in the dark, too. What differs there is
# the colours, which are the same at each width but for those of drawers.
VIEWS = {
    channel: WIDTHS,
    panel: (390,),
    sidebar: (700,),
    people: (390,),
    thread: (1440,),
    menu: (700,),
    completions: (390,),
    confirmation: (1440,),
    a_form: (390,),
    a_list_in_a_form: (1440,),
    home: (700,),
}
_RUN = """
async ([theme, options]) => {
  document.documentElement.dataset.theme = theme;
  const found = await axe.run({resultTypes: ["violations"], ...options});
  return found.violations.map(({id, nodes}) => [id, nodes.map(({target}) => target)]);
}
"""


async def restored(page):
    """Put away whatever a view has opened."""
    for _ in range(3):
        await page.keyboard.press("Escape")
    await expect(form(page)).to_be_hidden()
    await page.evaluate(
        "import('/static/store.js').then(it => it.go({channel: 'C0OPS'}))"
    )
    await page.locator("#composer").fill("")


async def faults_in(page, theme, **options):
    """Return what breaks a rule of axe-core: the rule, and where."""
    return [
        (theme, rule, target)
        for rule, targets in await page.evaluate(_RUN, [theme, options])
        for target in targets
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
async def test_no_rule_is_broken(page, view, width):
    await page.set_viewport_size({"width": width, "height": HEIGHT})
    try:
        await view(page)

        faults = await faults_in(page, "light")
        if width in VIEWS[view]:
            faults += await faults_in(page, "dark", runOnly=["color-contrast"])
        assert faults == []
    finally:
        await restored(page)
