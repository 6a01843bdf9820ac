"""Pictures of the ten answers that people see most, a day, a room: wide as a phone.

`python -m tests.tools.phone [FOLDER]` writes `docs/phone/<name>.png`, or elsewhere. The
answers are the real bot's, in the sandbox; each is shown whole, so that its picture is
as tall as it is; a form as much as fits a phone. It needs a Chromium, and Pillow.
"""

import asyncio
import re
import sys
from pathlib import Path

from tests.bot.sandbox.console.desk import chromium
from tests.bot.sandbox.console.started import TOP, sandbox
from tests.tools.pictures import saved

WINDOW = {"width": 390, "height": 2600}  # taller than a phone: nothing is cut off
PHONE = {"width": 390, "height": 844}
SHARPNESS = 1.5  # pixels of a picture to one of the page
LARGEST = 90 * 1000
# How fine a picture is and how many colours it has, until it is small enough.
FINE = (
    ("device", 128),
    ("device", 64),
    ("device", 32),
    ("css", 64),
    ("css", 32),
    ("css", 16),
    ("css", 8),
)
START = "StartPublishCdnStream"
LOOKS = 15_000  # milliseconds
UNKNOWN = re.compile("unknown|no answer", re.IGNORECASE)
FAILED = re.compile("fail", re.IGNORECASE)

_ASK = """
([path, body]) => fetch(path, body && {
  method: "POST",
  headers: {"Content-Type": "application/json"},
  body: JSON.stringify(body),
}).then(answer => answer.json())
"""


async def typed(page, line):
    """Type *line*, and return the newest message, once one came."""
    count = await page.locator("#main .message").count()
    await page.locator("#composer").fill(line)
    await page.locator("#composer").press("Enter")
    await page.locator("#main .message").nth(count).wait_for()
    return page.locator("#main .message").last


async def turned(page, knob, **body):
    """Turn a knob of the panel."""
    answer = await page.evaluate(_ASK, [f"/api/knob/{knob}", body])
    if "error" in answer:
        raise SystemExit(answer["error"])


async def start(page, room, said, targets=1):
    """Start a relay, and return its card once it has *said* in it."""
    urls = [f"url=rtmp://push.example.com/{room}/{n}" for n in range(1, targets + 1)]
    await typed(page, f"/relay start {room} {' '.join(urls)} cdn=tencent --go")
    card = page.locator("#main .message:not(.whisper)", has_text=room).last
    await card.get_by_text(said).first.wait_for()
    return card


async def task_of(page, room):
    """Return the TaskId of the relay of *room*."""
    relays = (await page.evaluate(_ASK, ["/api/state", None]))["panel"]["relays"]
    return next(one["task"] for one in relays if one["room"] == room)


# ── the ten, in the order in which one leads to the next ────────────────────────────


async def started(page):
    """A start that was accepted, before any callback."""
    await turned(page, "callbacks", on=False)
    return await start(page, "295001", re.compile("accepted"))


async def live(page):
    """A relay to three targets, all of them live."""
    await turned(page, "callbacks", on=True)
    card = await start(page, "295002", re.compile("· live"), targets=3)
    await page.wait_for_timeout(500)  # until the last of the three has told
    return card


async def unknown(page):
    """A start whose answer was lost."""
    await turned(page, "fail", action=START, how="reset")
    return await start(page, "295003", UNKNOWN)


async def failed_start(page):
    """A start that Tencent refused."""
    await turned(page, "fail", action=START, how="AuthFailure")
    return await start(page, "295004", re.compile("not started"))


async def failed_push(page):
    """A relay whose only push failed."""
    card = await start(page, "295005", re.compile("· live"))
    await turned(page, "relay", task=await task_of(page, "295005"), what="fail")
    await card.get_by_text(FAILED).first.wait_for()
    return card


async def stop_question(page):
    """What is asked before a relay is stopped."""
    return await typed(page, "/relay stop R2")


async def list_of_10(page):
    """Ten relays, one of them unknown, one failed."""
    for room in range(295006, 295012):
        await start(page, str(room), re.compile("· live"))
    return await typed(page, "/relay list")


async def recent(page):
    """The relays of late."""
    return await typed(page, "/relay recent")


async def look_up(page):
    """What an error code means, and what to do."""
    return await typed(page, "/lookup FailedOperation")


async def home(page):
    """The app's Home."""
    await page.get_by_role("button", name="Channels").click()
    await page.locator(".place", has_text="Patchbay").click()
    await page.get_by_role("tab", name="Home").click()
    await page.locator(".home .block").first.wait_for()
    return page.locator(".home > .blocks")


PICTURES = {
    "started": started,
    "live": live,
    "unknown": unknown,
    "failed-start": failed_start,
    "failed-push": failed_push,
    "stop": stop_question,
    "list": list_of_10,
    "recent": recent,
    "look-up": look_up,
    "home": home,
}


# ── a producer's day ────────────────────────────────────────────────────────────


async def opened(page, line):
    """Type *line*, and return the form that it opens."""
    await page.set_viewport_size(PHONE)
    await page.locator("#composer").fill(line)
    await page.locator("#composer").press("Enter")
    form = page.locator("dialog.modal")
    await form.wait_for()
    return form


async def pressed(page, button):
    """Press *button* of the form that is open."""
    form = page.locator("dialog.modal")
    await form.get_by_role("button", name=button, exact=True).click()


async def shut(page):
    """Close the form that is open, if one is."""
    if await page.locator("dialog.modal").is_visible():
        await page.keyboard.press("Escape")
        await page.locator("dialog.modal").wait_for(state="hidden")
    await page.set_viewport_size(WINDOW)


async def target_list(page):
    """Two push addresses under a name."""
    for name in ("youtube-main", "youtube-backup"):
        form = await opened(page, f"/relay target add {name}")
        address = f"rtmp://push.example.com/{name}/key"
        await form.get_by_label("Address with stream key").fill(address)
        await form.get_by_label("Another").check()
        await pressed(page, "Save")
        await form.get_by_text("is saved").wait_for()
        await shut(page)
    return await typed(page, "/relay target list")


async def preset_list(page):
    """What is started every day."""
    form = await opened(page, "/relay preset save two-hosts url=@youtube-main")
    await pressed(page, "Save")
    await form.get_by_text("is saved").wait_for()
    await shut(page)
    return await typed(page, "/relay preset list")


async def start_form(page):
    """The form that starts a relay of a preset, for two hours."""
    return await opened(page, "/relay start 295101 preset=two-hosts for=2h")


async def timed(page):
    """A relay that has a timer."""
    await pressed(page, "Start")
    await shut(page)
    card = page.locator("#main .message:not(.whisper)", has_text="295101").last
    await card.get_by_text(re.compile("· live")).first.wait_for()
    return card


async def what_else(page):
    """What else can be done with it."""
    return await typed(page, "/relay more R1")


async def timer_form(page):
    """The form that asks when it is to be stopped."""
    return await opened(page, "/relay timer R1")


async def change_form(page):
    """The form that changes it."""
    await shut(page)
    return await opened(page, "/relay update R1")


async def change_review(page):
    """The look at a change before it is sent."""
    form = page.locator("dialog.modal")
    await form.get_by_label("Targets").fill("@youtube-backup")
    await pressed(page, "Review")
    await form.get_by_role("button", name="Change it").wait_for()
    return form


async def copied(page):
    """A relay, and its copy."""
    await shut(page)
    line = "/relay copy R1 room=295102 url=@youtube-backup --go"
    await typed(page, line)
    card = page.locator("#main .message:not(.whisper)", has_text="295102").last
    await card.get_by_text(re.compile("· live")).first.wait_for()
    return card


async def stop_form(page):
    """The form that stops several at once."""
    for room in range(295103, 295106):
        await start(page, str(room), re.compile("· live"))
    return await opened(page, "/relay stop all")


async def proposal(page):
    """What a second person is asked."""
    await pressed(page, "Stop them")
    await page.locator("dialog.modal").wait_for(state="hidden")
    await shut(page)
    card = page.locator("#main .message", has_text="To be approved").last
    await card.wait_for()
    return card


DAY = {
    "targets": target_list,
    "presets": preset_list,
    "start-form": start_form,
    "timer": timed,
    "more": what_else,
    "timer-form": timer_form,
    "change-form": change_form,
    "change-review": change_review,
    "copy": copied,
    "stop-form": stop_form,
    "proposal": proposal,
}


# ── why is it black? ────────────────────────────────────────────────────────────


async def people(page, *happens):
    """Let things happen in room 295201: each is who, and what."""
    for user, what in happens:
        about = {"room": "295201", "numeric": True, "user": user, "what": what}
        await turned(page, "room", **about)
    await page.wait_for_timeout(500)  # until the bot was told


async def in_room(page):
    """Who is in a room, and who sends what."""
    await people(page, ("alice", "joins"), ("alice", "camera"), ("alice", "sound"))
    await people(page, ("bob", "joins"), ("bob", "camera"))
    url = "url=rtmp://push.example.com/a/b cdn=tencent"
    await typed(page, f"/relay start 295201 what=one user=bob {url} --go")
    await page.get_by_text("· live").first.wait_for()
    return await typed(page, "/lookup 295201")


async def alert(page):
    """Whoever is on call is called: its picture may be still or black."""
    await page.wait_for_timeout(LOOKS)  # until it is known what is usual
    await people(page, ("bob", "camera-off"))
    await turned(page, "push", task=await task_of(page, "295201"), how="black")
    called = page.locator("#main .message", has_text="Take it").last
    await called.wait_for()
    return called


async def black(page):
    """Why its relay is black."""
    return await typed(page, "/lookup 295201")


async def mended(page):
    """Whom it shows from now on, before it is sent."""
    await page.set_viewport_size(PHONE)
    buttons = page.get_by_role("button", name="Change layout")
    await buttons.last.click()
    form = page.locator("dialog.modal")
    await form.get_by_label("User ID in the room").fill("alice")
    await pressed(page, "Review")
    await form.get_by_role("button", name="Change it").wait_for()
    return form


async def shared(page):
    """The same for everybody in the channel: nobody is named."""
    await shut(page)
    await people(page, ("alice", "leaves"), ("bob", "leaves"))
    return await typed(page, "/lookup 295201 --room --public")


BLACK = {
    "room": in_room,
    "alert": alert,
    "why": black,
    "change": mended,
    "shared": shared,
}


async def picture(page, shown, path):
    """Write a picture of *shown* to *path*, as fine as LARGEST allows."""
    await page.wait_for_timeout(300)  # until nothing is edited any more
    box = await shown.bounding_box()
    clip = {"x": 0, "y": box["y"] - 4, "width": 390, "height": box["height"] + 8}
    for scale, colours in FINE:
        taken = await page.screenshot(
            clip=clip, scale=scale, animations="disabled", caret="hide"
        )
        size = saved(taken, path, colours)
        if size < LARGEST:
            sys.stdout.write(
                f"{path.name}  {box['height']:.0f} px  {size // 1000} kB\n"
            )
            return
    raise SystemExit(f"{path.name} is too large")


async def main(folder):
    """Take all pictures into *folder*, those of a day and of a room into ones in it."""
    await each_of(PICTURES, folder)
    await each_of(DAY, folder / "day")
    await each_of(BLACK, folder / "black")


async def each_of(pictures, folder):
    """Take *pictures* of a sandbox of their own into *folder*."""
    folder.mkdir(exist_ok=True)
    async with (
        sandbox() as (_process, address),
        chromium(viewport=WINDOW, device_scale_factor=SHARPNESS) as page,
    ):
        await page.goto(address)
        await page.locator("#composer").wait_for()
        for name, shown in pictures.items():
            await picture(page, await shown(page), folder / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if sys.argv[1:] else TOP / "docs" / "phone"))
