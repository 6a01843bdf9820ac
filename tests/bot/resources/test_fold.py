"""What is said of things that Tencent tells nothing of by itself: sessions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.evidence import Does, Ending, FactKind, Headline, Silence, Stop
from bot.resources.fold import fold
from bot.resources.render.resource import RENDER
from bot.states import LIVE, OVER, State
from tests.bot.resources.evidence import (
    answer,
    asked,
    histories,
    known,
    moment,
    stopped,
    word,
    written,
)
from tests.bot.resources.intents import an_intent

USER = "viewer-1"  # the ID of a render session is the user that it runs for
SESSION = an_intent(kind=RENDER, state=State.QUEUED, ref=USER, creates=True)
NAMELESS = an_intent(kind=RENDER, state=State.QUEUED, sdk_app_id=7, creates=True)


def said(*facts, of=SESSION):
    return fold(of, facts)


@given(history=histories(), data=st.data())
def test_no_order_of_arrival_and_no_second_delivery_changes_what_is_said(history, data):
    again = data.draw(st.permutations([*history, *history[:3]]))

    for thing in (SESSION, NAMELESS):
        assert fold(thing, again) == fold(thing, history)


@given(history=histories())
def test_over_is_only_what_a_stop_has_ended(history):
    standing = fold(NAMELESS, history)
    stops = {f.kind for f in history if f.does is Does.END}

    if standing.state in {State.STOPPED, State.ENDED}:
        assert stops & {FactKind.ANSWERED, FactKind.GONE}


@given(history=histories())
def test_an_unknown_one_says_so_and_nothing_else_does(history):
    standing = fold(NAMELESS, history)

    assert (standing.headline is Headline.UNKNOWN) == (standing.state is State.UNKNOWN)
    if standing.headline in {Headline.ACCEPTED, Headline.STOPPING, Headline.MAY_RUN}:
        assert standing.state in LIVE
    if standing.state in OVER:
        assert standing.headline.value == standing.state.value


COURSE = [  # what is known one after the other, and how it stands after that
    (written(), State.SENDING, Headline.SENDING),
    (answer(FactKind.NO_ANSWER, 1, code="c"), State.UNKNOWN, Headline.UNKNOWN),
    (answer(second=2, ref=USER), State.STARTED, Headline.ACCEPTED),
    (asked(3, USER, job="one"), State.STOPPING, Headline.STOPPING),
    (
        stopped(FactKind.REFUSED, 5, USER, job="one"),
        State.STARTED,
        Headline.ACCEPTED,
    ),
    (asked(6, USER, job="two"), State.STOPPING, Headline.STOPPING),
    (
        stopped(FactKind.NO_ANSWER, 8, USER, job="two"),
        State.STARTED,
        Headline.MAY_RUN,
    ),
    (stopped(FactKind.ANSWERED, 10, USER), State.STOPPED, Headline.STOPPED),
]


@pytest.mark.parametrize("count", range(len(COURSE) + 1))
def test_it_goes_as_its_requests_were_answered(count):
    steps = [(None, State.QUEUED, Headline.REQUESTED), *COURSE]
    facts = [fact for fact, _state, _headline in COURSE[:count]]

    standing = said(*facts)

    _fact, state, headline = steps[count]
    assert (standing.state, standing.headline, standing.ref) == (state, headline, USER)


STARTS = [
    ((FactKind.UNSENT,), State.NOT_STARTED),
    ((FactKind.REFUSED,), State.NOT_STARTED),
    ((FactKind.GONE,), State.NOT_STARTED),
    ((FactKind.NO_ANSWER,), State.UNKNOWN),
    ((FactKind.ANSWERED,), State.STARTED),
    ((FactKind.NO_ANSWER, FactKind.REFUSED), State.NOT_STARTED),
    ((FactKind.NO_ANSWER, FactKind.UNSENT), State.UNKNOWN),
    ((FactKind.NO_ANSWER, FactKind.ANSWERED), State.STARTED),
    ((FactKind.REFUSED, FactKind.ANSWERED), State.STARTED),
]


@pytest.mark.parametrize(("kinds", "state"), STARTS)
@pytest.mark.parametrize("later", [0, 30])
def test_an_answer_to_the_start_weighs_more_than_none_whichever_came_first(
    kinds, state, later
):
    facts = [answer(kind, n * later, code="c") for n, kind in enumerate(kinds)]

    assert said(written(), *facts).state is state
    assert said(*reversed(facts), written()).state is state


def test_a_refusal_that_brought_an_id_is_a_doubt():
    candidate = known(FactKind.NO_ANSWER, 0, ref="-cut..")

    assert said(written(), answer(FactKind.REFUSED), candidate).state is State.UNKNOWN


@pytest.mark.parametrize("closed", [True, False])
def test_a_person_settles_what_is_unknown_and_says_why(closed):
    kind = FactKind.CLOSED if closed else FactKind.ATTACHED
    spoken = known(kind, 9, by="UEVE", ref="" if closed else "ref", text="why")

    standing = said(written(), answer(FactKind.NO_ANSWER, 1), spoken, of=NAMELESS)

    if closed:
        assert (standing.state, standing.reason) == (State.CLOSED, "why")
    else:
        assert (standing.headline, standing.ref) == (Headline.CLAIMED, "ref")
    assert (standing.by, standing.since) == ("UEVE", moment(9))


def test_of_two_words_the_last_counts():
    unknown = (written(), answer(FactKind.NO_ANSWER, 1))
    closed, attached = word(FactKind.CLOSED, 2), word(FactKind.ATTACHED, 3, ref="r")

    assert said(*unknown, closed, attached, of=NAMELESS).state is State.STARTED
    later = word(FactKind.CLOSED, 4)
    assert said(*unknown, closed, attached, later, of=NAMELESS).state is State.CLOSED


@pytest.mark.parametrize(
    ("facts", "silence"),
    [
        ((), None),
        ((known(FactKind.SILENCE, 9),), Silence()),
        ((known(FactKind.SILENCE, 9, took=2),), Silence(heard_at=moment(7))),
        (
            (known(FactKind.SILENCE, 9, took=2, status=1),),
            Silence(proven=True, heard_at=moment(7)),
        ),
        ((known(FactKind.AWAY, 9, took=5),), Silence(away=(moment(4), moment(9)))),
        (
            (known(FactKind.SILENCE, 9, status=1), known(FactKind.AWAY, 8, took=5)),
            Silence(away=(moment(3), moment(8))),
        ),
        (
            (known(FactKind.SILENCE, 9, status=1), known(FactKind.SILENCE, 7)),
            Silence(proven=True),
        ),
    ],
)
def test_silence_is_proof_only_where_it_would_have_been_heard(facts, silence):
    standing = said(written(), answer(FactKind.NO_ANSWER, 1), *facts)

    assert (standing.state, standing.silence) == (State.UNKNOWN, silence)


def test_a_stop_that_waits_for_its_id_is_told():
    unknown = (written(), answer(FactKind.NO_ANSWER, 1))

    assert said(*unknown, asked(2, ref=""), of=NAMELESS).wished
    assert not said(*unknown, of=NAMELESS).wished


def test_what_is_gone_has_ended_and_of_which_stop_nothing_is_known():
    running = (written(), answer(ref=USER))

    standing = said(*running, stopped(FactKind.GONE, 9, USER))

    assert (standing.state, standing.ending) == (State.ENDED, Ending.GONE)
    assert (standing.by, standing.stop) == ("", Stop.NONE)


def test_a_stop_that_was_carried_out_and_sent_again_has_stopped_it():
    """Whoever took it over heard first that there was nothing to stop any more."""
    running = (written(), answer(ref=USER))
    again = stopped(FactKind.GONE, 9, USER, job="stop")
    done = stopped(FactKind.ANSWERED, 10, USER, job="stop")

    standings = [said(*running, *facts) for facts in ([again, done], [done, again])]

    for standing in standings:
        assert (standing.state, standing.ending) == (State.STOPPED, Ending.STOPPED)
