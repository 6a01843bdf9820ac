"""Which changes of a relay were made, and what its targets are by that."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.evidence import Does, FactKind, Headline, Target
from bot.journal.model import Version
from bot.resources.relay.live import fold
from bot.states import State
from tests.bot.resources.evidence import answer, event, known, moment, stopped, written
from tests.bot.resources.relay.lives import (
    CONNECTING,
    IDLE,
    RUNNING,
    STOPPING,
    relay,
)

STARTED = (written(-100), answer(second=-99), event(RUNNING, -90, "a"))
MADE, DOUBT = FactKind.ANSWERED, FactKind.NO_ANSWER


def version(second, *targets):
    return Version(
        number=1000 + round(second),
        job=f"job{second}",
        by="UBOB",
        at=moment(second),
        targets=targets,
    )


def ended(one, kind, took=1.0):
    """Return how the change *one* ended, a second after it was sent."""
    second = (one.at - moment(0)) / 1000 + took
    return known(kind, second, took=took, does=Does.CHANGE, job=one.job, ref="-task..")


def stands(*facts, of=("a",), course=()):
    return fold(replace(relay(*of), course=tuple(course)), (*STARTED, *facts))


def statuses(standing):
    return [one.status for one in standing.targets]


def test_a_change_that_was_answered_ends_what_it_replaces_and_begins_what_is_new():
    change = version(0, "b")

    before = stands(course=[change])
    after = stands(ended(change, MADE), course=[change])

    assert (before.version, before.sending, statuses(before)) == (
        0,
        1000,
        [Target.LIVE],
    )
    assert (after.version, after.sending, after.doubted) == (1000, 0, ())
    assert statuses(after) == [Target.UNHEARD]
    assert after.headline is Headline.ACCEPTED


def test_what_stays_keeps_what_was_heard_of_it():
    change = version(0, "b", "a")

    after = stands(ended(change, MADE), course=[change])

    assert statuses(after) == [Target.UNHEARD, Target.LIVE]


@pytest.mark.parametrize("kind", [FactKind.REFUSED, FactKind.GONE, FactKind.UNSENT])
def test_a_change_that_was_refused_changes_nothing(kind):
    change = version(0, "b")

    assert stands(ended(change, kind), course=[change]) == stands()


def test_one_without_an_answer_is_in_doubt_until_its_target_is_heard():
    change = version(0, "b")
    doubt = ended(change, DOUBT)

    unknown = stands(doubt, course=[change])
    heard = stands(doubt, event(CONNECTING, 2, "b"), course=[change])

    assert (unknown.version, unknown.doubted) == (0, (1000,))
    assert statuses(unknown) == [Target.LIVE]
    assert (heard.version, heard.doubted) == (1000, ())
    assert statuses(heard) == [Target.CONNECTING]


@pytest.mark.parametrize("kind", [None, DOUBT, MADE])
def test_a_target_that_was_left_does_not_end_the_relay(kind):
    change = version(0, "b")
    left = (event(STOPPING, 0.5, "a"), event(IDLE, 0.6, "a"))
    result = [ended(change, kind)] if kind else []

    standing = stands(*left, *result, course=[change])

    assert standing.state is State.STARTED


def test_all_that_it_has_or_may_have_being_over_ends_it():
    change = version(0, "b")
    facts = (
        ended(change, MADE),
        event(RUNNING, 3, "b"),
        event(STOPPING, 9, "b"),
        event(IDLE, 9.1, "b"),
    )

    assert stands(*facts, course=[change]).state is State.ENDED


def test_one_that_was_made_settles_all_before_it():
    first, second = version(0, "b"), version(10, "a", "c")

    standing = stands(ended(first, DOUBT), ended(second, MADE), course=[first, second])

    assert (standing.version, standing.doubted) == (1010, ())
    assert statuses(standing) == [Target.LIVE, Target.UNHEARD]


def test_a_target_that_was_left_and_comes_back_is_unheard_until_an_event():
    away, back = version(0, "b"), version(20, "a")
    left = (event(STOPPING, 1, "a"), event(IDLE, 1.1, "a"))
    made = (ended(away, MADE), ended(back, MADE))

    unheard = stands(*left, *made, course=[away, back])
    live = stands(*left, *made, event(RUNNING, 22, "a"), course=[away, back])

    assert statuses(unheard) == [Target.UNHEARD]
    assert statuses(live) == [Target.LIVE]


def test_a_stop_ends_a_relay_that_was_changed():
    change = version(0, "b")

    standing = stands(ended(change, MADE), stopped(MADE, 30), course=[change])

    assert standing.state is State.STOPPED


CHANGES = (version(0, "b"), version(10, "a", "c"), version(20, "b", "c"))
kinds = st.sampled_from([None, MADE, DOUBT, FactKind.REFUSED])
events = st.lists(
    st.builds(
        event,
        st.sampled_from([CONNECTING, RUNNING, STOPPING, IDLE]),
        st.integers(-80, 80).map(lambda n: n / 2),
        st.sampled_from("abc"),
    ),
    max_size=4,
)


@given(results=st.tuples(kinds, kinds, kinds), told=events, data=st.data())
def test_the_order_in_which_facts_arrive_changes_nothing(results, told, data):
    ends = [
        ended(one, kind)
        for one, kind in zip(CHANGES, results, strict=True)
        if kind is not None
    ]
    facts = [*ends, *told]
    other = data.draw(st.permutations(facts))

    assert stands(*facts, course=CHANGES) == stands(*other, course=CHANGES)


@given(results=st.tuples(kinds, kinds, kinds), told=events)
def test_nothing_is_live_of_which_no_event_said_so_since_it_was_there(results, told):
    ends = [
        ended(one, kind)
        for one, kind in zip(CHANGES, results, strict=True)
        if kind is not None
    ]
    standing = stands(*ends, *told, course=CHANGES)
    last = next((c for c in CHANGES if c.number == standing.version), None)
    digests = last.targets if last else ("a",)

    for digest, one in zip(digests, standing.targets, strict=True):
        heard = [f for f in (*STARTED, *told) if f.target == digest]
        assert one.status is not Target.LIVE or any(
            f.status == RUNNING and f.at == one.since for f in heard
        )


@pytest.mark.parametrize("order", list(permutations(CHANGES))[:3])
def test_changes_count_by_their_numbers(order):
    facts = [ended(one, MADE) for one in CHANGES]

    assert stands(*facts, course=order).version == 1020
