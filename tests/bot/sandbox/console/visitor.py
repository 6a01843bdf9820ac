"""What a visitor does with a browser, again and again."""

import pytest

playwright = pytest.importorskip("playwright.async_api", reason="no playwright here")

PATIENCE = 10_000  # milliseconds

expect = playwright.expect
expect.set_options(timeout=PATIENCE)


async def typed(page, line):
    await expect(form(page)).to_be_hidden()
    await page.locator("#composer").fill(line)
    await page.locator("#composer").press("Enter")


def newest(page):
    return page.locator("#main .message").last


def form(page):
    return page.locator("dialog.modal")


def room_in(page):
    return form(page).get_by_role("textbox", name="Room ID")


async def be(page, name):
    await page.get_by_role("button", name="Be somebody else").click()
    await page.get_by_role("menuitemradio", name=name).click()


async def asked_for(page, room, url="rtmp://push.example.com/live/1"):
    """Ask for a relay, and return the message that tells of it."""
    await typed(page, f"/relay start {room} url={url} --go")
    return page.locator("#main .message", has_text=room).last


async def started(page, room, **more):
    """Start a relay, and return its card."""
    card = await asked_for(page, room, **more)
    await expect(card).to_contain_text("started")
    return card


async def goes_wrong(page, how):
    """Let the next start of a relay go wrong."""
    await page.get_by_label("Which call").select_option("StartPublishCdnStream")
    await page.get_by_label("How it goes wrong").select_option(how)
    await page.get_by_role("button", name="Set").click()
    await expect(page.locator(".due")).to_contain_text(how)
