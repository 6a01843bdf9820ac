"""The pictures of the web console in docs/: `python -m tests.tools.pictures`.

It needs a Chromium, and Pillow.
"""

import asyncio
import io
import re
import shutil
import sys

from PIL import Image
from playwright.async_api import async_playwright

from tests.bot.sandbox.console.started import TOP, sandbox

DOCS = TOP / "docs"
WINDOW = {"width": 1280, "height": 800}
SHARPNESS = 1.5  # pixels of a picture to one of the page
COLOURS = 128
LARGEST = 200 * 1024
URL = "rtmp://push.example.com/live/"
UNKNOWN = re.compile("unknown|no answer", re.IGNORECASE)


def saved(taken, path, colours):
    """Write the picture *taken* to *path* in so many *colours*; return its size."""
    with Image.open(io.BytesIO(taken)) as image:
        few = image.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
    return path.stat().st_size


async def typed(page, line):
    """Type *line* as somebody would."""
    await page.locator("#composer").fill(line)
    await page.locator("#composer").press("Enter")


async def told(page, *texts):
    """Wait until the last message has *texts* in it."""
    found = page.locator("#main .message").last
    for text in texts:
        await found.get_by_text(text).first.wait_for()


async def no_toasts(page):
    """Take away what the bench has told."""
    for toast in await page.locator(".toast").get_by_role("button").all():
        await toast.click()


async def picture(page, name):
    """Take the picture *name*, as small as can be."""
    await no_toasts(page)
    path = DOCS / f"console-{name}.png"
    taken = await page.screenshot(animations="disabled", caret="hide")
    size = saved(taken, path, COLOURS)
    sys.stdout.write(f"{path.relative_to(TOP)}  {size // 1024} KB\n")
    if size > LARGEST:
        raise SystemExit("that is too large")


async def form(page):
    """Show a form that says what stands wrong in it."""
    await typed(page, "/relay start 295066")
    targets = page.locator("dialog.modal").get_by_label("Targets")
    await targets.fill("http://push.example.com/live/my-secret-key")
    await page.locator("dialog.modal").get_by_role("button", name="Start").click()
    await page.locator(".fault").wait_for()
    await picture(page, "form")
    await page.keyboard.press("Escape")
    await page.locator("dialog.modal").wait_for(state="hidden")


async def tour(page):
    """Show a relay of two targets, one of which has failed, and the callbacks."""
    await typed(page, f"/relay start 295066 url={URL}1 url={URL}2 --go")
    await told(page, "R1 · live")
    await page.locator(".target-status").nth(1).wait_for()
    await page.locator(".target").nth(1).get_by_role("button").click()
    await page.get_by_role("menuitem", name="Push fails").click()
    await page.get_by_text("7 taken").wait_for()
    await typed(page, "/relay list")
    await told(page, "R1")
    await picture(page, "tour")


async def unknown(page):
    """Show what is told of a start that may have happened."""
    await page.get_by_role("combobox", name="Fault").select_option("reset")
    await page.get_by_role("button", name="Set").click()
    await typed(page, f"/relay start 295067 url={URL}3 --go")
    await told(page, UNKNOWN)
    await page.locator(".log").get_by_text("connection lost").wait_for()
    await picture(page, "unknown")


async def look_up(page):
    """Show what an ID and what an error mean, in the dark and to one person."""
    await page.get_by_role("button", name="Colours").click()
    await page.get_by_role("menuitemradio", name="Dark").click()
    await page.locator(".place", has_text="Patchbay").click()
    await page.get_by_role("tab", name="Messages").click()
    await typed(page, "/lookup R1")
    await told(page, "R1")
    await typed(page, "/lookup FailedOperation.SlowDown")
    await told(page, "FailedOperation.SlowDown")
    await picture(page, "lookup")


async def main():
    """Take all pictures."""
    chromium = shutil.which("chromium")
    async with sandbox() as (_process, address), async_playwright() as engine:
        browser = await engine.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport=WINDOW, device_scale_factor=SHARPNESS)
        page.set_default_timeout(10_000)
        await page.goto(address)
        await page.locator(".place.current").wait_for()
        for part in (form, tour, unknown, look_up):
            await part(page)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
