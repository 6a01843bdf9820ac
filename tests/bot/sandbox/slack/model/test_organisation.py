"""An organisation as Slack describes it: one token, and workspaces that are named."""

from dataclasses import replace

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.client.payloads import Payloads
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.objects import Kind

IDS = "UW"
BOTH = {seed.NEWS.id, seed.SPORT.id}


@pytest.fixture
def org(rig):
    return seed.org_wide(rig.slack.space)


async def test_the_token_is_of_the_organisation(rig, org):
    answer = await rig.app.client.auth_test()

    assert answer["is_enterprise_install"] is True
    assert (answer["enterprise_id"], answer["team_id"]) == (org.id, org.id)


async def test_its_workspaces_are_listed_page_by_page(rig, org):
    client = rig.app.client

    first = await client.auth_teams_list(limit=1)
    rest = await client.auth_teams_list(
        limit=1, cursor=first["response_metadata"]["next_cursor"]
    )

    assert [first["teams"], rest["teams"]] == [
        [{"id": seed.NEWS.id, "name": seed.NEWS.name}],
        [{"id": seed.SPORT.id, "name": seed.SPORT.name}],
    ]
    assert rest["response_metadata"]["next_cursor"] == ""


async def test_a_token_of_one_workspace_lists_none(rig):
    with pytest.raises(SlackApiError) as refused:
        await rig.app.client.auth_teams_list()

    assert refused.value.response["error"] == "invalid_auth"


@pytest.mark.parametrize(
    ("team", "error"),
    [
        (None, "missing_argument"),
        ("T0ELSEWHERE", "team_access_not_granted"),
        (seed.NEWS.id, "no_such_subteam"),  # it is the other one's
    ],
)
async def test_a_group_is_looked_up_in_its_workspace_alone(rig, org, team, error):
    named = {"team_id": team} if team else {}

    with pytest.raises(SlackApiError) as refused:
        await rig.app.client.usergroups_users_list(
            usergroup=seed.SPORT_ON_CALL, **named
        )
    there = await rig.app.client.usergroups_users_list(
        usergroup=seed.SPORT_ON_CALL, team_id=seed.SPORT.id
    )

    assert refused.value.response["error"] == error
    assert there["users"] == [seed.KIM.id]


def test_each_workspace_has_two_people_of_its_own_and_a_group_of_the_same_name(
    rig, org
):
    people = [one for one in rig.slack.space.users.values() if not one.bot]
    own = [one for one in people if not one.others]

    assert {team: sum(one.team.id == team for one in own) for team in BOTH} == (
        dict.fromkeys(BOTH, 2)
    )
    assert {one.id[0] for one in people} == {*IDS}
    assert [group.name for group in org.groups.values()] == ["on-call"] * 2
    assert {team for team, _group in org.groups} == BOTH


async def test_somebody_of_both_is_told_so_by_users_info(rig, org):
    info = await rig.app.client.users_info(user=seed.EVE.id)

    assert {*info["user"]["enterprise_user"]["teams"]} == BOTH
    assert info["user"]["enterprise_user"]["enterprise_id"] == org.id


@pytest.mark.parametrize("looks_at", [seed.NEWS, seed.SPORT], ids=lambda one: one.name)
def test_what_somebody_does_names_the_workspace_that_they_look_at(rig, org, looks_at):
    space, payloads = rig.slack.space, Payloads(rig.slack.space)
    org.looking[seed.EVE.id] = looks_at
    both = space.channels[seed.BOTH.id]

    typed = payloads.command(seed.EVE, both, "/relay", "list")
    chosen = payloads.shortcut(seed.EVE, "x", None)
    home = payloads.home_opened(seed.EVE)

    assert (typed["team_id"], typed["is_enterprise_install"]) == (looks_at.id, "true")
    assert (chosen["team"]["id"], chosen["user"]["team_id"]) == (
        looks_at.id,
        seed.NEWS.id,
    )
    assert chosen["is_enterprise_install"] is True
    assert home["team_id"] == looks_at.id


async def test_in_a_channel_of_both_the_event_is_of_the_host_and_says_who_writes(
    rig, org
):
    space = rig.slack.space
    both = space.channels[seed.BOTH.id]

    message = await rig.client.say(seed.KIM, both, "@patchbay hello")
    body = Payloads(space).said(message, "app_mention")

    assert (body["team_id"], body["event"]["team"]) == (seed.NEWS.id, seed.SPORT.id)
    assert body["event"]["user_team"] == seed.SPORT.id
    assert body["is_ext_shared_channel"] is False
    assert body["authorizations"][0]["is_enterprise_install"] is True


async def test_what_is_sent_in_names_no_workspace_outside_its_view(rig, org):
    space = rig.slack.space
    view = space.open(seed.KIM.id, {"type": "modal", "blocks": []})

    body = Payloads(space).submission(seed.KIM, view)

    assert body["team"] is None
    assert body["view"]["team_id"] == seed.SPORT.id
    assert body["view"]["app_installed_team_id"] == org.id


def test_a_direct_message_is_of_its_writers_workspace(org):
    direct = replace(seed.BOTH, kind=Kind.DIRECT, org_shared=False)

    event, around = org.told({}, seed.KIM, direct)

    assert (event, around) == ({"team": seed.SPORT.id}, seed.SPORT)
