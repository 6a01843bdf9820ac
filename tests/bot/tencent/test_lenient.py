"""Values of an event are read in whatever type they come, or not at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tencent.lenient import (
    EARLIEST,
    LATEST,
    MILLISECOND,
    SECOND,
    as_moment,
    as_object,
    as_text,
    as_whole,
    own_time,
)

AT = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_whatever_comes_is_read_or_is_nothing(claimed):
    number, moment = as_whole(claimed), as_moment(claimed, MILLISECOND)

    assert isinstance(as_object(claimed), dict)
    assert "\0" not in as_text(claimed).encode("utf-8").decode()
    assert number is None or abs(number) < 10**18
    assert moment is None or EARLIEST <= moment < LATEST


@pytest.mark.parametrize("claimed", [True, 1.5, "1.5", "", "٣", None, "9" * 19])
def test_what_is_no_whole_number_is_none(claimed):
    assert as_whole(claimed) is None


@pytest.mark.parametrize("claimed", [7, "7", " 7 "])
def test_a_number_may_come_as_text(claimed):
    assert as_whole(claimed) == 7


def test_a_moment_of_another_age_is_in_another_unit():
    assert as_moment(1760000000000, MILLISECOND) == AT
    assert as_moment(1760000000000, SECOND) is None
    assert as_moment(1760000000, MILLISECOND) is None


@pytest.mark.parametrize(
    "info",
    [
        {"EventMsTs": 1760000000000},
        {"EventTsMs": "1760000000000"},
        {"EventTs": 1760000000},
        {"EventMsTs": 1760000000, "EventTs": 1760000000},  # seconds by a wrong name
    ],
)
def test_an_event_says_when_it_was_in_one_of_several_ways(info):
    assert own_time(info) == AT


def test_an_event_without_a_time_has_none():
    assert own_time({"UserId": "alice"}) is None
