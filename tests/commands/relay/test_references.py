"""What a plan refers to is asked for just before a request is formed, or not at all."""

from contextlib import AsyncExitStack

import pytest

from tests.commands.relay.samples import URL, calls
from tests.commands.relay.test_target import add
from tests.fakes.sqlite import heard
from tests.world import make_world

SAVED = ("named_targets", "presets")


@pytest.fixture
async def told(tmp_path):
    with heard() as driver:
        async with AsyncExitStack() as stack:
            statements = []
            world = await make_world(stack, tmp_path / "told.db")
            driver.listeners.append(lambda _c, text, _values: statements.append(text))
            yield world, statements


async def test_a_start_without_one_asks_the_journal_for_nothing_more(told):
    world, statements = told

    await world.typed(f"/relay start 7 url={URL} --go")

    assert calls(world) == 1
    assert statements
    assert not [one for one in statements if any(name in one for name in SAVED)]


async def test_a_start_with_some_asks_once_for_all(told):
    world, statements = told
    for number in (1, 2):
        url = f"rtmp://push.example.com/live/{number}"
        await add(world, name=f"n{number}", url=url)
    statements.clear()

    await world.typed("/relay start 7 url=@n1 url=@n2 --go")

    assert calls(world) == 1
    assert len([one for one in statements if "named_targets" in one]) == 1
