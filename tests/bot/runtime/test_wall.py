"""A wall clock that is set is noticed, and another's is read from a `Date`."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.runtime.wall import WallClock, moment_of
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


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_a_date_is_utc(zone):
    moment = moment_of(f"Thu, 09 Oct 2025 08:53:19 {zone}")

    assert moment == datetime(2025, 10, 9, 8, 53, 19, tzinfo=UTC)


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} [0-9 :+-]+"))
def test_whatever_a_date_is_it_is_read_or_is_none(date):
    moment = moment_of(date)

    assert moment is None or moment.tzinfo
