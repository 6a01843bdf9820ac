"""What several bots on one PostgreSQL do, beside one on SQLite, and the goals of it.

`python -m tests.bench.replicas [--write]` starts a PostgreSQL of its own. Both
databases are on the same disk, and wait for it at each commit; everything shares the
machine.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
from asyncio.subprocess import PIPE
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles

import structlog

from tests.bench.accepts import Accepts
from tests.bench.process import ROOT
from tests.bench.table import Goal, Section, markdown, ratio
from tests.servers.postgres import server, why_not
from tests.servers.proxy import proxied
from tests.trials.chaos.rows import Trial, sockets

PAGE = ROOT / "docs/scale.md"
BEGIN = "<!-- measured by python -m tests.bench.replicas -->\n"
END = "<!-- measured until here -->\n"
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
BOTS = 3
MANY = 8  # at once in each bot: as many as it has connections for short work
FAR = 0.001  # seconds that each direction takes to a database elsewhere
OFFERED = 100  # starts a second, to all bots together
MS = 1000

BESIDE = Goal("an accept on PostgreSQL ÷ on SQLite, one at a time", 1.5)
RATE = Goal("accepts a second, three bots, one workspace", 250, "", at_least=True)
SLOW = Goal(f"99 of 100 accepts at {OFFERED} a second offered", 60, " ms")
FAR_RATE = Goal("accepts a second, at 2 ms a round trip", 80, "", at_least=True)
FAR_SLOW = Goal(f"99 of 100 at {OFFERED} a second offered, at 2 ms", 250, " ms")
TAKEOVER = Goal("Slack's traffic of a killed bot is answered by another", 3.0, " s")


@dataclass(frozen=True)
class Size:
    """How much is measured: times in seconds; *minutes* of bots that are killed."""

    rounds: int = 9
    calls: int = 150
    seconds: float = 5.0
    minutes: float = 0.5


@contextmanager
def databases():
    """Give what makes the URL of an empty database on the server, and a file's URL."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as folder,
        server(at=None, **DURABLE) as one,
    ):
        yield one, f"sqlite:///{folder}/p.db"


async def beside(section, one, file, size):
    """Accept here and there, in turns."""
    here, there = [], []
    async with Accepts(file, "a") as sqlite, Accepts(one.database(), "a") as postgres:
        for turn in range(size.rounds + 1):
            seconds = [await each.one_by_one(size.calls) for each in (sqlite, postgres)]
            if turn:  # the first one prepares
                here.append(seconds[0])
                there.append(seconds[1])
    seen = f"{min(there) * MS:.1f} to {max(there) * MS:.1f} ms, "
    seen += f"{min(here) * MS:.1f} to {max(here) * MS:.1f} ms"
    section.add(BESIDE, ratio(there, here), seen)


async def by_several(url, seconds, rate=0.0):
    """Return the seconds that each accept took, of several bots at once."""
    words = (url, str(seconds), str(rate / BOTS), str(MANY))
    bots = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.accepts", *words),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=PIPE,
            stdout=PIPE,
        )
        for _each in range(BOTS)
    ]
    for bot in bots:
        if await bot.stdout.readline() != b"ready\n":
            raise RuntimeError("a bot does not begin")
    for bot in bots:
        bot.stdin.write(b"go\n")
    ends = await asyncio.gather(*(bot.communicate() for bot in bots))
    return [took for out, _none in ends for took in json.loads(out)]


async def together(section, url, size, rate, slow):
    """Let several bots accept as much as they can, and then what is offered."""
    took = await by_several(url, size.seconds)
    section.add(rate, len(took) / size.seconds, f"99 of 100 in {late(took)} ms")
    took = await by_several(url, size.seconds, OFFERED)
    half = quantiles(took, n=2)[0] * MS
    section.add(slow, float(late(took)), f"{len(took)}, half of them in {half:.1f} ms")


def late(took):
    """Return the milliseconds in which 99 of 100 were done."""
    return f"{quantiles(took, n=100)[-1] * MS:.1f}"


async def taken_over(section, one, size):
    """Kill bots that have a socket, again and again."""
    async for _what, verdict in sockets(Trial(one, minutes=size.minutes)):
        seen = f"{verdict['submitted']} starts, {sum(verdict['hurt'].values())} killed"
        section.add(TAKEOVER, verdict["takeover, s"], f"the longest; {seen}")


async def measured(size, parts):
    """Return what was measured, of those *parts*."""
    section = Section("Several on one PostgreSQL")
    with databases() as (one, file):
        if "beside" in parts:
            await beside(section, one, file, size)
        if "near" in parts:
            await together(section, one.database(), size, RATE, SLOW)
        if "far" in parts:
            with proxied(one.database(), FAR) as (_proxy, url):
                await together(section, url, size, FAR_RATE, FAR_SLOW)
        if "takeover" in parts:
            await taken_over(section, one, size)
    return section


PARTS = ("beside", "near", "far", "takeover")


def written(page, section):
    """Return *page* with what was measured now."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + markdown([section]) + "\n" + END + rest.split(END)[1]


def main():
    """Measure, print or write it; return 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    options = parser.parse_args()
    if reason := why_not():
        parser.error(reason)
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    section = asyncio.run(measured(Size(), options.parts or PARTS))
    sys.stdout.write(markdown([section]) + "\n")
    if options.write and not options.parts:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), section))
    return int(not all(one.kept for one in section.results))


if __name__ == "__main__":
    sys.exit(main())
