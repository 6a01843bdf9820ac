import aiohttp
import pytest

from bot.sandbox.slack.model.grants import ResponseUrl
from bot.sandbox.slack.model.seed import ANA, OPS
from tests.bot.sandbox.slack.conftest import message, section, texts, whispers


async def post(slack, url, **body):
    address = f"{slack.space.origin}/response/{url}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, json=body) as answer,
    ):
        return answer.status, await answer.text()


def url_for(slack, **more):
    return slack.space.grants.response_url(
        ResponseUrl(channel=OPS.id, user=ANA.id, **more)
    )


async def test_an_answer_is_for_the_asker_unless_it_says_otherwise(slack):
    url = url_for(slack)

    assert await post(slack, url, text="you") == (200, "ok")
    assert await post(slack, url, text="all", response_type="in_channel") == (200, "ok")

    assert (whispers(slack), texts(slack)) == (["you"], ["all"])


async def test_it_answers_five_times(slack):
    url = url_for(slack)

    answers = [await post(slack, url, text="x") for _ in range(6)]

    assert [status for status, _ in answers] == [200] * 6
    assert [text for _, text in answers[:5]] == ["ok"] * 5
    assert answers[5][1] == '{"ok": false, "error": "used_url"}'


async def test_it_answers_for_half_an_hour(slack, clock):
    url = url_for(slack)
    clock.at += 1800.1

    assert await post(slack, url, text="x") == (
        404,
        '{"ok": false, "error": "expired_url"}',
    )


@pytest.mark.parametrize("said", [{}, {"replace_original": "true"}])
async def test_it_replaces_what_was_acted_on(slack, said):
    original = slack.space.say(message("old"))
    url = url_for(slack, original=original.ts)

    await post(slack, url, text="new", **said)

    assert texts(slack) == ["new"]


@pytest.mark.parametrize(
    "said", [{"replace_original": False}, {"response_type": "in_channel"}]
)
async def test_it_leaves_what_was_acted_on_when_told_so(slack, said):
    original = slack.space.say(message("old"))
    url = url_for(slack, original=original.ts)

    await post(slack, url, text="new", **said)

    assert texts(slack) + whispers(slack) == ["old", "new"]


async def test_there_is_nothing_to_replace_after_a_command(slack):
    url = url_for(slack)

    await post(slack, url, text="first")
    await post(slack, url, text="second", replace_original=True)

    assert whispers(slack) == ["first", "second"]


async def test_it_deletes_what_was_acted_on(slack):
    original = slack.space.say(message("old", only_for=ANA.id))
    url = url_for(slack, original=original.ts)

    await post(slack, url, delete_original=True)

    assert whispers(slack) == []


async def test_what_slack_cannot_show_is_refused(slack):
    status, body = await post(slack, url_for(slack), blocks=[section("")])

    assert status == 400
    assert "invalid_blocks" in body


async def test_it_can_be_made_to_fail_without_being_used_up(slack):
    slack.space.fail_next("response_url", status=500)
    url = url_for(slack)

    statuses = [(await post(slack, url, text="x"))[0] for _ in range(7)]

    assert statuses == [500, 200, 200, 200, 200, 200, 200]
    assert "used_url" in (await post(slack, url, text="x"))[1]
