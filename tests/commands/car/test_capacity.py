"""`/car capacity`, and the count beside a start that was refused for want of it."""

import pytest

from bot.config.rules import Project
from bot.dialogue.outcome import plain
from bot.states import State

START = "/car start user=u1 ip=8.8.8.8 --go"


async def answers(world):
    return [one.text for one in await world.notices() if one.audience == "asker"]


async def test_it_says_how_many_are_not_idle_of_how_many(world):
    await world.typed(START)

    await world.typed("/car capacity")

    assert await answers(world) == ["🟢 C1 · 1 of 5 not idle · all projects"]


async def test_of_one_project_it_is_asked_by_its_name_or_id(world_with):
    projects = (Project(name="game", id="cap-1"),)
    world = await world_with(None, settings={"projects": projects})

    for typed in ("game", "cap-1"):
        await world.typed(f"/car capacity {typed}")

    texts = await answers(world)
    assert (
        texts == ["🟢 C1 · 1 of 5 not idle · project cap-1".replace("1 of", "0 of")] * 2
    )


async def test_none_that_is_idle_is_red(world):
    world.cloud.state.idle_units = 1
    await world.typed(START)

    await world.typed("/car capacity")

    assert await answers(world) == ["🔴 C1 · 1 of 1 not idle · all projects"]


async def test_a_key_without_the_right_says_so_and_everything_else_goes_on(world):
    denied = "AuthFailure.UnauthorizedOperation"
    world.cloud.state.fail_next("DescribeConcurrentCount", denied)

    await world.typed("/car capacity")
    await world.typed(START)

    (text,) = await answers(world)
    assert text.startswith("🔴 C1 · not counted: ")
    assert (await world.handle("S1")).state is State.STARTED


@pytest.mark.parametrize(
    "code", ["ResourceNotFound.NoIdle", "FailedOperation.LockTimeout"]
)
async def test_it_stands_on_the_card_of_a_start_that_was_refused_for_want_of_it(
    world, code
):
    world.cloud.state.fail_next("CreateSession", code)

    await world.typed(START)

    session = await world.handle("S1")
    resource = world.resources.of(session)
    lines = [plain(one.spans) for one in resource.body(session)]
    assert session.state is State.NOT_STARTED
    assert lines == ["Concurrency then: 0 of 5 not idle."]
    assert await answers(world) == []


async def test_it_is_counted_once_and_for_nothing_else(world):
    world.cloud.state.fail_next("CreateSession", "OperationDenied")

    await world.typed(START)

    calls = [name for _at, name in world.cloud.state.calls]
    assert calls == ["CreateSession"] or "DescribeConcurrentCount" not in calls
