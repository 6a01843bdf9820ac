"""Own people are own people in any of their workspaces; strangers stay strangers."""

from dataclasses import replace

import pytest

from bot.access.policy import Gate, judge
from bot.ids import TeamId
from bot.settings import Policy
from tests.bot.access.test_policy import (
    HOME,
    ONCALL,
    READ,
    RULED,
    START,
    STOP,
    Known,
    facts,
)

# Each way in which Slack may tell where somebody is at home, by each policy.
OWN = {
    "the workspace itself": {"home": HOME},
    "a sibling that the payload vouches for": {"home": "T2", "enterprise": "EHOME"},
    "a sibling by users.info": {"home": "T2", "homes": frozenset({"T2", "EHOME"})},
    "a member of both by users.info": {"home": "T2", "homes": frozenset({"T2", HOME})},
    "their organisation alone": {"home": "EHOME", "enterprise": "EHOME"},
    "the partner": {"home": "T9", "homes": frozenset({"T9", "E9"})},
    "the partner's organisation": {"home": "E9", "enterprise": "E9"},
    "nothing yet": {"home": "T2", "homes": None},
}
ALONE = {"the workspace itself", "a member of both by users.info"}
SIBLINGS = ALONE | {
    "a sibling that the payload vouches for",
    "a sibling by users.info",
    "their organisation alone",
}
PARTNER = {"the partner", "the partner's organisation"}


def placed(enterprise="", **known):
    made = facts(**known, team=HOME)
    who = replace(made.who, enterprise=enterprise)
    return replace(made, who=who, enterprise="EHOME")


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize(
    ("teams", "at_home"),
    [
        ((), SIBLINGS),
        (("T3",), ALONE),
        (("T2",), (SIBLINGS | {"nothing yet"}) - {"their organisation alone"}),
        (("EHOME",), SIBLINGS),
        (("E9",), ALONE | PARTNER),
        (("T9",), ALONE | {"the partner"}),
    ],
)
@pytest.mark.parametrize("wish", [START, READ])
def test_own_people_are_at_home_and_strangers_are_not(name, teams, at_home, wish):
    policy = Policy(teams=teams, rules=(ONCALL,))

    verdict = judge(wish, placed(**OWN[name]), policy, allow_all=True)

    assert (verdict.allowed, verdict.rule) == (
        (True, "BOT_ALLOW_ALL") if name in at_home else (False, "outsiders")
    )


@pytest.mark.parametrize(
    ("homes", "user", "allow_all", "allowed"),
    [
        (None, "UANA", False, True),
        (None, "UBOB", False, False),
        (None, "UBOB", True, False),
        (frozenset({"T9"}), "UANA", True, False),
    ],
)
def test_where_slack_does_not_tell_a_stop_goes_by_whoever_a_rule_names(
    homes, user, allow_all, allowed
):
    known = replace(facts(user=user, team=HOME, home="T2"), homes=homes)

    assert judge(STOP, known, RULED, allow_all=allow_all).allowed is allowed


def test_what_was_asked_in_the_workspace_before_is_void():
    class Moved(Known):
        moved_from = TeamId("TOLD")

    known = facts(team="TOLD")
    open_to_all = Policy(outsiders=True, teams=("TOLD",))
    gate = Gate(open_to_all, Moved(), allow_all=True)

    for wish in (START, STOP, READ):
        verdict = gate.verdict(known.who, known.where, wish, finally_=True)
        assert (verdict.allowed, verdict.rule) == (False, "teams")
        assert "another workspace" in verdict.reason
