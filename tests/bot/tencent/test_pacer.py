"""The pacer: how many calls go in any second, and who is turned away."""

import bisect
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Busy
from bot.tencent.pacer import Pacer


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def waits(pacer, count):
    return [round(pacer.wait(math.inf), 6) for _ in range(count)]


def rate_of(pacer):
    """Return the calls a second that *pacer* now allows; takes two slots."""
    first, second = pacer.wait(math.inf), pacer.wait(math.inf)
    return round(1 / (second - first), 6)


def most_in_a_second(moments):
    """Return how many *moments* the fullest second has, wherever it begins."""
    moments = sorted(moments)
    ends = (bisect.bisect_left(moments, start + 1 - 1e-6) for start in moments)
    return max((end - at for at, end in enumerate(ends)), default=0)


def test_the_first_call_goes_at_once_and_the_others_one_interval_apart(clock):
    assert waits(Pacer(10, monotonic=clock), 4) == [0, 0.1, 0.2, 0.3]


def test_time_that_passes_is_not_saved_up(clock):
    pacer = Pacer(10, monotonic=clock)
    waits(pacer, 1)
    clock.now += 60

    assert waits(pacer, 3) == [0, 0.1, 0.2]


def test_who_would_wait_too_long_is_turned_away_and_takes_no_slot(clock):
    pacer = Pacer(10, monotonic=clock)
    waits(pacer, 5)

    with pytest.raises(Busy) as told:
        pacer.wait(0.3)

    assert told.value.wait == pytest.approx(0.5)
    assert str(told.value) == (
        "Too many calls are waiting: the next one could go in 1 s."
        " Nothing was sent; try again later."
    )
    assert waits(pacer, 1) == [0.5]


def test_a_complaint_halves_the_rate_for_ten_seconds_then_it_recovers(clock):
    pacer = Pacer(18, monotonic=clock)
    rates = {}

    pacer.slow_down()
    for passed in (0, 5, 10, 12, 19, 60):
        clock.now = 1000 + passed
        rates[passed] = rate_of(pacer)

    assert rates == {0: 9, 5: 9, 10: 9, 12: 11, 19: 18, 60: 18}


def test_the_time_between_two_calls_follows_the_rate(clock):
    pacer = Pacer(8, monotonic=clock)

    before = pacer.interval
    pacer.slow_down()

    assert (before, pacer.interval) == (0.125, 0.25)


def test_complaints_of_the_same_second_are_one_and_later_ones_add_up(clock):
    pacer = Pacer(16, monotonic=clock)
    rates = []

    for _complaint in range(13):
        pacer.slow_down()
        rates.append(rate_of(pacer))
        clock.now += 0.5

    assert rates == [16 / 2] * 2 + [4] * 2 + [2] * 2 + [1] * 7


def test_a_patient_pacer_is_halved_once_until_three_seconds_after_the_last(clock):
    pacer = Pacer(18, monotonic=clock, patient=True)
    rates = []

    for _complaint in range(40):
        pacer.slow_down()
        rates.append(rate_of(pacer))
        clock.now += 0.7

    assert rates == [9] * 40


def test_of_a_patient_pacer_every_complaint_is_the_last(clock):
    pacer = Pacer(18, monotonic=clock, patient=True)
    pacer.slow_down()
    clock.now += 0.9
    pacer.slow_down()
    clock.now += 3

    assert rate_of(pacer) == 9


def test_a_patient_pacer_recovers_by_three_a_second(clock):
    pacer = Pacer(18, monotonic=clock, patient=True)
    rates = {}

    pacer.slow_down()
    for passed in (0, 2, 4, 5, 6):
        clock.now = 1000 + passed
        rates[passed] = rate_of(pacer)

    assert rates == {0: 9, 2: 9, 4: 12, 5: 15, 6: 18}


def test_slots_that_lie_after_the_penalty_have_the_rate_of_then(clock):
    pacer = Pacer(10, monotonic=clock, patient=True)
    pacer.slow_down()

    hundred = waits(pacer, 100)

    assert hundred[15] == 3.0  # five a second for three seconds
    assert hundred[99] < 12


def test_a_rate_below_one_is_not_raised_by_a_complaint(clock):
    pacer = Pacer(0.5, monotonic=clock)

    pacer.slow_down()

    assert waits(pacer, 2) == [0, 2]


steps = st.lists(
    st.tuples(
        st.floats(0, 0.4), st.sampled_from(["call", "call", "call", "slow down"])
    ),
    max_size=150,
)


@given(steps=steps, budget=st.floats(0, 10))
def test_no_second_has_more_calls_than_the_rate(steps, budget):
    clock = Clock()
    pacer = Pacer(18, monotonic=clock)
    moments = []

    for passed, step in steps:
        clock.now += passed
        if step == "slow down":
            pacer.slow_down()
            continue
        try:
            moments.append(clock.now + pacer.wait(budget))
        except Busy as busy:
            assert busy.wait > budget  # noqa: PT017 - one of many refusals

    assert most_in_a_second(moments) <= 18


def test_a_flood_fills_every_second_and_overfills_none(clock):
    pacer = Pacer(18, monotonic=clock)

    moments = [clock.now + wait for wait in waits(pacer, 2000)]

    assert most_in_a_second(moments) == 18
