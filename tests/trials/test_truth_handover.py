"""The rows of a handover, and the cards of sessions, claim what the table says."""

from datetime import timedelta

import pytest

from bot.cards.handover import Attended, Duty, handed_over
from bot.cards.intent import card, result
from bot.journal.evidence import Beside, Headline, Perhaps, Standing
from bot.resources.registry import RESOURCES
from bot.resources.relay.resource import RELAY
from bot.resources.render.resource import RENDER
from bot.slack.render import blocks
from bot.states import State
from tests.bot.resources.intents import AT, an_intent
from tests.trials.truth.judge.reading import words
from tests.trials.truth.lines import lines_of

ROWS = {
    Headline.ACCEPTED: "accepted",
    Headline.LIVE: "live",
    Headline.CONNECTING: "connecting",
    Headline.RECOVERING: "recovering",
    Headline.PUSH_FAILED: "push failed",
    Headline.IDLE: "idle",
    Headline.MAY_RUN: "may run",
    Headline.STOPPING: "stopping",
    Headline.UNKNOWN: "unknown",
    Headline.EXPIRING: "soon out of reach",
    Headline.OUT_OF_REACH: "out of reach",
}


def relay(headline, **more):
    standing = Standing(state=State.STARTED, headline=headline)
    return an_intent(
        kind=RELAY,
        action="StartPublishCdnStream",
        room="q7",
        standing=standing,
        masked={"PublishCdnParams": [{"PublishCdnUrl": "rtmp://a.example.com/b/****"}]},
        **more,
    )


def claims(outcome):
    """Return the kinds of claim of *outcome*, each line of it; None is unread."""
    read = [words().read(line) for line in lines_of(blocks.message(outcome))]
    return [one.kind if one else None for one in read]


@pytest.mark.parametrize("headline", ROWS)
def test_a_row_claims_what_the_same_row_of_a_list_does(headline):
    duty = Duty(now=AT, since=AT, live=[relay(headline)], lately=[])

    kinds = claims(handed_over(duty, RESOURCES))

    assert ROWS[headline] in kinds
    assert None not in kinds


def test_who_has_it_and_what_is_due_is_read_too():
    one = relay(Headline.LIVE, stop_at=AT + timedelta(hours=1))
    has = Attended("UBOB", AT, "UEVE", AT + timedelta(hours=1))
    duty = Duty(now=AT, since=AT, live=[one], lately=[], attended={one.id: has})

    kinds = claims(handed_over(duty, RESOURCES))

    assert "due" in kinds
    assert None not in kinds


def session(headline, state=State.STARTED, **standing):
    now = Standing(state=state, headline=headline, since=1, **standing)
    return an_intent(kind=RENDER, ref="u1", state=state, standing=now)


@pytest.mark.parametrize(
    ("thing", "claim"),
    [
        (session(Headline.ACCEPTED), "accepted"),
        (
            session(Headline.REPLACED, State.ENDED, successor="S2", by="UBOB"),
            "replaced",
        ),
        (session(Headline.ENDED, State.ENDED), "ended"),
        (
            session(Headline.ACCEPTED, beside=Beside(published=Perhaps.YES, since=1)),
            "accepted",
        ),
    ],
)
def test_a_session_claims_no_more_than_is_known(thing, claim):
    kinds = claims(card(thing, RESOURCES.of(thing)))

    assert claim in kinds


def test_a_stop_of_one_claims_that_it_is_stopped_only_once_that_is_answered():
    def of(state):
        stop = an_intent(
            kind=RENDER, action="DestroySession", ref="u1", state=state, ends=True
        )
        return claims(result(stop, RESOURCES.of(stop)))[0]

    assert (of(State.DONE), of(State.UNKNOWN)) == ("stopped", "may run")
    assert of(State.NOT_STARTED) == "not stopped by this"
