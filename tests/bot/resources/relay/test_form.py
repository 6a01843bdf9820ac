"""The form that starts a relay follows its choices."""

import pytest

from bot.dialogue.ask import Submission
from bot.dialogue.form import ChoiceField, Field, NumberField, TextField
from bot.dialogue.outcome import Line
from bot.products import MAINLAND
from bot.resources.relay.cdn import choice_of
from bot.resources.relay.draft import plan_from
from bot.resources.relay.form import start_form
from bot.settings import App, Limits, Policy, Terms

MAIN = App(
    name="live-main", sdk_app_id=1400000001, production=True, usersig_key="k" * 8
)
OTHER = "rtmp://push.example.com"
CHINA = App(
    name="mainland", sdk_app_id=1400000002, region="ap-beijing", usersig_key="k" * 8
)


def names(plan, apps=(MAIN,)):
    form = start_form(plan, Terms(apps=apps), "d")
    return [field.name for field in form.fields if isinstance(field, Field)]


def field(plan, name, apps=(MAIN,)):
    form = start_form(plan, Terms(apps=apps), "d")
    return next(one for one in form.fields if getattr(one, "name", "") == name)


def test_an_empty_plan_asks_for_a_mix_in_720p_and_focuses_the_room():
    assert names({}) == [
        "mode",
        "room",
        "type",
        "what",
        "layout",
        "quality",
        "url",
        "idle",
        "for",
        "region",
        "note",
    ]
    room = field({}, "room")
    assert isinstance(room, TextField)
    assert room.focus


@pytest.mark.parametrize(
    ("plan", "shown", "hidden"),
    [
        ({"what": "one"}, {"user", "stream"}, {"layout", "cells", "quality"}),
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


def test_the_regions_of_the_site_are_offered_and_no_other():
    terms = Terms(apps=(CHINA,), regions=MAINLAND)
    form = start_form({}, terms, "d")

    (region,) = [one for one in form.fields if getattr(one, "name", "") == "region"]
    assert [one.value for one in region.options] == list(MAINLAND)
    assert (region.initial, region.optional) == ("ap-beijing", False)


def test_of_several_apps_each_has_its_region_unless_another_is_chosen():
    region = field({"app": "mainland"}, "region", (MAIN, CHINA))

    assert (region.initial, region.optional) == ("", True)


def test_what_a_relay_cannot_do_without_is_marked_so():
    form = start_form({"what": "one"}, Terms(apps=(MAIN,)), "d")

    optional = {one.name for one in form.fields if getattr(one, "optional", False)}
    assert optional == {"for", "note"}


def test_a_number_goes_as_far_as_the_page_and_the_policy_let_it():
    limits = Limits(
        width=1280, height=1080, bitrate_kbps=20_000, idle_seconds=60, live_relays=1
    )
    terms = Terms(apps=(MAIN,), policy=Policy(limits=limits))
    form = start_form({"quality": "custom"}, terms, "d")

    assert {
        one.name: (one.least, one.most)
        for one in form.fields
        if isinstance(one, NumberField)
    } == {
        "width": (1, 1280),
        "height": (1, 1080),
        "fps": (1, 60),
        "bitrate": (1, 10_000),
        "gop": (1, 5),
        "idle": (5, 60),
    }
    qualities = next(
        one for one in form.fields if getattr(one, "name", "") == "quality"
    )
    assert [one.value for one in qualities.options] == ["720p15", "540p15", "custom"]


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
    ("plan", "asked"),
    [
        ({}, {}),
        ({"url": "rtmp://1.livepush.myqcloud.com/a/b"}, {}),
        ({"url": "rtmp://listed.example/a/b"}, {}),
        ({"url": f"{OTHER}/a/b\n{OTHER}:1935/c/d"}, {"push.example.com": ""}),
        ({"url": f"{OTHER}/a/b", "cdn": "other"}, {"push.example.com": "other"}),
        (
            {"url": f"{OTHER}/a/b", choice_of("push.example.com"): "tencent"},
            {"push.example.com": "tencent"},
        ),
    ],
)
def test_of_each_host_that_nobody_knows_it_asks_whose_cdn_it_is(plan, asked):
    app = MAIN.model_copy(update={"tencent_push_hosts": ("listed.example",)})
    form = start_form(plan, Terms(apps=(app,)), "d")

    choices = [one for one in form.fields if getattr(one, "name", "")[:4] == "cdn-"]
    assert {(one.name, one.initial) for one in choices} == {
        (choice_of(host), word) for host, word in asked.items()
    }
    assert [one.label for one in choices] == [f"Whose CDN is {h}?" for h in asked]
    assert not any(one.optional for one in choices)


def test_a_pasted_request_has_a_small_form_of_its_own():
    form = start_form({"json": "{}"}, Terms(apps=(MAIN,)), "d")

    timed = ["for", "until", "note"]
    assert names({"json": "{}"}) == ["mode", "json", "region", *timed]
    assert names({"json": "{}", "mode": "form"})[1] == "room"
    assert names({"mode": "paste"}, (MAIN, CHINA))[1:3] == ["app", "json"]
    assert not next(one for one in form.fields if one.name == "json").optional


@pytest.mark.parametrize(
    ("name", "mode", "kept"),
    [
        ("json", "paste", "Request: 3,243 characters, kept."),
        ("url", "form", "Targets: 3,243 characters, kept."),
        ("note", "form", "Note: 3,243 characters, kept."),
    ],
)
def test_what_is_too_long_for_a_field_is_kept_and_may_be_replaced(name, mode, kept):
    plan = {name: "x" * 3243, "mode": mode}
    form = start_form(plan, Terms(apps=(MAIN,)), "d")

    shown = next(one for one in form.fields if getattr(one, "name", "") == name)
    assert (shown.initial, shown.optional) == ("", True)
    assert kept in [one.spans[0] for one in form.fields if isinstance(one, Line)]


def test_a_form_reads_back_into_the_plan_it_was_drawn_from():
    values = {"room": " 295066 ", "type": ("number",), "note": None, "else": "x"}
    submission = Submission(form_id="d", view="V", hash="h", values=values)

    assert plan_from(submission) == {"room": "295066", "type": "number"}
