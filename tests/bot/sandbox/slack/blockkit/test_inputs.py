import pytest

from bot.sandbox.slack.blockkit import inputs
from tests.bot.sandbox.slack.conftest import asked, option, plain

TEXT = {"type": "plain_text_input", "action_id": "a"}
ONE = {"type": "static_select", "options": [option("A"), option("B")]}
MANY = {"type": "checkboxes", "options": [option("A"), option("B")]}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (TEXT | {"initial_value": "x"}, {"type": "plain_text_input", "value": "x"}),
        (TEXT, {"type": "plain_text_input", "value": None}),
        (
            ONE | {"initial_option": option("A")},
            {"type": "static_select", "selected_option": option("A")},
        ),
        (
            MANY | {"initial_options": [option("A")]},
            {"type": "checkboxes", "selected_options": [option("A")]},
        ),
        (MANY, {"type": "checkboxes", "selected_options": []}),
        (
            {"type": "datepicker", "initial_date": "2026-11-21"},
            {"type": "datepicker", "selected_date": "2026-11-21"},
        ),
        (
            {"type": "multi_users_select", "initial_users": ["U0"]},
            {"type": "multi_users_select", "selected_users": ["U0"]},
        ),
    ],
)
def test_an_input_begins_with_its_initial_value(element, value):
    assert inputs.initial(element) == value


def test_what_was_typed_stays_when_the_same_input_is_there_again():
    block = {"block_id": "room", **asked("room", TEXT)}
    typed = {"room": {"a": {"type": "plain_text_input", "value": "1001"}}}

    assert inputs.standing([block], typed) == typed


def test_what_was_typed_is_gone_when_the_input_became_another():
    block = {"block_id": "room", **asked("room", {"action_id": "a", **ONE})}
    typed = {"room": {"a": {"type": "plain_text_input", "value": "1001"}}}

    assert inputs.standing([block], typed) == {
        "room": {"a": {"type": "static_select", "selected_option": None}}
    }


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ({"type": "plain_text_input", "value": "x"}, "x"),
        ({"type": "plain_text_input", "value": None}, None),
        ({"type": "datetimepicker", "selected_date_time": 5}, "5"),
        ({"type": "users_select", "selected_user": "U0"}, ["U0"]),
        ({"type": "checkboxes", "selected_options": []}, None),
    ],
)
def test_a_value_holds_text_options_or_nothing(value, held):
    assert inputs.held(value) == held


def test_a_moment_is_typed_as_a_number():
    value = inputs.typed({"type": "datetimepicker"}, "1795000000")

    assert value == {"type": "datetimepicker", "selected_date_time": 1795000000}


def test_people_are_chosen_by_their_id():
    ana = {"text": plain("@ana"), "value": "U0ANA"}

    assert inputs.chosen({"type": "users_select"}, [ana]) == {
        "type": "users_select",
        "selected_user": "U0ANA",
    }


def test_options_in_groups_are_one_list():
    group = {"label": plain("g"), "options": [option("A")]}

    assert inputs.options_of({"option_groups": [group, group]}) == [option("A")] * 2


NUMBER = {
    "type": "number_input",
    "is_decimal_allowed": False,
    "min_value": "5",
    "max_value": "60",
}


@pytest.mark.parametrize(
    ("element", "content", "fault"),
    [
        (TEXT, None, "Please complete this required field."),
        (TEXT, "x", ""),
        (TEXT | {"min_length": 2}, "x", "Type 2 characters or more."),
        (TEXT | {"max_length": 2}, "xyz", "Type 2 characters at most."),
        (NUMBER, "x", "Please enter a number."),
        (NUMBER, "7.5", "Please enter a whole number."),
        (NUMBER, "4", "Must be 5 or more."),
        (NUMBER, "61", "Must be 60 or less."),
        (NUMBER, "30", ""),
        (NUMBER | {"is_decimal_allowed": True}, "29.97", ""),
        (MANY | {"max_selected_items": 1}, [option("A")], ""),
        (MANY | {"max_selected_items": 1}, [option("A")] * 2, "Choose 1 at most."),
    ],
)
def test_slacks_client_looks_before_it_sends(element, content, fault):
    value = {"type": element["type"], inputs.KEYS[element["type"]]: content}

    assert inputs.fault(asked("x", element), value) == fault


def test_what_is_optional_may_be_empty():
    value = {"type": "plain_text_input", "value": None}

    assert inputs.fault(asked("x", TEXT, optional=True), value) == ""
