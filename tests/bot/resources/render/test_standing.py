"""What is said of a session, whatever is known of it and of others of its user."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.journal.evidence import Does, FactKind, Headline, Perhaps
from bot.resources.render.resource import RENDER
from bot.resources.render.standing import NO_SESSION, fold
from bot.states import LIVE, OVER, State
from tests.bot.resources.evidence import answer, asked, known, stopped, written
from tests.bot.resources.intents import an_intent

USER = "viewer-1"
SESSION = an_intent(kind=RENDER, state=State.QUEUED, ref=USER, creates=True)
STARTS = [FactKind.ANSWERED, FactKind.REFUSED, FactKind.NO_ANSWER]
ENDS = [FactKind.ANSWERED, FactKind.REFUSED, FactKind.NO_ANSWER, FactKind.GONE]


def beside(kind, second, **values):
    """Return how a request ended that is about a session and neither makes nor ends."""
    return known(kind, second, took=1.0, does=Does.CHANGE, ref=USER, **values)


def replaced(second):
    return known(FactKind.REPLACED, second, text="S2", by="UBOB", ref=USER)


seconds = st.integers(1, 40).map(float)
kinds = st.sampled_from([FactKind.ANSWERED, FactKind.REFUSED, FactKind.NO_ANSWER])
FACTS = st.lists(
    st.one_of(
        st.builds(answer, st.sampled_from(STARTS), seconds, st.just(USER)),
        st.builds(stopped, st.sampled_from(ENDS), seconds, st.just(USER)),
        st.builds(asked, seconds, st.just(USER)),
        st.builds(replaced, seconds),
        st.builds(beside, kinds, seconds, target=st.sampled_from(["", "a"])),
        st.builds(beside, st.just(FactKind.REFUSED), seconds, code=st.just(NO_SESSION)),
        st.builds(beside, st.just(FactKind.ANSWERED), seconds, text=st.just("1/2")),
    ),
    max_size=6,
    unique_by=lambda fact: fact.key,
)


@given(facts=FACTS)
def test_it_is_over_only_by_an_end_an_answer_that_there_is_none_or_another(facts):
    standing = fold(SESSION, [written(), *facts])
    ends = [f for f in facts if f.does is Does.END]
    proofs = {f.kind for f in ends} & {FactKind.ANSWERED, FactKind.GONE}

    if standing.state is State.STOPPED:
        assert proofs
    if standing.state is State.ENDED:
        others = {f.kind for f in facts} & {FactKind.REPLACED}
        none = [f for f in facts if f.code == NO_SESSION]
        assert proofs or others or none
    if standing.headline is Headline.REPLACED:
        assert (standing.state, standing.successor) == (State.ENDED, "S2")


@given(facts=FACTS)
def test_what_is_over_publishes_nothing(facts):
    standing = fold(SESSION, [written(), *facts])

    if standing.state in OVER:
        assert standing.beside.published is Perhaps.NO
    if standing.beside.published is Perhaps.YES:
        assert standing.state in LIVE


@given(facts=FACTS, data=st.data())
def test_in_whatever_order_they_come_the_same_is_said(facts, data):
    every = [written(), *facts]
    again = data.draw(st.permutations([*every, *every[:2]]))
    moments = [f.came_at for f in every]

    if len(set(moments)) == len(moments):
        assert fold(SESSION, again) == fold(SESSION, every)


def test_what_was_reserved_before_is_not_what_was_published_after():
    facts = [
        beside(FactKind.ANSWERED, -5),
        written(),
        answer(ref=USER),
        beside(FactKind.ANSWERED, 3, target="a"),
        beside(FactKind.NO_ANSWER, 9),
    ]

    now = fold(SESSION, facts).beside

    assert (now.reserved, now.published) == (Perhaps.YES, Perhaps.MAYBE)


@pytest.mark.parametrize(
    ("sent", "headline"),
    [(-0.5, Headline.MAY_RUN), (0.5, Headline.STOPPED)],
    ids=["while it was being opened", "once it was"],
)
def test_an_end_counts_only_if_it_was_sent_once_the_session_was_answered_for(
    sent, headline
):
    end = stopped(FactKind.ANSWERED, sent + 1.0, ref=USER)

    standing = fold(SESSION, [written(), end, answer(ref=USER)])

    assert standing.headline is headline


def test_while_it_is_being_opened_no_end_says_anything_of_it():
    end = stopped(FactKind.ANSWERED, 0.5, ref=USER)

    assert fold(SESSION, [written(), end]).state is State.SENDING
