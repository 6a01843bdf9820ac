"""What Slack posts by itself: taken, taken back, or not known to be."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.dialogue.outcome import Outcome
from bot.operations.ahead import Ahead, Taken, Written
from bot.operations.readers import BY_ASKER
from bot.resources.relay.resource import RELAY
from tests.bot.resources.intents import an_intent
from tests.fakes.slack import FakeSlack

AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
BEFORE = AT - timedelta(minutes=2)
WRITE, TAKE = "chat.scheduleMessage", "chat.deleteScheduledMessage"
LIST = "chat.scheduledMessages.list"


def thing(card=("C1", "1.5")):
    relay = an_intent(kind=RELAY)
    return SimpleNamespace(handle="R1", asker=relay.asker, card=card)


def scene(**more):
    slack = FakeSlack(**more)
    return Ahead(web=slack, readers=BY_ASKER), slack


def drawing():
    return Outcome(headline=("R1 is to be stopped",))


async def test_it_goes_below_the_card_at_the_second():
    ahead, slack = scene(data={WRITE: {"scheduled_message_id": "Q1"}})

    name = await ahead.write(thing(), drawing, AT)

    ((way, call),) = slack.sent
    asked = (call["channel"], call["thread_ts"], call["post_at"], call["text"])
    assert (name, way) == ("Q1", WRITE)
    assert asked == ("C1", "1.5", int(AT.timestamp()), "R1 is to be stopped")


@pytest.mark.parametrize(
    ("error", "written"),
    [
        ("ratelimited", Written.LATER),
        ("restricted_too_many", Written.LATER),
        ("token_revoked", Written.LATER),
        ("timeout", Written.UNKNOWN),
        ("http_502", Written.UNKNOWN),
        ("not_in_channel", Written.NEVER),
        ("time_in_past", Written.NEVER),
    ],
)
async def test_why_it_was_not_taken_is_told(error, written):
    ahead, _slack = scene(refusing={WRITE: error})

    assert await ahead.write(thing(), drawing, AT) is written


async def test_without_a_card_there_is_nothing_below_which_it_could_go():
    ahead, slack = scene()

    assert await ahead.write(thing(card=None), drawing, AT) is Written.LATER
    assert slack.sent == []


async def test_an_answer_without_a_name_is_none():
    ahead, _slack = scene(data={WRITE: {}})

    assert await ahead.write(thing(), drawing, AT) is Written.UNKNOWN


def listing(**more):
    one = {"id": "Q7", "post_at": int(AT.timestamp()), "text": "🟠 R1 is to be"}
    return {LIST: {"scheduled_messages": [{**one, **more}]}}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (listing(), "Q7"),
        (listing(text="R11 is to be stopped"), Taken.BACK),
        (listing(post_at=int(AT.timestamp()) + 1), Taken.BACK),
        ({LIST: {}}, Taken.BACK),
    ],
)
async def test_what_it_is_called_is_asked_for_where_that_is_not_known(data, name):
    ahead, _slack = scene(data=data)

    assert await ahead.named(thing(), "C1", AT) == name


async def test_where_slack_does_not_say_it_is_asked_again():
    ahead, _slack = scene(refusing={LIST: "http_502"})

    assert await ahead.named(thing(), "C1", AT) is Taken.LATER


GONE = "invalid_scheduled_message_id"


@pytest.mark.parametrize(
    ("error", "now", "taken"),
    [
        ("", BEFORE, Taken.BACK),
        ("", AT, Taken.POSTED),
        (GONE, BEFORE, Taken.BACK),
        (GONE, AT - timedelta(seconds=60), Taken.POSTED),
        ("http_502", BEFORE, Taken.LATER),
        ("ratelimited", BEFORE, Taken.LATER),
        ("token_revoked", BEFORE, Taken.LATER),
        ("channel_not_found", BEFORE, Taken.BACK),
    ],
)
async def test_it_is_taken_back_unless_slack_posts_it_already(error, now, taken):
    ahead, _slack = scene(refusing={TAKE: error} if error else {})

    assert await ahead.take_back("C1", "Q1", AT, now) is taken
