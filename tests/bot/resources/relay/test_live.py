"""What is said of a relay follows from its facts, whatever the order of arrival."""

import pytest

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
from bot.resources.relay.resource import RELAY
from bot.resources.relay.resource import START as ACTION
from bot.states import LIVE, State
from tests.bot.resources.evidence import (
    START,
    TASK,
    answer,
    asked,
    event,
    known,
    moment,
    stopped,
    word,
    written,
)
from tests.bot.resources.intents import an_intent
from tests.bot.resources.relay.lives import (
    BASE,
    CONNECTING,
    FAILED,
    IDLE,
    MASKED,
    RECOVERING,
    RUNNING,
    STOPPING,
    TWO,
    UNKNOWN,
    relay,
    said,
)


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


@pytest.mark.parametrize("ran", [CONNECTING, RUNNING, RECOVERING])
@pytest.mark.parametrize("others", [FAILED, STOPPING, IDLE])
@pytest.mark.parametrize("apart", [-3, -1, 1, 3])
def test_what_had_failed_or_ended_when_it_was_stopped_is_stopped(ran, others, apart):
    events = [event(ran, apart - 0.4, one) for one in "ab"]
    events += [event(FAILED, apart, "a"), event(others, apart, "b")]

    standing = said(written(), answer(), *events, stopped(FactKind.ANSWERED, 0), of=TWO)

    assert (standing.headline, standing.state) == (Headline.STOPPED, State.STOPPED)


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


def test_a_doubted_stop_is_the_end_when_the_task_is_gone_or_the_targets_ended():
    doubted = stopped(FactKind.NO_ANSWER, 10)
    gone = (stopped(FactKind.GONE, 60, by="UEVE"),)
    ended = (event(STOPPING, 11), event(IDLE, 12))
    for facts in (gone, ended):
        standing = said(*BASE, doubted, *facts)
        assert (standing.state, standing.by) == (State.STOPPED, "UBOB")


def test_a_doubted_stop_is_no_end_when_the_targets_are_idle_only():
    standing = said(*BASE, stopped(FactKind.NO_ANSWER, 10), event(IDLE, 12))

    assert (standing.state, standing.headline) == (State.STARTED, Headline.MAY_RUN)
    assert [target.status for target in standing.targets] == [Target.IDLE]


@pytest.mark.parametrize("is_written", [False, True])
def test_a_doubted_stop_after_which_it_ran_has_not_ended_it(is_written):
    doubt = stopped(FactKind.NO_ANSWER, 10)
    sent = known(FactKind.WRITTEN, 9, does=Does.END, ref=TASK, by="UBOB", job=doubt.job)
    doubted = (*[sent] * is_written, doubt, event(RECOVERING, 20))

    gone = said(*BASE, *doubted, stopped(FactKind.GONE, 60))
    idle = said(*BASE, *doubted, event(IDLE, 60))
    by_itself = said(*BASE, *doubted, event(STOPPING, 60), event(IDLE, 61))

    assert (gone.state, gone.by, gone.ending) == (State.ENDED, "", Ending.GONE)
    assert idle.headline is Headline.IDLE
    assert (by_itself.state, by_itself.ending) == (State.ENDED, Ending.IDLE)


@pytest.mark.parametrize(
    ("doubted", "by"), [(("UBOB",), "UBOB"), (("UBOB", "UBOB"), "UBOB"), ("AB", "")]
)
def test_when_a_doubted_stop_got_through_is_known_only_by_when_it_was_over(doubted, by):
    doubts = [
        stopped(FactKind.NO_ANSWER, second, by=who)
        for second, who in enumerate(doubted, 10)
    ]

    over = said(*BASE, *doubts, stopped(FactKind.GONE, 60, by="UEVE"))

    assert (over.state, over.headline) == (State.STOPPED, Headline.STOPPED)
    assert (over.ending, over.since, over.by) == (Ending.GONE, moment(60), by)


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


@pytest.mark.parametrize("second", [9, 1, -50])
@pytest.mark.parametrize("last", [FactKind.ATTACHED, FactKind.CLOSED])
@pytest.mark.parametrize("first", [FactKind.ATTACHED, FactKind.CLOSED])
def test_the_last_word_of_a_person_counts_whatever_the_clock_said(first, last, second):
    words = (word(first, 5, ref="-typo.."), word(last, second, ref=TASK))

    standing = said(*UNKNOWN, *words)

    closed = last is FactKind.CLOSED
    assert standing.state is (State.CLOSED if closed else State.STARTED)
    if not closed:
        assert standing.ref == TASK


@pytest.mark.parametrize("end", [FactKind.ANSWERED, FactKind.GONE])
def test_what_was_stopped_under_an_id_that_is_anothers_is_unknown_again(end):
    attached = (*UNKNOWN, word(FactKind.ATTACHED, 1, ref=TASK))
    ended = (*attached, stopped(end, 10))

    standing = said(*ended, known(FactKind.DETACHED, 20, ref=TASK))

    assert (standing.state, standing.headline) == (State.UNKNOWN, Headline.UNKNOWN)
    assert (standing.ref, standing.vouched) == ("", False)


def test_no_demand_is_open_whose_stop_was_answered_for_another_id():
    wish = asked(0.5, ref="", job="wish")
    typo = stopped(FactKind.GONE, 2, ref="-typo..", job="wish")
    words = [word(FactKind.ATTACHED, n, ref=r) for n, r in ((1, "-typo.."), (3, TASK))]

    standing = said(*UNKNOWN, wish, words[0], typo, words[1])

    assert (standing.state, standing.ref) == (State.STARTED, TASK)
    assert standing.headline is Headline.CLAIMED


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
