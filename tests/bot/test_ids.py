"""The words as types."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ids import (
    LONGEST_TASK_ID,
    Kind,
    agent_for,
    handle,
    handle_from,
    intent_id,
    intent_of,
    is_task_id,
    kept_task_id,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["R128", "r128", "#R128", "#r128"])
def test_a_handle_is_read_in_any_case_and_with_its_sign(typed):
    assert handle_from(typed) == "R128"


@pytest.mark.parametrize("typed", ["", "R", "128", "R12345678", "R128 ", "-R1", "RR1"])
def test_what_is_no_handle_is_none(typed):
    assert handle_from(typed) is None


@given(st.sampled_from("RSGX").map(Kind), st.integers(1, 9_999_999))
def test_a_handle_reads_back_as_itself_and_begins_with_its_kind(kind, number):
    made = handle(kind, number)

    assert made == f"{kind}{number}"
    assert handle_from(made) == handle_from(made.lower()) == made


def test_an_intent_id_sorts_by_its_moment_whatever_the_time_zone():
    early = intent_id(AT.astimezone(timezone(timedelta(hours=8))), b"\xff" * 10)
    late = intent_id(AT + timedelta(milliseconds=1), b"\0" * 10)

    assert early < late
    assert len(early) == 26


@given(st.binary(min_size=10, max_size=10))
def test_an_intent_travels_as_its_robot_and_comes_back(randomness):
    intent = intent_id(AT, randomness)

    agent = agent_for(intent)

    assert len(agent) <= 32
    assert intent_of(agent) == intent


@pytest.mark.parametrize("agent", ["", "pb_", "trtc_partner_test_1", "pb_" + "!" * 26])
def test_a_robot_that_is_not_ours_has_no_intent(agent):
    assert intent_of(agent) is None


@given(st.text())
def test_whatever_comes_as_a_task_id_is_kept_as_text_that_can_be_shown(text):
    kept = kept_task_id(text)

    assert kept_task_id(kept) == kept
    assert is_task_id(kept) or not kept or len(kept.encode()) > LONGEST_TASK_ID
    assert kept == text or not is_task_id(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("-m97l2ZU7..", "-m97l2ZU7.."),
        ("\x00 -m97l2ZU7\u202e\n", "-m97l2ZU7"),
        ("-m9\x007 l2\ud800", "-m9\ufffd7\ufffdl2"),
        ("x" * 600, "x" * 600),
        ("é" * 1500, "é" * 1000),
        (" \t\ufeff", ""),
    ],
)
def test_a_task_id_is_kept_without_what_cannot_be_seen(text, kept):
    assert kept_task_id(text) == kept
