"""The bot under a little load, and too much: nothing lost, twice or too fast."""

import itertools
from contextlib import AsyncExitStack

import pytest

from tests.trials.load import Scale, busiest, trial
from tests.trials.load_rig import make_rig

# Another process on the same core may hold up either side for a moment, so that what
# left in pace arrives in a heap: here only the rate of the whole burst is asserted.
SMALL = Scale(
    rate=40,
    seconds=2,
    burst=40,
    burst_seconds=1,
    crowd_seconds=0.5,
    overload_seconds=0.5,
    after_seconds=0,
    every_second=False,
)


@pytest.mark.short
async def test_a_small_load_is_held(tmp_path):
    async with AsyncExitStack() as stack:
        rig = await make_rig(stack, tmp_path, seed=1)
        table = await trial(rig, SMALL)

    assert table.missed == []


@pytest.mark.parametrize(
    ("times", "most"),
    [
        ([], 0),
        ([1.0], 1),
        ([one / 16 for one in range(100)], 16),
        ([*(0.99 + one / 1000 for one in range(9)), 1.9, 2.0], 10),
        (itertools.chain(range(5), [3.5, 3.6]), 3),
    ],
)
def test_the_fullest_second_is_counted_wherever_it_begins(times, most):
    assert busiest(times) == most
