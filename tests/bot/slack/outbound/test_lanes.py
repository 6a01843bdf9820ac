"""Every destination has its own pace, by a clock that nobody sets."""

import pytest

from bot.slack.outbound.lanes import MOST_LANES, Lanes
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def lanes(clock):
    return Lanes(clock.monotonic)


def most_in(lanes, clock, lane, seconds):
    """Return how many go by *lane* in *seconds* if as many wait as can go."""
    count, until = 0, clock.monotonic() + seconds
    while clock.monotonic() < until:
        if lanes.wait(lane):
            clock.push(seconds=0.25)
        else:
            lanes.take(lane)
            count += 1
    return count


@pytest.mark.parametrize(
    ("lane", "seconds", "most"),
    [
        ("chat.postMessage C1", 10, 10),
        ("chat.update", 60, 49),
        ("chat.postEphemeral", 60, 99),
    ],
)
def test_a_lane_takes_what_slack_takes(lanes, clock, lane, seconds, most):
    assert most_in(lanes, clock, lane, seconds) == most


def test_a_lane_that_slack_closed_takes_nothing_until_it_said_and_holds_no_other(
    lanes, clock
):
    for lane in ("chat.postMessage C1", "chat.update"):
        lanes.close(lane, 30)
        lanes.close(lane, 7)  # asked for in vain

        assert lanes.wait(lane) == 30
    assert lanes.wait("chat.postMessage C2") == 0
    clock.push(seconds=30)
    assert lanes.wait("chat.update") == 0


def test_what_slack_refused_does_not_count(lanes):
    lanes.take("chat.postMessage C1")
    lanes.give_back("chat.postMessage C1")
    lanes.give_back("chat.update")

    assert lanes.wait("chat.postMessage C1") == 0


def test_the_wall_clock_changes_nothing(lanes, clock):
    lanes.take("chat.postMessage C1")

    clock.ahead = clock.ahead.resolution * 200_000_000

    assert lanes.wait("chat.postMessage C1") == 1


def test_what_is_not_paced_never_waits(lanes):
    for _time in range(100):
        lanes.take("")
    lanes.close("", 30)

    assert lanes.wait("") == 0


def test_lanes_that_are_empty_are_forgotten(lanes, clock):
    for number in range(MOST_LANES):
        lanes.take(f"chat.postMessage C{number}")
    clock.push(seconds=2)

    lanes.take("chat.postMessage C1")

    assert len(lanes._full_until) == 1
