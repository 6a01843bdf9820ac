"""What is reserved before a session is opened, and what is known if that fails."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.config.rules import Project
from bot.dialogue.outcome import Line, plain
from bot.journal.evidence import Perhaps
from bot.lifecycle import take_up
from bot.sandbox.cloud import LoopbackCloud
from bot.states import State
from tests.world import live_again

GAME = Project(name="game", id="cap-1", apply=True)
OTHER = Project(name="other", id="cap-2")
START = "/car start user=u1 ip=8.8.8.8 --go"
APPLY, CREATE = "ApplyConcurrent", "CreateSession"
COUNT = "DescribeConcurrentCount"


@pytest.fixture
async def world(world_with):
    """A bot whose only project needs a reservation before each start."""
    world = await world_with(None, settings={"projects": (GAME,)})
    world.cloud.renders.reserving = True
    return world


def calls(world):
    return [name for _at, name in world.cloud.state.calls]


async def session(world):
    intent = await world.handle("S1")
    lines = [plain(one.spans) for one in world.resources.of(intent).body(intent)]
    return intent.state, intent.settlement.error_code, lines


async def test_it_is_reserved_and_then_opened(world):
    await world.typed(START)

    assert calls(world) == [APPLY, CREATE]
    assert await session(world) == (State.STARTED, "", [])


async def test_whoever_asked_reads_of_the_session_alone(world):
    await world.typed(START)

    assert [one.text for one in await world.notices()] == ["🔵 S1 · opened · user u1"]


async def test_what_is_refused_first_is_why_nothing_was_opened(world):
    world.cloud.state.idle_units = 0

    await world.typed(START)

    state, code, lines = await session(world)
    assert (state, code) == (State.NOT_STARTED, "ResourceNotFound.NoIdle")
    assert lines == ["Concurrency then: 0 of 0 not idle."]
    assert calls(world) == [APPLY, COUNT]


@pytest.mark.parametrize("how", ["late", "reset"])
async def test_a_lost_answer_may_have_reserved_and_nothing_is_opened(world, how):
    world.cloud.state.fail_next(APPLY, how)

    await world.typed(START)

    state, code, (line,) = await session(world)
    assert (state, code) == (State.NOT_STARTED, "patchbay.MayBeReserved")
    assert line.startswith("Concurrency may be reserved for this user:")
    assert calls(world).count(CREATE) == 0


async def test_a_start_refused_after_it_says_that_it_is_reserved(world):
    world.cloud.state.fail_next(CREATE, "FailedOperation.PathNotFound")

    await world.typed(START)

    state, code, (line,) = await session(world)
    assert (state, code) == (State.NOT_STARTED, "FailedOperation.PathNotFound")
    assert line.startswith("Concurrency was reserved for this user before.")


async def test_after_a_crash_in_between_nothing_is_sent_twice(tmp_path):
    cloud = LoopbackCloud()
    await cloud.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(cloud.close)
        settings = {"projects": (GAME,)}
        path = tmp_path / "p.db"
        async with AsyncExitStack() as life:
            world = await live_again(life, path, cloud, settings=settings)
            cloud.state.fail_next(APPLY, "timeout")
            await world.router.answer(world.ask(START))
            while cloud.state.failures[APPLY]:  # noqa: ASYNC110 - the cloud has no event
                await asyncio.sleep(0)
        world = await live_again(stack, path, cloud, settings=settings)
        await take_up(world.bot)
        await world.settled()

        state, _code, (line,) = await session(world)
        assert state is State.NOT_STARTED
        assert line.startswith("Concurrency may be reserved for this user:")
        assert calls(world) == []  # the one that hung never came to be done


async def test_of_several_projects_one_has_to_be_named(world_with):
    world = await world_with(None, settings={"projects": (GAME, OTHER)})

    unnamed = await world.typed(START)
    unknown = await world.typed(f"{START} project=mars")
    await world.typed(f"{START} project=other")

    assert "Say in which project: game, other." in repr(unnamed)
    assert "There is no project “mars” in bot.toml" in repr(unknown)
    assert calls(world) == [CREATE]


async def test_a_dry_run_shows_both_calls_in_their_order_and_sends_none(world):
    answer = await world.typed(START.replace("--go", "--dry-run"))

    texts = [plain(one.spans) for one in answer.parts if isinstance(one, Line)]
    words = [text.split()[0] for text in texts]
    assert [word for word in words if word in {APPLY, CREATE}] == [APPLY, CREATE]
    assert calls(world) == []


async def test_one_that_was_cancelled_meanwhile_is_not_opened(world):
    await world.typed(START)

    beside = (await world.handle("S1")).standing.beside

    assert beside.reserved is Perhaps.YES
