"""A sentence with spans in it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.outcome import Bold, Mono, When, Who, plain, said
from bot.ids import SlackUserId

ANA = Who(SlackUserId("U0ANA"))
NOON = When(datetime(2026, 3, 1, 12, tzinfo=UTC))


def test_each_name_in_braces_is_replaced_by_its_span():
    assert said("Stopped by {who} · {when}.", who=ANA, when=NOON) == (
        "Stopped by ",
        ANA,
        " · ",
        NOON,
        ".",
    )


def test_another_language_may_order_the_spans_otherwise_and_leave_one_out():
    assert said("{when}由 {who} 停止", who=ANA, when=NOON, room="7") == (
        NOON,
        "由 ",
        ANA,
        " 停止",
    )


def test_several_spans_may_stand_for_one_name():
    both = (Bold("R1"), ", ", Mono("R2"))
    assert said("Relays: {which}", which=both) == ("Relays: ", *both)


def test_a_name_that_has_no_span_is_an_error():
    with pytest.raises(KeyError):
        said("Stopped by {who}", when=NOON)


@given(st.text())
def test_what_was_typed_is_not_read_as_a_sentence(typed: str):
    assert plain(said("“{typed}”", typed=typed)) == f"“{typed}”"
