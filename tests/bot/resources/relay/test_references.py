"""What stands for a target is exchanged for its address, and nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import InvalidRequest
from bot.resources.push import PushAddress
from bot.resources.relay.cdn import choice_of, targets_of
from bot.resources.relay.references import (
    app_in,
    is_reference,
    reference,
    references_in,
    resolved,
)
from bot.settings import App

URL = "rtmp://push.example.com/live/the-key"
OTHER = "rtmp://b.example.com/live/k"
PLACES = {
    "main": PushAddress(SecretStr(URL), "other"),
    "r1.2": PushAddress(SecretStr(OTHER), "tencent"),
}
NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


def pasted(*targets, **more):
    return json.dumps(
        {"PublishCdnParams": [{"PublishCdnUrl": one} for one in targets], **more}
    )


@pytest.mark.parametrize(
    ("plan", "names"),
    [
        ({}, ()),
        ({"url": URL}, ()),
        ({"url": f"@main {URL}\n@R1.2 @Main"}, ("main", "r1.2")),
        ({"json": pasted("@main", URL, "@R1.2")}, ("main", "r1.2")),
        ({"json": pasted("@main"), "url": "@other"}, ("other", "main")),
        ({"json": '{"PublishCdnParams": "@main"}'}, ()),
        ({"json": '[{"PublishCdnUrl": "@main"}]'}, ()),
        ({"json": '{"PublishCdnParams": [1, "@main"]}'}, ()),
        ({"json": "{@main"}, ()),
        ({"json": "@" + "[" * 50_000}, ()),
        ({"note": "@main", "room": "@main"}, ()),
    ],
)
def test_it_is_known_what_a_plan_refers_to(plan, names):
    assert references_in(plan) == names


def test_each_takes_the_place_of_what_refers_to_it():
    plan = {"room": "7", "url": f"@MAIN {OTHER}x @R1.2"}

    whole = resolved(plan, PLACES)

    assert whole["url"].split() == [URL, f"{OTHER}x", OTHER]
    assert whole["room"] == "7"
    assert plan["url"] == f"@MAIN {OTHER}x @R1.2"


def test_whose_cdn_it_is_need_not_be_said_again():
    whole = resolved({"url": "@main @r1.2"}, PLACES)

    assert [one["IsTencentCdn"] for one in targets_of(whole, None)] == [0, 1]


@pytest.mark.parametrize(
    "said",
    [{"cdn": "tencent"}, {choice_of("push.example.com"): "tencent"}],
)
def test_what_the_plan_says_of_the_cdn_counts_first(said):
    whole = resolved({"url": "@main", **said}, PLACES)

    assert [one["IsTencentCdn"] for one in targets_of(whole, None)] == [1]


def test_two_that_say_otherwise_of_one_host_are_refused_at_the_field():
    both = {
        "a": PushAddress(SecretStr(URL), "other"),
        "b": PushAddress(SecretStr(f"{URL}2"), "tencent"),
    }

    with pytest.raises(InvalidRequest) as refused:
        resolved({"url": "@a @b"}, both)

    sentence = "push.example.com cannot be both: say tencent or other."
    assert refused.value.faults == {"url": sentence}


def test_in_json_each_is_exchanged_with_its_flag_unless_that_is_said():
    plan = {"json": pasted("@main", "@r1.2", f"{URL}3", RoomId="7")}

    fields = json.loads(resolved(plan, PLACES)["json"])

    assert fields == {
        "RoomId": "7",
        "PublishCdnParams": [
            {"PublishCdnUrl": URL, "IsTencentCdn": 0},
            {"PublishCdnUrl": OTHER, "IsTencentCdn": 1},
            {"PublishCdnUrl": f"{URL}3"},
        ],
    }


@given(
    st.lists(
        st.one_of(NAMES.map("@{}".format), st.sampled_from([URL, OTHER])), max_size=8
    )
)
def test_whatever_is_mixed_no_reference_is_left_and_the_order_stays(texts):
    plan = {"url": "\n".join(texts)}
    names = references_in(plan)
    places = {
        name: PushAddress(SecretStr(f"rtmp://{n}.example.com/live/k"))
        for n, name in enumerate(names)
    }

    whole = resolved(plan, places)

    addresses = {f"@{k}": one.url.get_secret_value() for k, one in places.items()}
    assert whole["url"].split() == [addresses.get(text, text) for text in texts]
    assert not any(map(is_reference, whole["url"].split()))


def test_the_target_of_a_relay_is_written_by_its_number():
    assert reference("R12", 3) == "@R12.3"
    assert references_in({"url": reference("R12", 3)}) == ("r12.3",)


@pytest.mark.parametrize(
    ("plan", "app"),
    [
        ({"app": "b"}, "b"),
        ({"app": "2"}, "b"),
        ({"json": '{"SdkAppId": 1}', "app": "b"}, "a"),
        ({}, ""),
        ({"app": "none"}, ""),
    ],
)
def test_it_is_known_on_which_app_a_plan_is(plan, app):
    apps = tuple(
        App(name=name, sdk_app_id=number, usersig_key="k" * 8)
        for name, number in (("a", 1), ("b", 2))
    )

    assert app_in(plan, apps) == app
