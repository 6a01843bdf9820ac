"""Tries every fault of the list alone, then random pairs of them.

    .venv/bin/python -m tests.trials.faults

SEED and PAIRS come from the environment (a random seed, 200). One line tells of each
fault what a start and a look-up came to. The exit code is 1 if anything failed.
"""

import asyncio
import logging
import os
import random
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tests.trials import (
    faults_callbacks,
    faults_cloud,
    faults_disk,
    faults_life,
    faults_process,
    faults_slack,
    faults_sockets,
    faults_tls,
)
from tests.trials.faults_bench import Failed
from tests.trials.faults_kinds import CHILD, QUICK, SLOW, Told, Trial
from tests.trials.faults_pairs import HASTE, drawn, try_pair

FILES = (
    faults_cloud,
    faults_tls,
    faults_slack,
    faults_sockets,
    faults_disk,
    faults_callbacks,
    faults_life,
    faults_process,
)
PROCESSES = 2
AT_ONCE = {QUICK: 2, SLOW: 8, CHILD: 3}
PAIRS_AT_ONCE = 6
PAIRS = 200
LONGEST = 180.0  # seconds that one trial may take


def all_trials() -> list[Trial]:
    """Return every trial, in the order of the list."""
    found = [trial for file in FILES for trial in file.trials()]
    return sorted(found, key=lambda trial: trial.id)


async def run(trial, haste=1.0, *, mounts=True):
    """Run *trial* in a folder of its own; return whether it is well, and a line."""
    reason = trial.later or ("" if mounts or not trial.mounts else faults_disk.NO_ROOT)
    if reason:
        return True, f"later: {reason}" if trial.later else f"skipped: {reason}"
    begun = time.monotonic()
    with TemporaryDirectory() as folder:
        try:
            async with asyncio.timeout(LONGEST):
                told = await trial.run(Path(folder), haste)
        except Exception as error:  # noqa: BLE001 - whatever broke, it is told
            return False, f"FAILED: {_why(error)}"
    took = f"{time.monotonic() - begun:.1f} s"
    figures = ", ".join(filter(None, (told.figures, took)))
    return True, f"start → {told.start} | read → {told.read} | ok ({figures})"


def _why(error):
    if isinstance(error, Failed):
        return " ".join(str(error).split())
    return "".join(traceback.format_exception_only(error)).strip()


# ── alone ───────────────────────────────────────────────────────────────────────


async def run_some(trials):
    """Run *trials* at once, those that must be alone before; return how they ended."""
    with TemporaryDirectory() as folder:
        mounts = faults_disk.can_mount(Path(folder))
    throttles = {name: asyncio.Semaphore(most) for name, most in AT_ONCE.items()}

    async def in_lane(trial):
        async with throttles[trial.throttle]:
            return await run(trial, mounts=mounts)

    first = {one: await run(one, mounts=mounts) for one in trials if one.alone}
    rest = [one for one in trials if not one.alone]
    ends = await asyncio.gather(*map(in_lane, rest))
    return [(first | dict(zip(rest, ends, strict=True)))[one] for one in trials]


def shard(part):
    """Run the quick trials, or (*part* 0) all others, in a process of their own."""
    hush()
    return asyncio.run(run_some([one for one in all_trials() if _part(one) == part]))


def _part(trial):
    return int(trial.throttle == QUICK or trial.alone)


def run_all(pool):
    """Run every trial, print a line for each, and return how many failed."""
    parts = {part: pool.submit(shard, part) for part in (0, 1)}
    ends = {part: iter(job.result()) for part, job in parts.items()}
    failed = 0
    for trial in all_trials():
        well, told = next(ends[_part(trial)])
        failed += not well
        say(f"{trial.id}  {trial.what:<42}  {told}")
    return failed


# ── in pairs ────────────────────────────────────────────────────────────────────


async def run_pairs(pairs):
    """Run *pairs*, some at once; return how they ended."""
    throttle = asyncio.Semaphore(PAIRS_AT_ONCE)

    async def one(first, second):
        async def both(path, haste):
            return Told(await try_pair(first, second, path, haste))

        async with throttle:
            return await run(Trial(id="pair", what="", run=both), HASTE)

    return await asyncio.gather(*(one(*pair) for pair in pairs))


def pair_shard(seed, count, part):
    """Run every pair whose number leaves *part*, in a process of their own."""
    hush()
    pairs = list(drawn(seed, count))[part::PROCESSES]
    return asyncio.run(run_pairs(pairs))


def run_all_pairs(pool, seed, count):
    """Run *count* pairs, print those that failed, and return how many did."""
    jobs = [pool.submit(pair_shard, seed, count, n) for n in range(PROCESSES)]
    ends = [iter(job.result()) for job in jobs]
    failed = 0
    for number, (first, second) in enumerate(drawn(seed, count)):
        well, told = next(ends[number % PROCESSES])
        failed += not well
        if not well:
            names = f"{first.id} {first.what} + {second.id} {second.what}"
            say(f"pair {number}: {names}: {told}")
    say(f"pairs: SEED={seed}, {count - failed} of {count} ok")
    return failed


def say(line):
    """Print *line* at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def hush():
    """Let no log of the bot come between the lines, nor take time."""
    logging.disable(logging.CRITICAL)
    quieten()


def quieten():
    """Throw away what the bot logs before it is written out."""
    structlog.configure(processors=[_dropped])


def _dropped(_logger, _method, _event):
    raise structlog.DropEvent


def main():
    """Run everything; return the exit code."""
    seed = int(os.environ.get("SEED") or random.randrange(1 << 32))  # noqa: S311
    count = int(os.environ.get("PAIRS") or PAIRS)
    with ProcessPoolExecutor(PROCESSES) as pool:
        begun = time.monotonic()
        failed = run_all(pool)
        say(f"alone: {failed} failed, in {time.monotonic() - begun:.0f} s")
        begun = time.monotonic()
        failed += run_all_pairs(pool, seed, count)
        say(f"in {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
