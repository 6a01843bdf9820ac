"""A person at the terminal, and a bot of which every word is known."""

import os
from datetime import UTC, datetime

import pytest

from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.seed import ANA
from bot.sandbox.slack.server.delivery import Ack
from bot.sandbox.slack.terminal.terminal import Terminal
from tests.bot.sandbox.slack.conftest import (
    asked,
    message,
    modal,
    option,
    plain,
)

ROOM = asked("room", {"type": "plain_text_input"})
FPS = asked(
    "fps",
    {
        "type": "static_select",
        "options": [option("15"), option("30")],
        "initial_option": option("15"),
    },
)
URLS = asked("urls", {"type": "plain_text_input", "multiline": True})
PICK = asked("pick", {"type": "external_select", "min_query_length": 0})
CONFIRM = {
    "title": plain("Stop R1?"),
    "text": plain("Viewers lose it."),
    "confirm": plain("Stop R1"),
    "deny": plain("Keep it"),
}
MENU = {
    "type": "overflow",
    "action_id": "menu",
    "options": [option("Details"), option("Copy")],
}


class Bot:
    """Remembers what it was brought, and gives the acks it was given."""

    def __init__(self):
        self.envelopes = []
        self.acks = []

    async def carry(self, envelope):
        self.envelopes.append(envelope)
        answer = self.acks.pop(0) if self.acks else {}
        return Ack(answer() or {} if callable(answer) else answer)

    @property
    def last(self):
        return self.envelopes[-1].payload


class Desk:
    """A terminal, what it printed, and the bot behind it."""

    def __init__(self):
        now = lambda: datetime(2026, 11, 21, tzinfo=UTC)  # noqa: E731 - a clock
        self.space = seed.workspace(now=now, random=os.urandom, clock=lambda: 0.0)
        self.space.feed.settle = 0.005
        self.bot = Bot()
        self.printed = []
        self.terminal = Terminal(
            Client(self.space, self.bot),
            self.printed.append,
            commands={"cloud": self.cloud},
        )

    async def cloud(self, rest):
        return f"cloud: {rest}"

    async def type(self, *lines):
        """Type *lines*, and return what was printed after the last one."""
        for line in lines:
            self.printed.clear()
            await self.terminal.enter(line)
        return list(self.printed)

    def open(self, *blocks, **more):
        return self.space.open(ANA.id, modal(*blocks, **more))

    def say(self, text="", *blocks, **more):
        return self.space.say(message(text, blocks=tuple(blocks), **more))

    def values(self):
        values = self.bot.last["view"]["state"]["values"]
        return {block: next(iter(by.values())) for block, by in values.items()}


@pytest.fixture
def desk():
    return Desk()
