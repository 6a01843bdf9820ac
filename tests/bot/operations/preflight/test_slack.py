"""What Slack says before a start, asked without leaving a trace there."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.config.alerts import Alerts, AppAlerts
from bot.operations.doctor import Check
from bot.operations.preflight.slack import MOST, Scopes, examine_slack
from bot.settings import App, Policy, Rule, Second, Settings, Workspace
from bot.slack.outbound.web import Sent
from tests.fakes.slack import FakeSlack, refused

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SCOPES = Scopes(frozenset({"chat:write"}), {"files:write": "the export"})
INTRODUCED = {"auth.test": {"team": "Acme", "user": "patchbay", "bot_id": "B1"}}
GREETED = Check("Slack: Acme, as @patchbay")


def settings(**more):
    token = SecretStr("xapp" + "-1-A1-2-3")
    return Settings.model_construct(slack_app_token=token, **more)


def app(name, alerts):
    return App.model_construct(name=name, sdk_app_id=1, alerts=alerts)


async def found_by(slack, **more):
    return await examine_slack(slack, settings(**more), SCOPES, NOW)


async def test_where_all_is_well_that_is_said_and_nothing_is_left_there():
    slack = FakeSlack(data={**INTRODUCED, "bots.info": {"bot": {"app_id": "A1"}}})
    slack.scopes = frozenset({"chat:write", "files:write", "another"})
    slack.at = NOW.timestamp() - 2

    assert await found_by(slack, ops_channel="C1") == [
        GREETED,
        Check("Clock: +2 s against Slack's"),
        Check("ops_channel C1"),
    ]
    assert slack.ways == [
        "auth.test",
        "apps.connections.open",
        "bots.info",
        "conversations.history",
    ]


async def test_what_slack_does_not_say_is_not_complained_of():
    slack = FakeSlack(data={**INTRODUCED, "bots.info": {"bot": None}})

    assert await found_by(slack) == [GREETED]


async def test_a_channel_that_may_not_be_looked_at_is_worth_a_word():
    slack = FakeSlack(data=INTRODUCED)
    slack.refusing["conversations.history"] = "missing_scope"

    (*_others, check) = await found_by(slack, ops_channel="C1")

    assert (check.what, check.well) == ("ops_channel C1", None)
    assert "/invite @patchbay" in check.fix


async def test_channels_and_groups_of_alerts_are_each_asked_for_once_by_their_table():
    apps = (
        app("one", AppAlerts(channel="C2", group="S9")),
        app("two", AppAlerts(channel="C3")),
    )
    alerts = Alerts(channel="C2", group="S1")
    slack = FakeSlack(data=INTRODUCED)
    slack.answers["usergroups.users.list"] = [Sent(ok=True), refused("no_such_subteam")]
    slack.answers["conversations.history"] = [
        Sent(ok=True),
        Sent(ok=True),
        refused("channel_not_found"),
    ]

    _greeted, *checks = await found_by(
        slack, ops_channel="C1", alerts=alerts, apps=apps
    )

    assert checks == [
        Check("ops_channel C1"),
        Check("[alerts]: channel C2"),
        Check(
            "“two”, alerts: channel C3: Slack says channel_not_found",
            well=False,
            fix="Type /invite @patchbay there.",
        ),
        Check(
            "“one”, alerts: group S9: Slack says no_such_subteam",
            well=False,
            fix="docs/install.md says where IDs are.",
        ),
    ]


@pytest.mark.parametrize("word", ["unreachable", "timeout", "http_404", "ratelimited"])
async def test_a_slack_that_does_not_answer_is_asked_no_more(word):
    slack = FakeSlack(refusing={"auth.test": word})

    (check,) = await found_by(slack, ops_channel="C1")

    told = f"Slack does not answer at https://slack.com/api/: {word}"
    assert (check.what, check.well) == (told, False)
    assert slack.ways == ["auth.test"]


async def test_both_tokens_are_looked_at_although_the_first_is_wrong():
    slack = FakeSlack(
        refusing={"auth.test": "invalid_auth", "apps.connections.open": "invalid_auth"}
    )

    assert [one.what for one in await found_by(slack)] == [
        "SLACK_BOT_TOKEN: Slack says invalid_auth",
        "SLACK_APP_TOKEN: Slack says invalid_auth",
    ]


async def test_each_person_of_the_rules_is_asked_for_once_and_not_very_many():
    users = tuple(f"U{n}" for n in range(MOST + 5))
    rules = (
        Rule(name="a", actions=("*",), users=("U0",), groups=("S1",)),
        Rule(name="b", actions=("*",), users=users),
    )
    slack = FakeSlack(data=INTRODUCED, refusing={"users.info": "user_not_found"})

    checks = await found_by(slack, policy=Policy(rules=rules))

    assert slack.ways.count("users.info") == MOST - 1
    assert slack.ways.count("usergroups.users.list") == 1
    assert [one.what for one in checks[1:3]] == [
        "Rule “a”: U0: Slack says user_not_found",
        "Rule “b”: U1: Slack says user_not_found",
    ]


# ── an organisation ──────────────────────────────────────────────────────────────

ORG = {
    "auth.test": {
        "team": "Acme, all of it",
        "user": "patchbay",
        "bot_id": "B1",
        "enterprise_id": "E1",
        "is_enterprise_install": True,
    },
    "auth.teams.list": {"teams": [{"id": "T1", "name": "One"}, {"id": "T2"}]},
    "bots.info": {"bot": {"app_id": "A1"}},
}


async def test_of_an_organisation_its_workspaces_are_told():
    slack = FakeSlack(data=ORG)

    greeted, org, *others = await found_by(slack)

    assert greeted.what == "Slack: Acme, all of it, as @patchbay"
    assert org == Check("Org-wide, in 2 workspaces: One (T1), ? (T2)")
    assert others == []
    calls = dict(slack.sent)
    assert calls["bots.info"] == {"bot": "B1", "team_id": "E1"}


@pytest.mark.parametrize(
    ("teams", "what"),
    [
        ({"teams": []}, "Org-wide, and in no workspace yet"),
        (None, "Org-wide; its workspaces: Slack says invalid_auth"),
    ],
)
async def test_an_app_that_is_in_no_workspace_is_not_well(teams, what):
    slack = FakeSlack(data=ORG | ({"auth.teams.list": teams} if teams else {}))
    if teams is None:
        slack.refusing["auth.teams.list"] = "invalid_auth"

    _greeted, check = await found_by(slack)

    assert (check.what, check.well) == (what, False)


FAR = Policy(
    rules=(Rule(name="far", teams=("T1", "T7"), actions=("*",), users=("U1",)),),
    second=(Second(name="farther", teams=("T9", "T1"), actions=("relay.start",)),),
)


async def test_what_is_set_for_a_workspace_without_the_app_is_told():
    there = (Workspace(team="T8", ops_channel="C8"), Workspace(team="T1"))

    checks = await found_by(FakeSlack(data=ORG), policy=FAR, workspaces=there)

    wrong = [check.what for check in checks if check.well is False]
    assert wrong == [
        "[[policy.rules]] “far”: the app is in no workspace T7.",
        "[[policy.second]] “farther”: the app is in no workspace T9.",
        "[[workspaces]]: the app is in no workspace T8.",
    ]
    assert Check("ops_channel C8") in checks


async def test_workspaces_of_an_app_that_is_in_one_do_nothing():
    slack = FakeSlack(data=INTRODUCED)

    _greeted, check = await found_by(slack, workspaces=(Workspace(team="T1"),))

    assert (check.what, check.well) == (
        "[[workspaces]] is for an org-wide install, and this is none.",
        None,
    )


async def test_of_an_app_that_is_in_one_what_is_set_for_another_is_told():
    in_one = {"auth.test": {**INTRODUCED["auth.test"], "team_id": "T1"}}

    _greeted, *checks = await found_by(FakeSlack(data=in_one), policy=FAR)

    fix = "It is in T1 alone; docs/install.md says what org-wide is."
    places = {"[[policy.rules]] “far”": "T7", "[[policy.second]] “farther”": "T9"}
    assert checks == [
        Check(f"{place}: the app is in no workspace {team}.", well=False, fix=fix)
        for place, team in places.items()
    ]


async def test_a_workspace_where_nobody_may_approve_what_is_asked_there_is_told():
    leads = Rule(name="leads", teams=("T1",), actions=("*",), users=("U1",))
    policy = Policy(
        rules=(leads,), second=(Second(name="two", actions=("relay.start",)),)
    )

    checks = await found_by(FakeSlack(data=ORG), policy=policy)

    (wrong,) = [check.what for check in checks if check.well is False]
    nobody = "no rule allows patchbay.approve to anybody in the workspace T2"
    assert wrong == f"Second “two”: {nobody}, so nothing is sent there."


async def test_a_group_that_is_called_is_asked_for_in_each_workspace():
    """That Slack knows it in one says nothing of the next."""
    alerts = Alerts(group="S1")
    own = Workspace(team="T2", alerts=AppAlerts(channel="C2", group="S2"))
    slack = FakeSlack(data=ORG)
    no = refused("no_such_subteam")
    slack.answers["usergroups.users.list"] = [Sent(ok=True), no, Sent(ok=True), no]

    alike = await found_by(slack, alerts=alerts)
    apart = await found_by(slack, alerts=alerts, workspaces=(own,))

    asked = [call for way, call in slack.sent if way == "usergroups.users.list"]
    assert [(one["usergroup"], one["team_id"]) for one in asked] == [
        ("S1", "T1"),
        ("S1", "T2"),
        ("S1", "T1"),
        ("S2", "T2"),
    ]
    assert [[one.what for one in told if not one.well] for told in (alike, apart)] == [
        ["[alerts]: group S1 (T2): Slack says no_such_subteam"],
        ["[[workspaces]] T2, alerts: group S2 (T2): Slack says no_such_subteam"],
    ]
    assert Check("[[workspaces]] T2, alerts: channel C2") in apart


@pytest.mark.parametrize(("common", "deaf"), [("C0", []), ("", ["T2"])])
async def test_a_workspace_whose_operators_hear_nothing_is_told(common, deaf):
    there = (Workspace(team="T1", ops_channel="C1"), Workspace(team="T2"))

    slack = FakeSlack(data=ORG)
    checks = await found_by(slack, workspaces=there, ops_channel=common)

    assert [check.what for check in checks if check.well is None] == [
        f"No ops_channel for {team}: alarms go to whoever asked." for team in deaf
    ]


async def test_workspaces_whose_people_may_act_in_all_the_others_are_told():
    checks = await found_by(
        FakeSlack(data=ORG), policy=Policy(teams=("T2", "T9", "E1"))
    )

    assert [check.what for check in checks if check.well is None] == [
        f"[policy] teams: people of {one} may act in every workspace."
        for one in ("E1", "T2")
    ]


async def test_a_group_need_be_in_one_of_the_workspaces_of_its_rule():
    rules = (
        Rule(name="one", teams=("T1",), actions=("*",), groups=("S1",)),
        Rule(name="both", actions=("*",), groups=("S2", "S3")),
    )
    slack = FakeSlack(data=ORG)
    no = refused("no_such_subteam")
    answers = [Sent(ok=True), no, Sent(ok=True), no, no]
    slack.answers["usergroups.users.list"] = answers

    checks = await found_by(slack, policy=Policy(rules=rules))

    asked = [call for way, call in slack.sent if way == "usergroups.users.list"]
    assert [(one["usergroup"], one["team_id"]) for one in asked] == [
        ("S1", "T1"),
        ("S2", "T1"),
        ("S2", "T2"),
        ("S3", "T1"),
        ("S3", "T2"),
    ]
    assert [check.what for check in checks if check.well is False] == [
        "Rule “both”: S3: Slack says no_such_subteam"
    ]
