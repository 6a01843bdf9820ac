"""An entry is there for its time, and the oldest goes where there are too many."""

from cachetools import TTLCache
from hypothesis import given
from hypothesis import strategies as st

from bot.runtime.expiring import Expiring

KEYS = st.sampled_from("abc")
STEPS = st.one_of(
    st.tuples(st.just("pass"), st.integers(0, 6)),
    st.tuples(st.just("set"), KEYS, st.integers()),
    st.tuples(st.just("forget"), KEYS),
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def taken(steps, kept, clock, forget):
    for step in steps:
        match step:
            case "pass", seconds:
                clock.now += seconds
            case "set", key, value:
                kept[key] = value
            case "forget", key:
                forget(key)


@given(st.lists(STEPS))
def test_each_entry_lasts_as_long_as_in_a_cache_of_the_library(steps):
    clock, other = Clock(), Clock()
    ours, theirs = Expiring(3, 10.0, clock), TTLCache(3, 10.0, other)

    taken(steps, ours, clock, ours.forget)
    taken(steps, theirs, other, lambda key: theirs.pop(key, None))

    assert dict(ours.items()) == dict(theirs.items())
    assert [ours.get(key) for key in "abc"] == [theirs.get(key) for key in "abc"]


def test_where_there_would_be_too_many_the_oldest_goes():
    kept = Expiring(2, 10.0, Clock())
    for key in "abac":
        kept[key] = key

    assert kept.items() == [("a", "a"), ("c", "c")]


def test_what_is_over_takes_no_room():
    clock = Clock()
    kept = Expiring(100, 10.0, clock)
    for number in range(50):
        clock.now += 1.0
        kept[number] = number

    assert len(kept._kept) == 10
