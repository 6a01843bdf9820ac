"""What is seen, and what is pressed."""

import pytest

from bot.sandbox.slack.model.seed import BOB, OPS
from tests.bot.sandbox.slack.conftest import (
    actions,
    button,
    message,
    modal,
    option,
    section,
)
from tests.bot.sandbox.slack.terminal.conftest import (
    CONFIRM,
    MENU,
)

# ── what is seen ─────────────────────────────────────────────────────────────────


async def test_a_command_goes_to_the_bot_and_its_answer_is_printed(desk):
    desk.bot.acks = [{"text": "No relays."}]

    printed = await desk.type("/relay list")

    assert (desk.bot.last["command"], desk.bot.last["text"]) == ("/relay", "list")
    assert printed == ["patchbay · #ops · only visible to you", "  No relays."]


async def test_threads_are_indented_and_edits_say_so(desk):
    root = desk.say("R1 live")
    reply = desk.say("started", thread=root.ts)
    desk.space.edit(reply, "over", ())
    desk.space.edit(reply, "over", ())
    desk.space.delete(root)

    assert desk.printed == [
        "patchbay · #ops",
        "  R1 live",
        "    ↳ patchbay · #ops",
        "      started",
        "    ↳ patchbay · #ops · (edited)",
        "      over",
        "(patchbay's message in #ops was deleted)",
    ]


async def test_what_is_for_others_is_not_seen(desk):
    desk.say("for bob", only_for=BOB.id)
    desk.space.say(message("dm"))
    desk.space.open(BOB.id, modal(section("for bob")))
    desk.space.notice(BOB.id, OPS.id, "for bob")

    assert desk.printed == ["patchbay · #ops", "  dm"]


async def test_slacks_own_word_is_seen(desk):
    assert await desk.type("@patchbay", ":in random", "@patchbay hello") == [
        "Slackbot · only visible to you",
        "  @patchbay is not in this channel.",
    ]


async def test_a_terminal_that_was_closed_prints_no_more(desk):
    desk.terminal.close()

    desk.say("hello")

    assert desk.printed == []


# ── pressing ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("line", ["2", "press 2", "press copy", "press Copy of R1"])
async def test_a_button_is_pressed_by_number_or_name(desk, line):
    row = actions(button("Stop", "stop"), button("Copy", "copy", value="- copy R1"))
    desk.say("x", section("R1 live"), row)

    await desk.type(line)

    assert desk.bot.last["actions"][0]["value"] == "- copy R1"


async def test_an_older_message_is_named_by_what_it_says(desk):
    desk.say("x", section("R1 live"), actions(button("Stop", value="- stop R1")))
    desk.say("x", section("R2 live"), actions(button("Stop", value="- stop R2")))

    await desk.type("press 1 of R1")
    first = desk.bot.last["actions"][0]["value"]
    await desk.type("press 1")

    assert (first, desk.bot.last["actions"][0]["value"]) == ("- stop R1", "- stop R2")


@pytest.mark.parametrize("line", ["7", "press Nothing", "press 1 of R9"])
async def test_what_is_not_there_is_not_pressed(desk, line):
    desk.say("x", section("R1 live"), actions(button("Stop")))

    assert await desk.type(line) == ["! There is nothing of that kind to press."]


async def test_a_button_that_is_gone_is_not_pressed(desk):
    desk.space.delete(desk.say("x", actions(button("Stop"))))

    assert await desk.type("1") == ["! There is nothing of that kind to press."]


@pytest.mark.parametrize(("answer", "sent"), [("y", 1), ("n", 0), ("", 0)])
async def test_a_confirmation_is_asked_first(desk, answer, sent):
    desk.say("x", actions(button("Stop", confirm=CONFIRM)))

    printed = await desk.type("1")
    await desk.type(answer)

    assert printed == ["? Stop R1?", "  Viewers lose it.", "  y = Stop R1, n = Keep it"]
    assert len(desk.bot.envelopes) == sent


async def test_a_menu_asks_what_to_choose(desk):
    desk.say("x", section("R1", accessory=MENU))

    printed = await desk.type("1")
    await desk.type("2")

    assert printed == ["? ⋯", "  1. Details", "  2. Copy"]
    assert desk.bot.last["actions"][0]["selected_option"] == option("Copy")


async def test_a_menu_can_be_left(desk):
    desk.say("x", section("R1", accessory=MENU))

    await desk.type("1", ":cancel")

    assert desk.bot.envelopes == []
    assert not desk.terminal.asks


async def test_a_menu_that_searches_asks_the_bot(desk):
    select = {"type": "external_select", "action_id": "s", "min_query_length": 0}
    desk.say("x", actions(select))
    desk.bot.acks = [{"options": []}, {"options": [option("R1")]}]

    nothing = await desk.type("1", "?x")
    found = await desk.type("?R")
    await desk.type("1")

    assert (nothing, found) == (["  (nothing found)"], ["  1. R1"])
    assert desk.bot.last["actions"][0]["selected_option"] == option("R1")
