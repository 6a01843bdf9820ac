"""Two faults at once: what has to hold holds whichever they are.

Of two roads, the first try of everything meets the first, all others the second. A
second life with good roads follows, which takes up what the first left behind.
"""

import random
from collections.abc import Iterator

from tests.trials import faults_cloud, faults_disk, faults_life, faults_slack
from tests.trials.faults_bench import LOOK, START, claim, on_bench
from tests.trials.faults_kinds import Trouble

HASTE = 0.2
SLACK = {"F25", "F26", "F28"}  # what does not touch the start itself


def all_troubles() -> list[Trouble]:
    """Return everything that can meet something else."""
    files = (faults_cloud, faults_slack, faults_disk, faults_life)
    return [trouble for file in files for trouble in file.troubles()]


def drawn(seed: int, count: int) -> Iterator[tuple[Trouble, Trouble]]:
    """Draw *count* pairs; the same *seed* draws the same ones."""
    dice = random.Random(seed)  # noqa: S311 - it has to be repeatable
    troubles = all_troubles()
    for _ in range(count):
        first, second = dice.sample(troubles, 2)
        yield first, second


@on_bench
async def try_pair(bench, first, second):
    """Start and look up while both are in force; return the words."""
    await first.arm(bench)
    await second.arm(bench)
    start = await bench.typed(START.format(room=1), times=bench.times, settle=False)
    look = await bench.typed(LOOK, times=bench.times)
    await bench.recovered()
    await bench.deliver()
    ended = await bench.ended("R1", direct="".join(start[:1]))
    _check(ended, start, words(first, second))
    read = await bench.ended("G1", direct="".join(look[:1]))
    _check(read, look, {"N", "S", "refused"})
    return ended.word


def _check(ended, direct, allowed):
    if ended.intent is not None and direct:  # they told that it was asked already
        ended = type(ended)(
            ended.handle, ended.intent, ended.ran, ended.told, "", ended.tries
        )
    ended.check()
    claim(ended.word in allowed, ended.handle, "is", ended.word, "not of", allowed)


def words(first: Trouble, second: Trouble) -> set[str]:
    """Return the words that a start may come to when it meets both."""
    roads = [one for one in (first, second) if one.road]
    if len(roads) > 1:
        return set(second.words if first.again else first.words)
    rest = [one for one in (first, second) if not one.road]
    if any(one.id not in SLACK for one in rest):
        return {"N", "U", "S"}
    return set(roads[0].words) if roads else {"S"}
