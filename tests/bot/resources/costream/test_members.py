"""A phone of a session is known by its ID, or by as much of it as a card shows."""

from dataclasses import replace

import pytest

from bot.resources.costream.members import stood
from bot.states import State
from tests.commands.test_gs import FULL

START = "RK8S37P1402445261_"
OFFLINE = "95de5774-0f9f-4cc2-aa67-58d41378d209"
ONLINE = "69f8d3e2-8867-462c-a8cf-7c1d1a527782"
MASTER = "3f86d6f5-2db9-4903-a70d-889987c9b2ac"


@pytest.mark.parametrize("start", ["", START, START.lower()])
@pytest.mark.parametrize(
    ("phone", "how"),
    [
        (OFFLINE, "was selected but offline."),
        (ONLINE, "was online."),
        (MASTER, "was the master."),
    ],
)
async def test_it_is_told_how_a_phone_stood(world, start, phone, how):
    await world.typed(f"/gs {FULL}")

    told = stood(await world.handle("G1"), f"{start}{phone}")

    assert told == f"{start}{phone} {how}"


@pytest.mark.parametrize("phone", ["", "378d209", "d209" * 9, OFFLINE[:-1]])
async def test_another_or_too_short_an_id_is_of_none(world, phone):
    await world.typed(f"/gs {FULL}")

    assert stood(await world.handle("G1"), phone) == ""


async def test_what_was_not_answered_tells_of_nobody(world):
    await world.typed(f"/gs {FULL}")
    session = await world.handle("G1")

    assert stood(replace(session, state=State.QUEUED), OFFLINE) == ""
