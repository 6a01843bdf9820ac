"""The state machine: its edges, what news does, and a random walk."""

import pytest
from hypothesis import settings

from bot.states import (
    ACTIVE,
    CREATES,
    EDGES,
    ENDS,
    LIVE,
    NO_EFFECT,
    OVER,
    RUNNING,
    Effect,
    Reaction,
    State,
    on_answer,
    on_event,
    sources,
)
from tests.bot.journal.machine import Machine


def test_nothing_leads_back_to_queued():
    assert sources(State.QUEUED) == frozenset()


@pytest.mark.parametrize(
    "state", [State.NOT_STARTED, State.DONE, State.STOPPED, State.ENDED, State.CLOSED]
)
def test_what_is_over_stays_over(state):
    assert EDGES[state] == frozenset()


def test_unknown_is_left_for_started_or_by_hand_only():
    assert EDGES[State.UNKNOWN] == {State.STARTED, State.CLOSED}


def test_every_state_has_its_edges_and_what_lives_can_end():
    assert EDGES.keys() == set(State)
    assert all(EDGES[state] for state in LIVE)


def named(table):
    return {state.name: {one.name for one in ways} for state, ways in table.items()}


def test_these_are_all_the_edges():
    assert named(EDGES) == {
        "QUEUED": {"SENDING", "NOT_STARTED"},
        "SENDING": {"STARTED", "NOT_STARTED", "UNKNOWN", "DONE"},
        "UNKNOWN": {"STARTED", "CLOSED"},
        "STARTED": {"STOPPING", "STOPPED", "ENDED", "EXPIRING"},
        "EXPIRING": {"STOPPING", "STOPPED", "ENDED"},
        "STOPPING": {"STOPPED", "ENDED", "STARTED"},
        **{over: set() for over in ("NOT_STARTED", "DONE")},
        **{over: set() for over in ("STOPPED", "ENDED", "CLOSED")},
    }


def names(states):
    return {state.name for state in states}


def test_these_run_or_may_or_are_about_to():
    assert names(RUNNING) == {"STARTED", "EXPIRING"}
    assert names(LIVE) == {"SENDING", "UNKNOWN", "STARTED", "STOPPING", "EXPIRING"}
    assert names(ACTIVE) == names(LIVE) | {"QUEUED"}


def after(effect):
    """Return where *effect* takes a thing and from where, by the intent's state."""
    moves = {state: effect.after(state) for state in State}
    return {state.name: (to.name, names(of)) for state, (to, of) in moves.items() if to}


def test_a_stop_takes_its_thing_along_when_it_leaves_and_when_it_ends():
    failed = dict.fromkeys(
        names(State) - {"SENDING", "DONE"}, ("STARTED", {"STOPPING"})
    )
    assert after(ENDS) == {
        "SENDING": ("STOPPING", {"STARTED", "EXPIRING"}),
        "DONE": ("STOPPED", {"STARTED", "EXPIRING", "STOPPING"}),
        **failed,
    }
    assert (ENDS.ends, ENDS.creates, ENDS.succeeded) == (True, False, State.DONE)


def test_what_makes_a_thing_or_changes_nothing_takes_none_along():
    assert (after(CREATES), after(NO_EFFECT)) == ({}, {})
    assert (CREATES.succeeded, NO_EFFECT.succeeded) == (State.STARTED, State.DONE)
    assert (CREATES.creates, CREATES.ends) == (True, False)
    assert Effect() == NO_EFFECT


def test_a_failure_of_what_did_nothing_when_it_left_takes_nothing_back():
    effect = Effect(on_done=State.STOPPED, on_failed=State.STARTED)

    assert {of for _to, of in map(effect.after, {State.UNKNOWN})} == {frozenset()}


NEWS = [  # state, its TaskId, what an answer says and brings, what is done
    (State.QUEUED, "", State.NOT_STARTED, "", Reaction.MOVE),
    (State.SENDING, "", State.STARTED, "a", Reaction.MOVE),
    (State.SENDING, "", State.UNKNOWN, "", Reaction.MOVE),
    (State.UNKNOWN, "", State.STARTED, "a", Reaction.MOVE),
    (State.UNKNOWN, "", State.UNKNOWN, "", Reaction.KEEP),
    (State.UNKNOWN, "", State.NOT_STARTED, "", Reaction.KEEP),
    (State.STARTED, "a", State.STARTED, "a", Reaction.KEEP),
    (State.STARTED, "a", State.STARTED, "b", Reaction.ALARM),
    (State.STARTED, "a", State.UNKNOWN, "", Reaction.KEEP),
    (State.STARTED, "a", State.NOT_STARTED, "", Reaction.KEEP),
    (State.ENDED, "a", State.STARTED, "a", Reaction.KEEP),
    (State.STOPPED, "a", State.STARTED, "b", Reaction.ALARM),
    (State.CLOSED, "", State.STARTED, "a", Reaction.ALARM),
    (State.NOT_STARTED, "", State.STARTED, "a", Reaction.ALARM),
    (State.QUEUED, "", State.STARTED, "a", Reaction.ALARM),
]


@pytest.mark.parametrize(("state", "ref", "to", "answered", "reaction"), NEWS)
def test_an_answer_is_taken_kept_or_an_alarm(state, ref, to, answered, reaction):
    assert on_answer(state, ref, to, answered) is reaction


@pytest.mark.parametrize(
    ("state", "ref", "reaction"),
    [
        (State.SENDING, "", Reaction.MOVE),
        (State.UNKNOWN, "", Reaction.MOVE),
        (State.STARTED, "a", Reaction.KEEP),
        (State.EXPIRING, "a", Reaction.KEEP),
        (State.STOPPING, "a", Reaction.KEEP),
        (State.STOPPED, "a", Reaction.KEEP),
        (State.ENDED, "a", Reaction.KEEP),
        (State.STARTED, "b", Reaction.ALARM),
        (State.STOPPED, "b", Reaction.ALARM),
        (State.QUEUED, "", Reaction.ALARM),
        (State.NOT_STARTED, "", Reaction.ALARM),
        (State.CLOSED, "", Reaction.ALARM),
    ],
)
def test_an_event_is_taken_kept_or_an_alarm(state, ref, reaction):
    assert on_event(state, ref, "a") is reaction


@pytest.mark.parametrize(
    "state", [State.QUEUED, State.NOT_STARTED, State.CLOSED], ids=str
)
def test_what_people_were_told_did_not_start_is_an_alarm_even_with_its_own_task(state):
    assert on_event(state, "a", "a") is Reaction.ALARM


def test_what_has_no_way_out_is_over():
    assert {State.STOPPED, State.ENDED, State.CLOSED} <= OVER
    assert not OVER & LIVE


Machine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None
)
test_a_random_walk_keeps_the_promises = Machine.TestCase


def test_an_answer_that_brings_no_id_contradicts_nothing():
    assert on_answer(State.STARTED, "u1", State.STARTED, "") is Reaction.KEEP
