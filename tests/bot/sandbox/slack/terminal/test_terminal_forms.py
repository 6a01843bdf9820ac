"""A form is asked field by field, and sent when it is full."""

import asyncio

import pytest

from bot.sandbox.slack.model.seed import ANA
from tests.bot.sandbox.slack.conftest import (
    actions,
    asked,
    button,
    modal,
    option,
    section,
)
from tests.bot.sandbox.slack.terminal.conftest import (
    FPS,
    PICK,
    ROOM,
    URLS,
)


async def test_a_form_is_asked_field_by_field_and_then_sent(desk):
    desk.bot.acks = [lambda: desk.open(section("Mixes."), ROOM, FPS) and None]

    opened = await desk.type("/relay start")
    next_ = await desk.type("1001")
    closed = await desk.type("")

    assert opened == [
        "┌ A form",
        "│ Mixes.",
        "│ Room:",
        "│ Fps: 15",
        "└",
        "? Room",
    ]
    assert next_ == ["? Fps [15]", "  1. 15", "  2. 30"]
    assert closed == ["(form closed: A form)"]
    assert desk.values() == {
        "room": {"type": "plain_text_input", "value": "1001"},
        "fps": {"type": "static_select", "selected_option": option("15")},
    }


async def test_what_only_fills_in_a_field_is_waited_for_by_nobody(desk):
    desk.open(ROOM, FPS)
    await desk.terminal.settle()
    desk.space.feed.settle = desk.space.feed.limit = 3600.0

    async with asyncio.timeout(60):
        assert (await desk.type("1001"))[0] == "? Fps [15]"


async def test_only_what_is_wrong_is_asked_again(desk):
    desk.open(ROOM, FPS)
    desk.bot.acks = [{"response_action": "errors", "errors": {"room": "Not 0."}}]

    again = await desk.type("0", "2")
    closed = await desk.type("1001")

    assert again == ["! Not 0.", "? Room [0]"]
    assert closed == ["(form closed: A form)"]
    assert desk.values()["fps"]["selected_option"] == option("30")


async def test_a_form_sent_at_once_asks_only_for_what_is_missing(desk):
    desk.open(FPS, ROOM)

    printed = await desk.type(":submit")
    closed = await desk.type("1001")

    assert printed == ["! Please complete this required field.", "? Room"]
    assert closed == ["(form closed: A form)"]


async def test_a_choice_out_of_range_is_asked_again(desk):
    desk.open(FPS)

    printed = await desk.type("9")

    assert printed[:2] == [
        "! Choose by number, or by the words of an option.",
        "? Fps [15]",
    ]


async def test_back_asks_the_field_before(desk):
    desk.open(ROOM, FPS)

    assert await desk.type("1001", ":back") == ["? Room [1001]"]


async def test_many_lines_are_typed_as_they_are(desk):
    desk.open(URLS, FPS)

    await desk.type("rtmp://a/b", "  press 1", "/x", ".", ":submit")

    assert desk.values()["urls"]["value"] == "rtmp://a/b\n  press 1\n/x"


async def test_a_field_that_searches_shows_what_was_found(desk):
    desk.open(PICK, FPS)
    desk.bot.acks = [{"options": [option("cdn-1")]}]

    printed = await desk.type("?cdn")
    await desk.type("1", ":submit")

    assert printed == ["? Pick", "  (?text searches)", "  1. cdn-1"]
    assert desk.values()["pick"]["selected_option"] == option("cdn-1")


async def test_a_choice_that_changes_the_form_is_followed(desk):
    view = desk.open(FPS | {"dispatch_action": True}, ROOM)
    bigger = modal(FPS | {"dispatch_action": True}, ROOM, URLS)
    desk.bot.acks = [lambda: desk.space.update(desk.space.view(view.id), bigger) and {}]

    printed = await desk.type("2")

    assert printed == [
        "┌ A form (changed)",
        "│ Fps: 30",
        "│ Room:",
        "│ Urls:",
        "└",
        "? Room",
    ]


async def test_cancel_closes_one_form_or_all(desk):
    desk.open(ROOM)
    desk.space.push(ANA.id, modal(FPS, title="Upon it"))

    one = await desk.type(":cancel")
    desk.space.push(ANA.id, modal(FPS, title="Upon it"))
    both = await desk.type(":cancel all")

    assert one == ["(form closed: Upon it)", "? Room"]
    assert both == ["(form closed: Upon it)", "(form closed: A form)"]


async def test_a_form_with_nothing_to_fill_in_is_pressed_or_closed(desk):
    desk.open(section("Starting…"), actions(button("Refresh", "again")))

    pressed = await desk.type("1")
    closed = await desk.type("")

    assert pressed == ["(Enter closes it)"]
    assert desk.bot.last["actions"][0]["action_id"] == "again"
    assert closed == ["(form closed: A form)"]


@pytest.mark.parametrize("line", ["/relay list", "press Stop", "@patchbay hello"])
async def test_whoever_types_on_has_read_it(desk, line):
    desk.say("x", actions(button("Stop", "stop")))
    desk.open(section("Starting…"))

    printed = await desk.type(line)

    assert printed == ["(form closed: A form)"]
    assert len(desk.bot.envelopes) == 1


async def test_a_form_full_of_words_is_not_lost_by_typing_on(desk):
    desk.open(ROOM, section("x", accessory=button("Preview")))
    desk.bot.acks = [{"response_action": "dance"}, {}]

    await desk.type("1001", "press Preview")
    printed = await desk.type("/relay list")

    assert desk.bot.last["type"] == "block_actions"
    assert printed[0] == "! Send the form or close it first."


async def test_what_a_field_does_not_take_is_asked_again_at_once(desk):
    desk.open(asked("rate", {"type": "number_input", "is_decimal_allowed": False}), FPS)

    printed = await desk.type("many")

    assert printed == ["! Please enter a number.", "? Rate"]


async def test_what_is_kept_is_not_news_to_the_bot(desk):
    desk.open(FPS | {"dispatch_action": True}, ROOM)

    await desk.type("")

    assert desk.bot.envelopes == []


async def test_a_form_that_cannot_be_sent_waits_for_another_word(desk):
    desk.open(ROOM)
    desk.bot.acks = [{"response_action": "dance"}]

    printed = await desk.type("1001")

    assert printed == [
        "Slackbot · only visible to you",
        "  We had some trouble connecting. Try again? (invalid_response)",
        "(:submit sends it, :back asks again, :cancel closes)",
    ]


async def test_a_line_that_no_form_knows(desk):
    desk.open(ROOM)

    assert await desk.type(":dance") == ["! There is no :dance; :help lists.", "? Room"]


async def test_a_form_that_opened_late_is_caught_up_with_once(desk):
    desk.open(ROOM)
    desk.printed.clear()

    await desk.terminal.catch_up()
    await desk.terminal.catch_up()

    assert desk.printed == ["? Room"]


async def test_a_form_that_asks_yes_or_no_is_sent_in_or_closed(desk):
    desk.open(section("Really?"), submit={"type": "plain_text", "text": "Yes"})

    printed = await desk.type("")
    assert printed == [
        "! Send the form or close it first.",
        "(:submit sends it, :back asks again, :cancel closes)",
    ]
    await desk.type(":submit")

    assert [one.payload["type"] for one in desk.bot.envelopes] == ["view_submission"]
