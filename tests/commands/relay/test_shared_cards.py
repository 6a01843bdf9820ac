"""Relays whose cards share a message: what is said below it names none of them."""

import pytest

from bot.dialogue.ask import Surface
from bot.dialogue.form import Form
from bot.resources.relay.resource import Relay
from tests.commands.relay.samples import START, calls

AT = ("C0OPS", "1700000000.123456")
LINK = "https://x.slack.com/archives/C0OPS/p1700000000123456"


@pytest.fixture
async def three(world):
    """Three relays whose cards stand in one message."""
    for room in ("1", "2", "3"):
        line = START.replace("295066", room).replace("key", f"key-{room}")
        await world.typed(line)
    for notice in await world.notices():
        await world.journal.outbox.sent(notice.notification, AT)


async def test_a_stop_below_it_stops_none_of_them(world, three):
    answer = await world.typed(
        "/relay stop --yes", surface=Surface.MENTION, parent=AT[1]
    )

    assert isinstance(answer, Form)  # which one?
    assert calls(world, "StopPublishCdnStream") == 0
    assert len(world.cloud.state.running) == 3


async def test_its_permalink_finds_them_all(world, three):
    ask = world.ask("/lookup")
    seeing = await world.service.admitted(ask.who, ask.where, Relay().read)

    found = await seeing.find(ask.who, LINK)

    assert [one.handle for one in found] == ["R1", "R2", "R3"]
