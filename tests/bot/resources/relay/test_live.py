"""What is said of a relay follows from its facts, whatever the order of arrival."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.evidence import (
    Does,
    Ending,
    FactKind,
    Headline,
    Stop,
    Target,
    TargetStanding,
)
from bot.resources.relay.card import stop_button
from bot.resources.relay.live import fold
from bot.resources.relay.resource import RELAY
from bot.resources.relay.resource import START as ACTION
from bot.states import LIVE, OVER, State
from bot.tencent.events import RelayStatus
from tests.bot.resources.evidence import (
    START,
    TASK,
    TOOK,
    answer,
    asked,
    event,
    histories,
    known,
    moment,
    stopped,
    word,
    written,
)
from tests.bot.resources.intents import an_intent

IDLE, CONNECTING, RUNNING, RECOVERING, FAILED, STOPPING = RelayStatus
MASKED = {"PublishCdnParams": [{}]}


def relay(*targets, masked=MASKED, **more):
    return an_intent(
        kind=RELAY,
        action=ACTION,
        state=State.QUEUED,
        sdk_app_id=7,
        creates=True,
        targets=targets or ("a",),
        masked=masked,
        **more,
    )


def said(*facts, of=None):
    return fold(of or relay(), facts)


# ── any history ──────────────────────────────────────────────────────────────────

TWO = relay("a", "b")


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

BASE = (written(-100), answer(second=-99), event(RUNNING, -90))
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
    if status is FAILED and apart != 10:  # it says nothing of the moment after
        return RESULTS[kind]
    if status in RUNS:  # a signed event wins unless it is older for certain
        return RESULTS[kind] if apart == APART["-10 s"] else RUNS[status]
    if kind is FactKind.NO_ANSWER and status is IDLE and apart != APART["-10 s"]:
        return Headline.STOPPED  # what may have got through did
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


UNKNOWN = (written(-100), answer(FactKind.NO_ANSWER, -90))
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


# ── one by one ───────────────────────────────────────────────────────────────────


def test_before_anything_is_known_it_was_asked_for():
    assert said().headline is Headline.REQUESTED


def test_accepted_and_not_heard_of_is_not_live():
    standing = said(written(), answer())

    assert (standing.state, standing.headline) == (State.STARTED, Headline.ACCEPTED)
    assert (standing.ref, standing.vouched, standing.since) == (TASK, True, START)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_it_is_live_once_every_target_is(count):
    targets = "abc"[:count]
    thing = relay(*targets)
    facts = [written(), answer()]
    seen = []
    for second, target in enumerate(targets):
        facts.append(event(RUNNING, second, target))
        seen.append(said(*facts, of=thing).headline)

    assert seen == [Headline.CONNECTING] * (count - 1) + [Headline.LIVE]
    assert said(*facts, of=thing).since == moment(count - 1)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("idle", [False, True])
def test_a_relay_whose_push_failed_is_not_ended_and_can_be_stopped(count, idle):
    targets = "abc"[:count]
    course = (RUNNING, RECOVERING, FAILED, IDLE)[: 3 + idle]
    events = [
        event(status, second, one, code="7", text="refused")
        for one in targets
        for second, status in enumerate(course)
    ]

    standing = said(written(), answer(), *events, of=relay(*targets))

    failed = TargetStanding(
        Target.FAILED, moment(2), "7", "refused", moment(1), 1, moment(2)
    )
    assert standing.headline is Headline.PUSH_FAILED
    assert standing.targets == (failed,) * count
    assert standing.state in LIVE
    shown = relay(*targets, ref=TASK)
    button = stop_button(
        an_intent(
            kind=RELAY,
            action=ACTION,
            state=standing.state,
            ref=TASK,
            creates=True,
            masked=shown.masked,
            standing=standing,
        )
    )
    assert button is not None


def test_one_of_several_that_failed_is_told_apart_from_all():
    events = (event(FAILED, 1, "a"), event(RUNNING, 1, "b"))

    standing = said(written(), answer(), *events, of=TWO)

    assert standing.headline is Headline.TARGET_FAILED


@pytest.mark.parametrize("before", [(), (RUNNING,), (CONNECTING,), (RECOVERING,)])
def test_idle_without_a_reason_is_probably_ended_and_can_be_stopped(before):
    events = [event(status, n) for n, status in enumerate((*before, IDLE))]

    standing = said(written(), answer(), *events)

    assert standing.headline is Headline.IDLE
    assert (standing.state, standing.since) == (State.STARTED, moment(len(before)))


def test_idle_by_way_of_stopping_is_the_end():
    standing = said(written(), answer(), event(STOPPING, 1), event(IDLE, 2))

    assert (standing.state, standing.ending) == (State.ENDED, Ending.IDLE)
    assert (standing.since, standing.by) == (moment(2), "")


@pytest.mark.parametrize("masked", [{}, {**MASKED, "FeedBackRoomParams": [{}]}])
def test_what_may_have_more_than_its_targets_is_not_over_by_them(masked):
    events = (event(STOPPING, 1), event(IDLE, 2))

    standing = said(written(), answer(), *events, of=relay(masked=masked))

    assert standing.state is State.STARTED


def test_a_stop_is_by_whoever_asked_and_since_it_was_answered():
    standing = said(*BASE, asked(9), stopped(FactKind.ANSWERED, 10))

    assert (standing.state, standing.ending) == (State.STOPPED, Ending.STOPPED)
    assert (standing.by, standing.since) == ("UBOB", moment(10))


def test_a_doubted_stop_is_the_end_when_the_task_is_gone_or_the_targets_are():
    doubted = stopped(FactKind.NO_ANSWER, 10)
    for fact in (stopped(FactKind.GONE, 60, by="UEVE"), event(IDLE, 12)):
        standing = said(*BASE, doubted, fact)
        assert (standing.state, standing.by) == (State.STOPPED, "UBOB")


def test_a_doubted_stop_after_which_it_ran_has_not_ended_it():
    doubted = (stopped(FactKind.NO_ANSWER, 10), event(RECOVERING, 20))

    gone = said(*BASE, *doubted, stopped(FactKind.GONE, 60))
    idle = said(*BASE, *doubted, event(IDLE, 60))
    by_itself = said(*BASE, *doubted, event(STOPPING, 60), event(IDLE, 61))

    assert (gone.state, gone.by, gone.ending) == (State.ENDED, "", Ending.GONE)
    assert idle.headline is Headline.IDLE
    assert (by_itself.state, by_itself.ending) == (State.ENDED, Ending.IDLE)


def test_doubt_after_a_stop_lasts_until_it_is_known_to_run_or_to_be_over():
    doubted = (*BASE, stopped(FactKind.NO_ANSWER, 10))
    refused = (*doubted, stopped(FactKind.REFUSED, 30))
    runs = (*refused, event(CONNECTING, 40), event(RUNNING, 41))
    over = (*refused, stopped(FactKind.ANSWERED, 50))

    assert [said(*facts).headline for facts in (doubted, refused, runs, over)] == [
        Headline.MAY_RUN,
        Headline.MAY_RUN,
        Headline.LIVE,
        Headline.STOPPED,
    ]
    assert [said(*facts).state for facts in (doubted, runs)] == [State.STARTED] * 2


def test_it_is_stopping_while_one_demand_is_open():
    first = asked(1, job="one", by="UANA")
    joined = asked(2, job="one", by="UBOB")
    wish = asked(0.5, ref="", job="wish", by="UEVE")
    refused = stopped(FactKind.REFUSED, 5, job="one")
    second = asked(6, job="two", by="UBOB")

    open_ = said(*BASE, first, joined)
    none = said(*BASE, wish, first, joined, refused)
    again = said(*BASE, wish, first, joined, refused, second)

    assert (open_.state, open_.by, open_.since) == (State.STOPPING, "UANA", moment(1))
    assert (none.state, none.stop) == (State.STARTED, Stop.REFUSED)
    assert (again.state, again.by) == (State.STOPPING, "UBOB")


@pytest.mark.parametrize("before", [(), (FactKind.ATTACHED,)])
def test_no_such_task_ends_what_tencent_has_vouched_for_and_no_other(before):
    gone = stopped(FactKind.GONE, 10)
    attached = [word(kind, 1, ref=TASK) for kind in before]

    vouched = said(*BASE, *attached, gone)
    claimed = said(*UNKNOWN, word(FactKind.ATTACHED, 1, ref=TASK), gone)

    assert (vouched.state, vouched.ending) == (State.ENDED, Ending.GONE)
    assert (claimed.state, claimed.stop) == (State.UNKNOWN, Stop.NO_SUCH_TASK)
    assert (claimed.ref, claimed.gone, claimed.candidates) == ("", TASK, ())


def test_an_event_that_names_no_target_counts_for_none_and_names_a_candidate():
    strange = event(RUNNING, 1, target="x", ref="-other..")

    unknown = said(*UNKNOWN, strange)
    running = said(*BASE, strange)

    assert (unknown.state, unknown.ref) == (State.UNKNOWN, "")
    assert unknown.candidates == running.candidates == ("-other..",)
    assert unknown.targets == ()
    assert running.targets == said(*BASE).targets


def test_a_candidate_that_a_person_takes_up_is_vouched_for_by_its_event():
    strange = event(RUNNING, 1, target="x", ref="-other..")

    standing = said(*UNKNOWN, strange, word(FactKind.ATTACHED, 2, ref="-other.."))

    assert (standing.state, standing.vouched) == (State.STARTED, True)
    assert (standing.ref, standing.candidates) == ("-other..", ())
    assert standing.headline is Headline.ACCEPTED


def test_of_one_whom_a_person_attached_it_is_said_who_says_so():
    standing = said(*UNKNOWN, word(FactKind.ATTACHED, 1, ref=TASK))

    assert (standing.state, standing.headline) == (State.STARTED, Headline.CLAIMED)
    assert (standing.ref, standing.vouched, standing.by) == (TASK, False, "UEVE")


@pytest.mark.parametrize(
    ("kind", "status", "headline"),
    [
        (FactKind.AGED, 25, Headline.EXPIRING),
        (FactKind.AGED, 30, Headline.OUT_OF_REACH),
    ],
)
def test_with_age_it_goes_out_of_reach_and_a_push_that_failed_stays_one(
    kind, status, headline
):
    aged = known(kind, 100, status=status)
    failed = said(*BASE, event(FAILED, 5), aged)

    assert said(*BASE, aged).headline is headline
    assert said(*BASE, aged).state is State.EXPIRING
    broken = headline if status == 30 else Headline.PUSH_FAILED
    assert failed.headline is broken


def test_a_status_that_nobody_knows_says_nothing():
    assert said(*BASE, event(9, 5)) == said(*BASE)


@pytest.mark.parametrize(("pause", "breaks"), [(60, 3), (11 * 60, 1)])
def test_breaks_are_counted_until_it_has_been_quiet_for_long(pause, breaks):
    course = (RUNNING, RECOVERING) * 3
    events = [event(status, n * pause) for n, status in enumerate(course)]

    (target,) = said(written(), answer(), *events).targets

    assert (target.status, target.breaks) == (Target.RECOVERING, breaks)
