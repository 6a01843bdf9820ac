"""The bot by a clock that is wrong: SKEW seconds ahead. Run by its path.

Which tree it runs is in PYTHONPATH; nothing of that is changed.
"""

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from bot.app import Ports, build
from bot.lifecycle import run
from bot.runtime.logs import set_up
from bot.runtime.redact import Redactor
from bot.settings import load
from commands import COMMANDS


async def main(skew):
    """Run until it is told to stop; return the exit code."""
    set_up(Redactor(()))  # what it is given here is no secret
    settings = load()
    ports = Ports(now=lambda: datetime.now(UTC) + timedelta(seconds=skew))
    async with AsyncExitStack() as stack:
        return await run(await build(settings, ports, COMMANDS, stack))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(os.environ["SKEW"]))))
