"""A relay goes black in a browser: who did it, and the one click that mends it."""

import pytest
import pytest_asyncio

from tests.bot.sandbox.console.visitor import expect, form, newest, typed

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def page(visit):
    return visit


async def happens(page, room, label):
    """Let something happen in a relay's room, once the menu of its row has it."""
    dots = page.get_by_role("button", name=f"the relay of room {room}")
    item = page.get_by_role("menuitem", name=label, exact=True)
    for _try in range(50):
        await dots.click()
        if await item.count():
            break
        await page.keyboard.press("Escape")  # what it was opened with, it keeps
        await page.wait_for_timeout(100)
    await item.click()


async def black(page, room):
    """Start a relay that shows guest-1, whose camera goes off; return its card."""
    url = f"rtmp://push.example.com/live/{room}"
    await typed(page, f"/relay start {room} what=one user=guest-1 url={url} --go")
    card = page.locator("#main .message:not(.whisper)", has_text=f"room {room}").first
    await expect(card).to_contain_text("· live")
    joins = "Somebody joins the room"
    for label in (joins, "guest-1: camera on", joins, "guest-2: camera on"):
        await happens(page, room, label)
    await happens(page, room, "guest-1: camera off")
    return card


async def looked_up(page, room, says):
    """Look the room up until the answer *says* that: callbacks take a moment."""
    for _try in range(20):
        await typed(page, f"/lookup {room}")
        answer = newest(page)
        await expect(answer).to_contain_text(f"Room {room}")
        if says in await answer.inner_text():
            break
        await page.wait_for_timeout(100)
    await expect(answer).to_contain_text(says)
    return answer


async def test_who_made_it_black_is_named_and_one_click_shows_somebody_else(page):
    card = await black(page, "211")
    answer = await looked_up(page, "211", "guest-1: camera off")
    await expect(answer).to_contain_text("Most likely:")
    await answer.get_by_role("button", name="Change layout").click()
    await form(page).get_by_label("User ID in the room").fill("guest-2")
    await form(page).get_by_role("button", name="Review").click()
    await form(page).get_by_role("button", name="Change it").click()
    await expect(form(page)).to_be_hidden()

    await expect(card).to_contain_text("Changed by")
    answer = await looked_up(page, "211", "explains a black picture")
    await expect(answer).not_to_contain_text("Most likely")


async def test_it_is_stopped_from_where_that_is_read_and_what_is_shared_names_nobody(
    page,
):
    card = await black(page, "212")
    answer = await looked_up(page, "212", "guest-1: camera off")
    await answer.get_by_role("button", name="Share").click()
    shared = page.locator("#main .message:not(.whisper)", has_text="Room 212").last
    await expect(shared).to_contain_text("a participant")
    await expect(shared).not_to_contain_text("guest-1")
    await answer.get_by_role("button", name="Stop R").first.click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Stop R").click()

    await expect(card).to_contain_text("stopped")
