"""Every section of `make bench` can be run, at a scale that measures nothing."""

import math

from tests.bench.scale import TINY
from tests.bench.whole import BOT, LEAN, B, Case, start


async def test_every_peer_makes_signed_calls_that_arrive():
    one = Case("4 in flight", 4, cpu=1, rate=1, lean=1)

    section = await start(TINY, [one], (B, LEAN, BOT))

    goals = [result.goal.figure for result in section.results]
    assert goals == [
        "CPU of a start, 4 in flight, against B",
        "starts a second, 4 in flight, against B",
        "starts a second, 4 in flight, against lean + row",
    ]
    assert all(0 < result.measured < math.inf for result in section.results)
    assert {name: len(runs) for name, runs in one.runs.items()} == dict.fromkeys(
        (B, LEAN, BOT), TINY.rounds
    )
