"""A handover says what there is, each in its group, and is bounded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.handover import (
    FAILING,
    MOST_SHOWN,
    NOBODY,
    UNKNOWN,
    Attended,
    Duty,
    attended_by,
    handed_over,
)
from bot.dialogue.outcome import Points, Tone, When, Who, plain
from bot.journal.evidence import HEADLINES, Headline, Standing, moment_of
from bot.journal.outages import NO_MUTE, AlertCause, Mute, Outage
from bot.resources.registry import RESOURCES
from bot.resources.relay.resource import RELAY
from bot.slack.render import blocks
from bot.states import LIVE, State
from tests.bot.resources.intents import AT, an_intent
from tests.judge import judged

SINCE = AT - timedelta(hours=12)


def relay(number=1, state=State.STARTED, headline=None, **more):
    standing = Standing(state=state, headline=headline or HEADLINES[state])
    one = an_intent(
        kind=RELAY, action="StartPublishCdnStream", state=state, room="7", **more
    )
    name = f"R{number}"
    return replace(one, id=f"{number:026}", handle=name, standing=standing)


def groups(*live, lately=(), **more):
    duty = Duty(now=AT, since=SINCE, live=live, lately=lately, **more)
    outcome = handed_over(duty, RESOURCES)
    judged(blocks.message(outcome), "message")
    parts = [part for part in outcome.parts if isinstance(part, Points)]
    return {part.title: [plain(one) for one in part.lines] for part in parts}, outcome


standings = st.sampled_from(
    [
        (state, headline)
        for state in LIVE
        for headline in {HEADLINES[state], *UNKNOWN, *FAILING, Headline.LIVE}
    ]
)


@settings(deadline=None)
@given(each=st.lists(standings, max_size=60))
def test_everything_is_in_its_group_and_no_group_is_long(each):
    live = [relay(n, *one) for n, one in enumerate(each, 1)]

    shown, outcome = groups(*live)
    counts = [int(title.rpartition("(")[2].rstrip(")")) for title in shown]

    wrong = UNKNOWN | FAILING
    twice = [h for s, h in each if s is State.EXPIRING and h in wrong]
    assert sum(counts) == len(live) + len(twice)
    assert all(len(lines) <= MOST_SHOWN + 1 for lines in shown.values())
    assert (outcome.tone is Tone.WARN) == any(h in wrong for _s, h in each)


def test_hundreds_are_counted_and_the_first_are_shown():
    shown, outcome = groups(*(relay(n) for n in range(1, 401)), capped=True)

    assert outcome.plain.startswith("Handover: 400+ run, or may; 0 to look at")
    assert len(shown["Runs (400)"]) == MOST_SHOWN + 1
    assert shown["Runs (400)"][-1] == "and 392 more"


def test_nothing_is_said_to_be_nothing():
    _shown, outcome = groups()

    assert "Nothing runs that you may read." in repr(outcome.parts)


@pytest.mark.parametrize(
    ("has", "title", "spans"),
    [
        (
            Attended(taken_by="UBOB", taken_at=AT),
            "Taken (1)",
            (Who("UBOB"), When(AT)),
        ),
        (
            Attended(muted_by="UEVE", muted_until=AT + timedelta(hours=1)),
            "Muted (1)",
            (Who("UEVE"), When(AT + timedelta(hours=1))),
        ),
    ],
)
def test_who_has_it_and_who_has_muted_it_is_named(has, title, spans):
    one = relay()
    duty = Duty(now=AT, since=SINCE, live=[one], lately=[], attended={one.id: has})

    parts = handed_over(duty, RESOURCES).parts
    (named,) = [p for p in parts if isinstance(p, Points) and p.title == title]

    assert [span for span in named.lines[0] if isinstance(span, Who | When)] == [*spans]


def test_of_several_outages_the_first_that_was_taken_names_who_has_it():
    later, first, nobodys = (
        Outage(thing="T", cause=cause, number=1, about="T", name="", began_at=1, **has)
        for cause, has in (
            (AlertCause.FAILED, {"taken_by": "UEVE", "taken_at": 3000}),
            (AlertCause.NEVER_LIVE, {"taken_by": "UBOB", "taken_at": 2000}),
            (AlertCause.STOP, {}),
        )
    )

    assert attended_by([later, nobodys, first], Mute("UANA", 4000)) == Attended(
        "UBOB", moment_of(2000), "UANA", moment_of(4000)
    )
    assert attended_by([nobodys], NO_MUTE) == NOBODY


def test_a_mute_that_is_over_is_none():
    one = relay()
    over = Attended(muted_by="UEVE", muted_until=AT)

    shown, _outcome = groups(one, attended={one.id: over})

    assert list(shown) == ["Runs (1)"]


def test_the_next_timer_stands_first_and_those_of_tomorrow_nowhere():
    hours = {1: 5, 2: 1, 3: 30}
    live = [relay(n, stop_at=AT + timedelta(hours=h)) for n, h in hours.items()]

    shown, _outcome = groups(*live)

    assert [one.split(" ")[1] for one in shown["Stopped by a timer soon (2)"]] == [
        "R2",
        "R1",
    ]


def test_one_that_nears_its_thirty_days_is_not_among_the_timers_as_well():
    one = relay(state=State.EXPIRING, stop_at=AT + timedelta(hours=1))

    shown, _outcome = groups(one)

    assert not any(title.startswith("Stopped by") for title in shown)


def test_one_that_nears_its_thirty_days_says_so():
    shown, _outcome = groups(relay(state=State.EXPIRING))

    assert list(shown) == ["Close to the 30 days for which it can be stopped (1)"]


def test_what_was_asked_for_since_is_counted_by_what_became_of_it():
    lately = [relay(1), relay(2, State.STOPPED), relay(3, State.NOT_STARTED)]

    _shown, outcome = groups(lately=lately)

    (last, _as_of) = outcome.parts[-2:]
    assert plain(last.spans).endswith(": 3; 1 over by now, 1 not started.")
