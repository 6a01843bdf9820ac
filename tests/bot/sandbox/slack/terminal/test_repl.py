import asyncio
import io
import queue

from bot.sandbox.slack.terminal.repl import repl
from tests.bot.sandbox.slack.conftest import asked, message, modal


class Keyboard:
    """Lines that come when the test wants them; the end when there are no more."""

    def __init__(self):
        self.lines = queue.SimpleQueue()

    def type(self, line):
        self.lines.put(line)

    def isatty(self):
        return False

    def __iter__(self):
        return iter(self.lines.get, None)


class Paper(io.StringIO):
    """What is printed, and word to whoever waits for it."""

    def __init__(self, feed):
        super().__init__()
        self.feed = feed

    def write(self, text):
        super().write(text)
        self.feed.stir()

    async def shows(self, text):
        return await self.feed.until(lambda: self.getvalue().endswith(text))


async def test_a_pipe_is_read_to_its_end(slack):
    out = io.StringIO()

    await repl(slack.client, io.StringIO(":as bob\nhello\n"), out)

    assert out.getvalue().splitlines() == [
        "ana #ops> :as bob",
        "You are Bob Chen.",
        "bob #ops> hello",
        "bob #ops> ",
    ]


async def test_what_comes_while_nobody_types_is_shown_and_asked_below(slack):
    out, keyboard = Paper(slack.space.feed), Keyboard()
    talking = asyncio.ensure_future(repl(slack.client, keyboard, out))

    await out.shows("ana #ops> ")
    slack.space.say(message("R1 live"))
    slack.space.open("U0ANA", modal(asked("room", {"type": "plain_text_input"})))
    await out.shows("ana #ops? ")
    keyboard.type(":cancel")
    await out.shows("ana #ops> ")
    keyboard.type(":quit")
    await talking
    keyboard.type(None)

    assert out.getvalue().splitlines() == [
        "ana #ops> ",
        "patchbay · #ops",
        "  R1 live",
        "┌ A form",
        "│ Room:",
        "└",
        "? Room",
        "ana #ops? :cancel",
        "(form closed: A form)",
        "ana #ops> :quit",
    ]
