"""A wall clock that is set is noticed, and time that passes is not."""

from datetime import timedelta

from bot.runtime.wall import WallClock
from tests.fakes.clock import FakeClock

HOUR = timedelta(hours=1)


def watched():
    """Return a clock, and what watches it from now on."""
    clock = FakeClock()
    wall = WallClock(clock, clock.monotonic)
    assert wall.set_by() == timedelta()  # as far as is known
    wall.noted()
    return clock, wall


def test_time_that_passes_sets_no_clock():
    clock, wall = watched()

    clock.push(days=3)

    assert wall.set_by() is None


def test_a_clock_that_is_set_is_told_until_that_is_noted():
    clock, wall = watched()

    clock.ahead -= HOUR
    assert (wall.set_by(), wall.set_by()) == (-HOUR, -HOUR)
    wall.noted()

    assert wall.set_by() is None


def test_less_than_a_second_is_not_told():
    clock, wall = watched()

    clock.ahead += timedelta(seconds=1)

    assert wall.set_by() is None
