"""Events of rooms beside commands, a few of them: none is turned away or lost."""

from contextlib import AsyncExitStack

import pytest

from tests.trials.events import Scale, trial
from tests.trials.load_rig import make_rig


@pytest.mark.short
async def test_events_of_rooms_turn_away_nothing_else(tmp_path):
    async with AsyncExitStack() as stack:
        rig = await make_rig(stack, tmp_path, seed=1, called_back=True)
        table = await trial(rig, rig.lines.url, Scale(rate=100, seconds=3))

    assert table.missed == []
