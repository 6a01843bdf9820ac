"""How tall answers are on a phone: `python -m tests.tools.heights BLOCKS.json …`.

Each file holds a message as it was recorded: a list of blocks, or an object that has
`blocks`. It is drawn by the sandbox's console in a window of 390 x 844 px, as wide as a
phone, and its height and its lines are printed. It needs a Chromium.

What is measured is the answer, from its first block to its last, without the line of
its sender: 312 px wide (390 less 16 on either side, and 46 for the avatar). Text is
15 px with lines of 22 px, context 13 px with lines of 19 px, in a font that has the
widths of Arial (Liberation Sans where there is no Arial). Buttons are no lines.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.slack.model.objects import Message
from bot.sandbox.slack.model.seed import OPS
from tests.bot.sandbox.console.desk import chromium, opened

WIDTH, HEIGHT = 390, 844  # pixels of the screen
TEXT = 312  # pixels of it that an answer has

# Lines of text are boxes that do not stand beside each other; those of buttons, menus
# and fields are not counted.
_MEASURED = """
message => {
  const blocks = message.querySelector(".blocks");
  const skipped = "button, select, input, textarea, .picker";
  const texts = document.createTreeWalker(blocks, NodeFilter.SHOW_TEXT);
  const boxes = [];
  while (texts.nextNode()) {
    if (texts.currentNode.parentElement.closest(skipped)) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    boxes.push(...[...range.getClientRects()].filter(one => one.width > 0));
  }
  boxes.sort((one, other) => one.bottom - other.bottom);
  let lines = 0;
  let end = -Infinity;
  for (const {top, bottom} of boxes) {
    if ((top + bottom) / 2 < end) continue;
    lines += 1;
    end = bottom;
  }
  const {width, height} = blocks.getBoundingClientRect();
  return [lines, Math.round(height), Math.round(width)];
}
"""

_ROOM = """
() => {
  const shown = document.querySelector("#main .timeline");
  return Math.floor(shown.getBoundingClientRect().height);
}
"""


@dataclass(frozen=True)
class Height:
    """So many *lines* of text, so many pixels in all, *width* pixels wide."""

    lines: int
    pixels: int
    width: int


async def height_of(message):
    """Return the `Height` of *message*, the locator of one in a window of WIDTH."""
    return Height(*await message.evaluate(_MEASURED))


async def room_for_messages(page):
    """Return how many pixels the screen has between the heading and the box."""
    return await page.evaluate(_ROOM)


async def drawn(desk, page, blocks):
    """Post *blocks* in the console *desk*, and return the message on its *page*."""
    space = desk.slack.space
    said = space.say(Message(channel=OPS.id, user=space.bot.id, blocks=tuple(blocks)))
    message = page.locator(f'#main .message[data-ts="{said.ts}"]')
    await message.wait_for()
    return message


def recorded(text):
    """Return the blocks of a message that was recorded as *text*, JSON."""
    message = json.loads(text)
    return message["blocks"] if isinstance(message, dict) else message


async def main(messages):
    """Draw each of *messages*, blocks by name, and print how tall it is."""
    window = {"width": WIDTH, "height": HEIGHT}
    async with opened() as desk, chromium(viewport=window) as page:
        await page.goto(desk.console.address)
        await page.locator("#composer").wait_for()
        sys.stdout.write(f"room for messages: {await room_for_messages(page)} px\n")
        for name, blocks in messages.items():
            height = await height_of(await drawn(desk, page, blocks))
            sys.stdout.write(f"{height.lines:4} lines {height.pixels:5} px  {name}\n")


if __name__ == "__main__":
    files = {path: recorded(Path(path).read_text()) for path in sys.argv[1:]}
    asyncio.run(main(files))
