"""The first answer ever is in the language of whoever reads it, all of it."""

import pytest

from tests.bot.slack.inbound.front import COMMAND, SUBMIT, pressed


@pytest.mark.parametrize(
    "payload",
    [COMMAND, pressed("do:relay:1", value="- status R1"), SUBMIT],
)
async def test_whoever_was_never_here_is_answered_in_their_language(front, payload):
    front.directory.learns["UANA"] = "zh-CN"

    await front.send(payload)
    await front.settled()

    assert front.router.read_in == ["zh-CN"]


@pytest.mark.parametrize(
    "payload",
    [{**COMMAND, "text": "stop R1"}, pressed("do:relay:1", value="- stop R1")],
)
async def test_a_stop_waits_for_no_language(front, payload):
    front.directory.learns["UANA"] = "zh-CN"

    await front.send(payload)
    await front.settled()

    assert front.router.read_in == ["en-US"]
