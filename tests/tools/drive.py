"""A whole bot between a loopback Slack and a loopback Tencent, and one line typed."""

import asyncio
import os
from contextlib import AsyncExitStack

from bot.app import Ports, build
from bot.lifecycle import begin, greet
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.settings import load
from commands import COMMANDS

PATIENCE = 10.0  # seconds until the card must be there
CARD = "R1 · started"


async def drive(directory, line, recording):
    """Type *line* to a bot whose journal lies in *directory*, once, over HTTP.

    All from the POST until CARD is in the channel happens inside `recording()`.
    """
    port = free_port()
    async with AsyncExitStack() as stack:
        cloud = LoopbackCloud()
        await cloud.start()
        stack.push_async_callback(cloud.close)
        url = f"http://127.0.0.1:{port}/slack/events"
        slack = await stack.enter_async_context(LoopbackSlack(bot_url=url))
        os.environ |= {
            **slack.environment(),
            **cloud.environment,
            "BOT_DATABASE_URL": f"sqlite:///{directory}/patchbay.db",
            "BOT_ALLOW_ALL": "true",
            "BOT_PORT": str(port),
        }
        await start(stack)
        ops = slack.space.channels[seed.OPS.id]
        with recording():
            await slack.client.command(seed.ANA, ops, line)
            async with asyncio.timeout(PATIENCE):
                await slack.space.feed.until(lambda: is_told(slack.space))
                await slack.space.feed.quiet()


def is_told(space):
    """Say whether CARD is in a channel."""
    return any(CARD in message.text for message in space.messages.values())


async def start(stack):
    """Start a bot of the settings in the environment; *stack* closes it."""
    settings = load()
    parts = await build(settings, Ports(), COMMANDS, stack)
    delivering = asyncio.create_task(parts.delivery.run())
    stack.callback(delivering.cancel)
    stack.push_async_callback(parts.server.close)
    await begin(parts)
    await greet(parts)
