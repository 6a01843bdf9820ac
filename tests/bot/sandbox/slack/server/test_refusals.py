"""Refusals in any word, warnings, and how often a message may be changed."""

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.seed import ANA, OPS
from tests.bot.sandbox.slack.conftest import client_of
from tests.bot.sandbox.slack.server.test_webapi import error_of


async def test_every_call_is_refused_in_any_word_until_it_is_not(slack, web_client):
    slack.space.refuse("chat.postMessage", "restricted_action", channel=OPS.id)
    slack.space.refuse("auth.test", "team_not_found")

    for _time in range(2):
        there = await error_of(web_client.chat_postMessage(channel=OPS.id, text="x"))
        anywhere = await error_of(web_client.auth_test())
        assert (there["error"], anywhere["error"]) == (
            "restricted_action",
            "team_not_found",
        )
    assert (await web_client.chat_postMessage(channel=ANA.id, text="x"))["ok"]
    slack.space.refuse("auth.test", "")
    assert (await web_client.auth_test())["ok"]


async def test_it_warns_of_what_it_takes_all_the_same(slack, web_client):
    slack.space.warnings["auth.test"] = ("missing_charset", "superfluous_charset")

    answer = await web_client.auth_test()

    assert (answer["ok"], answer["warning"], answer["response_metadata"]) == (
        True,
        "missing_charset,superfluous_charset",
        {"warnings": ["missing_charset", "superfluous_charset"]},
    )


async def test_a_message_is_changed_fifty_times_in_a_minute(clock):
    async with LoopbackSlack(clock=clock) as slack:
        web_client = client_of(slack)
        posted_at = (await web_client.chat_postMessage(channel=OPS.id, text="x"))["ts"]
        change = {"channel": OPS.id, "ts": posted_at}
        for number in range(50):
            await web_client.chat_update(**change, text=f"x {number}")
        clock.at += 20
        last = await error_of(web_client.chat_update(**change, text="y"))
        clock.at += 40
        later = await web_client.chat_update(**change, text="y")

    assert (last.status_code, last.headers["Retry-After"]) == (429, "40")
    assert later["ok"]
