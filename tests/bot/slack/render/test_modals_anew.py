"""Fields that begin anew are others to Slack, and the same to whoever reads them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.form import (
    ChecksField,
    ChoiceField,
    Form,
    MomentField,
    NumberField,
    Option,
    PicksField,
    TextField,
)
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


BLOCKS = modals.view(replace(PLAIN, drawn="2"))["blocks"]
OPTIONS = (Option("One", "one"), Option("Two", "two"))
SET = (
    TextField(name="room", label="Room", initial="7"),
    NumberField(name="idle", label="Idle", initial=60, least=5, most=90),
    ChoiceField(name="what", label="What", options=OPTIONS, initial="two"),
    PicksField(name="targets", label="Targets", options=OPTIONS, initial=("one",)),
    ChecksField(name="cells", label="Cells", options=OPTIONS, ticked=("two",)),
    MomentField(name="until", label="Until", initial=datetime(2026, 1, 2, tzinfo=UTC)),
    TextField(name="note", label="Note", optional=True),
)


@pytest.mark.parametrize("older", ["room", "room.1", "room.3", "json"])
def test_what_stood_in_an_earlier_view_does_not_count(older):
    state = {**sent(replace(PLAIN, drawn="2"), room="7", note=None)}
    stale = {older: {"field:room": {"value": "666"}}}

    assert modals.values({**stale, **state}, BLOCKS) == {"room": "7", "note": None}
    assert modals.values({**state, **stale}, BLOCKS) == {"room": "7", "note": None}


def test_a_view_without_inputs_has_no_values():
    assert modals.values(sent(PLAIN, room="7", note="n"), [{"type": "section"}]) == {}


def test_an_input_of_which_slack_says_nothing_is_as_it_was_drawn():
    blocks = modals.view(replace(PLAIN, fields=SET, drawn="1"))["blocks"]

    assert modals.values({}, blocks) == {
        "room": "7",
        "idle": "60",
        "what": "two",
        "targets": ("one",),
        "cells": ("two",),
        "until": "2026-01-02T00:00:00Z",
        "note": None,
    }
    names = ("room", "idle", "what", "targets", "cells", "until")
    assert modals.untold({}, blocks) == names
    assert modals.untold({f"{name}.1": {"x": {}} for name in names}, blocks) == ()


@pytest.mark.parametrize("drawn", ["", "1", "27"])
def test_a_view_says_which_time_its_fields_have_begun_anew(drawn):
    view = modals.view(replace(PLAIN, drawn=drawn))

    assert modals.drawn([{"type": "section"}, *view["blocks"]]) == drawn
    assert not modals.drawn([{"type": "section"}])
