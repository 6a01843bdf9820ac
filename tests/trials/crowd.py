"""Fifty people start a relay in one channel; prints when each of them was told.

In true time, over Socket Mode, with a Slack that keeps its rates: a message a second in
a channel, four at once, and 50 changes a minute. `python -m tests.trials.crowd`.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

from bot.app import Ports, build
from bot.lifecycle import begin, greet
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import PREFIXES, free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.changes import ChangeKind
from bot.sandbox.slack.server.delivery import Envelope, EnvelopeType
from bot.settings import load
from commands import COMMANDS

PEOPLE, WITHIN = 50, 1.2  # who type, in so many seconds
GOAL = 3.0  # seconds until the last of them is told
PATIENCE = 30.0
HANDLE = re.compile(r"\bR\d+(?= ·)")


class Crowd:
    """What was typed and told, and when, by handle."""

    def __init__(self, slack):
        self.slack = slack
        self.typed, self.acked, self.told = {}, {}, {}
        slack.space.feed.listen(self._see)

    async def type(self, number):
        """Type a start, and note when it was acked."""
        await asyncio.sleep(number * WITHIN / PEOPLE)
        began = monotonic()
        client, ops = self.slack.client, self.slack.space.channels[seed.OPS.id]
        url = f"rtmp://push.example.com/live/k{number}"
        line = f"start {1000 + number} url={url} --go"
        command = client._payloads.command(seed.ANA, ops, "/relay", line)
        ack = await client.carrier.carry(Envelope(EnvelopeType.COMMAND, command))
        handle = re.search(r"R\d+", json.dumps(ack.body))[0]
        self.typed[handle], self.acked[handle] = began, monotonic()

    def _see(self, change):
        if change.what in {ChangeKind.POSTED, ChangeKind.EDITED}:
            for handle in HANDLE.findall(change.subject.text):
                self.told.setdefault(handle, monotonic())

    def waits(self, ends):
        """Return the seconds from what was typed until *ends*, the longest last."""
        return sorted(ends[handle] - began for handle, began in self.typed.items())


async def live(stack, slack, cloud):
    """Run a bot between *slack* and *cloud* until *stack* closes."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    kept = {n: v for n, v in os.environ.items() if not n.startswith(PREFIXES)}
    os.environ.clear()
    os.environ.update(kept, **slack.environment(), **cloud.environment)
    os.environ["BOT_DATABASE_URL"] = f"sqlite:///{Path(folder) / 'patchbay.db'}"
    os.environ.update(BOT_ALLOW_ALL="true", BOT_PORT=str(free_port()))
    bot = await build(load(), Ports(), COMMANDS, stack)
    delivering = asyncio.create_task(bot.delivery.run())
    stack.callback(delivering.cancel)
    stack.push_async_callback(bot.server.close)
    stack.push_async_callback(bot.sockets.close)
    await begin(bot)
    await greet(bot)


async def trial():
    """Let them type; return what became of it, once all were told."""
    async with AsyncExitStack() as stack:
        cloud = LoopbackCloud()
        await cloud.start()
        stack.push_async_callback(cloud.close)
        slack = await stack.enter_async_context(LoopbackSlack())
        await live(stack, slack, cloud)
        crowd = Crowd(slack)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*map(crowd.type, range(PEOPLE)))
            await slack.space.feed.until(lambda: len(crowd.told) == PEOPLE)
        return crowd


def main():
    """Print the figures; return 0 if all were told in time."""
    crowd = asyncio.run(trial())
    acked, told = crowd.waits(crowd.acked), crowd.waits(crowd.told)
    half = PEOPLE // 2 - 1
    for what, seconds in (("acked, with its handle", acked), ("card", told)):
        figures = f"half {seconds[half]:.2f} s, last {seconds[-1]:.2f} s"
        sys.stdout.write(f"{what}: {figures}\n")
    for one in crowd.slack.space.messages.values():
        cards = one.text.splitlines()
        sys.stdout.write(f"{len(cards)} in one message: {cards[0]} …\n")
    return 0 if told[-1] <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
