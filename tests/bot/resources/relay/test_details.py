"""Behind Details stands all of a relay that its card has no room for."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import Facts, Mono, Points, line
from bot.journal.evidence import Headline, Standing, Target, TargetStanding
from bot.resources.relay.details import details
from bot.states import State
from tests.bot.resources.evidence import moment
from tests.bot.resources.intents import AT
from tests.bot.resources.relay.lives import ADDRESSES, stands, two

ID = "01J00000000000000000000000"
SENT = f"{AT:%Y-%m-%d %H:%M:%S} UTC"
PUSHES = [{"PublishCdnUrl": url, "IsTencentCdn": 0} for url in ADDRESSES]
REMARK = (
    "a.example, b.example are sent as other CDN, which is billed."
    " If they are on Tencent's CDN, start it with cdn=tencent."
)


def thing(state=State.STARTED, headline=Headline.LIVE, **more):
    each = (TargetStanding(Target.LIVE, moment(1)), TargetStanding())
    standing = Standing(state, headline, targets=each, **more)
    shown = stands(standing)
    masked = {"PublishCdnParams": PUSHES, "AgentParams": {"MaxIdleTime": 60}}
    subject = replace(shown.subject, app="main", region="ap-x", agent="pb_1")
    return replace(shown, masked=masked, subject=subject)


def facts(intent):
    (listed,) = [part for part in details(intent) if isinstance(part, Facts)]
    return dict(listed.pairs)


def test_they_say_what_does_not_change_and_until_when_it_can_be_stopped():
    assert facts(thing()) == {
        "Application": ("main (7) · ap-x",),
        "Content": ("one stream, not transcoded",),
        "Empty room": ("stops 60 s after the room is empty",),
        "Sent": (SENT,),
        "Can be stopped until": ("2026-03-31 12:00:00 UTC",),
        "Robot": (Mono("pb_1"),),
        "Submission": (Mono(ID),),
    }


@pytest.mark.parametrize(
    ("state", "headline", "remarked"),
    [
        (State.STARTED, Headline.LIVE, True),
        (State.STOPPED, Headline.STOPPED, False),
    ],
)
def test_they_list_the_targets_and_while_it_runs_whose_cdn_they_are_on(
    state, headline, remarked
):
    targets, *rest, _facts = details(thing(state, headline))

    assert isinstance(targets, Points)
    assert len(targets.lines) == 2
    assert rest == ([line(REMARK, quiet=True)] if remarked else [])
    assert ("Can be stopped until" in facts(thing(state, headline))) is remarked


def test_of_an_unknown_start_they_say_between_which_moments_it_may_have_begun():
    unknown = thing(State.UNKNOWN, Headline.UNKNOWN, since=moment(12))

    assert facts(unknown)["Sent"] == (f"{SENT} to 2026-03-01 12:00:12 UTC",)


def test_an_error_is_told_as_it_came():
    failed = thing(State.NOT_STARTED, Headline.NOT_STARTED)
    end = replace(failed.settlement, error_code="AuthFailure", error_text="no")

    assert facts(replace(failed, settlement=end))["Error"] == (
        Mono("AuthFailure"),
        "  no",
    )


def test_of_one_that_nobody_here_started_less_is_on_record():
    unmanaged = replace(two(), masked={}, sent_at=None)

    assert set(facts(unmanaged)) == {"Application", "Submission"}
