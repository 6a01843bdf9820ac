"""A preset becomes a plan again, and keeps nothing of one start alone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InvalidRequest
from bot.ids import Handle
from bot.resources.relay.plan import ENCODING, KEYS, moot
from bot.resources.relay.presets import (
    buttons,
    check_pasted,
    chosen,
    kept,
    misfits,
    overlaid,
    renamed,
    roomless,
    suggested,
    unfit,
    unnamed,
)
from bot.resources.relay.resource import RELAY, START
from bot.settings import App, Limits, Policy, Terms
from tests.bot.journal.test_presets import preset
from tests.bot.resources.intents import an_intent

APP = App(name="main", sdk_app_id=1, usersig_key="k" * 8)
TERMS = Terms(apps=(APP,), exits={"push": ("push.example.com",)})
URL = "rtmp://push.example.com/live/k"
OF_ONE_START = {"preset", "note"}
TYPED = {
    "what": st.sampled_from(["mix", "one", "audio"]),
    "layout": st.sampled_from(["grid", "side", "pip", "float", "screen"]),
    "quality": st.sampled_from(["720p15", "540p15"]),
    "users": st.just("a,b"),
    "large": st.just("a"),
    "user": st.just("ana"),
    "fps": st.just("24"),
    "url": st.sampled_from([URL, "@main"]),
    "cdn": st.sampled_from(["tencent", "other"]),
    "room": st.sampled_from(["7", "lobby"]),
    "logo": st.just("https://push.example.com/a.png"),
    "corner": st.just("top-left"),
    "record": st.sampled_from(["off", "template"]),
    "recordkey": st.just("k"),
}
PLANS = st.fixed_dictionaries({}, optional=TYPED)


@given(st.dictionaries(st.sampled_from([*KEYS, "cells", "mode", "to"]), st.text()))
def test_what_is_of_one_start_alone_is_not_kept_and_all_else_is(plan):
    left = kept(plan)

    out = OF_ONE_START | {"mode", "to"}
    out |= set() if plan.get("room") else {"type"}
    assert left == {k: v for k, v in plan.items() if v and k not in out}


@given(PLANS, PLANS)
def test_what_is_typed_counts_and_nothing_of_the_preset_is_left_without_effect(
    saved, typed
):
    whole = overlaid(saved, typed)

    assert {k: whole[k] for k in typed} == typed
    assert not {k for k in moot(whole) if k not in typed}
    assert whole.items() <= {**saved, **typed}.items()
    if typed.get("quality"):
        assert not {*ENCODING} & (whole.keys() - typed.keys())


@given(PLANS)
def test_with_nothing_beside_it_a_preset_is_what_it_was_as_far_as_it_counts(saved):
    left = overlaid(saved, {})

    assert left == {k: v for k, v in saved.items() if k not in moot(saved)}


@pytest.mark.parametrize("plan", [{}, {"layout": "side"}, {"url": URL}, {"room": "7"}])
def test_it_may_do_without_a_room_and_a_target(plan):
    assert misfits(plan, plan, TERMS) == {}


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"quality": "1080p30"}, "quality"),
        ({"url": "rtmp://elsewhere.example.com/live/k"}, "url"),
        ({"app": "gone"}, "app"),
        ({"region": "ap-gone"}, "region"),
        ({"idle": "900"}, "idle"),
        ({"room": "7", "type": "text", "users": "a"}, "users"),
        ({"what": "one"}, "user"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field(plan, field):
    policy = Policy(limits=Limits(width=1280, height=720, idle_seconds=300))
    terms = TERMS.model_copy(update={"policy": policy})

    assert list(misfits(plan, plan, terms)) == [field]


def test_it_is_told_which_fields_do_not_fit():
    sentence = "The preset “a” does not fit any more: see url, width."
    assert unfit("a", ["url", "width"]) == sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("preset-3", "There is no preset “preset-3”; the nearest is preset-1."),
        ("nothing", "There is no preset “nothing”. See /relay preset list."),
    ],
)
def test_of_those_there_are_the_one_is_chosen_that_is_named(name, sentence):
    saved = [preset(1), preset(2)]
    assert chosen(saved, " Preset-2 ") == preset(2)

    with pytest.raises(InvalidRequest) as refused:
        chosen(saved, name)

    assert refused.value.faults == {"preset": sentence}


# ── addresses ────────────────────────────────────────────────────────────────────


def test_addresses_and_targets_of_relays_need_a_name_and_named_ones_do_not():
    plan = {"url": f"@main {URL}\n@R1.2", "layout": "side"}

    asked = unnamed(plan)

    assert sorted(asked.values()) == ["@R1.2", URL]
    names = {field: f"n{len(text)}" for field, text in asked.items()}
    assert renamed(plan, names) == {
        "layout": "side",
        "url": f"@main\n@n{len(URL)}\n@n5",
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (URL, "push-example"),
        ("rtmp://a.rtmp.youtube.com/live2/k", "rtmp-youtube"),
        ("rtmp://10.0.0.1/a/b", "0-0"),
        ("rtmp://localhost/a/b", ""),
        ("@R1.2", ""),
    ],
)
def test_a_name_is_suggested_by_the_host(text, name):
    assert suggested(text) == name


def test_json_with_an_address_in_it_is_refused_and_with_names_is_not():
    fields = {"PublishCdnParams": [{"PublishCdnUrl": "@main"}]}
    check_pasted({"json": json.dumps(fields)})
    fields["PublishCdnParams"][0]["PublishCdnUrl"] = URL

    with pytest.raises(InvalidRequest) as refused:
        check_pasted({"json": json.dumps(fields)})

    sentence = "A preset keeps no address with a stream key: write @name in its place."
    assert refused.value.faults == {"json": sentence}


def test_the_room_of_a_relay_is_left_out_of_its_json_as_well():
    fields = {"RoomId": "7", "RoomIdType": 0, "WithTranscoding": 1}

    left = roomless(
        {"room": "7", "type": "text", "json": json.dumps(fields), "app": ""}
    )

    assert left == {"json": '{"WithTranscoding":1}'}


def test_a_relay_that_was_started_here_can_be_saved():
    relay = an_intent(kind=RELAY, action=START, handle=Handle("R7"), masked={"a": 1})
    unmanaged = an_intent(kind=RELAY, action=START, handle=Handle("R8"), masked={})

    assert [one.text for one in buttons(relay)] == ["preset save of=R7"]
    assert [*buttons(unmanaged)] == []
