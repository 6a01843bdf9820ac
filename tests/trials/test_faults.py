"""The faults that take less than a second, and a few pairs; see `faults` for all."""

from itertools import groupby, islice

import pytest

from tests.trials import faults, faults_disk
from tests.trials.faults_bench import Failed
from tests.trials.faults_cloud import Wire, try_wire
from tests.trials.faults_kinds import QUICK
from tests.trials.faults_pairs import HASTE, drawn, try_pair
from tests.trials.faults_wire import error, http

SEED, PAIRS = 20261121, 5
WIRE, ENOUGH = "F23", 2  # up to that row, two ways to break the wire will do


def named(trial):
    return f"{trial.id} {trial.what}"


def few():
    """Leave out what takes long, and more of the same."""
    quick = [
        one for one in faults.all_trials() if one.throttle == QUICK and not one.alone
    ]
    for row, trials in groupby(quick, key=lambda one: one.id):
        for trial in islice(trials, ENOUGH if row <= WIRE else None):
            yield pytest.param(trial, id=named(trial))


@pytest.fixture(autouse=True)
def _quiet():
    faults.quieten()


@pytest.fixture(scope="session")
def mounts(tmp_path_factory):
    return faults_disk.can_mount(tmp_path_factory.mktemp("disk"))


@pytest.mark.parametrize("trial", list(few()))
async def test_what_was_promised_holds_with(trial, mounts, tmp_path):
    if trial.later:
        pytest.skip(trial.later)
    if trial.mounts and not mounts:
        pytest.skip(faults_disk.NO_ROOT)

    assert await trial.run(tmp_path, HASTE)


@pytest.mark.parametrize(
    "pair", list(drawn(SEED, PAIRS)), ids=lambda pair: " + ".join(map(named, pair))
)
async def test_what_was_promised_holds_with_both(pair, tmp_path):
    assert await try_pair(*pair, tmp_path, HASTE)


async def done_twice(far, reader, writer):
    raw = await far.heard(reader)
    await far.done(raw)
    writer.write(http(await far.done(raw)))


async def done_and_refused(far, reader, writer):
    await far.done(await far.heard(reader))
    writer.write(error("InvalidParameter"))


@pytest.mark.parametrize(
    ("act", "told"), [(done_twice, "2 times"), (done_and_refused, "and runs")]
)
async def test_what_breaks_a_promise_is_found_out(act, told, tmp_path):
    wire = Wire(id="F00", what="", sort="D", act=act)

    with pytest.raises(Failed, match=told):
        await try_wire(wire, tmp_path, HASTE)


def test_every_row_of_the_list_is_tried_or_says_what_it_waits_for():
    tried = {trial.id for trial in faults.all_trials()}

    assert tried == {f"F{number:02}" for number in range(1, 41)}
