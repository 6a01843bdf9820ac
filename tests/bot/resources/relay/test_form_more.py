"""What the form has under *More*, and the picture of the layout."""

import pytest

from bot.dialogue.form import Field, FormButtons
from bot.dialogue.outcome import Line, Picture, plain
from bot.exit_table import ANY_EXIT
from bot.resources.relay.draft import OPEN, PREVIEW, SET_ASIDE
from bot.resources.relay.form_more import more, picture
from bot.settings import App, Terms

TERMS = Terms(
    apps=(App(name="main", sdk_app_id=1400000001, usersig_key="k" * 8),), exits=ANY_EXIT
)
MIX = {"what": "mix", "layout": "side"}
ALL = {"record": "vod", "sei": "text", OPEN: OPEN}


def names(plan):
    return [one.name for one in more(plan) if isinstance(one, Field)]


def buttons(parts):
    rows = (one for one in parts if isinstance(one, FormButtons))
    return [(button.name, button.label) for row in rows for button in row.buttons]


def test_under_more_are_the_keys_that_say_so_in_their_order():
    shown = names({**MIX, **ALL})

    assert shown[0] == "until"
    assert set(shown) == {*SET_ASIDE}
    assert buttons(more({**MIX, **ALL})) == [(OPEN, "Less")]


@pytest.mark.parametrize(
    ("what", "without"),
    [
        ("audio", {"background", "logo", "sei"}),
        ("one", {"background", "logo", "sei", "hear", "mute"}),
    ],
)
def test_what_a_kind_of_relay_has_no_use_for_is_not_there(what, without):
    shown = set(names({"what": what, OPEN: OPEN}))

    assert not without & shown
    assert {"channels", "audiorate", "record"} <= shown


def test_closed_it_is_a_button_and_a_line_on_what_is_set():
    parts = list(more({**MIX, "logo": "https://a.example/b.png", "channels": "stereo"}))

    assert buttons(parts) == [(OPEN, "More…")]
    assert [plain(one.spans) for one in parts if isinstance(one, Line)] == [
        "Set under More: Logo."
    ]
    assert names(MIX) == []


def test_the_text_of_ones_own_is_required_and_that_of_the_layout_is_not():
    fields = {sei: more({**MIX, OPEN: OPEN, "sei": sei}) for sei in ("layout", "text")}

    optional = {
        sei: [one.optional for one in parts if getattr(one, "name", "") == "seidata"]
        for sei, parts in fields.items()
    }
    assert optional == {"layout": [True], "text": [False]}


def test_the_layout_is_drawn_where_somebody_asks_for_it():
    closed, shown = (
        list(picture(plan, TERMS)) for plan in (MIX, {**MIX, PREVIEW: "1"})
    )

    assert buttons(closed) == [(PREVIEW, "Preview")]
    assert buttons(shown) == [(PREVIEW, "Hide the preview")]
    assert [type(one) for one in shown] == [FormButtons, Picture]
    assert list(picture({"what": "audio", PREVIEW: "1"}, TERMS)) == []


def test_why_there_is_no_picture_yet_is_said():
    plan = {**MIX, "layout": "custom", "cells": "[", PREVIEW: "1"}

    _buttons, why = picture(plan, TERMS)

    assert plain(why.spans).startswith("No preview yet: That is not JSON")
