"""The Home tab: what runs, where the rest of it is, and why something is not shown."""

from contextlib import AsyncExitStack

import pytest

from bot.cards import lists
from bot.dialogue.outcome import Line
from bot.settings import Policy, Rule
from tests.world import make_world

RELAY = "/relay start {n} url=rtmp://push.example.com/live/k{n} --go"
SESSION = "/car start user=u{n} ip=8.8.8.8 --go"
WHY = "What runs is not shown to you here."


@pytest.fixture
async def world_with(tmp_path):
    async with AsyncExitStack() as stack:

        async def make(**policy):
            return await make_world(stack, tmp_path / "p.db", policy=Policy(**policy))

        yield make


async def read(world, **flags):
    """Return the lines of Ana's Home tab."""
    world.people.flags["U0ANA"] = flags
    home = await world.router.home(world.ask("/relay").who)
    return ["".join(map(str, one.spans)) for one in home.parts if isinstance(one, Line)]


def allowed(*actions):
    return {"rules": (Rule(name="all", actions=actions, users=("U0ANA",)),)}


async def test_of_what_does_not_fit_each_kind_is_said_where_it_is(world_with):
    world = await world_with(**allowed("*"))
    for n in range(3):
        await world.typed(SESSION.format(n=n))
    for n in range(lists.PAGE - 1):
        await world.typed(RELAY.format(n=n))
    few = await read(world)

    for n in range(lists.PAGE - 1, lists.PAGE + 3):
        await world.typed(RELAY.format(n=n))
    many = await read(world)

    assert [[one for one in text if "more: type" in one] for text in (few, many)] == [
        ["2 more: type /car recent."],
        ["3 more: type /relay list.", "3 more: type /car recent."],
    ]


async def test_one_reason_is_told_once_and_of_all(world_with):
    world = await world_with(**allowed("*"))

    text = await read(world, is_restricted=True)

    assert [one for one in text if WHY in one] == [text[0]]
    assert text[0].startswith(WHY)


@pytest.mark.parametrize(("may", "may_not"), [("relay.*", "/car"), ("car.*", "/relay")])
async def test_beside_what_is_shown_it_says_of_what_it_is_not(world_with, may, may_not):
    world = await world_with(**allowed(may), reads_for_all=False)

    reasons = [one for one in await read(world) if WHY in one]

    assert [one for one in reasons if one.startswith(f"{may_not}: {WHY}")]
    assert not [one for one in reasons if one.startswith(WHY)]


async def test_that_something_is_kept_back_is_told_once(world_with):
    world = await world_with(**allowed("*"), visibility="channel")

    text = await read(world)

    kept = "Only what may be told to you here is shown."
    assert text.count(kept) == 1
