import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.seed import ANA, BOB, ON_CALL, OPS, RANDOM
from tests.bot.sandbox.slack.conftest import (
    client_of,
    message,
    section,
    texts,
)


async def error_of(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def posted(slack, method, *, token=True, **sent):
    headers = {"Authorization": f"Bearer {slack.bot_token.get_secret_value()}"}
    async with aiohttp.ClientSession() as session:
        url = slack.api_url + method
        given = headers if token else {}
        async with session.post(url, headers=given, **sent) as answer:
            return await answer.json()


# ── at the door ──────────────────────────────────────────────────────────────────


async def test_the_bot_learns_who_it_is(web_client):
    answer = await web_client.auth_test()

    assert answer.data == {
        "ok": True,
        "url": "https://patchbay-sandbox.slack.com/",
        "team": "Patchbay sandbox",
        "user": "patchbay",
        "team_id": "T0SANDBOX",
        "user_id": "U0PATCHBAY",
        "bot_id": "B0PATCHBAY",
        "is_enterprise_install": False,
    }


async def test_a_wrong_token_is_refused(slack):
    response = await error_of(client_of(slack, "wrong").auth_test())

    assert response["error"] == "invalid_auth"


async def test_no_token_is_refused(slack):
    assert await posted(slack, "auth.test", token=False) == {
        "ok": False,
        "error": "not_authed",
    }


async def test_each_token_opens_its_own_doors(slack, web_client):
    app_token = slack.app_token.get_secret_value()

    wrong_way = await error_of(web_client.apps_connections_open(app_token="x"))
    other_way = await error_of(client_of(slack, app_token).auth_test())
    with_bots = await error_of(
        web_client.apps_connections_open(app_token=slack.bot_token.get_secret_value())
    )

    assert wrong_way["error"] == "invalid_auth"
    assert other_way["error"] == with_bots["error"] == "not_allowed_token_type"


async def test_a_method_that_does_not_exist(slack):
    assert await posted(slack, "chat.whisper") == {
        "ok": False,
        "error": "unknown_method",
        "req_method": "chat.whisper",
    }


async def test_a_scope_that_was_not_granted():
    async with LoopbackSlack(scopes=["chat:write"]) as slack:
        response = await error_of(client_of(slack).users_info(user=ANA.id))

    assert response.data == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read",
        "provided": "chat:write",
    }


# ── how arguments travel ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"channel": OPS.id, "text": "hi"}},
        {"data": {"channel": OPS.id, "text": "hi"}},
        {"params": {"channel": OPS.id, "text": "hi"}},
        {"data": {"channel": OPS.id, "blocks": '[{"type":"divider"}]', "text": "hi"}},
    ],
)
async def test_arguments_come_as_json_form_or_query(slack, sent):
    answer = await posted(slack, "chat.postMessage", **sent)

    assert (answer["ok"], texts(slack)) == (True, ["hi"])


async def test_json_is_not_understood_everywhere(slack):
    answer = await posted(slack, "users.info", json={"user": ANA.id})

    assert answer == {"ok": False, "error": "user_not_found"}


async def test_the_token_may_come_in_a_form(slack):
    token = slack.bot_token.get_secret_value()

    answer = await posted(slack, "auth.test", token=False, data={"token": token})

    assert answer["ok"] is True
    assert slack.space.calls[-1].args == {}


async def test_json_that_is_no_object_has_no_arguments(slack):
    answer = await posted(slack, "chat.postMessage", json=["no", "object"])

    assert answer == {
        "ok": False,
        "error": "invalid_arguments",
        "response_metadata": {"messages": ["[ERROR] missing required field: channel"]},
    }


# ── messages ─────────────────────────────────────────────────────────────────────


async def test_a_message_is_posted_changed_linked_and_deleted(slack, web_client):
    sent = await web_client.chat_postMessage(
        channel=OPS.id, text="Live", blocks=[section("Live")]
    )
    ts = sent["ts"]

    changed = await web_client.chat_update(channel=OPS.id, ts=ts, text="Over")
    link = await web_client.chat_getPermalink(channel=OPS.id, message_ts=ts)

    assert sent["message"]["bot_id"] == "B0PATCHBAY"
    assert sent["message"]["blocks"][0]["block_id"]
    assert changed["message"]["edited"]["user"] == "U0PATCHBAY"
    assert "blocks" not in changed["message"]
    assert link["permalink"] == (
        f"https://patchbay-sandbox.slack.com/archives/{OPS.id}/p{ts.replace('.', '')}"
    )
    await web_client.chat_delete(channel=OPS.id, ts=ts)
    assert texts(slack) == []


async def test_a_reply_stands_in_its_thread(slack, web_client):
    root = await web_client.chat_postMessage(channel="#ops", text="root")
    reply = await web_client.chat_postMessage(
        channel=OPS.id, text="reply", thread_ts=root["ts"]
    )
    again = await web_client.chat_postMessage(
        channel=OPS.id, text="again", thread_ts=reply["ts"]
    )

    link = await web_client.chat_getPermalink(channel=OPS.id, message_ts=again["ts"])

    assert reply["message"]["thread_ts"] == again["message"]["thread_ts"]
    assert link["permalink"].endswith(f"?thread_ts={root['ts']}&cid={OPS.id}")


async def test_a_reply_stands_in_the_channel_where_that_is_asked_for(slack, web_client):
    root = await web_client.chat_postMessage(channel=OPS.id, text="root")
    there = {"channel": OPS.id, "thread_ts": root["ts"]}
    await web_client.chat_postMessage(text="quiet", **there)
    loud = await web_client.chat_postMessage(text="loud", reply_broadcast=True, **there)

    history = await web_client.conversations_history(channel=OPS.id)
    thread = await web_client.conversations_replies(channel=OPS.id, ts=root["ts"])

    assert [one["text"] for one in history["messages"]] == ["loud", "root"]
    assert [one["text"] for one in thread["messages"]] == ["root", "quiet", "loud"]
    assert loud["message"]["subtype"] == "thread_broadcast"
    assert loud["message"]["root"] == {"ts": root["ts"]}


async def test_a_user_id_is_their_direct_conversation(slack, web_client):
    opened = await web_client.conversations_open(users=[BOB.id])
    sent = await web_client.chat_postMessage(channel=BOB.id, text="psst")

    assert sent["channel"] == opened["channel"]["id"]


async def test_an_ephemeral_message_is_for_one_and_cannot_be_changed(slack, web_client):
    sent = await web_client.chat_postEphemeral(channel=OPS.id, user=ANA.id, text="psst")
    ts = sent["message_ts"]

    response = await error_of(web_client.chat_update(channel=OPS.id, ts=ts, text="x"))

    [whisper] = slack.space.whispers.values()
    assert (whisper.only_for, whisper.text) == (ANA.id, "psst")
    assert response["error"] == "message_not_found"


BAD_MESSAGES = [
    ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": RANDOM.id, "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": OPS.id}, "no_text"),
    ("chat.postMessage", {"channel": OPS.id, "blocks": "{"}, "invalid_blocks_format"),
    (
        "chat.postMessage",
        {"channel": OPS.id, "blocks": {"a": 1}},
        "invalid_blocks_format",
    ),
    ("chat.postMessage", {"channel": OPS.id, "blocks": [{}]}, "invalid_blocks"),
    (
        "chat.postMessage",
        {"channel": OPS.id, "blocks": [section("x" * 3000)] * 5},
        "msg_blocks_too_long",
    ),
    (
        "chat.postMessage",
        {"channel": OPS.id, "text": "x", "thread_ts": "1.000001"},
        "cannot_reply_to_message",
    ),
    (
        "chat.postEphemeral",
        {"channel": OPS.id, "user": "U0STRANGER", "text": "x"},
        "user_not_in_channel",
    ),
    (
        "chat.postEphemeral",
        {"channel": OPS.id, "user": ANA.id, "text": "x" * 40_001},
        "msg_too_long",
    ),
    ("chat.update", {"channel": OPS.id, "ts": "1.1", "text": "x"}, "message_not_found"),
    ("chat.delete", {"channel": OPS.id, "ts": "1.1"}, "message_not_found"),
]


@pytest.mark.parametrize(("method", "args", "error"), BAD_MESSAGES)
async def test_a_message_that_slack_refuses(slack, method, args, error):
    answer = await posted(slack, method, json=args)

    assert answer["error"] == error


async def test_only_its_own_messages_are_the_bots_to_change(slack, web_client):
    said = await slack.client.say(ANA, OPS, "mine")

    changed = web_client.chat_update(channel=OPS.id, ts=said.ts, text="x")
    deleted = web_client.chat_delete(channel=OPS.id, ts=said.ts)

    assert (await error_of(changed))["error"] == "cant_update_message"
    assert (await error_of(deleted))["error"] == "cant_delete_message"


async def test_an_update_takes_4000_characters(slack, web_client):
    ts = slack.space.say(message()).ts

    await web_client.chat_update(channel=OPS.id, ts=ts, text="x" * 4000)
    longer = web_client.chat_update(channel=OPS.id, ts=ts, text="x" * 4001)

    assert (await error_of(longer))["error"] == "msg_too_long"


# ── floods and failures ──────────────────────────────────────────────────────────


async def test_more_than_a_message_a_second_is_too_much(clock):
    async with LoopbackSlack(clock=clock) as slack:
        web_client = client_of(slack)

        for _ in range(4):
            await web_client.chat_postMessage(channel=OPS.id, text="x")
        fifth = await error_of(web_client.chat_postMessage(channel=OPS.id, text="x"))
        elsewhere = await web_client.chat_postMessage(channel=ANA.id, text="x")
        clock.at += 1
        later = await web_client.chat_postMessage(channel=OPS.id, text="x")

    assert (fifth.status_code, fifth.headers["Retry-After"]) == (429, "1")
    assert fifth["error"] == "ratelimited"
    assert elsewhere["ok"]
    assert later["ok"]


async def test_a_failure_comes_once_when_it_is_wanted(slack, web_client):
    slack.space.fail_next("auth.test", error="account_inactive")
    slack.space.fail_next("auth.test", status=503)
    slack.space.fail_next("auth.test", status=429, retry_after=7)

    first = await error_of(web_client.auth_test())
    second = await error_of(web_client.auth_test())
    third = await error_of(web_client.auth_test())

    assert first["error"] == "account_inactive"
    assert second.status_code == 503
    assert (third.status_code, third.headers["Retry-After"]) == (429, "7")
    assert (await web_client.auth_test())["ok"]


async def test_a_call_that_hangs_is_answered_when_the_server_closes():
    slack = LoopbackSlack()
    await slack.start()
    slack.space.fail_next("auth.test", hang=True, error="fatal_error")

    call = asyncio.ensure_future(client_of(slack).auth_test())
    await slack.space.feed.stirred()
    await slack.close()

    assert (await error_of(call))["error"] == "fatal_error"


# ── people and places ────────────────────────────────────────────────────────────


async def test_a_user_has_a_zone_and_a_language_if_asked(web_client):
    with_locale = await web_client.users_info(user=BOB.id, include_locale=True)
    without = await web_client.users_info(user=BOB.id)

    assert with_locale["user"]["locale"] == "zh-CN"
    assert with_locale["user"]["tz_offset"] == 28800
    assert "locale" not in without["user"]


async def test_a_channel_knows_whether_the_bot_is_in_it(web_client):
    ops = await web_client.conversations_info(channel=OPS.id, include_num_members=True)
    random = await web_client.conversations_info(channel=RANDOM.id)

    assert (ops["channel"]["is_member"], ops["channel"]["num_members"]) == (True, 5)
    assert random["channel"]["is_member"] is False


async def test_members_come_in_pages(web_client):
    first = await web_client.conversations_members(channel=OPS.id, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await web_client.conversations_members(channel=OPS.id, cursor=cursor)

    assert sorted(first["members"] + rest["members"]) == sorted(OPS.members)
    assert rest["response_metadata"]["next_cursor"] == ""


async def test_a_direct_conversation_is_opened_once(web_client):
    first = await web_client.conversations_open(users=ANA.id)
    again = await web_client.conversations_open(users=ANA.id, return_im=True)

    assert again["channel"]["id"] == first["channel"]["id"]
    assert (again["channel"]["is_im"], again["channel"]["user"]) == (True, ANA.id)


async def test_a_user_group_has_members(web_client):
    answer = await web_client.usergroups_users_list(usergroup=ON_CALL)

    assert answer["users"] == [ANA.id]


BAD_FACTS = [
    ("users.info", {}, "user_not_found"),
    ("users.info", {"user": "U0STRANGER"}, "user_not_found"),
    ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
    ("conversations.info", {}, "invalid_arguments"),
    ("conversations.members", {"channel": OPS.id, "limit": "0"}, "invalid_limit"),
    ("conversations.members", {"channel": OPS.id, "cursor": "x"}, "invalid_cursor"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.open", {"users": ",".join("abcdefghi")}, "too_many_users"),
    ("conversations.open", {"users": "U0STRANGER"}, "user_not_found"),
    (
        "conversations.open",
        {"users": f"{ANA.id},{BOB.id}"},
        "method_not_supported_for_channel_type",
    ),
    ("usergroups.users.list", {"usergroup": "S0NOBODY"}, "no_such_subteam"),
]


@pytest.mark.parametrize(("method", "args", "error"), BAD_FACTS)
async def test_a_question_that_slack_refuses(slack, method, args, error):
    answer = await posted(slack, method, params=args)

    assert answer["error"] == error


async def test_what_the_bot_asked_is_remembered_without_its_token(slack, web_client):
    await web_client.users_info(user=ANA.id)

    call = slack.space.calls[-1]
    assert (call.method, call.args) == ("users.info", {"user": ANA.id})
    assert call.answer["user"]["name"] == "ana"
