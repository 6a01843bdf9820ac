"""Lists, help and the Home tab of the whole bot, as its Slack shows them."""

import json
from contextlib import AsyncExitStack

import pytest

from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from tests.bot.conftest import START

TABLES = """
tables = "auto"

[exits]
push = [".example.com"]

[[policy.rules]]
name = "all"
actions = ["*"]
users = ["U0ANA"]
"""


def menus(blocks):
    """Return the overflow menus and selects in *blocks*, each with its block's id."""
    for block in blocks:
        elements = [*block.get("elements", ()), block.get("accessory", {})]
        for one in elements:
            if one.get("type") in {"overflow", "static_select"}:
                yield Control(block.get("block_id", ""), one["action_id"], one)


async def choose(bot, surface, label):
    """Choose what begins with *label* in a menu of *surface*."""
    for control in menus(surface.blocks):
        for option in control.element["options"]:
            if option["text"]["text"].startswith(label):
                kind = control.element["type"]
                state = {"type": kind, "selected_option": option}
                await bot.hands.act(seed.ANA, surface, control, state)
                await bot.settled()
                return
    raise LookupError(label)


@pytest.mark.parametrize("text", ["help", "帮助", "?"])
async def test_help_is_the_overview_in_a_channel_and_in_the_bots_messages(bot, text):
    direct = bot.space.direct_with(seed.ANA.id)

    await bot.typed("/patchbay")
    await bot.hands.say(seed.ANA, bot.ops, f"@patchbay {text}")
    await bot.hands.say(seed.ANA, direct, text)
    await bot.settled()

    command, mention = bot.whispered()
    private = [m for m in bot.space.messages.values() if m.channel == direct.id][-1]
    assert command.text == mention.text == private.text == "Commands"
    told = [json.dumps(one.blocks).count("/relay") for one in (command, mention)]
    assert told[0] == told[1] > 0


async def test_what_is_opened_in_the_home_tab_is_seen_there(bot):
    await bot.typed(START)
    await bot.hands.open_home(seed.ANA)
    await bot.settled()
    home = bot.space.homes[seed.ANA.id]

    await choose(bot, home, "Open")
    opened = bot.space.top(seed.ANA.id)
    await choose(bot, home, "Stop R1…")
    asked = bot.space.top(seed.ANA.id)

    assert "As of" in json.dumps(home.body)
    assert "Running (1)" in json.dumps(home.body)
    assert "R1" in json.dumps(opened.body)
    assert asked.body["title"]["text"] == "Stop a relay"
    assert [call for _at, call in bot.cloud.state.calls] == ["StartPublishCdnStream"]


async def test_what_is_over_stands_in_a_table_if_there_are_tables(start, clock):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        bot = await start(stack, slack=slack, rules=TABLES)
        bot.cloud.state.fail_next("StartPublishCdnStream", "InvalidParameter")
        await bot.typed(START)

        await bot.typed("/relay recent")
        listed = bot.whispered()[-1]
        await choose(bot, listed, "Open R1")

        kinds = [block["type"] for block in listed.blocks]
        assert kinds == ["rich_text", "data_table", *["actions"] * 4]
        assert "R1 · not started" in bot.whispered()[-1].text
