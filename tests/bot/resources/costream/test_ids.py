"""Instance IDs are short on a phone, and harmless whatever is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.outcome import Bold, Code, Line
from bot.resources.costream.ids import (
    LONGEST,
    MOST_SHOWN,
    beginning,
    common_start,
    listed,
    plain,
)


@pytest.mark.parametrize(
    ("ids", "start"),
    [
        (["RK8S37P1_aa", "RK8S37P1_ab"], "RK8S37P1_"),
        (["RK8S37P1-0000-a", "RK8S37P1-0000-b"], "RK8S37P1-0000-"),
        (["RK8S37P1_a"], ""),
        (["RK8S37P1_a", "RK8S37P1_a"], ""),
        (["RK8S37P1a", "RK8S37P1b"], ""),
        (["a_1", "a_2"], ""),
        ([], ""),
    ],
)
def test_a_start_is_common_to_several_long_enough_and_ends_at_a_separator(ids, start):
    assert common_start(ids) == start


@given(st.lists(st.text(max_size=30)))
def test_with_its_start_each_id_is_whole_again(ids):
    start = common_start(ids)

    assert all(plain(one).startswith(start) for one in ids)
    assert bool(list(beginning(start))) is bool(start)


@given(st.text(max_size=2 * LONGEST))
def test_an_id_is_one_bounded_line(text):
    shown = plain(text)

    assert shown.isprintable() or not shown
    assert len(shown) <= LONGEST + 1


def test_of_a_long_list_the_first_are_shown_and_the_rest_is_counted():
    ids = [f"RK8S37P1_{number}" for number in range(MOST_SHOWN + 3)]

    title, shown = listed("Online", ids, "RK8S37P1_")

    assert title == Line((Bold("Online (23)"), ""))
    assert shown == Code(
        "\n".join([*(f"…{number}" for number in range(MOST_SHOWN)), "and 3 more"])
    )
