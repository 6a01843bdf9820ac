"""The sandbox as a visitor with a browser finds it: the real bot, a real Chromium."""

import pytest
import pytest_asyncio

from tests.bot.sandbox.console.rows import row_of
from tests.bot.sandbox.console.visitor import (
    be,
    expect,
    form,
    goes_wrong,
    newest,
    room_in,
    started,
    typed,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def page(visit):
    return visit


@pytest.mark.short
async def test_the_first_command_is_completed_and_answered(page):
    box = page.locator("#composer")
    await box.press_sequentially("/patc")
    await expect(page.get_by_role("option", name="/patchbay")).to_contain_text("Help")
    await box.press("Tab")
    await box.press("Enter")

    await expect(newest(page)).to_contain_text("Commands")
    await expect(newest(page)).to_contain_text("Only visible to you")
    await box.press("ArrowUp")
    await expect(box).to_have_value("/patchbay")


async def test_a_relay_is_started_by_the_form_after_a_fault_is_mended(page):
    await typed(page, "/relay start 101")
    await expect(room_in(page)).to_have_value("101")
    targets = form(page).get_by_label("Targets")
    await targets.fill("http://push.example.com/live/my-key")
    await form(page).get_by_role("button", name="Start").click()

    await expect(form(page).locator(".fault")).to_contain_text("begins with rtmp://")
    await expect(targets).to_have_attribute("aria-invalid", "true")
    await expect(targets).to_be_focused()
    await targets.fill("rtmp://push.example.com/live/my-key")
    await expect(form(page).locator(".fault")).to_have_count(0)
    await form(page).get_by_role("button", name="Start").click()
    await form(page).get_by_role("radio", name="Another").check()
    await form(page).get_by_role("button", name="Start").click()

    await expect(newest(page)).to_contain_text("· live")
    await page.keyboard.press("Escape")
    await expect(form(page)).to_be_hidden()
    relay = row_of(page, "101")
    await expect(relay).to_contain_text("running")
    await expect(relay).to_contain_text("rtmp://push.example.com/live/****")
    assert "my-key" not in await page.content()


async def test_a_choice_changes_the_fields_and_keeps_what_was_typed(page):
    await typed(page, "/relay start")
    await room_in(page).fill("102")
    await form(page).get_by_label("Note").fill("for the demo")
    await form(page).get_by_role("radio", name="One user").check()

    await expect(form(page).get_by_label("User ID in the room")).to_be_visible()
    await expect(form(page).get_by_label("Layout")).to_have_count(0)
    await expect(room_in(page)).to_have_value("102")
    await expect(form(page).get_by_label("Note")).to_have_value("for the demo")
    await expect(form(page).get_by_role("radio", name="One user")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(form(page)).to_be_hidden()


async def test_a_field_is_checked_while_it_is_filled_in(page):
    await typed(page, "/relay start 110")
    targets = form(page).get_by_label("Targets")
    await targets.fill("rtmp://push.example.com/live/1\nrtmp://push.example.com/live/2")
    await targets.press("Control+Enter")

    await expect(form(page)).to_contain_text("2 targets")
    await expect(targets).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(form(page)).to_be_hidden()


async def test_a_relay_is_found_by_typing_and_stopped_by_keyboard_alone(page):
    await started(page, "103")
    await typed(page, "/relay stop")
    await expect(form(page)).to_be_visible()
    select = form(page).get_by_role("combobox").first
    await select.press("Enter")
    await page.get_by_role("combobox", name="Search").fill("103")
    await expect(form(page).get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(select).to_contain_text("103")
    await expect(select).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(form(page).get_by_role("button", name="Stop it")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(row_of(page, "103")).to_contain_text("ended")
    await page.keyboard.press("Escape")
    await expect(form(page)).to_be_hidden()


async def test_stopping_asks_first(page):
    card = await started(page, "104")
    await card.get_by_role("button", name="Stop").click()
    asked = page.get_by_role("alertdialog")
    await expect(asked).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(asked).to_have_count(0)
    await expect(card).to_contain_text("· live")

    await card.get_by_role("button", name="Stop").click()
    await asked.get_by_role("button", name="Stop").click()

    await expect(card).to_contain_text("stopped")
    await expect(card).to_contain_text("(edited)")
    await expect(row_of(page, "104")).to_contain_text("ended")


async def test_escape_closes_a_form_for_good(page):
    for line in ("/relay start 111", "/relay start 112"):
        await typed(page, line)
        await expect(room_in(page)).to_have_value(line.split()[-1])
        await page.keyboard.press("Escape")
        await expect(form(page)).to_be_hidden()
    await page.reload()
    await expect(page.locator(".place.current")).to_be_visible()

    await expect(form(page)).to_be_hidden()


async def test_a_look_up_shows_what_an_id_is(page):
    await started(page, "105")
    robot = row_of(page, "105").locator("code").first
    await typed(page, f"/lookup {await robot.inner_text()}")

    await expect(newest(page)).to_contain_text("105")


async def test_an_error_is_explained(page):
    await goes_wrong(page, "InternalError")
    await typed(page, "/relay start 106 url=rtmp://push.example.com/live/106 --go")

    await expect(newest(page)).to_contain_text("InternalError")
    await expect(page.locator(".log")).to_contain_text("InternalError")
    await typed(page, "/lookup FailedOperation.SlowDown")
    await expect(newest(page)).to_contain_text("Retry: yes")


async def test_a_guest_is_refused_with_the_reason(page):
    await be(page, "Gus")
    await typed(page, "/relay start 107 url=rtmp://push.example.com/live/107 --go")

    await expect(newest(page)).to_contain_text("guest")
    await expect(row_of(page, "107")).to_have_count(0)


async def test_a_bot_is_killed_and_started_under_an_open_page(page):
    await started(page, "108")
    await page.get_by_role("button", name="Kill").click()
    await expect(page.locator(".process")).to_contain_text("Not running")
    await typed(page, "/relay list")
    await expect(newest(page)).to_contain_text("dispatch_failed")
    await page.get_by_role("button", name="Start", exact=True).click()
    await expect(page.locator(".process")).to_contain_text("Running")
    await typed(page, "/relay list")

    await expect(newest(page)).to_contain_text("108")


async def test_the_home_tab_opens(page):
    await page.locator(".place", has_text="Patchbay").click()
    await page.get_by_role("tab", name="Home").click()

    await expect(page.locator(".home .block").first).to_be_visible()


async def test_an_id_in_a_message_is_looked_up_by_the_shortcut(page):
    await typed(page, "FailedOperation.SlowDown again?")
    message = newest(page)
    await expect(message).to_contain_text("again?")
    await message.hover()
    await message.get_by_role("button", name="Message shortcuts").click()
    await page.get_by_role("menuitem", name="Look up IDs").click()

    await expect(page.locator("#main, dialog")).to_contain_text(
        ["The last request is still in work"]
    )


async def test_a_page_that_comes_back_shows_the_same(page):
    await started(page, "109")
    await page.reload()

    await expect(
        page.locator("#main .message", has_text="room 109").last
    ).to_be_visible()


async def test_a_thread_is_answered_in(page):
    await typed(page, "Who has the room?")
    await expect(newest(page)).to_contain_text("Who has the room?")
    await newest(page).hover()
    await newest(page).get_by_role("button", name="Reply in thread").click()
    thread = page.get_by_role("region", name="Thread")
    await thread.get_by_role("textbox").fill("@patchbay help")
    await thread.get_by_role("textbox").press("Enter")

    await expect(thread.locator(".message").last).to_contain_text("patchbay")
    await expect(thread.locator(".message")).to_have_count(3)
    await page.keyboard.press("Escape")
    await expect(thread).to_be_hidden()
    await expect(newest(page).locator(".thread-link")).to_be_visible()


async def test_the_terminal_and_the_page_share_a_slack(sandbox, page):
    process, _ = sandbox
    process.stdin.write(b"Good morning from the terminal\n")
    await process.stdin.drain()

    await expect(newest(page)).to_contain_text("Good morning from the terminal")


async def test_it_fits_a_small_window(page):
    await page.set_viewport_size({"width": 900, "height": 600})
    await page.get_by_role("button", name="Panel", exact=True).click()
    await expect(page.locator(".panel")).to_be_hidden()
    await page.get_by_role("button", name="Panel", exact=True).click()
    await expect(page.locator(".panel")).to_be_visible()

    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 900
