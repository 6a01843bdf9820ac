"""Every fault alone, and random pairs of them.

In the suite those that take less than a second, and a few pairs. `make faults` tries
all (FAULTS=all), and PAIRS pairs (200) drawn by SEED.
"""

import logging
import os
import random
from dataclasses import replace
from itertools import groupby, islice

import pytest
import structlog

from tests.trials import (
    faults_callbacks,
    faults_disk,
    faults_life,
    faults_process,
    faults_slack,
)
from tests.trials.faults_bench import LOOK, START, Failed, claim, on_bench
from tests.trials.faults_cloud import Wire, try_wire
from tests.trials.faults_kinds import TRIALS, TROUBLES
from tests.trials.faults_wire import error, http

FILES = (faults_callbacks, faults_life, faults_process, faults_slack)  # fill the lists
ALL = os.environ.get("FAULTS") == "all"
SEED = int(os.environ.get("SEED") or 20261121)
PAIRS = int(os.environ.get("PAIRS") or (200 if ALL else 5))
HASTE = 0.2  # of deadlines, where they are not what is tried
GUEST = "F38"
WIRE, ENOUGH = "F23", 2  # up to that row, two ways to break the wire will do


def named(trial):
    return f"{trial.id} {trial.what}"


def chosen():
    """Return the trials, in the suite without what takes long and more of the same."""
    trials = sorted(TRIALS, key=lambda trial: trial.id)
    quick = [trial for trial in trials if not trial.slow]
    few = [
        trial
        for row, group in groupby(quick, key=lambda trial: trial.id)
        for trial in islice(group, ENOUGH if row <= WIRE else None)
    ]
    return trials if ALL else few


@pytest.fixture(autouse=True)
def _quiet():
    def drop(_logger, _method, _event):
        raise structlog.DropEvent

    logging.disable(logging.CRITICAL)
    structlog.configure(processors=[drop])
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def mounts(tmp_path_factory):
    return faults_disk.can_mount(tmp_path_factory.mktemp("disk"))


@pytest.mark.parametrize("trial", chosen(), ids=named)
async def test_what_was_promised_holds_with(trial, mounts, tmp_path):
    if trial.later:
        pytest.skip(trial.later)
    if trial.mounts and not mounts:
        pytest.skip("needs a system where file systems may be mounted (root)")

    await trial.run(tmp_path, 1.0 if ALL else HASTE)


SLACK = {"F25", "F26", "F28"}  # what does not touch the start itself


def drawn(seed, count):
    """Draw *count* pairs; the same *seed* draws the same ones."""
    dice = random.Random(seed)  # noqa: S311 - it has to be repeatable
    for _ in range(count):
        first, second = dice.sample(TROUBLES, 2)
        yield first, second


@on_bench
async def try_pair(first, second, bench):
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


def _check(ended, direct, allowed):
    if ended.intent is not None and direct:  # they told that it was asked already
        ended = replace(ended, direct="")
    ended.check()
    claim(ended.word in allowed, ended.handle, "is", ended.word, "not of", allowed)


def words(first, second):
    """Return what may become of a start under both."""
    by_then = {"refused"} if GUEST in {first.id, second.id} else set()  # it is known
    return by_then | _words(first, second)


def _words(first, second):
    roads = [trouble for trouble in (first, second) if trouble.road]
    if len(roads) > 1:
        return set(second.words if first.again else first.words)
    rest = [trouble for trouble in (first, second) if not trouble.road]
    if any(trouble.id not in SLACK for trouble in rest):
        return {"N", "U", "S"}
    return set(roads[0].words) if roads else {"S"}


@pytest.mark.parametrize(
    "pair", list(drawn(SEED, PAIRS)), ids=lambda pair: " + ".join(map(named, pair))
)
async def test_what_was_promised_holds_with_both(pair, tmp_path):
    await try_pair(*pair, tmp_path, HASTE)


async def done_twice(far, reader, writer):
    raw = await far.heard(reader)
    await far.done(raw)
    writer.write(http(await far.done(raw)))


async def done_and_refused(far, reader, writer):
    await far.done(await far.heard(reader))
    writer.write(error("InvalidParameter"))


@pytest.mark.parametrize(
    ("act", "reason"), [(done_twice, "2 times"), (done_and_refused, "and runs")]
)
async def test_what_breaks_a_promise_is_found_out(act, reason, tmp_path):
    wire = Wire(id="F00", what="", sort="D", act=act)

    with pytest.raises(Failed, match=reason):
        await try_wire(wire, tmp_path, HASTE)


def test_every_row_of_the_list_is_tried_or_says_what_it_waits_for():
    tried = {trial.id for trial in TRIALS}

    assert tried == {f"F{number:02}" for number in range(1, 41)}
