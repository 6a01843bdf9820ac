"""Two commits beside each other: `make bench-quick BASE=<commit>`, in two minutes.

The working tree and BASE, each from its own files with the same libraries, do the same
in turns. What got slower by more than a tenth and a half makes the exit code 1.
"""

import argparse
import asyncio
import json
import math
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bot import catalogues
from tests.bench.load import Load, Slack, at
from tests.bench.process import ROOT, pin, printed, subject
from tests.bench.scale import QUICK
from tests.bench.table import grid, ratio
from tests.bench.world import world
from tests.tools import speed

WORSE = 1.15  # times BASE, and it is a regression
IN_FLIGHT = 16
OURS, PARTS = "tests.bench.ours", "tests.bench.quick_parts"
CPU, ACK, START_UP = "CPU of a start, 16 in flight", "ack p50 of a start", "start-up"


@contextmanager
def checked_out(commit):
    """Check *commit* out beside the working tree, ready to run; yield where."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        tree = Path(name) / "base"
        _git("worktree", "add", "--detach", "--quiet", str(tree), commit)
        try:
            catalogues.build(tree)
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*words):
    command = ["git", "-C", str(ROOT), *words]
    subprocess.run(command, check=True)  # noqa: S603 - our own repository


async def compared(trees, scale):
    """Return the figures of each tree, one of every round, by name."""
    found = [{} for _tree in trees]
    async with world() as one:
        for turn in range(scale.rounds):
            pairs = list(zip(trees, found, strict=True))
            for tree, figures in pairs[::-1] if turn % 2 else pairs:
                if not turn and scale.rounds > 1:  # byte-code is made
                    async with subject(OURS, one, tree=tree):
                        pass
                for name, figure in (await _one(one, tree, scale)).items():
                    figures.setdefault(name, []).append(figure)
    return found


async def _one(world, tree, scale):
    """Return the figures of one round of *tree*."""
    async with subject(OURS, world, tree=tree) as process:
        load = Load(Slack(world, process.port), process)
        how = {"warm": scale.warm, "seconds": scale.seconds}
        many = await load.in_flight(min(IN_FLIGHT, scale.many), **how)
        alone = await load.in_flight(1, **how)
        world.vouch(load.done)
    parts = await printed(PARTS, world, str(scale.turns), str(scale.calls), tree=tree)
    ack = at(0.5, alone.acks)
    whole = {CPU: many.cpu_each, ACK: ack, START_UP: process.took}
    return {**whole, **json.loads(parts)}


def told(base, new):
    """Return the table of both, and the figures that got worse.

    So is what one of them has not, and what could not be measured.
    """
    ratios = {
        name: ratio(new[name], base[name]) if name in new and name in base else math.nan
        for name in {**new, **base}
    }
    worse = [name for name, one in ratios.items() if not one <= WORSE]
    rows = [
        [
            name,
            f"{median(base.get(name, [math.nan])):.3g}",
            f"{median(new.get(name, [math.nan])):.3g}",
            f"{one:.2f}×",
            "worse" if name in worse else "",
        ]
        for name, one in ratios.items()
    ]
    return grid(["", "BASE", "now", "now / BASE", ""], rows), worse


def main(scale=QUICK):
    """Compare with the commit that is named; without one, with the yardsticks."""
    parser = argparse.ArgumentParser(prog="make bench-quick", description=__doc__)
    parser.add_argument("base", nargs="?", default="")
    base = parser.parse_args().base
    if not base:
        return speed.main()
    pin()
    with checked_out(base) as tree:
        table, worse = told(*asyncio.run(compared((tree, ROOT), scale)))
    sys.stdout.write(f"{table}\n")
    return len(worse)


if __name__ == "__main__":
    sys.exit(bool(main()))
