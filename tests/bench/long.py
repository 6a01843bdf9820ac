"""Many relays open at once, and many starts in one run: does either cost more later?"""

import shutil
import sqlite3
import tempfile
from contextlib import AsyncExitStack, closing
from pathlib import Path
from time import perf_counter

from tests.bench.load import Load, Slack, in_turns, window
from tests.bench.past import NAME, past
from tests.bench.process import subject
from tests.bench.table import Goal, Section, ratio
from tests.bench.world import world

OPEN = "UPDATE intents SET state = 'started' WHERE key LIKE 'past-%'"
FLAT = 1.2  # times as much, and it is no longer flat: two runs differ by a tenth


async def long(scale):
    """Measure what starts cost beside many open ones, and after many; a section."""
    section = Section("Long runs")
    async with world() as one:
        await _beside_open(section, one, scale)
        await _after_many(section, one, scale)
    return section


async def _beside_open(section, world, scale):
    """Add what a start costs where so many relays run already."""
    few, many = scale.open
    async with AsyncExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        loads = [
            await _load(stack, world, await _opened(world, one, Path(place) / str(one)))
            for one in (few, many)
        ]
        runs = await in_turns(loads, scale)
        memory = loads[1].subject.rss() / loads[0].subject.rss()
    beside_few, beside_many = ([one.cpu_each for one in figures] for figures in runs)
    of = f"{many:,} open relays against {few:,}"
    section.add(Goal(f"CPU of a start, {of}", FLAT), ratio(beside_many, beside_few))
    section.add(Goal(f"memory, {of}", FLAT), memory)


async def _opened(world, many, home):
    """Return a copy of a journal in which *many* relays run."""
    shutil.copytree(await past(world, many), home)
    with closing(sqlite3.connect(home / NAME)) as connection, connection:
        connection.execute(OPEN)
    return home


async def _load(stack, world, home):
    running = subject("tests.bench.ours", world, home=home)
    process = await stack.enter_async_context(running)
    return Load(Slack(world, process.port, kept=True), process)


async def _after_many(section, world, scale):
    """Add what a start costs after so many in one run, or as many as there is time."""
    async with subject("tests.bench.ours", world) as process:
        load = Load(Slack(world, process.port), process)
        first, memory = await window(load, scale), process.rss()
        most, seconds = scale.run
        end = perf_counter() + seconds
        while len(load.done) < most and perf_counter() < end:
            await load.in_flight(scale.many, warm=0, seconds=scale.seconds)
        last, after = await window(load, scale), process.rss()
        world.vouch(load.done)
    of = f"after {len(load.done):,} in one run"
    seen = f"{1e3 * last.cpu_each:.2f} ms to {1e3 * first.cpu_each:.2f} ms"
    costs = last.cpu_each / first.cpu_each
    section.add(Goal(f"CPU of a start, {of}", FLAT), costs, seen)
    seen = f"{after / 1e6:.0f} MB to {memory / 1e6:.0f} MB"
    section.add(Goal(f"memory, {of}", FLAT), after / memory, seen)
