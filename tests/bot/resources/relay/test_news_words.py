"""A line in the thread of a card says what became of what, when, and for how long."""

import json
from dataclasses import replace
from functools import partial

import pytest

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Mono,
    Outcome,
    Tone,
    When,
    Who,
)
from bot.journal.evidence import (
    HEADLINES,
    Ending,
    Headline,
    Standing,
    Target,
    TargetStanding,
)
from bot.journal.model import Asker
from bot.resources.relay import news as of_relays
from bot.resources.relay.card import stopped
from bot.resources.relay.news import told
from bot.resources.relay.update import replace_address
from bot.states import State
from tests.bot.resources.evidence import TASK, moment
from tests.bot.resources.relay.lives import (
    ADDRESSES,
    at,
    in_thread,
    stands,
)

RUNS = Standing(State.STARTED, Headline.LIVE, ref=TASK)
NOW = When(at(9))
BILLED = "As far as is known the relay goes on running, and is billed."
ERROR = (Mono("-9"), ": reset")
OWNER = ("Started by ", Who("U0ANA"))
STOP = Button(
    "Stop R1",
    "relay",
    f"stop 01J00000000000000000000000 task={TASK} app=7 --yes",
    once="01J00000000000000000000000:stop:1",
    confirm="Stop R1? Room lobby, 2 targets. Viewers lose this stream.",
    danger=True,
)
LISTED = "InternalError"
EXPLAIN = Button("Explain", "lookup", f"{LISTED} product=trtc")


def drawn(what, intent, *, target=0, by=told, **facts):
    """Return the line as it is drawn of facts that were kept as JSON."""
    notice = in_thread("", what, 9, target=target, **facts)
    return by(intent, json.loads(json.dumps(notice.facts)))


def reads(tone, *headline, audience=Audience.THREAD, **more):
    return Outcome(headline=headline, tone=tone, handle="R1", audience=audience, **more)


BREAKS = {
    "broke": (Tone.WARN, "lost its connection"),
    "back": (Tone.PLAIN, "recovered"),
}
ERRORS = {
    ("-9", "reset"): (ERROR,),
    ("-9", ""): ((Mono("-9"),),),
    ("", "reset"): ((Mono(""), ": reset"),),
    ("", ""): (),
}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("what", BREAKS)
def test_a_break_names_its_target_and_the_error_and_a_recovery_its_target(
    what, number, error
):
    tone, words = BREAKS[what]
    facts = {"code": error[0], "text": error[1], "count": 1, "since": moment(9)}

    outcome = drawn(what, stands(RUNS), target=number, **facts)

    assert outcome == reads(
        tone,
        Bold(f"R1 · {number} {ADDRESSES[number - 1]} {words}"),
        " · ",
        NOW,
        context=ERRORS[error] if what == "broke" else (),
    )


@pytest.mark.parametrize("status", Target)
@pytest.mark.parametrize("count", [2, 31])
def test_a_line_of_breaks_says_how_many_since_when_and_how_it_is_now(status, count):
    targets = (TargetStanding(), TargetStanding(status))
    facts = {"target": 2, "count": count, "since": moment(1), "code": "", "text": ""}
    word = {
        Target.LIVE: "live at the moment",
        Target.RECOVERING: "reconnecting at the moment",
    }.get(status, "changed")

    outcome = drawn("flaps", stands(replace(RUNS, targets=targets)), **facts)

    assert outcome == reads(
        Tone.WARN,
        Bold(f"R1 · 2 {ADDRESSES[1]} has broken {count} times"),
        sentence=("Since ", When(at(1)), f" · {word} · ", NOW),
    )


REPLACE = replace_address(stands(RUNS), 1)
FAILURES = {  # how it stands, whether its asker is known, the code; and what is added
    "it runs": (State.STARTED, "U0ANA", LISTED, (REPLACE, STOP, EXPLAIN)),
    "of a code nobody explains": (State.STARTED, "U0ANA", "-9", (REPLACE, STOP)),
    "it runs, with no code": (State.STARTED, "U0ANA", "", (REPLACE, STOP)),
    "nobody asked for it": (State.EXPIRING, "", LISTED, (REPLACE, STOP, EXPLAIN)),
    "it is being stopped": (State.STOPPING, "U0ANA", "-9", ()),
    "it is over": (State.STOPPED, "U0ANA", "-9", ()),
}


@pytest.mark.parametrize("audience", [Audience.THREAD, Audience.OPS])
@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_says_whose_it_is_why_if_it_is_billed_and_what_can_be_done(
    name, audience
):
    state, user, code, buttons = FAILURES[name]
    thing = stands(Standing(state, HEADLINES[state], ref=TASK))
    asker = Asker(team="T", user=user, home="T", channel="C")
    facts = {"code": code, "text": "reset" if code else "", "count": 1, "since": 1}
    by = told if audience is Audience.THREAD else of_relays.alarm

    outcome = drawn("failed", replace(thing, asker=asker), target=1, by=by, **facts)

    error = (Mono(code), ": reset")
    context = (*((error,) if code else ()), *((OWNER,) if user else ()))
    assert outcome == reads(
        Tone.BAD,
        Bold(f"R1 · 1 {ADDRESSES[0]} failed"),
        " · ",
        NOW,
        sentence=() if state is State.STOPPED else (BILLED,),
        buttons=buttons,
        context=context,
        audience=audience,
    )


def test_a_failure_that_is_told_when_it_is_over_says_nothing_of_what_runs():
    facts = {"code": "", "text": "", "count": 1, "since": 1}
    late = partial(told, runs=False)

    outcome = drawn("failed", stands(RUNS), target=1, by=late, **facts)

    assert (outcome.sentence, outcome.buttons) == ((), ())


def test_idle_is_said_to_be_probably_the_end_that_nobody_is_known_to_have_made():
    sentence = "idle; probably ended, though nobody is known to have stopped it"

    outcome = drawn("idle", stands(replace(RUNS, headline=Headline.IDLE)))

    assert outcome == reads(Tone.WARN, Bold(f"R1 · {sentence}"), " · ", NOW)


def test_of_one_that_was_idle_it_is_told_that_it_runs_again():
    sentence = "runs again after it was idle"

    outcome = drawn("again", stands(RUNS))

    assert outcome == reads(Tone.PLAIN, Bold(f"R1 · {sentence}"), " · ", NOW)


STOPPED = {  # by whom, and who is named
    "U0ANA": ("Stopped by ", Who("U0ANA"), " · "),
    "U0BEN": ("Stopped by ", Who("U0BEN"), " · "),
    "": ("Stopped · ",),
}
STARTED = (" · ", "started by ", Who("U0ANA"))
AFTER = {  # how long after it was sent, in seconds, and how that reads
    0: "0 s",
    40: "40 s",
    100: "1 min 40 s",
    4320: "1 h 12 min",
    94000: "1 d 2 h",
}


@pytest.mark.parametrize("seconds", AFTER)
@pytest.mark.parametrize("by", STOPPED)
def test_a_stop_is_told_with_who_did_it_after_how_long_and_who_had_started_it(
    by, seconds
):
    ended = Standing(State.STOPPED, Headline.STOPPED, by=by, since=moment(seconds))
    started = () if by == "U0ANA" else STARTED

    outcome = drawn("over", stands(ended))

    ran = (When(at(seconds)), " · after ", AFTER[seconds])
    assert outcome == reads(Tone.OVER, Bold("R1 · "), *STOPPED[by], *ran, *started)


@pytest.mark.parametrize("by", STOPPED)
def test_of_a_stop_in_doubt_it_is_told_by_when_it_was_over_and_not_after_how_long(by):
    ended = Standing(
        State.STOPPED, Headline.STOPPED, by=by, since=moment(60), ending=Ending.GONE
    )
    started = () if by == "U0ANA" else STARTED

    outcome = drawn("over", stands(ended))

    *who, _dot = STOPPED[by] if by else ("", "")
    told_by = (*who, " · not later than ") if by else ("Stopped · not later than ",)
    doubted = (*told_by, When(at(60)))
    assert outcome == reads(Tone.OVER, Bold("R1 · "), *doubted, *started)
    assert stopped(stands(ended)) == doubted


def test_of_one_that_nobody_here_sent_neither_how_long_it_ran_nor_for_whom_is_told():
    ended = Standing(State.STOPPED, Headline.STOPPED, by="U0BEN", since=moment(9))
    nobody = Asker(team="T", user="", home="T", channel="C")
    foreign = replace(stands(ended), asker=nobody, sent_at=None)

    outcome = drawn("over", foreign)

    assert outcome == reads(Tone.OVER, Bold("R1 · "), *STOPPED["U0BEN"], NOW)


BECAUSE = {
    Ending.GONE: "Ended: Tencent knows no such task any more",
    Ending.MEANWHILE: (
        "Ended: every target was disconnected while it was being stopped"
    ),
    Ending.IDLE: "Ended by itself: every target was disconnected",
    None: "Ended by itself: every target was disconnected",
}


@pytest.mark.parametrize("ending", BECAUSE)
def test_an_end_is_told_with_how_it_is_known_and_after_how_long(ending):
    ended = Standing(State.ENDED, Headline.ENDED, since=moment(40), ending=ending)

    outcome = drawn("over", stands(ended))

    assert outcome == reads(
        Tone.OVER, Bold("R1 · "), BECAUSE[ending], " · ", NOW, " · ", "after 40 s"
    )
