import os
from datetime import UTC, datetime

import pytest

from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.objects import File
from bot.sandbox.slack.terminal.drawing import draw
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


@pytest.fixture
def space():
    return seed.workspace(
        now=lambda: datetime(2026, 11, 21, tzinfo=UTC),
        random=os.urandom,
        clock=lambda: 0.0,
    )


def drawn(space, *blocks, reader=seed.ANA):
    said = space.say(message(blocks=tuple(blocks)))
    return list(draw(space, said, reader).lines)


def rich(*elements, type_="rich_text_section", **more):
    part = {"type": type_, "elements": list(elements), **more}
    return {"type": "rich_text", "elements": [part]}


def span(text, **style):
    return {"type": "text", "text": text, **({"style": style} if style else {})}


OVERFLOW = {"type": "overflow", "options": [option("Details"), option("Copy")]}
MENU = {"type": "static_select", "options": [option("A"), option("B")]}

BLOCKS = [
    (section("*Live* <@U0ANA>"), ["Live @ana"]),
    (section("R1", accessory=OVERFLOW), ["R1   [1] ⋯ Details / Copy"]),
    (
        {"type": "section", "fields": [plain("Room"), plain("1001")]},
        ["Room", "1001"],
    ),
    (
        section(
            "x", accessory={"type": "image", "alt_text": "a layout", "image_url": "u"}
        ),
        ["x", "[a layout]"],
    ),
    ({"type": "header", "text": plain("Relays")}, ["Relays"]),
    ({"type": "markdown", "text": "# One\ntwo"}, ["# One", "two"]),
    (
        {"type": "context", "elements": [plain("small"), plain("print")]},
        ["small  print"],
    ),
    (
        actions(button("Stop R1", "a"), button("Docs", "b", url="https://a.b")),
        ["[1] Stop R1  [2] Docs ↗ https://a.b"],
    ),
    (actions({**MENU, "placeholder": plain("Which?")}), ["[1] Which? ▾"]),
    (actions({**MENU, "initial_option": option("B")}), ["[1] B ▾"]),
    (actions(MENU), ["[1] Choose ▾"]),
    ({"type": "divider"}, ["─" * 20]),
    ({"type": "image", "alt_text": "a layout", "image_url": "u"}, ["[a layout]"]),
    ({"type": "video"}, ["[video]"]),
    (asked("who", {"type": "users_select"}), ["Who: [1] Choose ▾"]),
    (
        {
            "type": "table",
            "rows": [
                [{"type": "raw_text", "text": "R1"}, rich(span("live"))],
                [{"type": "raw_text", "text": "R100"}, rich(span("over"))],
            ],
        },
        ["R1    live", "R100  over"],
    ),
    (
        {
            "type": "data_table",
            "caption": "Relays",
            "rows": [[{"type": "raw_text", "text": "Name"}], [rich(span("R1"))]],
        },
        ["Name", "R1"],
    ),
    (rich(span("a <b> "), span("R1", code=True)), ["a <b> `R1`"]),
    (
        rich(
            {"type": "user", "user_id": "U0BOB"},
            {"type": "channel", "channel_id": "C0OPS"},
            {"type": "link", "url": "https://a.b", "text": "docs"},
            {"type": "link", "url": "https://c.d"},
            {"type": "date", "timestamp": 1795000000, "format": "{time}"},
            {"type": "emoji", "name": "wave"},
            {"type": "broadcast", "range": "here"},
            {"type": "color"},
        ),
        ["@bob#opsdocs (https://a.b)https://c.d2026-11-18 12:06[wave][here][color]"],
    ),
    (rich(span("a\nb"), type_="rich_text_preformatted"), ["    a", "    b"]),
    (rich(span("a"), type_="rich_text_quote"), ["> a"]),
    (
        rich(
            {"type": "rich_text_section", "elements": [span("one")]},
            {"type": "rich_text_section", "elements": [span("two")]},
            type_="rich_text_list",
            style="ordered",
        ),
        ["  1. one", "  2. two"],
    ),
    (
        rich(
            {"type": "rich_text_section", "elements": [span("one")]},
            type_="rich_text_list",
            style="bullet",
            indent=1,
        ),
        ["    • one"],
    ),
]


@pytest.mark.parametrize(("block", "lines"), BLOCKS)
def test_a_block_as_lines(space, block, lines):
    assert drawn(space, block) == lines


def test_moments_are_in_the_readers_zone(space):
    assert drawn(space, section("<!date^1795000000^{time}|x>"), reader=seed.BOB) == [
        "2026-11-18 19:06"
    ]


def test_numbers_run_through_the_whole_message(space):
    said = space.say(
        message(
            blocks=(
                section("R1", accessory=button("Open", "a")),
                actions(button("Stop", "b"), button("Copy", "c")),
            )
        )
    )

    drawing = draw(space, said, seed.ANA)

    assert drawing.lines == ("R1   [1] Open", "[2] Stop  [3] Copy")
    assert [control.action for control in drawing.controls] == ["a", "b", "c"]


def test_a_message_without_blocks_is_its_text_and_files(space):
    said = space.say(message("*Log*", files=(File(id="F0", name="log.txt"),)))

    assert draw(space, said, seed.ANA).lines == ("Log", "📎 log.txt")


def test_a_form_shows_what_stands_in_it(space):
    view = space.open(
        seed.ANA.id,
        modal(
            asked("room", {"type": "plain_text_input", "initial_value": "1001"}),
            asked("fps", {**MENU, "initial_option": option("A")}, optional=True),
            asked("note", {"type": "plain_text_input"}, hint=plain("for the journal")),
            asked(
                "to",
                {"type": "conversations_select", "initial_conversation": "C0OPS"},
            ),
            asked("who", {"type": "users_select", "initial_user": "U0BOB"}),
            asked("at", {"type": "datetimepicker", "initial_date_time": 1795000000}),
            asked("log", {"type": "file_input"}),
            actions(button("Preview")),
        ),
    )

    drawing = draw(space, view, seed.ANA)

    assert drawing.lines == (
        "Room: 1001",
        "Fps (optional): A",
        "Note:",
        "  for the journal",
        "To: #ops",
        "Who: @bob",
        "At: 2026-11-18 12:06",
        "Log:",
        "[1] Preview",
    )
