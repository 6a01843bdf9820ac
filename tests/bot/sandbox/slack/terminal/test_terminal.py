"""A person at the terminal, and a bot of which every word is known."""

import os
from datetime import UTC, datetime

import pytest

from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.seed import ANA, BOB, OPS
from bot.sandbox.slack.server.delivery import Ack
from bot.sandbox.slack.terminal.terminal import Terminal
from tests.bot.sandbox.slack.conftest import (
    actions,
    asked,
    button,
    message,
    modal,
    option,
    plain,
    section,
)

ROOM = asked("room", {"type": "plain_text_input"})
FPS = asked(
    "fps",
    {
        "type": "static_select",
        "options": [option("15"), option("30")],
        "initial_option": option("15"),
    },
)
URLS = asked("urls", {"type": "plain_text_input", "multiline": True})
PICK = asked("pick", {"type": "external_select", "min_query_length": 0})
CONFIRM = {
    "title": plain("Stop R1?"),
    "text": plain("Viewers lose it."),
    "confirm": plain("Stop R1"),
    "deny": plain("Keep it"),
}
MENU = {
    "type": "overflow",
    "action_id": "menu",
    "options": [option("Details"), option("Copy")],
}


class Bot:
    """Remembers what it was brought, and gives the acks it was given."""

    def __init__(self):
        self.letters = []
        self.acks = []

    async def carry(self, letter):
        self.letters.append(letter)
        answer = self.acks.pop(0) if self.acks else {}
        return Ack(answer() or {} if callable(answer) else answer)

    @property
    def last(self):
        return self.letters[-1].payload


class Desk:
    """A terminal, what it printed, and the bot behind it."""

    def __init__(self):
        now = lambda: datetime(2026, 11, 21, tzinfo=UTC)  # noqa: E731 - a clock
        self.space = seed.workspace(now=now, random=os.urandom, clock=lambda: 0.0)
        self.space.feed.settle = 0.005
        self.bot = Bot()
        self.printed = []
        self.terminal = Terminal(
            Client(self.space, self.bot),
            self.printed.append,
            commands={"cloud": self.cloud},
        )

    async def cloud(self, rest):
        return f"cloud: {rest}"

    async def type(self, *lines):
        """Type *lines*, and return what was printed after the last one."""
        for line in lines:
            self.printed.clear()
            await self.terminal.enter(line)
        return list(self.printed)

    def open(self, *blocks, **more):
        return self.space.open(ANA.id, modal(*blocks, **more))

    def say(self, text="", *blocks, **more):
        return self.space.say(message(text, blocks=tuple(blocks), **more))

    def values(self):
        values = self.bot.last["view"]["state"]["values"]
        return {block: next(iter(by.values())) for block, by in values.items()}


@pytest.fixture
def desk():
    return Desk()


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
    assert len(desk.bot.letters) == sent


async def test_a_menu_asks_what_to_choose(desk):
    desk.say("x", section("R1", accessory=MENU))

    printed = await desk.type("1")
    await desk.type("2")

    assert printed == ["? ⋯", "  1. Details", "  2. Copy"]
    assert desk.bot.last["actions"][0]["selected_option"] == option("Copy")


async def test_a_menu_can_be_left(desk):
    desk.say("x", section("R1", accessory=MENU))

    await desk.type("1", ":cancel")

    assert desk.bot.letters == []
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


# ── forms ────────────────────────────────────────────────────────────────────────


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
    assert len(desk.bot.letters) == 1


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

    assert desk.bot.letters == []


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


# ── lines with a colon ───────────────────────────────────────────────────────────


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

    assert desk.bot.letters[0].payload["event"]["thread_ts"] == root.ts
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

    types = [letter.payload["type"] for letter in desk.bot.letters]
    assert types == ["message_action", "shortcut"]


async def test_help_lists_everything(desk):
    printed = await desk.type(":help")

    assert any("@patchbay relay list" in line for line in printed)
    assert printed[-1] == ":cloud …"


async def test_quit_ends_it(desk):
    await desk.type(":quit")

    assert desk.terminal.ended
