"""A file is for whoever asked: it goes into their messages with the bot."""

from dataclasses import replace

import pytest

from bot.dialogue.outcome import File
from tests.bot.slack.outbound.replying import ASK, OUTCOME, calls

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
