"""The bot as it runs, but for Tencent's limits: `python -m tests.bench.ours`.

Tencent takes 20 starts a second of an account, so the bot sends no more. What a start
costs would hide behind that; so here every request has a rate that no run reaches.
"""

import asyncio
import sys
from contextlib import AsyncExitStack

from bot.__main__ import _log
from bot.app import Ports, build
from bot.lifecycle import run
from bot.resources.kinds import Registry
from bot.resources.registry import RESOURCES
from bot.runtime.memory import keep_memory_private
from bot.settings import load
from commands import COMMANDS

FAST = 1e6  # calls a second


def hurried(request):
    """Return the class *request* with a rate that is never reached."""
    body = {"rate": FAST, "__module__": __name__}
    return type(request.__name__, (request,), body)


def unpaced(resource):
    """Return *resource* with requests that are hurried."""
    requests = tuple(map(hurried, resource.requests))
    return type(type(resource).__name__, (type(resource),), {"requests": requests})()


async def serve(settings):
    resources = Registry(tuple(map(unpaced, RESOURCES.resources)))
    async with AsyncExitStack() as stack:
        bot = await build(settings, Ports(), COMMANDS, stack, resources=resources)
        return await run(bot)


def main():
    """Run the bot until it is ended; return its exit code."""
    keep_memory_private()
    settings = load()
    _log(settings)
    return asyncio.run(serve(settings))


if __name__ == "__main__":
    sys.exit(main())
