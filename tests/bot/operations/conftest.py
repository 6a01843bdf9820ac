"""A journal by itself, with notices that wait to be delivered."""

import asyncio
import os
from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from bot.ids import intent_id
from bot.journal.model import CARD_NOTICE, Asker, NewIntent, Subject
from bot.resources.relay.resource import RELAY
from bot.sandbox.cloud import LoopbackCloud
from tests.bot.operations.accidents import CountingClock, JournalFile
from tests.bot.operations.tencent import Tencent
from tests.bot.operations.timing import FOR, Scene
from tests.fakes.journal import laid, opened
from tests.world import live_again


@pytest.fixture
def clock():
    return CountingClock()


@pytest.fixture
def file(tmp_path):
    return JournalFile(tmp_path / "p.db")


@pytest.fixture
async def journal(file, clock):
    journal = await opened(f"sqlite:///{laid(file.path)}", clock)
    yield journal
    journal.close()


@pytest.fixture
def tencent(world):
    """What Tencent tells the *world* of the file that asks."""
    return Tencent(world)


@pytest.fixture
async def run():
    """Let a delivery run until the test is over."""
    running = []
    yield lambda box: running.append(asyncio.create_task(box.run()))
    for task in running:
        task.cancel()


@pytest.fixture
def waiting(journal, clock):
    """Accept a start of which *notices* wait; its card stands at *card*, if given."""
    count = iter(range(1000))

    async def accept(*notices, channel="C", card=None, locale="en-US"):
        new = NewIntent(
            id=intent_id(clock(), os.urandom(10)),
            key=f"key-{next(count)}",
            digest="d",
            action="StartPublishCdnStream",
            handle=None,
            asker=Asker(team="T", user="U", home="T", channel=channel, locale=locale),
            subject=Subject(kind=RELAY, creates=True, room="7", app="live-main"),
            request=b"{}",
            answer_url=SecretStr("https://hooks.slack.com/x"),
            at=clock(),
        )
        first = (CARD_NOTICE,) if card else ()
        intent, _fresh = await journal.accept(new, notices=first)
        if card:
            (posted,) = [
                one
                for one in await journal.outbox.due(clock(), 1000)
                if one.intent.id == intent.id
            ]
            await journal.outbox.sent(posted, card)
        return await journal.update(intent.id, notices=notices or (CARD_NOTICE,))

    return accept


@pytest.fixture
async def scenes(tmp_path):
    """Make a scene; *again*: another life of the bot on the same journal."""
    async with AsyncExitStack() as stack:
        lives = await stack.enter_async_context(AsyncExitStack())

        async def scene(again=None, **more):
            if again:
                await lives.aclose()
                more["clock"] = again.world.clock
            cloud = again.world.cloud if again else LoopbackCloud()
            if not again:
                await cloud.start()
                stack.push_async_callback(cloud.close)
            world = await live_again(lives, tmp_path / "p.db", cloud, **more)
            world.people.groups["S1"] = {"U0ANA"}
            await world.directory.look_up_groups()
            made = Scene(world)
            if again:
                made.schedule.waiting = again.schedule.waiting
                made.schedule.posted = again.schedule.posted
            return made

        yield scene


@pytest.fixture
async def timed(scenes):
    """A scene in which R1 was started for two hours, and its card was posted."""
    scene = await scenes()
    await scene.world.typed(FOR)
    await scene.world.bot.delivery.deliver()
    return scene
