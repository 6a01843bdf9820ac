"""A stop: what hangs has its seconds, and what is not done stands in the journal."""

import asyncio
import os
import signal
import threading
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.lifecycle import _last_steps, begin, drain, run
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.sockets import Sockets
from tests.bot.http.visitors import until
from tests.bot.operations.accidents import JournalFile
from tests.bot.slack.inbound.socket_kit import Listeners
from tests.fakes.loop import LoopClock, VirtualLoop
from tests.world import make_world

GRACE = 45.0  # seconds that a supervisor gives: deploy/
BALANCER = 3.0  # of them, before the bot is told
MOST = 40.0  # of them, that the steps may take together
WAYS = ("answer ephemeral", "answer in_channel", "chat.update", "post C0OPS")
STOPS = "SELECT state FROM intents WHERE action = 'StopPublishCdnStream'"
STATES = "SELECT state FROM intents"
START = "/relay start {room} url=rtmp://push.example.com/live/{room} --go"


def in_virtual_time(work):
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


async def hung(stack, path):
    """Return a world at work in which nobody answers any more, and its Slack."""
    world = await make_world(stack, path, clock=LoopClock())
    slack = await stack.enter_async_context(LoopbackSlack())
    web = AsyncWebClient(token="none", base_url=slack.api_url)
    listeners = Listeners()
    admission = Admission(lambda: 0.0, asyncio.get_running_loop().time)
    sockets = Sockets(listeners, web, slack.app_token, admission)
    bot = replace(world.bot, sockets=sockets)
    port = await begin(bot)
    await sockets.start()
    delivering = asyncio.ensure_future(bot.delivery.run())
    stack.callback(delivering.cancel)
    await world.typed(START.format(room=7))

    listeners.may_answer.clear()
    world.slack.hanging = dict.fromkeys(WAYS, asyncio.Event())
    world.cloud.state.fail_next("StopPublishCdnStream", "timeout", times=9)
    await world.router.answer(world.ask("/relay stop R1 --yes"))
    envelope = Envelope(EnvelopeType.COMMAND, {"command": "/relay"})
    carrying = asyncio.ensure_future(slack.sockets.carry(envelope))
    stack.callback(carrying.cancel)
    await until(lambda: listeners.came)
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /tencent/callbacks/live-main HTTP/1.1\r\nHost: a\r\n")
    stack.callback(writer.close)
    world.bot = bot
    return world, slack, port


async def listens(port):
    try:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


def test_a_stop_ends_within_its_grace_though_nobody_answers(tmp_path):
    """Intake goes first, letters last, and what is not done stands in the journal."""

    async def measured():
        async with AsyncExitStack() as stack:
            world, slack, port = await hung(stack, tmp_path / "p.db")
            began = world.clock.monotonic()
            draining = asyncio.ensure_future(drain(world.bot))
            await asyncio.sleep(8.0)
            during = slack.sockets.connections, await listens(port), draining.done()
            await draining
            passed = world.clock.monotonic() - began
            left = JournalFile(tmp_path / "p.db").rows(STOPS)
            return during, passed, left, await world.journal.outbox.waiting()

    during, passed, left, letters = in_virtual_time(measured())

    assert during == (0, False, False)
    assert 25.0 < passed <= MOST
    assert MOST <= GRACE - BALANCER - 2.0
    assert left == [("sending",)]
    assert letters > 0


def test_a_stop_ends_within_its_grace_though_the_journal_hangs_too(tmp_path):
    freed = threading.Event()

    async def measured():
        async with AsyncExitStack() as stack:
            stack.callback(freed.set)
            world, _slack, _port = await hung(stack, tmp_path / "p.db")
            writing = asyncio.ensure_future(
                world.journal._writer.write(lambda _connection: freed.wait(60))
            )
            stack.callback(writing.cancel)
            await asyncio.sleep(0)
            began = world.clock.monotonic()
            await drain(world.bot)
            freed.set()
            return world.clock.monotonic() - began

    assert 25.0 < in_virtual_time(measured()) <= MOST


async def test_the_steps_together_have_no_more_seconds_than_that(tmp_path):
    async with AsyncExitStack() as stack:
        world = await make_world(stack, tmp_path / "p.db")
        parts = dict.fromkeys(("sockets", "scraped"), world.bot.server)
        steps = _last_steps(replace(world.bot, **parts))

    assert sum(step.seconds for step in steps) <= MOST
    assert [step.name for step in steps][:2] == ["sockets", "server"]


def test_a_stop_with_nothing_under_way_takes_no_time(tmp_path):
    async def measured():
        async with AsyncExitStack() as stack:
            world = await make_world(stack, tmp_path / "p.db", clock=LoopClock())
            await begin(world.bot)
            began = world.clock.monotonic()
            await drain(world.bot)
            return world.clock.monotonic() - began

    assert in_virtual_time(measured()) < 1.0


def test_whoever_presses_ctrl_c_again_waits_for_nothing_more(tmp_path):
    seen = []

    async def interrupted():
        async with AsyncExitStack() as stack:
            world = await make_world(stack, tmp_path / "p.db", clock=LoopClock())
            loop = asyncio.get_running_loop()
            stack.callback(lambda: seen.append(loop.time()))
            world.cloud.state.fail_next("StartPublishCdnStream", "timeout", times=9)
            running = asyncio.ensure_future(run(world.bot))
            await until(world.directory.identified.is_set)
            await world.router.answer(world.ask(START.format(room=7)))
            file = JournalFile(tmp_path / "p.db")
            await until(lambda: file.rows(STATES) == [("sending",)])
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(1.0)
            assert not running.done()
            seen.append(loop.time())
            os.kill(os.getpid(), signal.SIGINT)
            await running

    with pytest.raises(KeyboardInterrupt):
        in_virtual_time(interrupted())

    told, ended = seen
    assert ended - told < 0.5
    assert JournalFile(tmp_path / "p.db").rows(STATES) == [("sending",)]
