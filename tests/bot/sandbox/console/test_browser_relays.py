"""A relay's troubles in a browser: unknown starts, ends and breaks, and the record."""

import re

import pytest
import pytest_asyncio

from tests.bot.sandbox.console.rows import row_of
from tests.bot.sandbox.console.visitor import (
    UNKNOWN,
    asked_for,
    expect,
    form,
    goes_wrong,
    started,
    typed,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def page(visit):
    return visit


async def turn_callbacks(page, to):
    switch = page.get_by_role("group", name="Callbacks to the bot")
    await switch.get_by_role("button", name=to).click()
    pressed = switch.get_by_role("button", name=to, pressed=True)
    await expect(pressed).to_be_visible()


async def unknown(page, room, how):
    """Start a relay whose answer does not come, and return its card."""
    await goes_wrong(page, how)
    card = await asked_for(page, room)
    await expect(card).to_contain_text(UNKNOWN)
    return card


async def test_an_unknown_start_is_settled_by_a_callback(page):
    await turn_callbacks(page, "Off")
    card = await unknown(page, "201", "late")
    await expect(row_of(page, "201")).to_contain_text("running")
    await expect(row_of(page, "201")).to_contain_text("2 callbacks waiting")

    await turn_callbacks(page, "On")

    await expect(card).to_contain_text("· live")
    await expect(card).not_to_contain_text(UNKNOWN)
    await expect(row_of(page, "201")).not_to_contain_text("callbacks waiting")


async def test_one_that_never_ran_is_closed_by_hand_with_a_reason(page):
    card = await unknown(page, "202", "reset")
    await card.get_by_role("button", name="Close as not started").click()
    reason = form(page).get_by_label("How do you know")
    await expect(reason).to_be_focused()
    await form(page).get_by_role("button", name="Close it").click()
    await expect(form(page).locator(".fault")).to_be_visible()
    await expect(reason).to_have_attribute("aria-invalid", "true")
    await expect(card).to_contain_text(UNKNOWN)

    await reason.fill("The target is dead, the console empty.")
    await form(page).get_by_role("button", name="Close it").click()

    await expect(card).to_contain_text("closed")
    await expect(card).to_contain_text("The target is dead, the console empty.")
    await page.keyboard.press("Escape")
    await expect(form(page)).to_be_hidden()
    await expect(row_of(page, "202")).to_have_count(0)


async def test_a_relay_that_ends_by_itself_is_told_on_its_card(page):
    card = await started(page, "203")
    await page.get_by_role("button", name="the relay of room 203").press("Enter")
    await page.get_by_role("menuitem", name="Relay ends").press("Enter")

    await expect(card).to_contain_text("ended")
    await expect(row_of(page, "203")).to_contain_text("ended")
    await expect(row_of(page, "203").get_by_role("button")).to_have_count(0)


async def test_one_target_of_two_fails_and_the_relay_runs_on(page):
    two = [f"rtmp://push.example.com/live/204-{number}" for number in (1, 2)]
    card = await started(page, "204", *two)
    row = row_of(page, "204")
    first, second = (row.locator(".target").nth(number) for number in (0, 1))
    await expect(second).to_contain_text("running")
    await second.get_by_role("button", name="target 2").click()
    await page.get_by_role("menuitem", name="Push fails").click()

    await expect(second).to_contain_text("failed")
    await expect(second.get_by_role("button")).to_have_count(0)
    await expect(first).to_contain_text("running")
    await expect(card).to_contain_text("target 2 failed")
    await expect(row).not_to_contain_text("ended")


async def test_an_alert_stands_in_the_channel_and_leads_to_its_thread(
    page,
):
    await started(page, "206")
    await row_of(page, "206").get_by_role("button", name="target 1").click()
    await page.get_by_role("menuitem", name="Push fails").click()
    alert = page.locator("#main .message", has_text="Take it").filter(
        has_text="room 206"
    )
    await expect(alert).to_contain_text("failed")
    await alert.get_by_role("button", name="replied to a thread").click()

    thread = page.get_by_role("region", name="Thread")
    await expect(thread.locator(".message").first).to_contain_text("room 206")
    await expect(thread.get_by_role("button", name="Take it").last).to_be_visible()
    await page.keyboard.press("Escape")


async def test_the_record_comes_as_a_file_into_the_direct_messages(page):
    await started(page, "205")
    await typed(page, "/patchbay audit export")
    await page.locator(".place", has_text="Patchbay").click()
    file = page.locator("#main .file a").last
    await expect(file).to_contain_text(re.compile(r"patchbay-audit-\S+\.jsonl"))

    address = await file.get_attribute("href")
    record = await page.evaluate("url => fetch(url).then(it => it.text())", address)
    assert '"relay.start"' in record
