"""Accepts starts in a journal, and prints the seconds that each took, as JSON.

`python -m tests.bench.accepts URL SECONDS RATE MANY` is one bot of several: it says
that it is ready, and begins with the next line that it reads. *RATE* starts a second
are offered, or with 0 as many as *MANY* at a time can be accepted.
"""

import asyncio
import json
import logging
import os
import sys
from datetime import UTC, datetime
from functools import partial
from itertools import count
from time import perf_counter

import structlog

from bot.journal.model import CARD_NOTICE
from tests.bot.journal.conftest import APP, new_intent
from tests.bot.journal.test_audit import entry
from tests.fakes.journal import opened

REQUEST = b"x" * 2000  # bytes, as many as a start with a mixed layout has


class Accepts:
    """Starts of one workspace, in the journal at *url*; *name* tells it from others."""

    def __init__(self, url, name):
        self._url, self._name, self._numbers = url, name, count()
        self.took = []

    async def __aenter__(self):
        now = partial(datetime.now, UTC)
        self._journal = await opened(self._url, now)
        return self

    async def __aexit__(self, *_error):
        self._journal.close()

    async def one(self, due=None):
        """Accept one, which was asked for when it was *due*; note how long it took."""
        number = f"{self._name}-{next(self._numbers)}"
        new = new_intent(
            datetime.now(UTC),
            number,
            room=f"room {number}",
            sdk_app_id=APP,
            duplicates=f"like {number}",
            targets=(f"{number:0>64}",),
            callbacks=True,
            request=REQUEST,
        )
        began = due or perf_counter()
        await self._journal.accept(
            new,
            notices=(CARD_NOTICE,),
            audit=entry(0),
            admit=lambda usage: usage.alike,
        )
        self.took.append(perf_counter() - began)

    async def one_by_one(self, calls):
        """Return the mean seconds of so many *calls*, one at a time."""
        self.took.clear()
        for _each in range(calls):
            await self.one()
        return sum(self.took) / calls

    async def many(self, seconds, at_once):
        """Accept as many as go in so many *seconds*, so many *at_once*."""
        until = perf_counter() + seconds

        async def work():
            while perf_counter() < until:
                await self.one()

        await asyncio.gather(*(work() for _each in range(at_once)))

    async def offered(self, seconds, rate):
        """Let *rate* a second come for so many *seconds*, done or not."""
        began, tasks = perf_counter(), []
        for number in range(round(seconds * rate)):
            due = began + number / rate
            await asyncio.sleep(max(due - perf_counter(), 0))
            tasks.append(asyncio.create_task(self.one(due)))
        await asyncio.gather(*tasks)


async def main(url, seconds, rate, at_once):
    """Accept, and print what each took."""
    async with Accepts(url, os.getpid()) as accepts:
        await accepts.many(0.3, at_once)  # statements are prepared, connections made
        accepts.took.clear()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        if rate:
            await accepts.offered(seconds, rate)
        else:
            await accepts.many(seconds, at_once)
    sys.stdout.write(json.dumps(accepts.took))


if __name__ == "__main__":
    QUIET = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=QUIET)
    URL, SECONDS, RATE, MANY = sys.argv[1:]
    asyncio.run(main(URL, float(SECONDS), float(RATE), int(MANY)))
