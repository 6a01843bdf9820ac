"""A count of concurrency: what it says, and what it does not."""

import pytest

from bot.dialogue.outcome import Button, Tone, line
from bot.resources.capacity.resource import ACCOUNT, CAPACITY, Capacity
from bot.states import State
from bot.tencent.models.car import Concurrency
from tests.bot.resources.intents import an_intent


def count(state=State.DONE, ref="cap-1", **reply):
    return an_intent(kind=CAPACITY, state=state, ref=ref, reply=reply)


@pytest.mark.parametrize(
    ("reply", "standing", "tone"),
    [
        ({"Total": 10, "Running": 6}, "6 of 10 not idle", Tone.GOOD),
        ({"Total": 10, "Running": 10}, "10 of 10 not idle", Tone.BAD),
        ({"Total": 0, "Running": 0}, "0 of 0 not idle", Tone.BAD),
        ({"Total": 10}, "CAR did not say how many", Tone.PLAIN),
        ({}, "CAR did not say how many", Tone.PLAIN),
    ],
)
def test_it_says_how_many_are_not_idle(reply, standing, tone):
    one = count(**reply)

    assert (Capacity().standing(one), Capacity().tone(one)) == (standing, tone)


def test_one_that_was_not_answered_says_so():
    assert Capacity().standing(count(State.NOT_STARTED)) == "not counted"
    assert Capacity().standing(count(State.SENDING)) == "sending"


def test_it_says_that_it_tells_nothing_of_one_user():
    quiet = line("It says nothing of one user or session.", quiet=True)

    assert list(Capacity().body(count(Total=1, Running=0))) == [quiet]


@pytest.mark.parametrize(
    ("ref", "place", "typed"),
    [
        ("cap-1", "project cap-1", "capacity cap-1"),
        (ACCOUNT, "all projects", "capacity"),
    ],
)
def test_it_is_repeated_as_it_was_asked(ref, place, typed):
    one = count(ref=ref)

    assert Capacity().place(one) == Capacity().gist(one) == place
    assert list(Capacity().offers(one)) == [Button("Refresh", "car", typed)]
    assert Capacity().retyped(one) == f"/car {typed}"


@pytest.mark.parametrize(
    ("reply", "says"), [({"total": 5, "running": 2}, "2/5"), ({"total": 5}, "")]
)
def test_a_session_that_was_refused_learns_both_numbers_or_nothing(reply, says):
    assert Capacity().yields(Concurrency(**reply)).says == says
