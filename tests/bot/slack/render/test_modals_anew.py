"""Fields that begin anew are others to Slack, and the same to whoever reads them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.form import Form, Option, PicksField, TextField
from bot.ids import FormId
from bot.slack.render import modals
from tests.judge import judged

ROOM, NOTE = (TextField(name=name, label=name.title()) for name in ("room", "note"))
CHOICES = tuple(Option(f"@t{n}", f"t{n}") for n in range(120))
PLAIN = Form(
    command="relay",
    subcommand="start",
    title="Start relay",
    submit="Start",
    fields=(ROOM, NOTE),
    form_id=FormId("d1"),
)


def inputs(form):
    return [block["block_id"] for block in judged(modals.view(form), "modal")["blocks"]]


def sent(form, **values):
    """Return what Slack sends for *form* with *values* in it."""
    blocks = modals.view(form)["blocks"]
    by_name = {name: {"value": value} for name, value in values.items()}
    return {
        block["block_id"]: {
            block["element"]["action_id"]: by_name[
                block["element"]["action_id"].removeprefix("field:")
            ]
        }
        for block in blocks
    }


def test_what_is_kept_through_a_redraw_has_the_same_id_and_what_begins_anew_has_not():
    anew = replace(PLAIN, drawn="1")

    assert inputs(PLAIN) == inputs(replace(PLAIN)) == ["room", "note"]
    assert not {*inputs(PLAIN)} & {*inputs(anew)}
    assert not {*inputs(replace(PLAIN, drawn="2"))} & {*inputs(anew)}


@given(st.sampled_from(["", "1", "27"]), st.text(min_size=1), st.text(min_size=1))
def test_each_comes_back_by_its_name_however_often_it_was_drawn(drawn, room, note):
    form = replace(PLAIN, drawn=drawn)

    assert modals.values(sent(form, room=room, note=note)) == {
        "room": room,
        "note": note,
    }


def test_a_fault_goes_to_the_field_as_it_is_drawn():
    names = inputs(replace(PLAIN, drawn="3"))

    faults = modals.faults(
        names, {"note": "Too long.", "other": "Not here.", "": "No."}
    )

    assert faults == {"note.3": "Too long.", "room.3": "other: Not here. No."}


def test_several_are_picked_from_a_menu_of_a_hundred_at_most():
    field = PicksField(
        name="targets", label="Targets", options=CHOICES, initial=("t2", "t7", "gone")
    )
    form = replace(PLAIN, fields=(field,))

    (block,) = judged(modals.view(form), "modal")["blocks"]

    element = block["element"]
    assert element["type"] == "multi_static_select"
    assert [one["value"] for one in element["initial_options"]] == ["t2", "t7"]
    assert len(element["options"]) == 100
    state = {
        "targets": {"field:targets": {"selected_options": element["initial_options"]}}
    }
    assert modals.values(state) == {"targets": ("t2", "t7")}


def test_with_nothing_picked_slack_gets_no_empty_list():
    field = PicksField(name="targets", label="Targets", options=CHOICES[:2])

    (block,) = judged(modals.view(replace(PLAIN, fields=(field,))), "modal")["blocks"]

    assert "initial_options" not in block["element"]
    assert modals.values({"targets": {"field:targets": {"selected_options": []}}}) == {
        "targets": None
    }
