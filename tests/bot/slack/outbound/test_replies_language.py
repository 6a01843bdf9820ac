"""What is added to an answer is in the language of the answer."""

from dataclasses import replace

import pytest

from bot.i18n import reading_in
from tests.bot.slack.outbound.replying import ASK, OUTCOME, calls


@pytest.mark.parametrize(
    ("stated", "known", "told"),
    [
        ("en-US", "zh-CN", "请求 req-1"),  # it became known while it was answered
        ("zh-CN", "en-US", "请求 req-1"),
        ("en-US", "en-US", "Request req-1"),
    ],
)
async def test_what_is_added_reads_as_the_answer_does(stated, known, told):
    ask = replace(ASK, who=replace(ASK.who, locale=stated))

    with reading_in(known):
        ((_way, body),) = await calls(ask, replace(OUTCOME, request_id="req-1"))

    assert told in str(body["blocks"])
