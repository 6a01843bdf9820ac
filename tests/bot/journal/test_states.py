"""The state machine, walked at random, never leaves its edges."""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from bot.errors import IllegalMove
from bot.ids import Kind, intent_id
from bot.journal.journal import Journal
from bot.journal.record import NewIntent, State
from bot.journal.states import (
    EDGES,
    LIVE,
    MARKS,
    OVER,
    Take,
    on_answer,
    on_event,
    sources,
)
from tests.bot.journal.conftest import Clock

STEPS, RUNS = 30, 25


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


NEWS = [  # state, its TaskId, what an answer says and brings, what is done
    (State.QUEUED, "", State.NOT_STARTED, "", Take.MOVE),
    (State.SENDING, "", State.STARTED, "a", Take.MOVE),
    (State.SENDING, "", State.UNKNOWN, "", Take.MOVE),
    (State.UNKNOWN, "", State.STARTED, "a", Take.MOVE),
    (State.UNKNOWN, "", State.UNKNOWN, "", Take.KEEP),
    (State.UNKNOWN, "", State.NOT_STARTED, "", Take.KEEP),
    (State.STARTED, "a", State.STARTED, "a", Take.KEEP),
    (State.STARTED, "a", State.STARTED, "b", Take.ALARM),
    (State.STARTED, "a", State.UNKNOWN, "", Take.KEEP),
    (State.STARTED, "a", State.NOT_STARTED, "", Take.KEEP),
    (State.ENDED, "a", State.STARTED, "a", Take.KEEP),
    (State.STOPPED, "a", State.STARTED, "b", Take.ALARM),
    (State.CLOSED, "", State.STARTED, "a", Take.ALARM),
    (State.NOT_STARTED, "", State.STARTED, "a", Take.ALARM),
    (State.QUEUED, "", State.STARTED, "a", Take.ALARM),
]


@pytest.mark.parametrize(("state", "ref", "to", "told", "take"), NEWS)
def test_an_answer_is_taken_kept_or_an_alarm(state, ref, to, told, take):
    assert on_answer(state, ref, to, told) is take


@pytest.mark.parametrize(
    ("state", "ref", "take"),
    [
        (State.SENDING, "", Take.MOVE),
        (State.UNKNOWN, "", Take.MOVE),
        (State.STARTED, "a", Take.KEEP),
        (State.EXPIRING, "a", Take.KEEP),
        (State.STOPPING, "a", Take.KEEP),
        (State.STOPPED, "a", Take.KEEP),
        (State.ENDED, "a", Take.KEEP),
        (State.STARTED, "b", Take.ALARM),
        (State.STOPPED, "b", Take.ALARM),
        (State.QUEUED, "", Take.ALARM),
        (State.NOT_STARTED, "", Take.ALARM),
        (State.CLOSED, "", Take.ALARM),
    ],
)
def test_an_event_is_taken_kept_or_an_alarm(state, ref, take):
    assert on_event(state, ref, "a") is take


@pytest.mark.parametrize("to", MARKS)
def test_a_stop_moves_its_relay_along_edges_only(to):
    assert all(to in EDGES[state] for state in MARKS[to])


def test_what_has_no_way_out_is_over():
    assert {State.STOPPED, State.ENDED, State.CLOSED} <= OVER
    assert not OVER & LIVE


class Walk(RuleBasedStateMachine):
    """Submissions, redeliveries, moves and crashes, beside a model in memory."""

    intents = Bundle("intents")

    @initialize()
    def begin(self):
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.model = {}
        self.keys = {}
        self.illegal = 0
        self.journal = None
        self.crash()

    def run(self, work):
        return self.loop.run_until_complete(work)

    @rule()
    def crash(self):
        if self.journal:
            self.journal.close()
        self.journal = self.run(
            Journal.open(
                f"sqlite:///{Path(self.folder.name)}/p.db",
                now=self.clock,
                random_bytes=os.urandom,
            )
        )
        self.illegal = 0

    @rule(target=intents, key=st.integers(0, 20))
    def submit(self, key):
        new = NewIntent(
            id=intent_id(self.clock(), os.urandom(10)),
            key=f"k{key}",
            digest="d",
            action="StartPublishCdnStream",
            kind=Kind.RELAY,
            handle=None,
            team="T",
            user="U",
            home="T",
            channel="C",
            at=self.clock(),
            request=b"{}",
        )
        intent, fresh = self.run(self.journal.accept(new))
        assert fresh == (key not in self.keys)
        assert self.keys.setdefault(key, intent.id) == intent.id
        self.model.setdefault(intent.id, State.QUEUED)
        return intent.id

    @rule(intent=intents, to=st.sampled_from(State))
    def move(self, intent, to):
        legal = to in EDGES[self.model[intent]]
        try:
            moved = self.run(self.journal.move(intent, to))
        except IllegalMove:
            assert not legal
            self.illegal += 1
        else:
            assert legal
            assert moved.state is to
            self.model[intent] = to

    @invariant()
    def it_is_as_the_model_says(self):
        if not getattr(self, "journal", None):
            return
        for intent, state in self.model.items():
            assert self.run(self.journal.get(intent)).state is state
        assert self.journal.illegal_moves == self.illegal

    def teardown(self):
        if getattr(self, "journal", None):
            self.journal.close()
            self.folder.cleanup()
            self.loop.close()


Walk.TestCase.settings = settings(
    max_examples=RUNS, stateful_step_count=STEPS, deadline=None
)
test_a_random_walk_never_leaves_the_edges = Walk.TestCase
