"""Buttons stand below what they are about, and the menu at the end of them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.dialogue.outcome import (
    Button,
    Buttons,
    Clock,
    Code,
    Outcome,
    Select,
    When,
    Who,
)
from bot.slack.render import blocks
from tests.judge import judged

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STOP = Button("Stop R1", "relay", "stop R1 --yes", confirm="Stop R1?", danger=True)
DETAILS = Button("Details", "lookup", "R1 --details")
IDS = Button("Copy IDs", "lookup", "R1 --ids")


def test_the_parts_by_name_stand_in_one_order_whatever_else_there_is():
    outcome = Outcome(
        headline=("R1 · live",),
        sentence=("It runs.",),
        targets=(("a.example.com",), ("b.example.com · ", When(AT, Clock.AGO))),
        buttons=(STOP, replace(STOP, label="Two"), replace(STOP, label="Three")),
        menu=(DETAILS, IDS),
        parts=(Code("-m9"), Buttons((DETAILS,))),
        context=(("by ", Who("U0ANA")), ("main",)),
        request_id="b934c535",
    )

    shown = judged(blocks.message(outcome), "message")["blocks"]

    assert [block["type"] for block in shown] == [
        "rich_text",
        "rich_text",
        "context",
        "actions",
        "rich_text",
        "actions",
        "context",
    ]
    kinds = [one["type"] for one in shown[3]["elements"]]
    assert kinds == ["button", "button", "button", "overflow"]
    (targets,), (context,) = shown[2]["elements"], shown[-1]["elements"]
    ago = "<!date^1772366400^{ago}|2026-03-01 12:00 UTC>"
    assert targets["text"] == f"a.example.com\nb.example.com · {ago}"
    assert context["text"] == "by <@U0ANA> · main · Request b934c535"


def test_a_button_whose_answer_replaces_its_question_says_so_in_its_id():
    asked = Outcome(headline=("Stop R1?",), buttons=(replace(STOP, replaces=True),))

    (actions,) = judged(blocks.message(asked), "message")["blocks"][1:]

    assert actions["elements"][0]["action_id"] == "do:relay:1!"


@pytest.mark.parametrize(
    ("details", "ids", "mark"),
    [(True, True, "!"), (True, False, ""), (False, False, "")],
)
def test_what_is_chosen_replaces_its_question_if_every_choice_would(details, ids, mark):
    choices = (replace(DETAILS, replaces=details), replace(IDS, replaces=ids))
    outcome = Outcome(headline=("R1",), parts=(Select("Show …", choices),))

    (actions,) = judged(blocks.message(outcome), "message")["blocks"][1:]

    assert actions["elements"][0]["action_id"] == f"do:lookup:1{mark}"


def test_a_menu_beside_buttons_keeps_what_it_cannot_do_as_a_button():
    reveal = Button("Reveal", "car", "reveal S1", confirm="Show it?")
    outcome = Outcome(headline=("S1",), buttons=(STOP,), menu=(DETAILS, IDS, reveal))

    (actions,) = blocks.message(outcome)["blocks"][1:]

    labels = [one.get("text", {}).get("text") for one in actions["elements"]]
    assert labels == ["Stop R1", "Reveal", None]


def test_entries_of_several_commands_name_theirs_in_their_values():
    copying = Button("Copy…", "relay", "copy R1", once="i:copy:1")
    outcome = Outcome(headline=("R1",), buttons=(STOP,), menu=(DETAILS, copying))

    (actions,) = judged(blocks.message(outcome), "message")["blocks"][1:]

    menu = actions["elements"][-1]
    assert menu["action_id"] == "do::2"
    values = [one["value"] for one in menu["options"]]
    assert values == ["- lookup R1 --details", "i:copy:1 relay copy R1"]
