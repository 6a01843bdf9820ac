"""What Slack says before a start, asked without leaving a trace there."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.operations.doctor import Check
from bot.operations.preflight.slack import MOST, Scopes, examine_slack
from bot.settings import Policy, Rule, Settings
from tests.fakes.slack import FakeSlack

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SCOPES = Scopes(frozenset({"chat:write"}), {"files:write": "the export"})
INTRODUCED = {"auth.test": {"team": "Acme", "user": "patchbay", "bot_id": "B1"}}
GREETED = Check("Slack: Acme, as @patchbay")


def settings(**more):
    token = SecretStr("xapp" + "-1-A1-2-3")
    return Settings.model_construct(slack_app_token=token, **more)


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
