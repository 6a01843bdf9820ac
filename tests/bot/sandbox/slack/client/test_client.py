import asyncio

from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.objects import Notice
from bot.sandbox.slack.model.seed import ANA, BOB, OLGA, OPS, RANDOM
from tests.bot.sandbox.slack.conftest import (
    actions,
    button,
    option,
    section,
    texts,
    told,
    whispers,
)

STOP = actions(button("Stop R1", "do:relay:1", value="- stop R1"), block_id="row")


def control_of(block, number=0):
    element = block["elements"][number]
    return Control(block["block_id"], element["action_id"], element)


# ── commands ─────────────────────────────────────────────────────────────────────


async def test_an_ack_with_text_answers_only_the_one_who_typed(rig):
    @rig.app.command("/relay")
    async def relay(ack, body):
        rig.hear(body)
        await ack(f"You said {body['text']}")

    await rig.command("/relay list <all> @bob #ops rtmp://host/app")

    [heard] = rig.heard
    assert heard["text"] == (
        "list &lt;all&gt; <@U0BOB|bob> <#C0OPS|ops> <rtmp://host/app>"
    )
    assert heard["command"] == "/relay"
    assert heard["team_id"] == ANA.team.id
    assert heard["user_id"] == ANA.id
    assert heard["is_enterprise_install"] == "false"
    assert whispers(rig.slack) == [f"You said {heard['text']}"]
    assert texts(rig.slack) == []


async def test_an_ack_in_channel_is_seen_by_all(rig):
    @rig.app.command("/relay")
    async def relay(ack):
        await ack(
            text="Started", blocks=[section("*Started*")], response_type="in_channel"
        )

    await rig.command("/relay start")

    assert texts(rig.slack) == ["Started"]


async def test_an_empty_ack_shows_nothing(rig):
    @rig.app.command("/relay")
    async def relay(ack):
        await ack()

    await rig.command("/relay list")

    assert (texts(rig.slack), whispers(rig.slack), told(rig.slack)) == ([], [], [])


async def test_no_ack_in_time_is_shown_as_slack_does(rig):
    @rig.app.command("/relay")
    async def relay(body):
        await asyncio.Event().wait()

    await rig.command("/relay list")

    assert told(rig.slack) == ['/relay failed with the error "operation_timeout"']


async def test_an_ack_that_slack_cannot_show_is_told(rig):
    @rig.app.command("/relay")
    async def relay(ack):
        await ack(blocks=[section("x" * 3001)])

    await rig.command("/relay list")

    [said] = told(rig.slack)
    assert said.startswith("invalid_blocks [ERROR] must be less than 3001 characters")


async def test_respond_posts_to_the_response_url_where_the_bot_is_not_a_member(rig):
    @rig.app.command("/relay")
    async def relay(ack, respond):
        await ack()
        await respond("Later")

    await rig.command("/relay list", channel=RANDOM)

    assert whispers(rig.slack) == ["Later"]


async def test_the_command_of_an_outsider_comes_from_their_own_team(rig):
    @rig.app.command("/relay")
    async def relay(ack, body):
        rig.hear(body)
        await ack()

    await rig.command("/relay list", who=OLGA)

    assert rig.heard[0]["team_id"] == OLGA.team.id


async def test_nobody_there_is_a_failed_dispatch(slack):
    await slack.client.command(ANA, OPS, "/relay list")

    assert told(slack) == ['/relay failed with the error "dispatch_failed"']


async def test_a_command_that_does_not_exist_goes_nowhere():
    async with LoopbackSlack(commands=("/relay",)) as slack:
        await slack.client.command(ANA, OPS, "/rely list")

    assert told(slack) == ["/rely is not a valid command."]


# ── buttons and menus ────────────────────────────────────────────────────────────


async def test_a_press_brings_the_message_and_respond_replaces_it(rig):
    @rig.app.action("do:relay:1")
    async def stop(ack, body, respond):
        rig.hear(body)
        await ack()
        await respond(text="Stopped", replace_original=True)

    await rig.app.client.chat_postMessage(channel=OPS.id, text="Live", blocks=[STOP])
    [card] = rig.slack.space.messages.values()

    await rig.client.act(BOB, card, control_of(STOP))
    await rig.slack.space.feed.quiet()

    [body] = rig.heard
    [action] = body["actions"]
    assert body["user"]["id"] == BOB.id
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": OPS.id,
        "is_ephemeral": False,
    }
    assert body["message"]["text"] == "Live"
    assert (action["value"], action["type"]) == ("- stop R1", "button")
    assert texts(rig.slack) == ["Stopped"]


async def test_a_press_on_an_ephemeral_message_can_delete_it(rig):
    @rig.app.command("/relay")
    async def relay(ack):
        await ack(text="List", blocks=[STOP])

    @rig.app.action("do:relay:1")
    async def stop(ack, body, respond):
        rig.hear(body)
        await ack()
        await respond(delete_original=True)

    await rig.command("/relay list")
    [whisper] = rig.slack.space.whispers.values()

    await rig.client.act(ANA, whisper, control_of(STOP))
    await rig.slack.space.feed.quiet()

    assert rig.heard[0]["container"]["is_ephemeral"] is True
    assert "message" not in rig.heard[0]
    assert whispers(rig.slack) == []


async def test_a_press_that_is_not_acked_is_told(rig):
    @rig.app.action("do:relay:1")
    async def stop(body):
        await asyncio.Event().wait()

    await rig.app.client.chat_postMessage(channel=OPS.id, text="Live", blocks=[STOP])
    [card] = rig.slack.space.messages.values()

    await rig.client.act(ANA, card, control_of(STOP))

    assert told(rig.slack) == [
        "We had some trouble connecting. Try again? (operation_timeout)"
    ]


async def test_a_select_asks_the_bot_for_options(rig):
    @rig.app.options("pick")
    async def offer(ack, payload):
        await ack(options=[option(payload["value"] + "-1"), option("two")])

    row = actions({"type": "external_select", "action_id": "pick"}, block_id="row")
    await rig.app.client.chat_postMessage(channel=OPS.id, text="Which", blocks=[row])
    [card] = rig.slack.space.messages.values()

    offered = await rig.client.options(ANA, card, control_of(row), "r")

    assert offered == [option("r-1"), option("two")]


async def test_options_that_slack_would_refuse_are_told(rig):
    @rig.app.options("pick")
    async def offer(ack):
        await ack(options=[option("x")] * 101)

    row = actions({"type": "external_select", "action_id": "pick"}, block_id="row")
    await rig.app.client.chat_postMessage(channel=OPS.id, text="Which", blocks=[row])
    [card] = rig.slack.space.messages.values()

    offered = await rig.client.options(ANA, card, control_of(row), "r")

    assert offered == []
    assert "no more than 100 items allowed" in told(rig.slack)[0]


# ── events and shortcuts ─────────────────────────────────────────────────────────


async def test_a_mention_is_heard_and_answered_in_its_thread(rig):
    @rig.app.event("app_mention")
    async def mentioned(event, say, body):
        rig.hear(body)
        await say(text="Here", thread_ts=event["ts"])

    said = await rig.client.say(ANA, OPS, "@patchbay relay list")
    await rig.slack.space.feed.quiet()

    assert rig.heard[0]["event"]["text"] == "<@U0PATCHBAY> relay list"
    assert rig.heard[0]["authorizations"][0]["user_id"] == "U0PATCHBAY"
    [answer] = [m for m in rig.slack.space.messages.values() if m.text == "Here"]
    assert answer.thread == said.ts


async def test_an_outsider_is_known_by_their_team(rig):
    @rig.app.event("app_mention")
    async def mentioned(event):
        rig.hear(event)

    await rig.client.say(OLGA, OPS, "@patchbay hello")

    assert rig.heard[0]["user_team"] == OLGA.team.id


async def test_a_mention_where_the_bot_is_not_says_so(rig):
    await rig.client.say(ANA, RANDOM, "@patchbay hello")

    assert told(rig.slack) == ["@patchbay is not in this channel."]


async def test_words_among_people_are_not_heard(rig):
    @rig.app.event("message")
    async def heard(event):
        rig.hear(event)

    await rig.client.say(ANA, OPS, "lunch?")

    assert rig.heard == []


async def test_plain_words_in_the_direct_conversation_are_heard(rig):
    @rig.app.event("message")
    async def heard(event, say):
        rig.hear(event)
        await say("Yes?")

    channel = rig.slack.space.direct_with(ANA.id)
    await rig.client.say(ANA, channel, "relay list")
    await rig.slack.space.feed.quiet()

    assert (rig.heard[0]["channel_type"], rig.heard[0]["channel"]) == ("im", channel.id)
    assert texts(rig.slack) == ["relay list", "Yes?"]


async def test_an_event_that_fails_is_brought_once_more(rig):
    @rig.app.middleware
    async def seen(body, next):  # noqa: A002 - Bolt gives arguments by name
        rig.hear(body["event_id"])
        await next()

    await rig.client.say(ANA, OPS, "@patchbay nobody listens")

    assert len(rig.heard) == 2
    assert len(set(rig.heard)) == 1


async def test_opening_home_lets_the_bot_publish_it(rig):
    @rig.app.event("app_home_opened")
    async def opened(event, client):
        view = {"type": "home", "blocks": [section(f"Hello <@{event['user']}>")]}
        await client.views_publish(user_id=event["user"], view=view)

    await rig.client.open_home(ANA)
    await rig.slack.space.feed.quiet()

    home = rig.slack.space.homes[ANA.id]
    assert home.blocks[0]["text"]["text"] == "Hello <@U0ANA>"


async def test_shortcuts_come_with_and_without_a_message(rig):
    @rig.app.shortcut("look_up")
    async def chosen(ack, shortcut):
        rig.hear(shortcut)
        await ack()

    said = await rig.client.say(BOB, OPS, "see R128")
    await rig.client.shortcut(ANA, "look_up", said)
    await rig.client.shortcut(ANA, "look_up")

    assert [s["type"] for s in rig.heard] == ["message_action", "shortcut"]
    assert rig.heard[0]["message"]["text"] == "see R128"
    assert "channel" not in rig.heard[1]


async def test_a_notice_is_for_one_person(slack):
    slack.space.notice(ANA.id, OPS.id, "Psst")

    assert slack.space.feed.changes[-1].subject == Notice(ANA.id, OPS.id, "Psst")
