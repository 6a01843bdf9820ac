import json

import pytest

from bot.sandbox.slack.server.judging import LONGEST
from tests.bot.sandbox.slack.conftest import client_of, section
from tests.bot.sandbox.slack.server.test_webapi import error_of, posted

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "t"},
    "blocks": [section("hello")],
}
LINE = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}


@pytest.mark.parametrize(
    "sent",
    [
        {"blocks": [section("hello")]},
        {"message": {"text": "hello", "blocks": [section("hello")]}},
        {"view": MODAL},
    ],
)
@pytest.mark.parametrize("write", [json.dumps, lambda value: value])
async def test_what_slack_takes_is_judged_well_without_a_token(slack, sent, write):
    body = {name: write(value) for name, value in sent.items()}

    answer = await posted(slack, "blocks.validate", token=False, json=body)

    assert answer == {"ok": True}
    assert slack.space.messages == {}


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"blocks": [LINE]}, "invalid_blocks"),
        ({"message": {"blocks": [LINE]}}, "invalid_message"),
        ({"view": {**MODAL, "blocks": [LINE]}}, "invalid_view"),
        ({"blocks": [section("x" * 3000)] * 5}, "invalid_blocks"),
        ({"blocks": {"type": "section"}}, "invalid_blocks"),
    ],
)
async def test_what_slack_refuses_is_told_with_where(slack, sent, error):
    answer = await posted(slack, "blocks.validate", token=False, json=sent)

    assert (answer["ok"], answer["error"]) == (False, error)
    assert answer["errors"][0]["code"] == "failed_constraint"


@pytest.mark.parametrize(
    "sent",
    [{}, {"blocks": [], "view": MODAL}, {"blocks": "x" * (LONGEST + 1)}],
)
async def test_it_wants_one_thing_to_judge_and_not_too_much_of_it(slack, sent):
    answer = await posted(slack, "blocks.validate", token=False, json=sent)

    assert answer == {"ok": False, "error": "invalid_arguments"}


async def test_a_file_is_deleted_with_the_message_that_shares_it(slack):
    client = client_of(slack, slack.bot_token.get_secret_value())
    shared = await client.files_upload_v2(channel="C0OPS", filename="a", content="b")

    await client.files_delete(file=shared["file"]["id"])

    assert (slack.space.messages, slack.space.files) == ({}, {})
    again = await error_of(client.files_delete(file=shared["file"]["id"]))
    assert again["error"] == "file_not_found"
