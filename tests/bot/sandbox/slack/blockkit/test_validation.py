"""What Slack takes, and what it does not; Slack's own models are the witness."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.sandbox.slack.blockkit.inputs import elements
from bot.sandbox.slack.blockkit.validation import (
    letters,
    message_faults,
    options_faults,
    too_large,
    view_faults,
)
from tests.bot.sandbox.slack.conftest import (
    actions,
    asked,
    button,
    modal,
    option,
    plain,
    section,
)

CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("Viewers lose it."),
    "confirm": plain("Stop R1"),
    "deny": plain("Keep it"),
}
SELECT = {"type": "static_select", "action_id": "s", "options": [option("A")]}
TEXT = {"type": "plain_text_input", "action_id": "t"}
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [{"type": "text", "text": "hi", "style": {"bold": True}}],
        }
    ],
}
OVERFLOW = {"type": "overflow", "action_id": "o", "options": [option("A")]}

GOOD = [
    section("*Live*", accessory=OVERFLOW),
    {"type": "section", "fields": [plain("a"), plain("b")]},
    {"type": "header", "text": plain("Relays")},
    {"type": "context", "elements": [IMAGE, {"type": "mrkdwn", "text": "small"}]},
    actions(button("Stop", style="danger", confirm=CONFIRM), SELECT, OVERFLOW),
    {"type": "divider"},
    {**IMAGE, "title": plain("A picture")},
    RICH,
    asked("room", TEXT, hint=plain("digits"), optional=True),
    asked(
        "fps", {"type": "number_input", "is_decimal_allowed": False, "min_value": "5"}
    ),
    asked("day", {"type": "datepicker", "initial_date": "2026-11-21"}),
    asked("at", {"type": "datetimepicker", "initial_date_time": 1795000000}),
    asked("box", {"type": "checkboxes", "options": [option("A")]}),
    asked("who", {"type": "multi_users_select", "initial_users": ["U0ANA"]}),
    asked("pick", {"type": "external_select", "min_query_length": 0}),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_slack_takes_a_good_block(block):
    assert message_faults([block]) == []
    assert view_faults(modal(block)) == []
    assert Block.parse(block).to_dict() == block


RICH_CELL = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    ],
}


def data_table(rows, **more):
    """Return a table; a cell that is text is a raw one."""
    cells = [
        [
            {"type": "raw_text", "text": one} if isinstance(one, str) else one
            for one in r
        ]
        for r in rows
    ]
    return {"type": "data_table", "caption": "Relays", "rows": cells, **more}


def test_slack_takes_a_data_table_with_every_kind_of_cell():
    number = {"type": "raw_number", "value": 1790000000, "text": "12 min"}
    fallback = {"type": "raw_text", "text": "/relay stop R1"}
    act = {"type": "action_cell", "element": button("x"), "fallback": fallback}
    table = data_table([["a", "b", "c"], [RICH_CELL, number, act]], page_size=100)

    assert message_faults([table]) == []


BAD = [
    ({"type": "nonsense"}, "unsupported type: nonsense"),
    ("text", "must provide an object"),
    ({"type": "section"}, "must have at least one of: text, fields"),
    (section(""), "must be more than 0 characters"),
    (section("x" * 3001), "must be less than 3001 characters"),
    (section("x", colour="red"), "invalid additional property: colour"),
    (section("x", fields=[plain("x")] * 11), "no more than 10 items allowed"),
    ({"type": "section", "text": plain(1)}, "must provide a string"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "unsupported type"),
    ({"type": "header", "text": plain("x" * 151)}, "less than 151 characters"),
    ({"type": "context", "elements": []}, "no fewer than 1 items allowed"),
    (actions(*[button("x", str(n)) for n in range(26)]), "no more than 25 items"),
    (actions(button("x" * 76)), "must be less than 76 characters"),
    (actions(button("x", value="x" * 2001)), "must be less than 2001 characters"),
    (actions(button("x", style="wild")), "must be one of: primary, danger"),
    (actions(button("x", confirm={"title": plain("?")})), "required field: deny"),
    (actions({**SELECT, "options": [option("x")] * 101}), "no more than 100 items"),
    (actions({**SELECT, "option_groups": []}), "no fewer than 1 items allowed"),
    (actions({"type": "static_select"}), "exactly one of: options, option_groups"),
    (actions({**SELECT, "initial_option": option("B")}), "not among the options"),
    (actions({**OVERFLOW, "options": [option("x")] * 6}), "no more than 5 items"),
    (actions({**SELECT, "options": [option("x", "y" * 151)]}), "less than 151"),
    (actions(TEXT), "unsupported type: plain_text_input"),
    ({"type": "image", "alt_text": "a"}, "exactly one of: image_url, slack_file"),
    ({"type": "input", "label": plain("x")}, "missing required field: element"),
    (asked("x", {"type": "number_input"}), "required field: is_decimal_allowed"),
    (asked("x", TEXT | {"min_length": 3001}), "must be between 0 and 3000"),
    (asked("x", TEXT | {"min_length": True}), "must provide a int"),
    (asked("x", {"type": "datepicker", "initial_date": "today"}), "does not match"),
    (asked("x", {"type": "file_input"}, dispatch_action=True), "with file_input"),
    (asked("x", TEXT, block_id="x" * 256), "must be less than 256 characters"),
    ({"type": "rich_text", "elements": "text"}, "must provide an array"),
    ({"type": "table", "rows": [[plain("x")]]}, "unsupported type: plain_text"),
    ({"type": "alert", "text": plain("x")}, "unsupported type: alert"),
    (data_table([["x"]]), "no fewer than 2 items allowed"),
    (data_table([["x"]] * 102), "no more than 101 items allowed"),
    (data_table([["x"] * 21] * 2), "no more than 20 items allowed"),
    (data_table([["x", "y"], ["x"]]), "the same number of cells"),
    (data_table([["x"], [""]]), "must be more than 0 characters"),
    (data_table([["x"], ["y" * 10_000]]), "must be less than 10001 characters"),
    (data_table([["x"], ["y"]], page_size=101), "must be between 1 and 100"),
    (data_table([["x"], ["y"]], row_header_column_index=1), "must name a column"),
    (data_table([["x"], ["y"]], caption=""), "must be more than 0 characters"),
    (data_table([[RICH_CELL], ["y"]]), "rich_text is not allowed in the header"),
    (data_table([["x"], [{"type": "raw_number", "value": 1}]]), "field: text"),
]


@pytest.mark.parametrize(("block", "fault"), BAD, ids=[fault for _, fault in BAD])
def test_slack_refuses_a_bad_block(block, fault):
    assert any(fault in found for found in message_faults([block]))


MANY = [
    ([section("x", block_id="a")] * 2, "block_id already exists: a"),
    ([actions(button("x"), button("y"))], "action_id already exists: do"),
    ([{"type": "divider"}] * 51, "no more than 50 items allowed"),
    (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2,
        "one table",
    ),
    ([data_table([["x"], ["y"]])] * 2, "only one table allowed"),
    ([{"type": "markdown", "text": "x" * 6001}] * 2, "less than 12001 characters"),
    (
        [asked(n, TEXT | {"focus_on_load": True}) for n in "ab"],
        "only one element can have focus_on_load",
    ),
]


@pytest.mark.parametrize(("blocks", "fault"), MANY, ids=[fault for _, fault in MANY])
def test_blocks_that_do_not_go_together(blocks, fault):
    [found] = message_faults(blocks)

    assert fault in found


VIEWS = [
    (modal(section("x"), title="x" * 25), "less than 25 characters"),
    (modal(section("x"), private_metadata="x" * 3001), "less than 3001 characters"),
    (modal(section("x"), submit=plain("x" * 25)), "less than 25 characters"),
    (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
    ({"type": "home", "blocks": [{"type": "alert", "text": plain("x")}]}, "alert"),
    ({"type": "modal", "blocks": [section("x")]}, "missing required field: title"),
    (None, "must provide an object"),
]


@pytest.mark.parametrize(("view", "fault"), VIEWS, ids=[fault for _, fault in VIEWS])
def test_slack_refuses_a_bad_view(view, fault):
    assert any(fault in found for found in view_faults(view))


def test_a_form_needs_something_to_send_it_with():
    view = modal(asked("room", TEXT))
    del view["submit"]

    assert view_faults(view) == [
        "[ERROR] missing required field: submit [json-pointer:/view]"
    ]


def test_an_alert_belongs_into_a_modal():
    assert view_faults(modal({"type": "alert", "text": plain("Production")})) == []


def test_a_complaint_points_at_its_place():
    assert message_faults([section("x"), section("")]) == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/1/text/text]"
    ]


@pytest.mark.parametrize(
    ("answer", "sound"),
    [
        ({"options": []}, True),
        ({"options": [option("A")] * 100}, True),
        ({"option_groups": [{"label": plain("x"), "options": [option("A")]}]}, True),
        ({"options": [option("A")] * 101}, False),
        ({}, False),
        ([], False),
    ],
)
def test_an_answer_to_a_select(answer, sound):
    assert (options_faults(answer) == []) is sound


def test_letters_are_counted_over_all_blocks():
    assert letters([section("abc"), actions(button("de")), RICH]) == 7


def test_a_view_is_measured_as_json():
    assert not too_large({"x": "a" * 249_000})
    assert too_large({"x": "a" * 250_000})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "elements", "element", "options", "blocks"]
            )
            | st.sampled_from(
                ["accessory", "initial_option", "option_groups", "block_id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(st.sampled_from(GOOD), st.data())
def test_whatever_stands_in_a_block_it_is_judged_and_not_stumbled_over(block, data):
    spoilt = copy.deepcopy(block)
    spoilt[data.draw(st.sampled_from(sorted(spoilt)))] = data.draw(JSON)

    faults = message_faults([spoilt]) + view_faults(modal(spoilt, title="x"))

    assert all(fault.startswith("[ERROR]") for fault in faults)
    if not faults:
        assert all(isinstance(element, dict) for element in elements(spoilt))
