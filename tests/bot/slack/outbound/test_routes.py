"""A message goes by the first way that is open, and no other."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.dialogue.outcome import Audience, Outcome
from bot.slack.outbound import routes
from bot.slack.outbound.lanes import Lanes
from bot.slack.outbound.routes import (
    Answer,
    Destination,
    Direct,
    Ops,
    Post,
    Update,
    Whisper,
    Window,
)
from bot.slack.outbound.web import NO_SUCH_TOKEN, Sent
from bot.slack.render.blocks import message
from bot.slack.render.plain import reduced
from tests.fakes.clock import AT, FakeClock
from tests.fakes.slack import FakeSlack, refused

URL = SecretStr("https://hooks.slack.com/x")
EVERYTHING = Destination(
    channel="C",
    user="U",
    thread="1.0",
    card=("CX", "1.2"),
    stands=("CX", "1.9"),
    answer_url=URL,
    trigger="t1",
    ops="COPS",
)
BODY = {"text": "told", "blocks": [{"type": "divider"}]}
INVITATION = message(
    Outcome(headline=("Invite the bot to this channel to keep this card live.",))
)


@pytest.mark.parametrize(
    ("audience", "destination", "ways"),
    [
        (
            Audience.CHANNEL,
            EVERYTHING,
            (
                Update("CX", "1.9"),  # the line that stands
                Update("CX", "1.2"),
                Post("C", "1.0"),
                Answer(URL, in_channel=True),
                Direct("U"),
                Whisper("C", "U", "1.0"),
                Window("t1"),
                Ops("COPS"),
            ),
        ),
        (
            Audience.THREAD,
            EVERYTHING,
            (
                Update("CX", "1.9"),
                Post("CX", "1.2"),
                Post("C", "1.0"),
                Answer(URL),
                Whisper("C", "U", "1.0"),
                Direct("U"),
                Window("t1"),
                Ops("COPS"),
            ),
        ),
        (
            Audience.THREAD,
            Destination(channel="C", user="U", thread="1.0", card=("C", "1.2")),
            (Post("C", "1.0"), Whisper("C", "U", "1.0"), Direct("U")),
        ),
        (
            Audience.THREAD,
            Destination(channel="C", user="U", card=("C", "1.2")),
            (Post("C", "1.2"), Post("C"), Whisper("C", "U"), Direct("U")),
        ),
        (
            Audience.ASKER,
            Destination(channel="", user="U", trigger="t1", home=True),
            (Window("t1"), Direct("U")),
        ),
        (
            Audience.THREAD,
            Destination(channel="C", user="U"),
            (Post("C"), Whisper("C", "U"), Direct("U")),
        ),
        (
            Audience.ASKER,
            EVERYTHING,
            (
                Answer(URL),
                Whisper("C", "U", "1.0"),
                Direct("U"),
                Window("t1"),
                Ops("COPS"),
            ),
        ),
        (
            Audience.OPS,
            EVERYTHING,
            (
                Update("CX", "1.9"),
                Ops("COPS"),
                Direct("U"),
                Answer(URL),
                Whisper("C", "U", "1.0"),
                Window("t1"),
            ),
        ),
        (Audience.OPS, Destination(channel="", user=""), ()),
        (
            Audience.CHANNEL,
            Destination(channel="C", user="U"),
            (Post("C"), Direct("U"), Whisper("C", "U")),
        ),
        (
            Audience.ASKER,
            Destination(channel="C", user="U"),
            (Whisper("C", "U"), Direct("U")),
        ),
        (
            Audience.ASKER,
            Destination(channel="D", user="U", thread="1.0", direct=True),
            (Post("D", "1.0"), Direct("U"), Whisper("D", "U", "1.0")),
        ),
        (Audience.CHANNEL, Destination(channel="", user="U"), (Direct("U"),)),
        (Audience.ASKER, Destination(channel="", user="U"), (Direct("U"),)),
        (
            Audience.OPS,
            Destination(channel="C", user="U"),
            (Direct("U"), Whisper("C", "U")),
        ),
    ],
)
def test_an_audience_is_reached_by_the_ways_that_there_are(audience, destination, ways):
    assert routes.ways(audience, destination) == ways


@pytest.mark.parametrize(
    ("asked_at", "url"),
    [
        (AT, None),
        (AT + timedelta(seconds=1), URL),
        (AT + timedelta(minutes=29), URL),
        (None, None),
    ],
)
def test_an_answer_url_is_good_for_half_an_hour(asked_at, url):
    now = AT + timedelta(minutes=29)

    assert routes.fresh(URL, asked_at, now) == url
    assert routes.fresh(None, now, now) is None


MESSAGE = {
    Update("CX", "1.2"): ("chat.update", {"channel": "CX", "ts": "1.2", **BODY}),
    Post("C", "1.0"): ("post C", {**BODY, "thread_ts": "1.0"}),
    Whisper("C", "U", "1.0"): (
        "chat.postEphemeral",
        {"channel": "C", "user": "U", "thread_ts": "1.0", **BODY},
    ),
    Answer(URL): (
        "answer ephemeral",
        {**BODY, "response_type": "ephemeral", "replace_original": False},
    ),
    Answer(URL, replaces=True): (
        "answer ephemeral",
        {**BODY, "response_type": "ephemeral", "replace_original": True},
    ),
    Answer(URL, in_channel=True): (
        "answer in_channel",
        {**BODY, "response_type": "in_channel", "replace_original": False},
    ),
    Answer(URL, in_channel=True, kept=True): (
        "answer in_channel",
        {
            "text": "told",
            "blocks": [*BODY["blocks"], *reduced(INVITATION["blocks"])],
            "response_type": "in_channel",
            "replace_original": False,
        },
    ),
    Direct("U"): ("post U", BODY),
    Ops("COPS"): ("post COPS", BODY),
    Window("t1"): (
        "views.open",
        {
            "trigger_id": "t1",
            "view": {
                "type": "modal",
                "title": {"type": "plain_text", "text": "Patchbay", "emoji": True},
                "close": {"type": "plain_text", "text": "Close", "emoji": True},
                "notify_on_close": False,
                "blocks": BODY["blocks"],
            },
        },
    ),
}


@pytest.mark.parametrize(("way", "call"), MESSAGE.items())
async def test_each_way_is_one_call(way, call):
    web = FakeSlack()

    sent = await routes.send(web, (way,), BODY)

    assert (sent.ok, web.sent) == (True, [call])


# What Slack's reference lists for each method (crawled 2026-11).
ERRORS = json.loads((Path(__file__).parents[3] / "data/slack-errors.json").read_text())
AGAIN = {"rate_limited"}  # the only documented one after which the same may be tried
FIRST = {
    "chat.update": (Update("C", "1.0"), "chat.update"),
    "chat.postMessage": (Post("C"), "post C"),
    "chat.postEphemeral": (Whisper("C", "U"), "chat.postEphemeral"),
}


DOCUMENTED = [(method, error) for method in FIRST for error in ERRORS[method]]


@pytest.mark.parametrize(("method", "error"), DOCUMENTED)
async def test_whatever_word_slack_refuses_with_somebody_is_told(method, error):
    """Every error that Slack documents for the method, by the first way that works."""
    first, way = FIRST[method]
    web = FakeSlack(answers={way: [refused(error)] * 2})

    sent = await routes.send(web, (first, Direct("U")), BODY)

    again = error in AGAIN
    assert (sent.ok, sent.refused, web.ways[-1]) == (
        not again,
        False,
        way if again else "post U",
    )


@pytest.mark.parametrize(
    "error", ["used_url", "expired_url", "Expired url", "http_404", "of_tomorrow"]
)
async def test_a_dead_answer_url_or_a_word_of_tomorrow_is_followed_by_the_next(error):
    web = FakeSlack(answers={"answer ephemeral": [refused(error)]})

    sent = await routes.send(web, (Answer(URL), Direct("U")), BODY)

    assert (sent.ok, web.ways) == (True, ["answer ephemeral", "post U"])


async def test_a_way_that_slack_refuses_is_followed_by_the_next():
    web = FakeSlack("not_in_channel", "channel_not_found")

    sent = await routes.send(web, (Post("C"), Direct("U"), Ops("COPS")), BODY)

    assert (sent, web.ways) == (
        Sent(ok=True, data={"channel": "COPS", "ts": "1.5"}),
        ["post C", "post U", "post COPS"],
    )
    assert (sent.channel, sent.ts) == ("COPS", "1.5")


@pytest.mark.parametrize(
    ("error", "away"),
    [
        ("timeout", True),
        ("unreachable", True),
        ("http_503", True),
        ("ratelimited", False),
        ("rate_limited", False),
        ("http_429", False),
        ("fatal_error", True),
        ("internal_error", True),
        ("service_unavailable", True),
        ("request_timeout", True),
    ],
)
async def test_while_slack_takes_nothing_no_other_way_is_tried(error, away):
    web = FakeSlack(answers={"post C": [refused(error, retry_after=3.0)]})

    sent = await routes.send(web, (Post("C"), Direct("U")), BODY)

    assert sent == refused(error, retry_after=3.0)
    assert (sent.away, sent.refused, web.ways) == (away, False, ["post C"])


async def test_each_way_that_was_tried_counts_unless_slack_refused_it():
    web, clock = FakeSlack("not_in_channel", "unreachable"), FakeClock()
    lanes = Lanes(clock.monotonic)
    lanes.take(Post("C").lane)  # which the caller has counted

    sent = await routes.send(
        web, (Post("C"), Direct("U")), BODY, lanes, counted=True
    )  # it may have arrived

    assert (sent.error, web.ways) == ("unreachable", ["post C", "post U"])
    assert [lanes.wait(way.lane) for way in (Post("C"), Direct("U"))] == [0, 1]


@pytest.mark.parametrize("error", sorted(NO_SUCH_TOKEN))
async def test_without_a_token_what_needs_none_is_left(error):
    web = FakeSlack(answers={"post C": [refused(error)] * 2})
    order = (Post("C"), Direct("U"), Answer(URL), Ops("COPS"))

    answered = await routes.send(web, order, BODY)
    waiting = await routes.send(web, (Post("C"), Direct("U")), BODY)

    assert (answered.ok, waiting) == (True, refused(error))
    assert web.ways == ["post C", "answer ephemeral", "post C"]


async def test_when_every_way_is_refused_the_last_refusal_is_told():
    web = FakeSlack("not_in_channel", "channel_not_found")

    sent = await routes.send(web, (Post("C"), Direct("U")), BODY)

    assert (sent.error, sent.refused) == ("channel_not_found", True)
    assert (sent.channel, sent.ts) == (None, None)


async def test_a_message_without_any_way_is_refused():
    sent = await routes.send(FakeSlack(), (), BODY)

    assert (sent.ok, sent.error, sent.refused, sent.away) == (
        False,
        "none",
        True,
        False,
    )
