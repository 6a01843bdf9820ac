"""Installed org-wide, each workspace is judged by itself."""

from dataclasses import replace
from itertools import product

import pytest

from bot.access.policy import Gate, Wish
from bot.config.rules import groups_in
from bot.dialogue.ask import Person, Place
from bot.settings import Policy, Rule
from bot.slack.profiles import Known as Profile
from bot.tencent.models.base import Level

BOTH = frozenset({"T1", "T2"})
OTHER = {"T1": "T2", "T2": "T1"}
READ, START = Wish("relay.read", Level.READ), Wish("relay.start", Level.BILLED)
STOP = replace(START, action="relay.stop", ends=True)
WISHES = (READ, START, STOP)
PLACE = Place(channel="C1")
RULES = (
    Rule(name="one", teams=("T1",), actions=("*",), groups=("S1",)),
    Rule(name="two", teams=("T2",), actions=("*",), groups=("S1",)),
)


class Grid:
    """A directory of two workspaces, each with a group S1 of one person."""

    team, enterprise, moved_from, known = "T1", "E1", None, True
    teams = BOTH

    def profile(self, who):
        return Profile("en-US", guest=False, homes=frozenset({who.home, "E1"}))

    def groups(self, of=None, *, patient=False, team=None):
        return {name: frozenset({f"UCHIEF{team}"}) for name in of}


def person(user, team, home=None, **more):
    return Person(team=team, user=user, home=home or team, **more)


def allowed(gate, who, wish):
    return gate.verdict(who, PLACE, wish, finally_=True).allowed


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.action)
@pytest.mark.parametrize("team", sorted(BOTH))
def test_a_group_answers_for_its_own_workspace_alone(team, wish):
    gate = Gate(Policy(rules=RULES, reads_for_all=False), Grid())

    assert allowed(gate, person(f"UCHIEF{team}", team), wish)
    assert not allowed(gate, person(f"UCHIEF{OTHER[team]}", team), wish)


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.action)
@pytest.mark.parametrize(("team", "rules_of"), [*product(sorted(BOTH), sorted(BOTH))])
def test_a_rule_for_a_workspace_is_for_no_other(team, rules_of, wish):
    rule = Rule(name="r", teams=(rules_of,), actions=("*",), users=("UANA",))
    gate = Gate(Policy(rules=(rule,), reads_for_all=False), Grid())

    assert allowed(gate, person("UANA", team), wish) is (team == rules_of)


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.action)
@pytest.mark.parametrize("allow_all", [False, True])
@pytest.mark.parametrize("enterprise", ["", "E1"])
def test_people_of_the_next_workspace_are_strangers_in_this_one(
    wish, allow_all, enterprise
):
    everybody = Rule(name="r", actions=("*",), users=("UANA",))
    gate = Gate(Policy(rules=(everybody,)), Grid(), allow_all=allow_all)
    who = person("UANA", "T1", home="T2", enterprise=enterprise, bound=True)

    verdict = gate.verdict(who, PLACE, wish, finally_=True)

    assert (verdict.allowed, verdict.rule) == (False, "outsiders")
    assert gate.stranger(who) == verdict


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.action)
@pytest.mark.parametrize(
    "policy", [Policy(), Policy(outsiders=True), Policy(teams=("T3", "E1"))]
)
def test_a_workspace_that_the_app_was_not_added_to_is_not_served(policy, wish):
    gate = Gate(policy, Grid(), allow_all=True)
    who = person("UANA", "T3", enterprise="E1")

    verdict = gate.verdict(who, PLACE, wish, finally_=True)

    assert (verdict.allowed, verdict.rule) == (False, "teams")
    assert verdict.reason == "This bot does not work for this workspace."
    assert gate.stranger(who) == verdict


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.action)
@pytest.mark.parametrize("team", ["T1", "T3"])
def test_of_what_was_accepted_before_it_was_taken_out_of_one_what_ends_goes(team, wish):
    gate = Gate(Policy(rules=RULES, reads_for_all=False), Grid())
    who = person("UANA", team)

    later = gate.verdict_later(who, PLACE, wish)

    assert later.allowed is (team == "T3" and wish is STOP)
    if not later.allowed:
        assert later == gate.verdict(who, PLACE, wish, finally_=True)


def test_slack_is_asked_for_each_group_where_its_rules_are_for():
    rules = (*RULES[:1], Rule(name="all", actions=("*",), groups=("S1", "S2")))

    assert groups_in(rules, ["T1", "T2"]) == {
        ("T1", "S1"): "one",
        ("T2", "S1"): "all",
        ("T1", "S2"): "all",
        ("T2", "S2"): "all",
    }
    assert groups_in(rules, []) == {("", "S1"): "one", ("", "S2"): "all"}
