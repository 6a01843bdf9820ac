"""Two stops of one relay: the second, refused, takes nothing back from the first."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from aiohttp import web

from bot.sandbox.cloud import LoopbackCloud
from bot.states import State
from tests.bot.operations.accidents import JournalFile, accepted, released
from tests.world import live_again

START = "/relay start 295066 url=rtmp://push.example.com/live/k --go"
STOP = "/relay stop R1 --yes"


class SlowCloud(LoopbackCloud):
    """Carries out stops at once, and answers them when `go` is set."""

    def __init__(self):
        self.done, self.go = asyncio.Event(), asyncio.Event()
        super().__init__(middlewares=[self._slow()])

    def _slow(self):
        @web.middleware
        async def slow(request, handler):
            answer = await handler(request)
            if request.headers["X-TC-Action"] == "StopPublishCdnStream":
                self.done.set()
                await self.go.wait()
            return answer

        return slow


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as stack:
        cloud = SlowCloud()
        await cloud.start()
        stack.push_async_callback(cloud.close)
        yield await live_again(stack, tmp_path / "p.db", cloud)


async def become_a_guest(world, _second, _path):
    ask = world.ask("/patchbay", user="U0BOB")
    world.people.guests.add("U0BOB")
    await world.directory.ensure_known(ask.who)


async def be_unwritable(_world, second, path):
    JournalFile(path).refuse_state("sending", intent=second.id)


@pytest.mark.parametrize(
    ("refuse", "code"),
    [(become_a_guest, "patchbay.Denied"), (be_unwritable, "patchbay.NotSent")],
)
async def test_a_second_stop_that_is_refused_leaves_the_relay_stopping(
    world, tmp_path, refuse, code
):
    await world.typed(START)
    await accepted(world, STOP)
    second = await accepted(world, STOP, user="U0BOB")
    await refuse(world, second, tmp_path / "p.db")

    world.clock.release()
    rejected = await ended(world, second)
    await world.cloud.done.wait()
    meanwhile = (await world.handle("R1")).state
    world.cloud.go.set()
    await released(world)

    assert rejected.state is State.NOT_STARTED
    assert rejected.settlement.error_code == code
    assert meanwhile is State.STOPPING
    assert (await world.handle("R1")).state is State.STOPPED
    assert await world.alarms() == []


async def ended(world, intent):
    """Return *intent* once it is not queued any more."""
    async with asyncio.timeout(5):
        now = intent
        while now.state is State.QUEUED:
            now = await world.journal.find.get(intent.id)
            await asyncio.sleep(0)
    return now
