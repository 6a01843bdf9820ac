"""Mentions, edits, files and other workspaces, as the bot hears of them."""

import pytest

from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.seed import ANA, OPS
from tests.bot.sandbox.slack.conftest import texts

HEY = "@patchbay hey"


@pytest.fixture
def hearing(rig):
    """A rig whose app hears mentions and direct messages."""

    async def hear(body):
        rig.hear(body)

    rig.app.event("app_mention")(hear)
    rig.app.event("message")(hear)
    return rig


async def said(rig, text=HEY, who=ANA, channel=OPS, **more):
    message = await rig.client.say(who, channel, text, **more)
    await rig.slack.space.feed.quiet()
    return message


async def test_an_edited_mention_is_heard_anew_as_the_same_message(hearing):
    message = await said(hearing)

    await hearing.client.edit(ANA, message, f"{HEY} you")

    first, again = hearing.heard
    assert first["event_id"] != again["event_id"]
    assert first["event"]["ts"] == again["event"]["ts"] == message.ts
    assert "edited" not in first["event"]
    assert again["event"]["edited"]["user"] == ANA.id
    assert texts(hearing.slack) == ["<@U0PATCHBAY> hey you"]


async def test_an_edited_direct_message_is_heard_as_a_hidden_change(hearing):
    direct = hearing.slack.space.direct_with(ANA.id)
    message = await said(hearing, "relay list", channel=direct)

    await hearing.client.edit(ANA, message, "relay recent")

    event = hearing.heard[-1]["event"]
    assert (event["subtype"], event["hidden"]) == ("message_changed", True)
    assert event["message"]["text"] == "relay recent"
    assert event["message"]["edited"]["user"] == ANA.id
    assert event["previous_message"]["text"] == "relay list"


async def test_a_direct_message_with_a_file_says_so(hearing):
    direct = hearing.slack.space.direct_with(ANA.id)

    await said(hearing, "relay list", channel=direct, file="screen.png")

    event = hearing.heard[-1]["event"]
    assert (event["subtype"], event["files"][0]["name"]) == ("file_share", "screen.png")


async def test_an_event_whose_ack_gets_lost_comes_again(hearing):
    hearing.client.again = 2

    await said(hearing)

    assert len({body["event_id"] for body in hearing.heard}) == 1
    assert len(hearing.heard) == 3


async def test_on_a_grid_everything_names_the_organisation(hearing):
    space = hearing.slack.space
    seed.on_grid(space)
    sam, ana = space.users[seed.SAM.id], space.users[ANA.id]
    ops, partners = space.channels[OPS.id], space.channels[seed.PARTNERS.id]

    await said(hearing, who=sam, channel=ops)
    await said(hearing, who=ana, channel=partners)

    sibling, hosted = hearing.heard
    assert sibling["enterprise_id"] == "E0SANDBOX"
    assert sibling["event"]["user_team"] == "E0SANDBOX"
    assert hosted["team_id"] == hosted["event"]["team"] == "T0ELSEWHERE"
    assert [body["authorizations"][0]["team_id"] for body in hearing.heard] == [
        "T0SANDBOX"
    ] * 2


async def test_who_belongs_to_an_organisation_is_told_by_users_info(rig):
    space = rig.slack.space
    seed.on_grid(space)

    info = await rig.app.client.users_info(user=seed.SAM.id)
    auth = await rig.app.client.auth_test()

    assert info["user"]["enterprise_user"]["enterprise_id"] == "E0SANDBOX"
    assert info["user"]["enterprise_user"]["teams"] == ["T0SIBLING"]
    assert auth["enterprise_id"] == "E0SANDBOX"


async def test_a_thread_is_read_from_its_first_message_on(rig):
    first = await said(rig, "one")
    await said(rig, "two", thread=first.ts)
    await said(rig, "elsewhere")

    answer = await rig.app.client.conversations_replies(channel=OPS.id, ts=first.ts)
    cut = await rig.app.client.conversations_replies(
        channel=OPS.id, ts=first.ts, limit=1
    )

    assert [one["text"] for one in answer["messages"]] == ["one", "two"]
    assert ([one["text"] for one in cut["messages"]], cut["has_more"]) == (
        ["one"],
        True,
    )
