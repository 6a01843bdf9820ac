import os
from datetime import UTC, datetime

import pytest

from bot.sandbox.slack.blockkit import inputs
from bot.sandbox.slack.client.payloads import Control
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.terminal.question import Mistake, Question
from tests.bot.sandbox.slack.conftest import option, plain

SPACE = seed.workspace(
    now=lambda: datetime(2026, 11, 21, tzinfo=UTC), random=os.urandom, clock=lambda: 0.0
)
TEXT = {"type": "plain_text_input"}
LINES = TEXT | {"multiline": True}
ONE = {"type": "radio_buttons", "options": [option("Grid"), option("Float")]}
MANY = {"type": "checkboxes", "options": [option("Grid"), option("Float")]}
MOMENT = {"type": "datetimepicker"}
SIX = int(datetime(2026, 11, 23, 17, tzinfo=UTC).timestamp())  # 18:00 for ana
SEARCH = {"type": "external_select", "min_query_length": 2}


def question(element, **more):
    control = Control("b", "a", element)
    more = {"value": inputs.initial(element), "label": "Field"} | more
    return Question(space=SPACE, control=control, reader=seed.ANA, **more)


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        (question(TEXT), ["? Field"]),
        (question(TEXT | {"initial_value": "x"}), ["? Field [x]"]),
        (
            question(TEXT, note="Not 0.", hint="digits"),
            ["! Not 0.", "? Field", "  digits"],
        ),
        (
            question(LINES | {"initial_value": "a\nb"}),
            ["? Field [a ⏎ b]", "  (many lines; a single . ends them)"],
        ),
        (
            question(ONE | {"initial_option": option("Grid")}),
            ["? Field [Grid]", "  1. Grid", "  2. Float"],
        ),
        (question(SEARCH), ["? Field", "  (?text searches)"]),
        (question(MOMENT), ["? Field", "  (2026-11-23 18:00)"]),
        (
            question(MOMENT | {"initial_date_time": SIX}),
            ["? Field [2026-11-23 18:00]", "  (2026-11-23 18:00)"],
        ),
        (
            question(
                MANY | {"options": [option("A") | {"description": plain("best")}]}
            ),
            ["? Field", "  (one number or more)", "  1. A (best)"],
        ),
        (
            question({"type": "channels_select"}),
            ["? Field", "  1. #ops", "  2. #random"],
        ),
    ],
)
def test_how_a_question_looks(asked, lines):
    assert asked.lines() == lines


@pytest.mark.parametrize(
    ("element", "line", "value"),
    [
        (TEXT, "1001", "1001"),
        (TEXT, "", None),
        (TEXT | {"initial_value": "x"}, ":keep", "x"),
        (TEXT | {"initial_value": "x"}, ":clear", None),
        (ONE, "2", option("Float")),
        (ONE, "grid", option("Grid")),
        (ONE | {"initial_option": option("Grid")}, "", option("Grid")),
        (ONE | {"initial_option": option("Grid")}, ":clear", None),
        (MANY, "1, 2", [option("Grid"), option("Float")]),
        (MANY, "Float", [option("Float")]),
        ({"type": "users_select"}, "@bob", "U0BOB"),
    ],
)
def test_how_a_line_answers(element, line, value):
    assert question(element).take(line) == {
        "type": element["type"],
        inputs.KEYS[element["type"]]: value,
    }


@pytest.mark.parametrize(("element", "line"), [(ONE, "3"), (ONE, "1 2"), (MANY, "1 9")])
def test_what_is_not_offered_is_a_mistake(element, line):
    with pytest.raises(Mistake):
        question(element).take(line)


def test_many_lines_end_with_a_dot():
    asked = question(LINES | {"initial_value": "old"})

    taken = [asked.take(line) for line in ("a", "", "  b", ".")]

    assert taken[:3] == [None, None, None]
    assert taken[3] == {"type": "plain_text_input", "value": "a\n\n  b"}


def test_an_empty_first_line_keeps_many():
    asked = question(LINES | {"initial_value": "a\nb"})

    assert asked.take("") == {"type": "plain_text_input", "value": "a\nb"}


def test_a_search_is_long_enough():
    asked = question(SEARCH)

    assert asked.query("? R1 ") == "R1"
    assert asked.query("1") is None
    assert question(TEXT).query("?why") is None
    with pytest.raises(Mistake, match="Type 2 characters or more"):
        asked.query("?R")


def test_a_moment_is_of_the_readers_zone_and_sent_as_slack_does():
    assert question(MOMENT).take("2026-11-23 18:00") == {
        "type": "datetimepicker",
        "selected_date_time": SIX,
    }
    assert question(MOMENT | {"initial_date_time": SIX}).take(":clear") == {
        "type": "datetimepicker",
        "selected_date_time": None,
    }


def test_what_is_no_moment_is_not_sent():
    with pytest.raises(Mistake, match="day and a time"):
        question(MOMENT).take("tomorrow")
