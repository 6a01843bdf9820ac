"""Forms as modals, and what comes back from them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.form import (
    ChoiceField,
    Field,
    Form,
    NumberField,
    Option,
    SearchField,
    TextField,
)
from bot.dialogue.outcome import Outcome, line
from bot.slack.render import modals
from tests.judge import judge, judged

OPTIONS = (Option("Number", "number"), Option("Text", "text", "as typed"))


def form(*fields):
    return Form(
        command="relay",
        subcommand="start",
        title="Start relay",
        submit="Start",
        fields=fields,
        form_id="d1",
    )


def elements(*fields):
    made = judged(modals.view(form(*fields)), "modal")
    return [block.get("element") for block in made["blocks"]]


def test_a_form_is_known_by_its_command_and_subcommand_and_carries_its_draft():
    made = modals.view(
        form(TextField(name="room", label="Command ID", hint="As created."))
    )

    assert (made["callback_id"], made["private_metadata"]) == ("form:relay:start", "d1")
    assert [made[key]["text"] for key in ("title", "submit", "close")] == [
        "Start relay",
        "Start",
        "Cancel",
    ]
    (block,) = made["blocks"]
    assert (block["block_id"], block["optional"], block["hint"]["text"]) == (
        "room",
        False,
        "As created.",
    )


@pytest.mark.parametrize(
    ("field", "element"),
    [
        (
            TextField(
                name="a",
                label="A",
                initial="x",
                longest=64,
                focus=True,
            ),
            {
                "type": "plain_text_input",
                "action_id": "field:a",
                "multiline": False,
                "max_length": 64,
                "initial_value": "x",
                "focus_on_load": True,
            },
        ),
        (
            NumberField(name="a", label="A", initial=30, least=5, most=60),
            {
                "type": "number_input",
                "action_id": "field:a",
                "is_decimal_allowed": False,
                "min_value": "5",
                "max_value": "60",
                "initial_value": "30",
            },
        ),
        (
            SearchField(name="a", label="A", command="relay", source="relays"),
            {
                "type": "external_select",
                "action_id": "pick:relay:relays:a",
                "min_query_length": 0,
            },
        ),
    ],
)
def test_a_field_is_an_element(field, element):
    assert elements(field) == [element]


@pytest.mark.parametrize(
    ("radio", "kind"), [(True, "radio_buttons"), (False, "static_select")]
)
def test_a_choice_is_shown_whole_or_behind_a_select(radio, kind):
    (element,) = elements(
        ChoiceField(name="a", label="A", options=OPTIONS, initial="text", radio=radio)
    )

    assert element["type"] == kind
    assert element["initial_option"]["value"] == "text"
    assert [one["value"] for one in element["options"]] == ["number", "text"]


def test_more_than_ten_choices_are_no_radio_buttons():
    many = tuple(Option(str(n), str(n)) for n in range(11))

    (element,) = elements(ChoiceField(name="a", label="A", options=many, radio=True))

    assert element["type"] == "static_select"


@pytest.mark.parametrize(
    ("initial", "begins_with"),
    [
        ((), {}),
        (
            (Option("R 1", "R1"),),
            {
                "initial_option": {
                    "text": {"type": "plain_text", "text": "R 1", "emoji": True},
                    "value": "R1",
                }
            },
        ),
    ],
)
def test_what_is_searched_for_may_be_chosen_already(initial, begins_with):
    field = SearchField(name="a", label="A", command="r", source="s", initial=initial)

    assert elements(field) == [
        {
            "type": "external_select",
            "action_id": "pick:r:s:a",
            "min_query_length": 0,
            **begins_with,
        }
    ]


def test_a_number_out_of_range_is_left_to_the_hint():
    (element,) = elements(NumberField(name="a", label="A", initial=3, least=5, most=60))

    assert "initial_value" not in element


def test_a_field_that_redraws_says_so_and_only_one_has_the_focus():
    made = judged(
        modals.view(
            form(
                TextField(name="a", label="A", focus=True, redraws=True),
                TextField(name="b", label="B", focus=True),
                line("between", quiet=True),
            )
        ),
        "modal",
    )

    first, second, third = made["blocks"]
    assert first["dispatch_action"] is True
    assert "focus_on_load" not in second["element"]
    assert third["type"] == "context"


def test_what_comes_back_is_text_choices_or_nothing():
    state = {
        "a": {"field:a": {"type": "plain_text_input", "value": "x"}},
        "b": {"field:b": {"type": "plain_text_input", "value": None}},
        "c": {"field:c": {"selected_option": {"value": "mix"}}},
        "d": {"field:d": {"selected_option": None}},
        "e": {"pick:r:s:e": {"selected_options": [{"value": "1"}, {"value": "2"}]}},
        "f": {"pick:r:s:f": {"selected_options": []}},
    }

    assert modals.values(state) == {
        "a": "x",
        "b": None,
        "c": "mix",
        "d": None,
        "e": ("1", "2"),
        "f": None,
    }


def test_a_fault_goes_to_its_field_and_an_unknown_one_to_the_first():
    made = form(
        line("x"), TextField(name="a", label="A"), TextField(name="b", label="B")
    )

    assert modals.faults(made, {"b": "Wrong.", "z": "Odd.", "": "All."}) == {
        "b": "Wrong.",
        "a": "z: Odd. All.",
    }
    assert modals.faults(["a"], {"a": "x" * 999})["a"].endswith("…")
    assert modals.faults([], {"a": "x"}) == {}


def test_options_fit_and_a_value_is_never_cut():
    offered = [
        Option("x" * 100, "v"),
        Option("gone", "v" * 151),
        Option("hint", "w", "h" * 99),
    ]

    made = modals.options(offered)["options"]

    assert [one["value"] for one in made] == ["v", "w"]
    assert len(made[0]["text"]["text"]) <= 75
    assert len(made[1]["description"]["text"]) <= 75


def test_a_select_shows_a_hundred_at_most():
    assert (
        len(modals.options(Option(str(n), str(n)) for n in range(150))["options"])
        == 100
    )


def test_what_closes_a_form_has_nothing_to_fill_in():
    view = modals.closing(Outcome(headline=("Done",)))

    assert "submit" not in judged(view, "modal")


def test_a_field_of_an_unknown_kind_is_a_mistake_of_ours():
    with pytest.raises(TypeError):
        modals.view(form(Field(name="a", label="A")))


WORDS = st.one_of(
    st.text(max_size=60), st.sampled_from(["", "x" * 3100, "<!here>", "😀" * 40])
)
NAME = st.uuids().map(str)
FIELD = st.one_of(
    st.builds(
        TextField,
        name=NAME,
        label=WORDS,
        hint=WORDS,
        initial=WORDS,
        multiline=st.booleans(),
        focus=st.booleans(),
        redraws=st.booleans(),
    ),
    st.builds(
        NumberField,
        name=NAME,
        label=WORDS,
        least=st.just(1),
        most=st.just(9),
        initial=st.none() | st.integers(-5, 20),
    ),
    st.builds(
        ChoiceField,
        name=NAME,
        label=WORDS,
        options=st.just(OPTIONS),
        radio=st.booleans(),
        initial=st.sampled_from(["", "text", "else"]),
    ),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(FIELD, min_size=1, max_size=6), WORDS, WORDS)
def test_whatever_is_in_a_form_slack_takes_it(fields, title, submit):
    made = Form(
        command="r",
        subcommand="v",
        title=title,
        submit=submit,
        fields=tuple(fields),
        form_id="d",
    )

    assert judge(modals.view(made), "modal") == []
