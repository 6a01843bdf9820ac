"""The form that starts a relay follows its choices."""

import pytest

from bot.dialogue.ask import Submission
from bot.dialogue.form import ChoiceField, Field, NumberField, TextField
from bot.dialogue.outcome import Line
from bot.resources.relay.form import plan_from, start_form
from bot.settings import App

MAIN = App(
    name="live-main", sdk_app_id=1400000001, production=True, usersig_key="k" * 8
)
CHINA = App(
    name="mainland", sdk_app_id=1400000002, region="ap-beijing", usersig_key="k" * 8
)


def names(plan, apps=(MAIN,)):
    form = start_form(plan, apps, "d")
    return [field.name for field in form.fields if isinstance(field, Field)]


def field(plan, name, apps=(MAIN,)):
    form = start_form(plan, apps, "d")
    return next(one for one in form.fields if getattr(one, "name", "") == name)


def test_an_empty_plan_asks_for_a_mix_in_720p_and_focuses_the_room():
    assert names({}) == [
        "room",
        "type",
        "what",
        "layout",
        "quality",
        "url",
        "idle",
        "region",
        "note",
        "json",
    ]
    room = field({}, "room")
    assert isinstance(room, TextField)
    assert room.focus


@pytest.mark.parametrize(
    ("plan", "shown", "hidden"),
    [
        ({"what": "one"}, {"user", "stream", "quality"}, {"layout", "cells"}),
        ({"what": "audio"}, set(), {"quality", "layout", "user"}),
        ({"layout": "custom"}, {"cells"}, {"user"}),
        (
            {"quality": "custom"},
            {"width", "height", "fps", "bitrate", "gop"},
            {"cells"},
        ),
    ],
)
def test_a_choice_decides_which_fields_there_are(plan, shown, hidden):
    there = set(names(plan))

    assert shown <= there
    assert not hidden & there


def test_several_apps_are_offered_the_production_one_marked():
    app = field({"app": "1400000002"}, "app", (MAIN, CHINA))

    assert isinstance(app, ChoiceField)
    assert [(one.label, one.value) for one in app.options] == [
        ("🅿 live-main", "live-main"),
        ("mainland", "mainland"),
    ]
    assert app.initial == "mainland"


def test_the_region_of_the_app_is_chosen_and_always_offered():
    region = field({"app": "mainland"}, "region", (MAIN, CHINA))

    assert isinstance(region, ChoiceField)
    assert region.initial == "ap-beijing"
    assert "ap-beijing" in {one.value for one in region.options}


def test_what_was_typed_stays_in_its_field():
    plan = {"room": "room one", "idle": "60", "url": "rtmp://a/b", "note": "n"}

    values = {name: field(plan, name).initial for name in plan}

    assert values == {**plan, "idle": 60}
    assert field(plan, "type").initial == "text"


def test_a_number_that_is_none_falls_back_to_the_default():
    idle = field({"idle": "soon"}, "idle")

    assert isinstance(idle, NumberField)
    assert idle.initial == 30


@pytest.mark.parametrize(
    ("urls", "hint"),
    [
        ("rtmp://1.livepush.myqcloud.com/a/b", "1 target."),
        (
            "rtmp://1.livepush.myqcloud.com/a/b rtmp://push.example.com/a/b",
            "2 targets: 1 outside Tencent's CDN, which is billed.",
        ),
    ],
)
def test_the_hint_counts_the_targets_and_says_which_are_billed(urls, hint):
    form = start_form({"url": urls}, (MAIN,), "d")

    (spans,) = [part.spans for part in form.fields if isinstance(part, Line)]
    assert spans == (hint,)


def test_a_form_reads_back_into_the_plan_it_was_drawn_from():
    values = {"room": " 295066 ", "type": ("number",), "note": None, "else": "x"}
    submission = Submission(form_id="d", view="V", hash="h", values=values)

    assert plan_from(submission) == {"room": "295066", "type": "number"}
