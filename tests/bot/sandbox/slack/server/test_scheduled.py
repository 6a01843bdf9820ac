"""Messages that Slack posts by itself at a time, as its pages say it does."""

import asyncio
from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.model.seed import ANA
from bot.sandbox.slack.model.seed import OPS as OPS_CHANNEL
from tests.bot.sandbox.slack.conftest import section, texts

FIVE_MINUTES = 300
OPS = OPS_CHANNEL.id


@pytest.fixture
def at(space):
    """Return the Unix time so many seconds from now."""
    return lambda seconds: int(space.now().timestamp()) + seconds


@pytest.fixture
def pass_time(space):
    """Let so many seconds pass, at Slack."""

    def pass_(seconds):
        now = space.now() + timedelta(seconds=seconds)
        space.now = lambda: now

    return pass_


async def error_of(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_it_is_posted_at_its_time_without_the_bot(
    web_client, space, pass_time, at
):
    when = at(120)
    taken = await web_client.chat_scheduleMessage(
        channel=OPS, post_at=when, text="later", blocks=[section("later")]
    )
    before = [one.text for one in space.messages.values()]
    pass_time(121)
    left = space.say_scheduled()

    assert (taken["channel"], taken["post_at"]) == (OPS, when)
    assert taken["scheduled_message_id"].startswith("Q")
    assert (before, left) == ([], None)
    assert [one.text for one in space.messages.values()] == ["later"]


async def test_it_goes_into_the_thread_that_it_names(web_client, space, pass_time, at):
    posted = await web_client.chat_postMessage(channel=OPS, text="card")
    await web_client.chat_scheduleMessage(
        channel=OPS, post_at=at(120), text="later", thread_ts=posted["ts"]
    )
    pass_time(121)
    space.say_scheduled()

    (reply,) = [one for one in space.messages.values() if one.is_reply]
    assert (reply.text, reply.thread) == ("later", posted["ts"])


@pytest.mark.parametrize(
    ("seconds", "error"),
    [(0, "time_in_past"), (-5, "time_in_past"), (121 * 86_400, "time_too_far")],
)
async def test_a_time_that_is_past_or_too_far_is_refused(
    web_client, at, seconds, error
):
    call = web_client.chat_scheduleMessage(channel=OPS, post_at=at(seconds), text="x")

    assert await error_of(call) == error


async def test_a_time_that_is_none_is_refused(web_client):
    call = web_client.chat_scheduleMessage(channel=OPS, post_at="soon", text="x")

    assert await error_of(call) == "invalid_time"


async def test_a_channel_takes_thirty_for_five_minutes(web_client, space, at):
    first = at(900) // FIVE_MINUTES * FIVE_MINUTES
    for second in range(30):
        await web_client.chat_scheduleMessage(
            channel=OPS, post_at=first + second, text="x"
        )
    again = {"post_at": first + 40, "text": "x"}

    call = web_client.chat_scheduleMessage(channel=OPS, **again)
    assert await error_of(call) == "restricted_too_many"
    await web_client.chat_scheduleMessage(channel=ANA.id, **again)
    assert len(space.scheduled) == 31


async def test_it_is_listed_and_given_back_until_its_last_minute(
    web_client, space, pass_time, at
):
    when = at(120)
    taken = await web_client.chat_scheduleMessage(
        channel=OPS, post_at=when, text="later"
    )
    span = {"channel": OPS, "oldest": str(when - 1), "latest": str(when + 1)}
    listed = await web_client.chat_scheduledMessages_list(**span)
    of_it = {
        "channel": OPS,
        "scheduled_message_id": taken["scheduled_message_id"],
    }
    pass_time(61)
    late = await error_of(web_client.chat_deleteScheduledMessage(**of_it))
    pass_time(-61)
    await web_client.chat_deleteScheduledMessage(**of_it)
    again = await error_of(web_client.chat_deleteScheduledMessage(**of_it))

    (one,) = listed["scheduled_messages"]
    assert (one["id"], one["post_at"], one["text"]) == (
        taken["scheduled_message_id"],
        when,
        "later",
    )
    assert (late, again) == ("invalid_scheduled_message_id",) * 2
    assert space.scheduled == {}


async def test_the_loop_posts_it_in_real_time(web_client, slack, at):
    await web_client.chat_scheduleMessage(channel=OPS, post_at=at(3), text="soon")
    async with asyncio.timeout(30):
        while texts(slack) != ["soon"]:
            await slack.space.feed.stirred(1.0)

    assert texts(slack) == ["soon"]
