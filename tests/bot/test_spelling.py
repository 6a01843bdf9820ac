"""Which words a typo may have been."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spelling import distance, nearest

VERBS = ("start", "stop", "status", "list", "recent")


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("stop", "stop", 0),
        ("stpo", "stop", 1),
        ("sotp", "stop", 1),
        ("stopp", "stop", 1),
        ("sto", "stop", 1),
        ("stxp", "stop", 1),
        ("", "stop", 4),
        ("opts", "stop", 4),
    ],
)
def test_a_swap_counts_as_one_step(one, other, steps):
    assert distance(one, other) == steps


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_distance_is_the_same_both_ways_and_zero_only_to_itself(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("the stop sign", "the stpo sign", 1),
        ("aab", "ab", 1),
        ("abab", "ab", 2),
        ("aba", "ab", 1),
        ("xyzzy", "xyxzzy", 1),
        ("start R1", "sotp R1", 4),
        ("BOT_APP", "BOT_PAP", 1),
    ],
)
def test_what_both_begin_or_end_with_takes_no_step(one, other, steps):
    assert distance(one, other) == distance(other, one) == steps


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stpo", ("stop",)),
        ("statr", ("start",)),
        ("statsu", ("status",)),
        ("sta", ()),
        ("lst", ("list",)),
        ("xx", ()),
        ("restart", ("start",)),
        ("s", ()),
        ("", ()),
        ("stzzyt", ()),
        ("s" * 2000, ()),
    ],
)
def test_a_short_word_may_be_off_by_one_a_longer_by_two(typed, meant):
    assert nearest(typed, VERBS) == meant


def test_two_that_are_as_near_are_both_named():
    assert nearest("stat", ("star", "stab")) == ("star", "stab")


def test_one_letter_is_near_to_nothing():
    assert nearest("x", ("?", "rm", "ls")) == ()
    assert nearest("r", ("rm",)) == ()


@given(st.text("abcde", max_size=8), st.lists(st.text("abcdef", max_size=8)))
def test_none_is_passed_over_that_is_near_enough(typed, words):
    allowed = {
        one: min(
            1 if min(len(one), len(typed)) < 5 else 2, len(one) - 1, len(typed) - 1
        )
        for one in words
    }
    steps = {one: distance(typed, one) for one in words}
    near = [one for one in allowed if steps[one] <= allowed[one]]
    best = min((steps[one] for one in near), default=0)

    assert nearest(typed, words) == tuple(one for one in near if steps[one] == best)
