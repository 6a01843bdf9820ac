"""A delivery between a journal and a Slack in memory."""

import asyncio

from bot.operations.delivery import Delivery
from bot.operations.readers import Readers
from bot.resources.registry import RESOURCES


def delivery(journal, slack, clock, **more):
    """Return a delivery whose clocks are *clock*, with the operators in COPS."""
    return Delivery(
        journal.outbox,
        slack,
        RESOURCES,
        now=clock,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        readers=Readers(ops_channel="COPS"),
        **more,
    )


async def until(condition):
    """Return once *condition* holds."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - it is the journal's
            await asyncio.sleep(0)
