"""The decision table, line by line."""

import pytest

from bot.access.policy import (
    Circumstances,
    Gate,
    Verdict,
    Wish,
    dead_actions,
    judge,
)
from bot.dialogue.ask import Person, Place
from bot.ids import ChannelId, SlackUserId, TeamId
from bot.settings import App, Policy, Rule, Second
from bot.slack.profiles import Known as Profile
from bot.tencent.models.base import Level
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves
from bot.tencent.models.trtc.requests import StartPublishCdnStream, StopPublishCdnStream

HOME = TeamId("THOME")
MAIN = App(name="live-main", sdk_app_id=1, usersig_key="k" * 8)
START = Wish("relay.start", Level.BILLED, MAIN)
READ = Wish("gs.show", Level.READ)
SETTLE = Wish("relay.settle", Level.CHANGE, MAIN)
UNKNOWN_GROUPS = "The members of the user groups could not be looked up."
STOP = Wish("relay.stop", Level.CHANGE, MAIN, ends=True)
ONCALL = Rule(
    name="on-call",
    actions=("relay.*",),
    users=("UANA",),
    groups=("SLIVE",),
    channels=("COPS",),
    apps=("live-main",),
)
RULED = Policy(rules=(ONCALL,))


def facts(user="UANA", channel="COPS", **known):
    team = known.pop("team", HOME)
    person = Person(team=team, user=SlackUserId(user), home=known.pop("home", team))
    where = Place(channel=ChannelId(channel))
    return Circumstances(
        who=person, where=where, installed=HOME, **{"groups": {}, **known}
    )


def test_without_rules_nobody_changes_anything():
    verdict = judge(START, facts(), Policy(), allow_all=False)

    assert verdict == Verdict(
        allowed=False, rule="relay.start", reason="No rule allows relay.start here."
    )


def test_members_may_look_without_a_rule_unless_that_is_switched_off():
    assert judge(READ, facts(), Policy(), allow_all=False).rule == "reads_for_all"

    closed = Policy(reads_for_all=False)
    assert not judge(READ, facts(), closed, allow_all=False).allowed


@pytest.mark.parametrize(
    ("known", "allowed"),
    [
        ({}, True),
        ({"user": "UBOB"}, False),
        ({"user": "UBOB", "groups": {"SLIVE": frozenset({"UBOB"})}}, True),
        ({"user": "UBOB", "groups": {"SELSE": frozenset({"UBOB"})}}, False),
        ({"channel": "CELSE"}, False),
    ],
)
def test_a_rule_needs_the_place_and_the_person(known, allowed):
    verdict = judge(START, facts(**known), RULED, allow_all=False)

    assert verdict.allowed is allowed


@pytest.mark.parametrize(
    ("wish", "allowed"),
    [
        (Wish("relay.stop", Level.CHANGE, MAIN), True),
        (Wish("car.start", Level.BILLED), False),
        (Wish("relay.start", Level.BILLED), False),
        (
            Wish(
                "relay.start",
                Level.BILLED,
                App(name="other", sdk_app_id=2, usersig_key="k" * 8),
            ),
            False,
        ),
    ],
)
def test_a_rule_allows_its_actions_on_its_apps_only(wish, allowed):
    assert judge(wish, facts(), RULED, allow_all=False).allowed is allowed


def test_a_refusal_names_the_rule_and_who_may():
    verdict = judge(START, facts(user="UBOB"), RULED, allow_all=False)

    assert verdict == Verdict(
        allowed=False,
        rule="on-call",
        reason="You are not among those whom “on-call” names.",
        may=("UANA", "SLIVE"),
    )


WIDE = Rule(name="wide", actions=("*",), users=("UBOB", "UANA"))


@pytest.mark.parametrize(
    ("user", "verdict"),
    [
        ("UANA", Verdict(allowed=True, rule="on-call")),
        ("UBOB", Verdict(allowed=True, rule="wide")),
        (
            "UEVE",
            Verdict(
                allowed=False,
                rule="on-call",
                reason="You are not among those whom “on-call, wide” names.",
                may=("UANA", "SLIVE", "UBOB"),
            ),
        ),
    ],
)
def test_the_first_rule_that_names_the_person_counts(user, verdict):
    both = Policy(rules=(ONCALL, WIDE))

    assert judge(START, facts(user=user), both, allow_all=False) == verdict


def test_a_rule_without_places_and_apps_is_for_all_of_them():
    known = facts(channel="CELSE")

    for wish in (START, Wish("car.start", Level.BILLED)):
        verdict = judge(wish, known, Policy(rules=(WIDE,)), allow_all=False)
        assert verdict == Verdict(allowed=True, rule="wide")


@pytest.mark.parametrize("action", ["relay.start", "car.start"])
def test_one_of_the_actions_of_a_rule_is_enough(action):
    either = Rule(name="either", actions=("relay.*", "car.*"), users=("UANA",))

    verdict = judge(
        Wish(action, Level.BILLED), facts(), Policy(rules=(either,)), allow_all=False
    )

    assert verdict.allowed


def test_a_group_of_one_rule_that_is_not_known_is_told():
    both = Policy(rules=(WIDE, ONCALL))

    verdict = judge(START, facts(user="UEVE", groups=None), both, allow_all=False)

    assert verdict.reason == "The members of the user groups could not be looked up."


def test_groups_that_no_rule_names_need_not_be_known():
    wide = Policy(rules=(WIDE,))

    verdict = judge(START, facts(user="UEVE", groups=None), wide, allow_all=False)

    assert verdict.reason == "You are not among those whom “wide” names."


def test_groups_that_cannot_be_looked_up_let_nobody_in():
    verdict = judge(START, facts(user="UBOB", groups=None), RULED, allow_all=False)

    assert (verdict.allowed, verdict.reason) == (
        False,
        "The members of the user groups could not be looked up.",
    )


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        ({"home": "TELSE"}, "outsiders"),
        ({"team": "TELSE", "home": HOME}, "teams"),
        ({"guest": True}, "guests"),
    ],
)
@pytest.mark.parametrize("wish", [START, READ])
def test_strangers_are_refused_even_where_all_is_allowed(known, rule, wish):
    verdict = judge(wish, facts(**known), RULED, allow_all=True)

    assert (verdict.allowed, verdict.rule) == (False, rule)


@pytest.mark.parametrize(
    ("known", "rule", "reason"),
    [
        ({"home": "TELSE"}, "outsiders", "You belong to another workspace."),
        (
            {"team": "TELSE", "home": HOME},
            "teams",
            "This bot does not work for this workspace.",
        ),
        ({"guest": True}, "guests", "Guests may not use this bot."),
        (
            {"guest": None},
            "guests",
            "Slack did not say whether you are a guest.",
        ),
    ],
)
def test_a_stranger_is_told_what_kind_of_stranger_they_are(known, rule, reason):
    verdict = judge(READ, facts(**known), RULED, allow_all=True)

    assert verdict == Verdict(allowed=False, rule=rule, reason=reason)


@pytest.mark.parametrize(
    ("known", "policy"),
    [
        ({"team": "TELSE"}, Policy(outsiders=True)),
        ({"home": "TELSE"}, Policy(teams=("TELSE",))),
        ({"guest": None}, Policy(guests=True)),
        ({"home": "TELSE"}, Policy(outsiders=True)),
        ({"team": "TELSE"}, Policy(teams=("TELSE",))),
        ({"guest": True}, Policy(guests=True)),
    ],
)
def test_strangers_may_be_let_in_by_name_of_their_kind(known, policy):
    assert judge(READ, facts(**known), policy, allow_all=False).allowed


def test_all_may_do_all_where_it_says_so():
    verdict = judge(START, facts(user="UBOB"), Policy(), allow_all=True)

    assert verdict == Verdict(allowed=True, rule="BOT_ALLOW_ALL")


class Known:
    """A directory that knows one guest and one group."""

    team = HOME
    teams = None
    known = True
    enterprise = "EHOME"
    moved_from = None

    def profile(self, who):
        return Profile("en-US", guest=who.user == "UGUEST")

    def groups(self, of=None, *, patient=False, team=None):
        return {"SLIVE": frozenset({"UBOB"})}


class Stranger(Known):
    """A directory whose Slack does not answer."""

    def profile(self, who):
        return None

    def groups(self, of=None, *, patient=False, team=None):
        return {"SLIVE": frozenset({"UBOB"})} if patient else None


@pytest.mark.parametrize(
    ("user", "wish", "finally_", "allowed", "reason"),
    [
        ("UANA", START, False, True, ""),  # an ack does not wait until it is known
        ("UANA", START, True, False, "Slack did not say whether you are a guest."),
        ("UANA", STOP, True, True, ""),
        ("UBOB", START, False, True, ""),  # what is sent is judged by fresh facts
        ("UBOB", SETTLE, False, False, UNKNOWN_GROUPS),
        ("UBOB", STOP, True, True, ""),
    ],
)
def test_what_is_not_known_refuses_a_start_at_last_but_never_a_stop(
    user, wish, finally_, allowed, reason
):
    known = facts(user=user)

    verdict = Gate(RULED, Stranger()).verdict(
        known.who, known.where, wish, finally_=finally_
    )

    assert (verdict.allowed, verdict.reason) == (allowed, reason)


@pytest.mark.parametrize(
    ("request_type", "ends"),
    [
        (StartPublishCdnStream, False),
        (StopPublishCdnStream, True),
        (DescribeCloudPhoneMultipleStreamSessionSlaves, False),
    ],
)
def test_a_wish_knows_whether_it_only_ends_something(request_type, ends):
    assert Wish.of(request_type, MAIN) == Wish(
        request_type.permit, request_type.level, MAIN, ends
    )


@pytest.mark.parametrize(
    ("user", "allowed"),
    [("UANA", True), ("UBOB", True), ("UGUEST", False), ("UEVE", False)],
)
def test_the_gate_asks_the_directory(user, allowed):
    gate = Gate(RULED, Known())
    known = facts(user=user)

    assert gate.verdict(known.who, known.where, START).allowed is allowed


@pytest.mark.parametrize(("allow_all", "allowed"), [(True, True), (False, False)])
def test_the_gate_lets_all_in_only_where_it_says_so(allow_all, allowed):
    known = facts(user="UEVE")

    verdict = Gate(RULED, Known(), allow_all).verdict(known.who, known.where, START)

    assert verdict.allowed is allowed
    assert Gate(RULED, Known()).allow_all is False


def test_not_to_know_a_guest_refuses_nothing_unless_it_is_final():
    known = facts()

    verdict = Gate(Policy(rules=(WIDE,)), Stranger()).verdict(
        known.who, known.where, START
    )

    assert verdict == Verdict(allowed=True, rule="wide")


ACTIONS = ("relay.start", "relay.stop", "car.start", "patchbay.audit")


@pytest.mark.parametrize("action", ["*", "relay.*", "patchbay.audit", "car.start"])
def test_an_action_that_there_is_lives(action):
    rule = Rule(name="r", actions=(action,), users=("UANA",))

    assert list(dead_actions(Policy(rules=(rule,)), ACTIONS)) == []


def test_an_action_that_matches_nothing_is_named_with_its_rule_and_what_was_meant():
    rules = (
        Rule(name="a", actions=("relay.start", "relay.strat"), users=("UANA",)),
        Rule(name="b", actions=("live.*", "realy.*"), users=("UANA",)),
    )

    assert list(dead_actions(Policy(rules=rules), ACTIONS)) == [
        'rule "a": relay.strat is no action; did you mean relay.start?',
        (
            'rule "b": live.* is no action; '
            "there are car.start, patchbay.audit, relay.start, relay.stop"
        ),
        'rule "b": realy.* is no action; did you mean relay.*?',
    ]


def test_an_action_of_what_needs_a_second_person_is_named_as_that():
    policy = Policy(second=(Second(name="s", actions=("relay.strat",)),))

    assert list(dead_actions(policy, ACTIONS)) == [
        'second "s": relay.strat is no action; did you mean relay.start?'
    ]
