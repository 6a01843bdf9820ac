"""The states of what is sent: their edges, their sets, and a random walk."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from bot.states import (
    ACTIVE,
    CREATES,
    EDGES,
    ENDS,
    LIVE,
    NO_EFFECT,
    OPEN,
    OVER,
    RUNNING,
    Effect,
    State,
    sources,
)
from tests.bot.journal.machine import Machine
from tests.bot.journal.pair import pair_on

# Where an action is that starts nothing; only of a thing the evidence says more.
OF_ACTIONS = {State.NOT_STARTED, State.DONE, State.UNKNOWN} | OPEN


def names(states):
    return {state.name for state in states}


def test_these_are_all_the_edges():
    assert {state.name: names(ways) for state, ways in EDGES.items()} == {
        "QUEUED": {"SENDING", "NOT_STARTED", "DONE"},
        "WAITING": {"QUEUED", "DONE", "NOT_STARTED", "UNKNOWN"},
        "SENDING": {"NOT_STARTED", "UNKNOWN", "DONE"},
    }


def test_to_queued_leads_only_what_has_waited_and_was_never_sent():
    assert sources(State.QUEUED) == {State.WAITING}


def test_to_sending_leads_only_what_is_queued():
    assert sources(State.SENDING) == {State.QUEUED}


@pytest.mark.parametrize("state", State)
def test_what_was_sent_is_never_on_a_way_to_be_sent_again(state):
    """From SENDING, UNKNOWN or any end there is no way back to the queue."""
    reached, front = set(), {State.SENDING, state} - {State.QUEUED, State.WAITING}
    while front:
        front = {to for one in front for to in EDGES.get(one, ())} - reached
        reached |= front

    assert not reached & {State.QUEUED, State.WAITING, State.SENDING}


def test_what_an_action_may_become_is_where_edges_lead_and_where_it_begins():
    reached = frozenset().union(*EDGES.values())

    assert reached | EDGES.keys() == OF_ACTIONS
    assert EDGES.keys() == OPEN


def test_these_run_or_may_or_are_about_to():
    assert names(RUNNING) == {"STARTED", "EXPIRING"}
    assert names(LIVE) == {"SENDING", "UNKNOWN", "STARTED", "STOPPING", "EXPIRING"}
    assert names(ACTIVE) == names(LIVE) | {"QUEUED"}
    assert names(OPEN) == {"QUEUED", "WAITING", "SENDING"}


def test_what_is_over_neither_runs_nor_is_on_its_way():
    assert names(OVER) == {"NOT_STARTED", "DONE", "STOPPED", "ENDED", "CLOSED"}
    assert not OVER & (ACTIVE | OPEN)
    assert set(State) == OVER | ACTIVE | OPEN


def test_a_success_of_what_makes_a_thing_starts_it_and_any_other_is_done():
    assert (CREATES.succeeded, ENDS.succeeded) == (State.STARTED, State.DONE)
    assert NO_EFFECT.succeeded is State.DONE
    assert (CREATES.creates, CREATES.ends) == (True, False)
    assert (ENDS.creates, ENDS.ends) == (False, True)
    assert Effect() == NO_EFFECT


Machine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None
)
test_a_random_walk_keeps_the_promises = Machine.TestCase


def test_a_random_walk_of_two_on_one_postgresql_keeps_the_promises(postgres):
    few = settings(max_examples=4, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(pair_on(postgres), settings=few)
