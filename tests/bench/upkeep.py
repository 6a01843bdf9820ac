"""What nobody asked for: pruning, and taking up what a crash left; and the disk.

While either is done, something small is committed again and again: what that waits at
most is how long nobody else could commit.
"""

import asyncio
import gc
import shutil
import sqlite3
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from bot.sandbox.cloud import LoopbackCloud
from tests.bench.load import Load, Slack
from tests.bench.past import NAME, past
from tests.bench.process import subject
from tests.bench.table import Goal, Section
from tests.bench.world import world
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened
from tests.trials.stage import recovered
from tests.world import live_again

OLD, WEEK = timedelta(days=200), timedelta(days=8)
HOLD = 50  # ms
SHOWN = 6
# https://www.sqlite.org/dbstat.html, where SQLite was built with it
PAYLOAD = """
SELECT name, sum(payload) AS used FROM dbstat
WHERE name != 'sqlite_schema' GROUP BY name ORDER BY used DESC
"""
PROBE = "bench"  # the name under which the probe keeps something
LEFT = """
UPDATE intents SET state = 'sending', owner = 'crashed', settled_at = NULL,
sent_at = created_at, send_by = created_at + 20000 WHERE key LIKE 'past-%'
"""


async def upkeep(scale):
    """Measure pruning, recovery, and bytes a start; return the section."""
    section = Section("Upkeep")
    async with world() as one:
        folder = await past(one, scale.upkeep)
        for name, measure in (("prune", _pruned), ("recovery", _taken_up)):
            with tempfile.TemporaryDirectory(prefix="bench-") as place:
                copy = Path(shutil.copytree(folder, Path(place) / "journal"))
                waits, took = await measure(copy)
            goal = Goal(f"{name}: longest hold of the writer", HOLD, " ms")
            seen = f"{scale.upkeep:,} things in {took:.1f} s"
            section.add(goal, 1e3 * max(waits), seen)
        await _disk(section, one, scale)
    return section


async def _pruned(folder):
    """Prune a journal of things that are over, half a year later."""
    journal = await opened(f"sqlite:///{folder}/{NAME}", FakeClock(datetime.now(UTC)))
    try:
        work = journal.maintenance.prune(datetime.now(UTC) + OLD)
        return await _probed(journal, work)
    finally:
        journal.close()


async def _taken_up(folder):
    """Take up starts that were being sent, all of which are unknown now."""
    with sqlite3.connect(folder / NAME) as connection:
        connection.execute(LEFT)
    connection.close()
    async with AsyncExitStack() as stack:
        cloud = LoopbackCloud()
        await cloud.start()
        stack.push_async_callback(cloud.close)
        life = await live_again(stack, folder / NAME, cloud)
        return await _probed(life.journal, recovered(life))


async def _probed(journal, work):
    """Do *work*; return what each commit beside it waited, and how long it took.

    No cycles are looked for in what other sections have left here: no bot has that.
    """
    gc.collect()
    gc.freeze()
    try:
        began = perf_counter()
        task = asyncio.ensure_future(work)
        waits = []
        while not task.done():
            asked = perf_counter()
            await journal.known.keep(PROBE, str(asked))
            waits.append(perf_counter() - asked)
        await task
        return waits, perf_counter() - began
    finally:
        gc.unfreeze()


async def _disk(section, world, scale):
    """Add how much of the file a start takes when its letters are gone."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        home = Path(name)
        async with subject("tests.bench.ours", world, home=home) as process:
            before = _used(home / NAME)
            load = Load(Slack(world, process.port), process)
            await asyncio.gather(*(load.some(scale.starts) for _ in range(8)))
            await process.end()
        fresh = _used(home / NAME)
        clock = FakeClock(datetime.now(UTC) + WEEK)
        journal = await opened(f"sqlite:///{home}/{NAME}", clock)
        await journal.maintenance.prune(clock())
        journal.close()
        after, starts = _used(home / NAME), len(load.done)
        section.lines.append(_shares(home / NAME, starts))
    seen = f"{(fresh - before) / starts / 1000:.1f} KB before, of {starts} starts"
    goal = Goal("disk of a start, a week later", 3, " KB")
    section.add(goal, (after - before) / starts / 1000, seen)


def _shares(file, starts):
    """Return the sentence that tells of what in *file* a start takes most."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        rows = connection.execute(PAYLOAD).fetchall()
    except sqlite3.OperationalError as error:
        return f"What takes most is not known: {error}."
    finally:
        connection.close()
    most = ", ".join(f"`{name}` {used / starts:.0f}" for name, used in rows[:SHOWN])
    others = sum(used for _name, used in rows[SHOWN:]) / starts
    return (
        f"Bytes of a start within the pages, of what takes most: {most}; {others:.0f} "
        f"in {len(rows) - SHOWN} other tables and indexes."
    )


def _used(file):
    """Return the bytes of the database *file* that are in use."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    size, pages, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_size", "page_count", "freelist_count")
    )
    connection.close()
    return size * (pages - free)
