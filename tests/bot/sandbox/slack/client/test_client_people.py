"""What Slack's admins do, as the bot hears of it: the shapes of Slack's own pages.

https://docs.slack.dev/reference/events/ has one for each event.
"""

from dataclasses import replace

import pytest

from bot.sandbox.slack.model.seed import ANA, BOB, ON_CALL


@pytest.fixture
def hearing(rig):
    """A rig whose app hears of people and groups."""

    async def hear(body):
        rig.hear(body)

    for event in ("user_change", "subteam_members_changed", "subteam_updated"):
        rig.app.event(event)(hear)
    return rig


def events(rig):
    return [one["event"] for one in rig.heard]


async def test_of_a_group_is_told_who_came_and_went_and_then_who_is_in_it(hearing):
    await hearing.client.change_group(ON_CALL, BOB)

    delta, whole = events(hearing)
    assert {key: delta[key] for key in delta if not key.startswith("date")} == {
        "type": "subteam_members_changed",
        "subteam_id": ON_CALL,
        "team_id": "T0SANDBOX",
        "added_users": [BOB.id],
        "added_users_count": "1",
        "removed_users": [ANA.id],
        "removed_users_count": "1",
        "event_ts": delta["event_ts"],
    }
    assert delta["date_previous_update"] < delta["date_update"]
    assert whole["subteam"]["users"] == [BOB.id]
    assert (whole["subteam"]["user_count"], whole["subteam"]["date_delete"]) == (1, 0)


async def test_a_group_lists_500_people_at_most_and_counts_all(hearing):
    crowd = [replace(BOB, id=f"U{number}") for number in range(501)]

    await hearing.client.change_group(ON_CALL, *crowd)

    (_, whole) = events(hearing)
    assert len(whole["subteam"]["users"]) == 500
    assert whole["subteam"]["user_count"] == 501


async def test_a_group_that_is_switched_off_is_told_and_cannot_be_looked_up(hearing):
    await hearing.client.disable_group(ON_CALL)

    (whole,) = events(hearing)
    assert whole["type"] == "subteam_updated"
    assert whole["subteam"]["date_delete"] > 0
    assert ON_CALL not in hearing.slack.space.groups


@pytest.mark.parametrize("flag", ["deleted", "is_restricted", "is_stranger"])
async def test_a_change_of_somebody_is_told_with_all_that_they_are(hearing, flag):
    name = {"is_restricted": "guest", "is_stranger": "stranger"}.get(flag, flag)

    await hearing.client.change_user(replace(BOB, **{name: True}))

    (event,) = events(hearing)
    assert event["type"] == "user_change"
    assert (event["user"]["id"], event["user"]["locale"]) == (BOB.id, "zh-CN")
    assert event["user"][flag] is True
    assert event["cache_ts"] == event["user"]["updated"]
