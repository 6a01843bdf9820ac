"""What a visitor does with a browser, again and again."""

import re

import pytest

playwright = pytest.importorskip("playwright.async_api", reason="no playwright here")

UNKNOWN = re.compile("unknown|no answer", re.IGNORECASE)
PATIENCE = 30_000  # milliseconds

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


async def asked_for(page, room, *urls):
    """Ask for a relay, and return the message that tells of it.

    Two that push to one address are asked about, so each room has addresses of its own.
    """
    urls = urls or (f"rtmp://push.example.com/live/{room}",)
    targets = " ".join(f"url={url}" for url in urls)
    await typed(page, f"/relay start {room} {targets} --go")
    return page.locator("#main .message", has_text=f"room {room}").last


async def started(page, room, *urls):
    """Start a relay, and return its card once it says that the relay is live."""
    card = await asked_for(page, room, *urls)
    await expect(card).to_contain_text("· live")
    return card


async def goes_wrong(page, how):
    """Let the next start of a relay go wrong."""
    await page.get_by_role("combobox", name="API").select_option(
        "StartPublishCdnStream"
    )
    await page.get_by_role("combobox", name="Fault").select_option(how)
    await page.get_by_role("button", name="Set").click()
    await expect(page.locator(".due")).to_contain_text(how)
