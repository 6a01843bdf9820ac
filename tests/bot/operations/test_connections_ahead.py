"""The connection of a start is opened while it waits; of one not sent, it is closed."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.settings import Policy, Rule
from bot.states import State
from tests.bot.operations.accidents import accepted, released
from tests.bot.tencent.servers import Everywhere, answering, client_of, http, serving
from tests.world import make_world

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
ONCALL = Rule(name="on-call", actions=("relay.*",), groups=("S1",))


async def until_closed(server, reader, writer):
    await reader.read()


@pytest.fixture
async def make(tmp_path):
    """Make a world in which ana may start, and whose Tencent is *server*."""
    async with AsyncExitStack() as stack:

        async def world(server):
            made = await make_world(
                stack, tmp_path / "p.db", policy=Policy(rules=(ONCALL,))
            )
            made.people.groups["S1"] = {"U0ANA"}
            await made.directory.look_up_groups()
            client = client_of(server.endpoint, resolver=Everywhere(), now=made.clock)
            await stack.enter_async_context(client)
            operations = made.bot.operations
            executor = replace(operations.executor, client=client)
            operations = replace(operations, executor=executor)
            router = replace(made.bot.router, service=operations)
            made.bot = replace(made.bot, operations=operations, router=router)
            return made

        yield world


async def denied(world):
    world.people.groups["S1"] = set()
    await world.directory.look_up_groups()


async def late(world):
    world.clock.ahead += timedelta(minutes=3)


@pytest.mark.parametrize("accident", [denied, late])
async def test_of_a_start_that_is_not_sent_the_connection_is_closed(make, accident):
    async with serving(until_closed) as server:
        world = await make(server)
        await accepted(world, START)
        await accident(world)
        await released(world)
        intent = await world.handle("R1")
        await asyncio.gather(*server.serving)

    assert intent.state is State.NOT_STARTED
    assert server.requests == []
    assert server.connections <= 1


async def test_the_connection_of_a_start_stands_before_its_turn_comes(make):
    stands = asyncio.Event()

    async def answer(server, reader, writer):
        stands.set()
        await answering(http())(server, reader, writer)

    async with serving(answer) as server, asyncio.timeout(10):
        world = await make(server)
        waiting = await accepted(world, START)
        await stands.wait()
        before = await world.handle("R1"), list(server.requests)
        await released(world)

    assert before == (waiting, [])
    assert waiting.state is State.QUEUED
    assert (len(server.requests), server.connections) == (1, 1)


async def test_a_start_takes_one_connection_and_asks_once(make):
    async with serving(answering(http())) as server:
        world = await make(server)
        await world.typed(START)
        intent = await world.handle("R1")
        await asyncio.gather(*server.serving)

    assert intent.state is State.STARTED
    assert (len(server.requests), server.connections) == (1, 1)
