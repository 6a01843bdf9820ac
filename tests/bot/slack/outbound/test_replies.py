"""An answer is told at the place where it was asked for."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.dialogue.ask import Ask, Person, Place, Submission, Surface
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Audience, File, Outcome
from bot.slack.outbound.replies import REOPENS, Replies
from tests.fakes.slack import FakeSlack

OUTCOME = Outcome(headline=("told",))
FORM = Form(
    command="relay",
    subcommand="start",
    title="Start",
    submit="Go",
    fields=(TextField(name="room", label="Command"),),
    form_id="d1",
)
ASK = Ask(
    command="relay",
    text="",
    who=Person(team="T1", user="UANA", home="T1"),
    where=Place(channel="C1"),
    surface=Surface.COMMAND,
    key="k",
    answer_url=SecretStr("https://hooks.slack.com/x"),
    trigger="t1",
)
MENTION = replace(
    ASK,
    surface=Surface.MENTION,
    answer_url=None,
    trigger="",
    where=Place(channel="C1", thread="1.5"),
)


async def calls(ask, answer, *refused):
    web = FakeSlack(*refused)
    await Replies(web).reply(ask, answer)
    return web.sent


async def test_a_command_is_answered_at_its_own_address():
    ((way, body),) = await calls(ASK, OUTCOME)

    assert way == "answer ephemeral"
    assert (body["text"], body["replace_original"]) == ("told", False)


async def test_what_is_for_the_channel_is_shown_to_the_channel():
    ((way, body),) = await calls(ASK, replace(OUTCOME, audience=Audience.CHANNEL))

    assert (way, body["text"]) == ("post C1", "told")


async def test_where_the_bot_is_not_the_channel_is_shown_it_at_the_commands_address():
    shown = replace(OUTCOME, audience=Audience.CHANNEL)

    sent = await calls(ASK, shown, "not_in_channel")

    assert [way for way, _ in sent] == ["post C1", "answer in_channel"]


async def test_an_answer_that_has_no_other_way_goes_to_the_asker_directly():
    sent = await calls(MENTION, OUTCOME, "user_not_in_channel")

    assert [way for way, _ in sent] == ["chat.postEphemeral", "post UANA"]


async def test_an_answer_never_goes_to_anybody_else():
    sent = await calls(ASK, OUTCOME, "http_404", "channel_not_found", "is_archived")

    assert [way for way, _ in sent] == [
        "answer ephemeral",
        "chat.postEphemeral",
        "post UANA",
    ]


async def test_a_mention_is_answered_in_its_thread():
    ((way, arguments),) = await calls(MENTION, OUTCOME)
    ((open_way, open_arguments),) = await calls(
        MENTION, replace(OUTCOME, audience=Audience.CHANNEL)
    )

    assert (way, arguments["user"], arguments["thread_ts"]) == (
        "chat.postEphemeral",
        "UANA",
        "1.5",
    )
    assert (open_way, open_arguments["thread_ts"]) == ("post C1", "1.5")


@pytest.mark.parametrize(
    ("where", "way"),
    [(Place(channel="D1", direct=True), "post D1"), (Place(channel=""), "post UANA")],
)
async def test_words_in_a_direct_message_are_answered_there(where, way):
    ((sent, _),) = await calls(replace(MENTION, where=where), OUTCOME)

    assert sent == way


async def test_a_form_is_opened_with_the_trigger():
    ((way, arguments),) = await calls(ASK, FORM)

    assert (way, arguments["trigger_id"]) == ("views.open", "t1")
    assert arguments["view"]["private_metadata"] == "d1"


CLICK = replace(
    ASK, surface=Surface.BUTTON, command=REOPENS, text=FORM.form_id, trigger="t2"
)


@pytest.mark.parametrize(
    ("ask", "errors", "ways", "why"),
    [
        (ASK, ["expired_trigger_id"], ["views.open", "answer ephemeral"], "in time"),
        (MENTION, [], ["chat.postEphemeral"], "after a click"),
    ],
)
async def test_a_form_that_did_not_open_is_opened_by_a_button(ask, errors, ways, why):
    web = FakeSlack(*errors)
    replies = Replies(web)

    await replies.reply(ask, FORM)
    told = web.sent[-1][1]
    await replies.reopen(CLICK)

    assert web.ways == [*ways, "views.open"]
    assert why in told["text"]
    assert [
        (one["action_id"], one["value"])
        for block in told["blocks"]
        for one in block.get("elements", ())
        if "action_id" in one
    ] == [("do:form:1", f"- {FORM.form_id}")]
    assert web.sent[-1][1]["trigger_id"] == "t2"


async def test_a_form_opens_only_for_whoever_asked_for_it():
    web = FakeSlack()
    replies = Replies(web)
    await replies.reply(MENTION, FORM)

    bob = replace(CLICK.who, user="UBOB")
    await replies.reopen(replace(CLICK, who=bob))

    assert web.ways == ["chat.postEphemeral", "answer ephemeral"]
    assert "too old" in web.sent[-1][1]["text"]


async def test_what_slack_refuses_is_told_again_without_its_parts():
    sent = await calls(ASK, OUTCOME, "invalid_blocks")

    assert [way for way, _ in sent] == ["answer ephemeral", "answer ephemeral"]


@pytest.mark.parametrize("error", ["timeout", "ratelimited"])
async def test_what_slack_did_not_take_in_time_is_not_told_twice(error):
    assert len(await calls(ASK, OUTCOME, error)) == 1


async def test_silence_is_silence():
    assert await calls(ASK, None) == []


async def test_a_redrawn_form_replaces_the_one_it_was_drawn_from():
    web, view = FakeSlack("hash_conflict"), {"type": "modal"}
    form = Submission(form_id="d1", view="V1", hash="h", values={})

    await Replies(web).redraw(replace(ASK, submission=form), view)
    await Replies(web).redraw(ASK, view)

    assert web.sent == [("views.update", {"view_id": "V1", "hash": "h", "view": view})]


async def test_the_home_tab_is_published():
    web = FakeSlack("not_enabled")

    await Replies(web).publish("UANA", {"type": "home"})

    assert web.sent == [
        ("views.publish", {"user_id": "UANA", "view": {"type": "home"}})
    ]


FILE = replace(OUTCOME, file=File("trail.jsonl", "{}\n"))


async def test_a_file_goes_into_the_askers_own_messages():
    sent = await calls(ASK, FILE)

    assert [way for way, _arguments in sent] == [
        "answer ephemeral",
        "post UANA",
        "upload DANA",
    ]
    assert sent[-1][1] == {"name": "trail.jsonl", "text": "{}\n"}


@pytest.mark.parametrize(
    "refused", [("", "user_disabled"), ("", "", "storage_limit_reached")]
)
async def test_a_file_that_slack_does_not_take_is_told(refused):
    way, arguments = (await calls(ASK, FILE, *refused))[-1]

    assert way == "answer ephemeral"
    assert refused[-1] in arguments["text"]
