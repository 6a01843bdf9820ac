"""The loopback Slack, as a bot made with Slack's JavaScript library finds it."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.seed import ANA, OPS
from tests.node import installed

PROJECT = Path(__file__).parents[3] / "data/bolt"

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a folder with the bot and its library in it."""
    return installed(PROJECT, tmp_path_factory.mktemp("bolt"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slack(project):
    """A Slack to which the bot is connected."""
    async with LoopbackSlack(paced=False) as slack:
        slack.space.feed.settle = 0.05
        bot = await asyncio.create_subprocess_exec(
            shutil.which("node"),
            "bot.js",
            cwd=project,
            env={**os.environ, **slack.environment()},
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            assert await slack.sockets.connected()
            yield slack
        finally:
            bot.terminate()
            await bot.wait()


def said(slack, text, channel=OPS.id):
    """Tell how to see whether *text* was posted in *channel*."""
    messages = slack.space.messages
    return lambda: any(
        one.text == text and one.channel == channel for one in messages.values()
    )


async def test_it_answers_a_command_and_a_button(slack):
    await slack.client.command(ANA, OPS, "/foreign hello")
    assert await slack.space.feed.until(said(slack, "You said hello"))
    (message,) = [one for one in slack.space.messages.values() if one.blocks]
    (block,) = message.blocks
    (button,) = block["elements"]
    control = Control(block["block_id"], button["action_id"], button)

    await slack.client.act(ANA, message, control)

    assert await slack.space.feed.until(said(slack, "ana pressed 7"))
    assert not said(slack, "You said hello")()


async def test_it_whispers_to_a_response_url(slack):
    await slack.client.command(ANA, OPS, "/foreign whisper")

    whispers = slack.space.whispers
    assert await slack.space.feed.until(
        lambda: [one.text for one in whispers.values()] == ["psst"]
    )


async def test_its_form_is_refused_and_then_taken(slack):
    space = slack.space
    await slack.client.command(ANA, OPS, "/foreign form")
    assert await space.feed.until(lambda: space.top(ANA.id))
    form = space.top(ANA.id)

    async def sent(name):
        value = {"type": "plain_text_input", "value": name}
        space.fill(space.view(form.id), "name", "typed", value)
        await slack.client.submit(ANA, space.view(form.id))

    await sent("nobody")
    faults = [
        one.subject.by_block for one in space.feed.changes if one.what == "faulted"
    ]
    await sent("Ana")

    direct = space.direct_with(ANA.id).id
    assert faults == [{"name": "Not you."}]
    assert await space.feed.until(said(slack, "Hello Ana", direct))
    assert space.top(ANA.id) is None


async def test_it_shows_a_home(slack):
    await slack.client.open_home(ANA)

    homes = slack.space.homes
    assert await slack.space.feed.until(lambda: "At home" in str(homes.get(ANA.id)))


async def test_it_answers_in_the_thread_of_a_direct_message(slack):
    direct = slack.space.direct_with(ANA.id)
    asked = await slack.client.say(ANA, direct, "ping")

    assert await slack.space.feed.until(said(slack, "pong", direct.id))
    (answer,) = [one for one in slack.space.messages.values() if one.text == "pong"]
    assert answer.thread == asked.ts
