"""Lines that begin with a colon."""

import pytest

from bot.sandbox.slack.model.seed import ANA, BOB
from tests.bot.sandbox.slack.conftest import (
    actions,
    button,
    section,
)
from tests.bot.sandbox.slack.terminal.conftest import (
    ROOM,
)


async def test_somebody_else_may_sit_down(desk):
    desk.open(ROOM)

    printed = await desk.type(":as bob")
    await desk.type("/relay list")

    assert printed == ["You are Bob Chen."]
    assert desk.bot.last["user_id"] == BOB.id
    assert desk.terminal.prompt == "bob #ops> "


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        (":as eve", ["There are: ana, bob, gus, olga."]),
        (":in eden", ["You are in no channel of that name. :in dm writes to the bot."]),
        (":thread of nothing", ["There is no such message."]),
        (":cloud fail start", ["cloud: fail start"]),
        (":dance", ["! There is no :dance; :help lists."]),
        ("", []),
    ],
)
async def test_lines_with_a_colon(desk, line, printed):
    assert await desk.type(line) == printed


async def test_an_outsider_finds_a_channel_to_sit_in(desk):
    await desk.type(":in random", ":as olga")

    assert desk.terminal.prompt == "olga DM> "


async def test_words_in_the_direct_conversation_reach_the_bot(desk):
    await desk.type(":in dm", "relay list")

    assert desk.bot.last["event"]["channel_type"] == "im"


async def test_words_in_a_thread_stay_there(desk):
    root = desk.say("R1 live")

    await desk.type(":thread R1", "@patchbay stop")
    prompt = desk.terminal.prompt
    await desk.type(":in ops", "@patchbay stop")

    assert desk.bot.envelopes[0].payload["event"]["thread_ts"] == root.ts
    assert "thread_ts" not in desk.bot.last["event"]
    assert (prompt, desk.terminal.prompt) == ("ana #ops ↳> ", "ana #ops> ")


async def test_home_is_shown_while_it_is_looked_at(desk):
    home = {"type": "home", "blocks": [section("Live: 1")]}
    desk.space.publish(ANA.id, home)

    opened = await desk.type(":home")
    desk.printed.clear()
    desk.space.publish(ANA.id, {"type": "home", "blocks": [actions(button("Go"))]})
    changed = list(desk.printed)
    await desk.type("1", ":in ops")
    desk.printed.clear()
    desk.space.publish(ANA.id, home)

    assert opened == ["┌ Home", "│ Live: 1", "└"]
    assert changed == ["┌ Home", "│ [1] Go", "└"]
    assert desk.bot.last["container"]["type"] == "view"
    assert desk.printed == []


async def test_a_shortcut_is_chosen_on_a_message_or_nowhere(desk):
    desk.say("R1 live")

    await desk.type(":shortcut look_up of R1", ":shortcut look_up")

    types = [envelope.payload["type"] for envelope in desk.bot.envelopes]
    assert types == ["message_action", "shortcut"]


async def test_what_was_said_last_is_edited(desk):
    nothing = await desk.type(":edit @patchbay lookup R1")

    await desk.type("@patchbay relay list", ":edit @patchbay relay recent")

    first, again = [envelope.payload["event"] for envelope in desk.bot.envelopes]
    assert nothing == [
        "You said nothing here; :edit and new words change what you said."
    ]
    assert first["ts"] == again["ts"]
    assert ("edited" in first, "edited" in again) == (False, True)
    assert again["text"].endswith("relay recent")


async def test_help_lists_everything(desk):
    printed = await desk.type(":help")

    assert any("@patchbay relay list" in line for line in printed)
    assert printed[-1] == ":cloud …"


async def test_quit_ends_it(desk):
    await desk.type(":quit")

    assert desk.terminal.ended
