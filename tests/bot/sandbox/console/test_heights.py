"""How tall the real bot's answers are on a phone, as `tests.tools.heights` measures."""

import json

import pytest
import pytest_asyncio

from tests.bot.sandbox.console import started
from tests.bot.sandbox.console.visitor import UNKNOWN, expect, newest, typed
from tests.tools.heights import (
    HEIGHT,
    TEXT,
    WIDTH,
    Height,
    drawn,
    height_of,
    recorded,
    room_for_messages,
)

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

LINE = 22 + 4  # pixels that a line of text has, with what parts it from the next
SCREEN = HEIGHT // 19  # lines of the smallest text
SENDER = 32  # pixels of a message beside its answer: its sender, and its edges
OTHERS = 4  # relays that only stand in the list

# By answer: the most lines, and the most pixels. One line has what a CDN gets, too.
MOST = {
    "card of 1 target": (5, 140),
    "card of 2 targets": (6, 140 + LINE),
    "card of 3 targets": (7, 140 + 2 * LINE),
    "card of 4 targets": (8, 140 + 3 * LINE),
    "card of 6 targets": (8, 140 + 3 * LINE),
    "/lookup of an error": (SCREEN, HEIGHT),
    "/relay list of 10": (SCREEN, HEIGHT + LINE),  # with what the CDN gets of each
}


async def start(page, room, targets=1):
    urls = [f"url=rtmp://a.example.com/{room}/{number}" for number in range(targets)]
    await typed(page, f"/relay start {room} {' '.join(urls)} cdn=tencent --go")


async def live(page, room, targets=1):
    """Start a relay, and return how tall its card is once it is live."""
    await start(page, room, targets)
    card = page.locator("#main .message:not(.whisper)").last
    await expect(card).to_contain_text(room)
    await expect(card).to_contain_text("· live")
    await expect(card).to_contain_text("bit/s")  # what the CDN gets
    return await height_of(card)


async def unknown(page, room):
    """Start a relay of which nothing is heard, and return how tall its card is."""
    fault = {"action": "StartPublishCdnStream", "how": "reset"}
    await page.evaluate(_FAIL, fault)
    await start(page, room)
    card = page.locator("#main .message:not(.whisper)").last
    await expect(card).to_contain_text(room)
    await expect(card).to_contain_text(UNKNOWN)
    return await height_of(card)


_FAIL = """
body => fetch("/api/knob/fail", {
  method: "POST",
  headers: {"Content-Type": "application/json"},
  body: JSON.stringify(body),
})
"""


async def answer(page, line, text):
    """Type *line*, and return how tall the answer is, which has *text* in it."""
    await typed(page, line)
    await expect(newest(page)).to_contain_text(text)
    return await height_of(newest(page))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def phone(browser):
    """A phone's screen with a sandbox of its own."""
    context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    context.set_default_timeout(30_000)
    async with started.sandbox() as (_process, address):
        page = await context.new_page()
        await page.goto(address)
        await expect(page.locator("#composer")).to_be_visible()
        yield page
    await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def heights(phone):
    """How tall each answer is, by its name; and how much room there is for it."""
    by_name = {}
    for targets in (1, 2, 3, 4, 6):
        name = f"card of {targets} target{'s' if targets > 1 else ''}"
        by_name[name] = await live(phone, f"29500{targets}", targets)
    by_name["unknown"] = await unknown(phone, "295010")
    for number in range(OTHERS):
        await live(phone, f"29502{number}")
    by_name["/relay list of 10"] = await answer(phone, "/relay list", "295023")
    line = "/lookup FailedOperation"
    by_name["/lookup of an error"] = await answer(phone, line, "FailedOperation")
    by_name["room"] = await room_for_messages(phone)  # which has come to rest by now
    return by_name


@pytest.mark.parametrize("name", MOST)
async def test_an_answer_is_no_taller_than_it_may_be(heights, name):
    lines, pixels = MOST[name]

    assert heights[name].lines <= lines
    assert heights[name].pixels <= pixels


async def test_an_unknown_card_fits_on_the_screen_with_its_buttons(heights):
    assert heights["unknown"].pixels + SENDER <= heights["room"]


async def test_further_targets_than_the_fourth_make_a_card_no_taller(heights):
    assert heights["card of 6 targets"] == heights["card of 4 targets"]


async def test_an_answer_is_as_wide_as_it_is_written_down(heights):
    assert {one.width for name, one in heights.items() if name != "room"} == {TEXT}


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


PRESS = {"type": "plain_text", "text": "Press"}
BUTTONS = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "press", "text": PRESS}],
}


@pytest.mark.parametrize(
    ("blocks", "height"),
    [
        ([section("one")], Height(1, 22, TEXT)),
        ([section("one\ntwo")], Height(2, 44, TEXT)),
        ([section("*one* `two`"), section("three")], Height(2, 48, TEXT)),
        ([section("one"), BUTTONS], Height(1, 58, TEXT)),
    ],
)
async def test_a_recorded_message_is_drawn_and_measured(desk, blocks, height):
    await desk.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

    message = await drawn(desk, desk.page, recorded(json.dumps({"blocks": blocks})))

    assert await height_of(message) == height
