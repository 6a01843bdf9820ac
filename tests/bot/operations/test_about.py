"""Each line of the log that is about an intent says which, over its whole life."""

import json
import logging
from dataclasses import dataclass
from io import StringIO

import pytest
import structlog

from bot.dialogue.outcome import Audience
from bot.journal.model import Notification
from bot.operations.about import about, about_all
from bot.operations.batches import Batch
from bot.runtime.logs import set_up
from bot.runtime.redact import Redactor

START = "/relay start 295066 url=rtmp://push.example.com/live/the-secret --go"


@pytest.fixture
def lines():
    """Log as a running bot does; return what was written since the last call."""
    root, stream = logging.getLogger(), StringIO()
    handlers, level = root.handlers, root.level
    set_up(Redactor(), level="INFO", stream=stream)

    def written():
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return [json.loads(line) for line in text.splitlines()]

    yield written
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@dataclass
class Thing:
    """Stands for an intent, of which only the id is looked at."""

    id: str


async def intent_of(world):
    (intent,) = await world.journal.find.recent("T0HOME", limit=1)
    return intent.id


def unnamed(lines, intent):
    """Return the events of *lines* that do not say that they are about *intent*."""
    return [one["event"] for one in lines if one.get("intent") != intent]


@pytest.mark.parametrize("fails", ["", "late", "reset", "UnauthorizedOperation"])
async def test_over_a_whole_start_every_line_says_which_intent_it_is(
    world, lines, fails
):
    lines()
    if fails:
        world.cloud.state.fail_next("StartPublishCdnStream", fails)
    world.slack.refusing = {"chat.postMessage": "internal_error"}
    await world.typed(START)
    await world.bot.delivery.deliver()
    await world.settled()

    written = lines()
    assert written
    assert unnamed(written, await intent_of(world)) == []


async def test_what_is_about_several_names_them_all_and_what_is_about_none_nothing():
    seen = []

    async def work():
        seen.append(structlog.contextvars.get_contextvars())

    for ids in (["one"], ["one", "other", "one"], []):
        notifications = [
            Notification(
                id=1, rev=1, name="n", audience=Audience.OPS, facts={}, intent=one
            )
            for one in map(Thing, ids)
        ]
        await about_all(Batch(tuple(notifications), ()), work)

    assert seen == [{"intent": "one"}, {"intents": ["one", "other"]}, {}]


async def test_what_is_said_after_the_work_is_about_nothing(world):
    async def work():
        return 7

    assert await about("one", work) == 7
    assert structlog.contextvars.get_contextvars() == {}
