"""Every fault comes to light, and what cannot be mended ends the search."""

import pytest

from bot.errors import InvalidRequest
from bot.resources.faults import Gathered, every_fault

LAYERS = (("a",), ("b", "c"), ("d",))


def read(plan):
    """Refuse the first layer in which something is wrong."""
    for layer in LAYERS:
        if wrong := {key: f"{key} is wrong" for key in layer if plan[key] == "wrong"}:
            raise InvalidRequest(wrong)
    return dict(plan)


def mended(plan, faults):
    return {**plan, **dict.fromkeys(faults, "stand-in")}


@pytest.mark.parametrize("number", range(16))
def test_whatever_is_wrong_is_told_and_the_rest_is_read(number):
    wrong = [key for place, key in enumerate("abcd") if number >> place & 1]
    plan = dict.fromkeys("abcd", "right") | dict.fromkeys(wrong, "wrong")

    result, faults = every_fault(read, plan, mended)

    assert faults == {key: f"{key} is wrong" for key in wrong}
    assert result == plan | dict.fromkeys(wrong, "stand-in")


def test_what_cannot_be_mended_is_told_once_and_nothing_is_returned():
    plan = dict.fromkeys("abcd", "wrong")

    assert every_fault(read, plan, lambda plan, _faults: plan) == (
        None,
        {"a": "a is wrong"},
    )


def test_what_comes_to_light_one_after_the_other_is_told_at_once():
    gathered = Gathered()
    for key in "ab":
        with gathered.here():
            raise InvalidRequest({key: f"{key} is wrong"})
    with gathered.here():
        pass

    with pytest.raises(InvalidRequest) as told:
        gathered.check()

    assert told.value.faults == {"a": "a is wrong", "b": "b is wrong"}
    Gathered().check()
