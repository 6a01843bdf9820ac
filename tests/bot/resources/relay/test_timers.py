"""When a relay is to be stopped, as it is typed and as it is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.dialogue.outcome import Bold, When
from bot.errors import InvalidRequest
from bot.journal.model import Timing
from bot.resources.relay.resource import RELAY
from bot.resources.relay.timers import (
    buttons,
    due,
    faults,
    moment_in,
    remarks,
    settled,
    timing_of,
    told,
)
from bot.states import State
from tests.bot.resources.intents import an_intent

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))
LENGTH = "“{}” is no length of time: say 2h, 90m or 1h30m."
CLOCK = "“{}” is no time: say 18:00, or 2026-11-23 18:00."
LATE = "Tencent takes no stop of a relay after 30 days: say an earlier time."
BAD = [
    ({"for": "soon"}, "for", LENGTH.format("soon")),
    ({"for": "90"}, "for", LENGTH.format("90")),
    ({"for": "-2h"}, "for", LENGTH.format("-2h")),
    ({"for": "30s"}, "for", "A minute is the least."),
    ({"for": "31d"}, "for", LATE),
    ({"for": "x" * 99}, "for", LENGTH.format("x" * 40)),
    ({"until": "2h"}, "until", CLOCK.format("2h")),
    ({"until": "tomorrow"}, "until", CLOCK.format("tomorrow")),
    ({"until": "2026-11-22 10:00"}, "until", "That time is past."),
    ({"until": "2026-12-23 18:00"}, "until", LATE),
    ({"for": "2h", "until": "20:00"}, "until", "Say either how long or until when."),
]


@pytest.mark.parametrize(
    ("plan", "timing"),
    [
        ({}, None),
        ({"for": "", "until": " "}, None),
        ({"for": "2h"}, Timing(after=timedelta(hours=2), typed="for=2h")),
        (
            {"until": "20:00"},
            Timing(at=datetime(2026, 11, 22, 12, tzinfo=UTC), typed="until=20:00"),
        ),
    ],
)
def test_a_plan_says_how_long_or_until_when(plan, timing):
    assert timing_of(plan, NOW, SHANGHAI) == timing
    assert faults(plan, NOW) == {}


@pytest.mark.parametrize(("plan", "field", "sentence"), BAD)
def test_what_cannot_be_is_told_at_its_field(plan, field, sentence):
    with pytest.raises(InvalidRequest) as refused:
        timing_of(plan, NOW, SHANGHAI)

    assert refused.value.faults == {field: sentence}
    relay = an_intent(kind=RELAY, state=State.STARTED)
    with pytest.raises(InvalidRequest):
        moment_in(plan, relay, NOW, SHANGHAI)


def test_of_a_running_relay_it_counts_from_now_and_at_most_to_its_thirtieth_day():
    relay = replace(
        an_intent(kind=RELAY, state=State.STARTED), sent_at=NOW - timedelta(days=29)
    )

    assert moment_in({"for": "2h"}, relay, NOW, None) == NOW + timedelta(hours=2)
    assert moment_in({}, relay, NOW, None) is None
    for plan in ({"for": "25h"}, {"until": "2026-11-23 13:00"}):
        (field,) = plan
        with pytest.raises(InvalidRequest) as refused:
            moment_in(plan, relay, NOW, None)
        assert refused.value.faults == {field: LATE}


def test_a_clock_is_settled_before_it_is_read_again():
    plan = settled({"until": "20:00", "room": "7"}, NOW, SHANGHAI)

    assert plan == {"until": "2026-11-22T12:00:00Z", "room": "7"}
    assert settled(plan, NOW + timedelta(days=3), None) == plan
    assert settled({"until": "soon"}, NOW, SHANGHAI) == {"until": "soon"}


@pytest.mark.parametrize(
    ("typed", "zone", "remark"),
    [
        ("20:00", None, True),
        ("20:00", SHANGHAI, False),
        ("20:00Z", None, False),
        ("", None, False),
    ],
)
def test_that_a_clock_was_read_as_one_of_utc_is_said(typed, zone, remark):
    sentence = f"Slack does not say your time zone yet: {typed} was read as UTC."

    assert remarks({"until": typed}, zone) == ((sentence,) if remark else ())


TIMED = {"stop_at": NOW, "stop_after": timedelta(hours=2)}


@pytest.mark.parametrize(
    ("state", "more", "shown"),
    [
        (State.STARTED, TIMED, (("Stop due ", When(NOW)),)),
        (State.UNKNOWN, TIMED, (("Stop due ", When(NOW)),)),
        (
            State.QUEUED,
            {"stop_after": timedelta(hours=2)},
            (("Stop due 2 h 0 min after its start",),),
        ),
        (State.STARTED, {}, ()),
        (State.STOPPING, TIMED, ()),
        (State.STOPPED, TIMED, ()),
        (State.NOT_STARTED, TIMED, ()),
    ],
)
def test_its_card_says_when_it_is_due_as_long_as_it_may_run(state, more, shown):
    assert tuple(due(replace(an_intent(kind=RELAY, state=state), **more))) == shown


@pytest.mark.parametrize("runs", [True, False])
def test_of_what_is_over_a_warning_offers_nothing(runs):
    relay = an_intent(kind=RELAY, state=State.STARTED)
    facts = {"what": "timer-warned", "by": "UBO", "due": 1_795_345_200_000, "was": 0}

    outcome = told(relay, facts, runs=runs)

    assert outcome.headline[0] == Bold(f"{relay.handle} · ")
    assert [one.label for one in outcome.buttons] == (
        ["Extend 1 h", "Keep running"] if runs else []
    )
    extended = f"timer {relay.id} until=2026-11-22T12:00:00Z"
    assert [one.text for one in outcome.buttons[:1]] == ([extended] if runs else [])


@pytest.mark.parametrize(
    ("state", "more", "labels"),
    [
        (State.STARTED, {}, ["Stop at…"]),
        (State.STARTED, TIMED, ["Stop at…", "Keep running"]),
        (State.STOPPING, TIMED, []),
        (State.STOPPED, TIMED, []),
    ],
)
def test_what_can_be_done_about_its_timer(state, more, labels):
    relay = replace(an_intent(kind=RELAY, state=state), **more)

    assert [one.label for one in buttons(relay)] == labels


@pytest.mark.parametrize(
    ("by", "was", "said"),
    [
        ("UBO", 1_795_345_200_000, ", the stop was due 2026-11-22 11:00 UTC · UBO"),
        ("UBO", 0, " · UBO"),
        (
            "",
            1_795_345_200_000,
            (
                ": the stop was due 2026-11-22 11:00 UTC, and the journal was put"
                " back from a backup"
            ),
        ),
    ],
)
def test_that_there_is_no_timer_any_more_is_said_to_be_by_whoever_dropped_it(
    by, was, said
):
    relay = an_intent(kind=RELAY, state=State.STARTED)
    facts = {"what": "timer-dropped", "by": by, "due": 0, "was": was}

    assert told(relay, facts).plain == f"{relay.handle} · no timer any more{said}"
