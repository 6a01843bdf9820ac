"""What may be said of a thing is kept whole, and read without having been folded."""

import pytest
from hypothesis import given
from pydantic import ValidationError

from bot.journal.evidence import (
    HEADLINES,
    Does,
    Headline,
    Standing,
    fact_key,
    standing_of,
    standing_text,
)
from bot.states import CREATES, ENDS, NO_EFFECT, State
from tests.bot.journal.strategies import standings


@given(standing=standings)
def test_a_standing_comes_back_whole(standing):
    assert standing_of(standing_text(standing), State.DONE) == standing


def test_what_is_usual_takes_no_room():
    standing = Standing(State.STARTED, Headline.LIVE, ref="r", vouched=True)

    assert standing_text(standing) == (
        '{"state":"started","headline":"live","ref":"r","vouched":true}'
    )


@pytest.mark.parametrize("state", State)
def test_of_what_was_never_folded_the_state_says_all(state):
    assert standing_of("", state) == Standing(state=state, headline=HEADLINES[state])


def test_every_state_has_a_headline():
    assert HEADLINES.keys() == set(State)


@pytest.mark.parametrize("text", ["{}", '{"state": "gone mad", "headline": "live"}'])
def test_what_is_no_standing_is_not_taken_for_one(text):
    with pytest.raises(ValidationError):
        standing_of(text, State.DONE)


@pytest.mark.parametrize(
    ("effect", "does"),
    [(CREATES, Does.CREATE), (ENDS, Does.END), (NO_EFFECT, Does.CHANGE)],
)
def test_a_request_does_what_its_effect_says(effect, does):
    assert Does.of(creates=effect.creates, ends=effect.ends) is does


def test_the_key_of_a_fact_tells_its_parts_apart():
    parts = [("a", "b"), ("ab",), ("b", "a"), ("a", "b", ""), ("a", 1), ("a1",)]

    keys = {fact_key(*some) for some in parts}

    assert len(keys) == len(parts)
    assert keys == {fact_key(*some) for some in parts}
