"""Of any two facts and of any history it is known which counts for what is said."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.evidence import (
    Does,
    FactKind,
    Headline,
    Stop,
    Target,
)
from bot.resources.relay.live import fold
from bot.states import LIVE, OVER, State
from bot.tencent.events import RelayStatus
from tests.bot.resources.evidence import (
    TASK,
    TOOK,
    answer,
    event,
    histories,
    stopped,
    word,
)
from tests.bot.resources.relay.lives import (
    BASE,
    CONNECTING,
    FAILED,
    IDLE,
    RECOVERING,
    RUNNING,
    STOPPING,
    TWO,
    UNKNOWN,
    said,
)

# ── any history ──────────────────────────────────────────────────────────────────


@given(history=histories(), data=st.data())
def test_no_order_of_arrival_and_no_second_delivery_changes_what_is_said(history, data):
    again = data.draw(st.permutations([*history, *history[:3]]))

    assert fold(TWO, again) == fold(TWO, history)


def ways(history, target):
    """Return the statuses of *target* under each TaskId, in the order of time."""
    told = [f for f in history if f.kind is FactKind.EVENT and f.target == target]
    return [f.status for f in sorted(told, key=lambda f: f.at)]


@given(history=histories())
def test_over_is_only_what_was_stopped_went_idle_by_way_of_stopping_or_is_gone(
    history,
):
    standing = fold(TWO, history)
    stops = {f.kind for f in history if f.does is Does.END}
    by_stop = stops & {FactKind.ANSWERED, FactKind.NO_ANSWER, FactKind.GONE}
    by_targets = all({STOPPING, IDLE} <= set(ways(history, one)) for one in "ab")

    if standing.state in {State.STOPPED, State.ENDED}:
        assert by_stop or by_targets


@given(history=histories())
def test_live_is_only_what_every_target_has_said_to_be_running(history):
    standing = fold(TWO, history)

    if standing.headline is Headline.LIVE:
        assert all(RUNNING in ways(history, one) for one in "ab")
        assert {one.status for one in standing.targets} == {Target.LIVE}
    for target, one in zip(standing.targets, "ab", strict=False):
        assert target.status is Target.UNHEARD or ways(history, one)


@given(history=histories())
def test_what_has_a_result_is_never_said_to_be_under_way(history):
    kinds = {f.kind for f in history if f.does is Does.CREATE}
    results = {FactKind.ANSWERED, FactKind.NO_ANSWER, FactKind.REFUSED}

    if kinds & results:
        assert fold(TWO, history).state not in {State.QUEUED, State.SENDING}


@given(history=histories())
def test_every_id_that_tencent_named_is_the_relays_or_a_candidate(history):
    standing = fold(TWO, history)
    gone = {f.ref for f in history if f.kind is FactKind.GONE}
    named = {
        f.ref
        for f in history
        if f.kind in {FactKind.EVENT, FactKind.ANSWERED} and f.does is Does.CREATE
    }

    assert named - gone <= {standing.ref, *standing.candidates}
    assert standing.ref not in standing.candidates


@given(history=histories())
def test_not_started_and_closed_are_never_said_against_a_task_of_tencents(history):
    standing = fold(TWO, history)
    answers = [f for f in history if f.kind is FactKind.ANSWERED]
    vouched = any(f.ref and f.does is Does.CREATE for f in answers)
    told = any(ways(history, one) for one in "ab")

    if standing.state in {State.NOT_STARTED, State.CLOSED, State.UNKNOWN}:
        assert not vouched
        assert not told


@given(history=histories(), second=st.integers(30, 60))
def test_news_that_it_runs_wins_over_all_that_was_known_before(history, second):
    standing = fold(TWO, [*history, event(RUNNING, second, ref=TASK)])

    if standing.ref == TASK:
        assert standing.state in LIVE
        assert standing.state not in OVER
        assert standing.stop is not Stop.MAYBE


# ── the table of ranked evidence ─────────────────────────────────────────────────

APART = {"-10 s": -10, "-3 s": -3, "inside": -TOOK / 2, "+3 s": 3, "+10 s": 10}
RUNS = {
    CONNECTING: Headline.CONNECTING,
    RUNNING: Headline.LIVE,
    RECOVERING: Headline.RECOVERING,
    FAILED: Headline.PUSH_FAILED,
}
STANDS = {**RUNS, STOPPING: Headline.TARGET_ENDED, IDLE: Headline.IDLE}
RESULTS = {
    FactKind.ANSWERED: Headline.STOPPED,
    FactKind.GONE: Headline.ENDED,
    FactKind.NO_ANSWER: Headline.MAY_RUN,
    FactKind.REFUSED: Headline.LIVE,
}


def event_and_result(status, kind, apart):
    """Return the headline after an event and, *apart* seconds before it, a stop."""
    if kind is FactKind.REFUSED:
        return STANDS[status]
    if status is FAILED:  # tried until then, so only later for certain it counts
        return RUNS[status] if apart == APART["+10 s"] else RESULTS[kind]
    if status in RUNS:  # a signed event wins unless it is older for certain
        return RESULTS[kind] if apart == APART["-10 s"] else RUNS[status]
    return RESULTS[kind]


def two_results(earlier, later):
    """Return the headline after two stops: what is over cannot be ended once more."""
    if earlier in {FactKind.ANSWERED, FactKind.GONE}:
        return RESULTS[earlier]
    if (earlier, later) == (FactKind.NO_ANSWER, FactKind.GONE):
        return Headline.STOPPED  # what may have got through did
    doubted = earlier is FactKind.NO_ANSWER and later is FactKind.REFUSED
    return Headline.MAY_RUN if doubted else RESULTS[later]


def two_events(earlier, later):
    if later is IDLE and earlier in {STOPPING, FAILED}:
        return Headline.ENDED if earlier is STOPPING else Headline.PUSH_FAILED
    return STANDS[later]


PAIRS = [
    *itertools.product(RelayStatus, RESULTS),
    *itertools.product(RESULTS, RESULTS),
    *itertools.product(RelayStatus, RelayStatus),
]


def fact_of(what, second):
    if isinstance(what, RelayStatus):
        return event(what, second)
    return stopped(what, second)


def expected(one, other, apart):
    """Return the headline after *other*, and *one* so many seconds *apart* from it."""
    earlier, later = (one, other) if apart < 0 else (other, one)
    if isinstance(one, FactKind):
        return two_results(earlier, later)
    if isinstance(other, FactKind):
        return event_and_result(one, other, apart)
    return two_events(earlier, later)


@pytest.mark.parametrize("apart", APART.values(), ids=APART)
@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_of_two_facts_the_later_counts_and_of_one_moment_the_higher(one, other, apart):
    first, second = fact_of(one, apart), fact_of(other, 0)

    headline = expected(one, other, apart)

    assert said(*BASE, first, second).headline is headline
    assert said(second, first, *BASE).headline is headline


@pytest.mark.parametrize("apart", APART.values(), ids=APART)
@pytest.mark.parametrize("what", [*RelayStatus, *RESULTS], ids=str)
@pytest.mark.parametrize("kind", [FactKind.CLOSED, FactKind.ATTACHED])
def test_a_word_settles_nothing_that_tencent_has_settled(what, kind, apart):
    fact = fact_of(what, apart)

    assert said(*BASE, fact, word(kind, 0, ref="-word..")) == said(*BASE, fact)


OF_TENCENT = [  # what may come of an unknown start, and how it stands then
    (answer(FactKind.REFUSED), State.NOT_STARTED, ""),
    (answer(), State.STARTED, TASK),
    *((event(status, 0), State.STARTED, TASK) for status in RelayStatus),
]


@pytest.mark.parametrize("apart", APART.values(), ids=APART)
@pytest.mark.parametrize(("fact", "state", "ref"), OF_TENCENT)
@pytest.mark.parametrize("kind", [FactKind.CLOSED, FactKind.ATTACHED])
def test_whatever_tencent_says_overrules_a_word(kind, fact, state, ref, apart):
    spoken = word(kind, apart, ref="-word..")

    for history in ((*UNKNOWN, spoken, fact), (fact, *UNKNOWN, spoken)):
        standing = said(*history)
        assert (standing.state, standing.ref) == (state, ref)
        assert standing.candidates == ()
