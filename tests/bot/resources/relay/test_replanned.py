"""What a request was filled in with is read back from it, and none of its secrets."""

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import InvalidRequest
from bot.resources.relay.plan import (
    CHANNELS,
    CODECS,
    CORNERS,
    FORMATS,
    KEYS,
    LAYOUTS,
    QUALITIES,
    READY,
    TRACKS,
)
from bot.resources.relay.replanned import given_again, replanned
from bot.resources.relay.request import prepared_from
from bot.runtime.redact import MASK
from bot.settings import App, Terms
from bot.tencent.models.trtc.requests import StartPublishCdnStream

APP = App(name="main", sdk_app_id=1400188366, usersig_key="k" * 8)
TERMS = Terms(apps=(APP,))
AGENT, OTHER_AGENT = "pb_01J00000000000000000000000", "pb_01J11111111111111111111111"
EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("trtc-*.json"))
KEY = "a-secret-key"

# ── any plan ─────────────────────────────────────────────────────────────────────

users = st.sampled_from(("ana", "bob", "eve/screen", "dan@7", "lou"))
several = st.lists(users, min_size=1, max_size=3, unique=True).map("\n".join)
words = st.sampled_from
OF_ALL = {
    "type": words(("number", "text")),
    "what": words(("mix", "one", "audio")),
    "user": words(("ana", "bob")),
    "stream": words(("camera", "screen", "audio")),
    "layout": words((*(one for one in LAYOUTS if one != "custom"), *READY)),
    "users": several,
    "large": users,
    "feedback": words(("630777", "630777\n630778/speaker")),
    "quality": words(tuple(QUALITIES)),
    "fps": words(("20", "25")),
    "bitrate": words(("700", "900")),
    "gop": words(("2", "4")),
    "idle": words(("5", "30", "60")),
    "background": words(("#00ff00", "0x000000")),
    "logo": words(("https://a.example/l.png",)),
    "corner": words(CORNERS),
    "logosize": words(("90x40", "64")),
    "margin": words(("0", "12")),
    "channels": words(tuple(CHANNELS)),
    "audiorate": words(("32", "64")),
    "sampling": words(("44100", "48000")),
    "codec": words(tuple(CODECS)),
    "hear": words(("ana", "bob\nlou")),
    "mute": words(("eve",)),
    "record": words(("template", "vod", "off")),
    "recordkey": words(("k1",)),
    "format": words(FORMATS),
    "tracks": words(tuple(TRACKS)),
    "vodapp": words(("1500000000",)),
    "sei": words(("layout", "text", "off")),
    "seidata": words(("hello",)),
    "seitype": words(("100", "101")),
    "seiinterval": words(("1000", "2000")),
    "seikey": words(("yes", "no")),
}
targets = st.lists(
    st.tuples(words(("a", "b", "c")), st.booleans()), min_size=1, max_size=3
).map(dict)


def plan_with(rest, to):
    """Return a plan of *rest* that pushes *to* hosts, each Tencent's or another."""
    urls = [f"rtmp://{host}.example/live/{KEY}{n}" for n, host in enumerate(to)]
    cdn = ["tencent" if own else "other" for own in to.values()]
    return {"room": "295066", "url": "\n".join(urls), "cdn": " ".join(cdn), **rest}


plans = st.builds(plan_with, st.fixed_dictionaries({}, optional=OF_ALL), targets)


def settled(plan):
    """Return *plan* without the keys at fault: a plan that somebody could send in."""
    while True:
        try:
            return plan, prepared_from(plan, TERMS, AGENT).request
        except InvalidRequest as error:
            assume(not error.faults.keys() - plan.keys())
            plan = {k: v for k, v in plan.items() if k not in error.faults}
            assume(plan.get("room") and plan.get("url"))


def resolved(plan, first):
    """Return *plan* with what its references are exchanged for, of *first*."""
    named = first["url"].split()
    words_of = first["cdn"].split()
    numbers = [int(one.removeprefix("@R1.")) - 1 for one in plan["url"].split()]
    cdn = " ".join((words_of * len(named))[n] for n in numbers)
    return {**plan, "url": "\n".join(named[n] for n in numbers), "cdn": cdn}


@given(plans)
def test_a_plan_asks_for_the_same_after_it_was_a_request(plan):
    first, request = settled(plan)

    again = replanned(request.masked(), name="R1", app="main", region="ap-singapore")

    once_more = prepared_from(resolved(again, first), TERMS, OTHER_AGENT)
    digest = json.dumps(once_more.request.to_wire()).replace(OTHER_AGENT, AGENT)
    assert json.loads(digest) == request.to_wire()
    assert (once_more.app, once_more.region) == (APP, "ap-singapore")
    assert "json" not in again
    assert KEY not in str(again)
    assert MASK not in str(again)
    assert again.keys() <= {*KEYS, "cells"}


@given(plans)
def test_a_whole_request_keeps_its_addresses(plan):
    first, request = settled(plan)

    again = replanned(request.to_wire())

    assert again["url"] == first["url"]
    assert prepared_from(again, TERMS, AGENT).request == request


# ── what no key says ─────────────────────────────────────────────────────────────


def example(path):
    """Return an example of the page, without the signatures that a bot makes."""
    fields = json.loads(path.read_text())["request"]
    for robot in (fields["AgentParams"], *fields.get("FeedBackRoomParams", ())):
        del robot["UserSig"]
    return StartPublishCdnStream.of(fields)


def beside(wire):
    """Return a whole request as JSON, and what a reference to its targets becomes."""
    listed = wire.get("PublishCdnParams", [])
    words_of = ["tencent" if one.get("IsTencentCdn") else "other" for one in listed]
    return {
        "url": "\n".join(one["PublishCdnUrl"] for one in listed),
        "cdn": " ".join(words_of),
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_pages_examples_are_asked_for_again_by_keys_and_by_json(path):
    request = example(path)
    wire = request.to_wire()
    agent = wire["AgentParams"]["UserId"]
    odd = request.masked()
    odd["AudioParams"]["AudioEncode"]["Codec"] = 7  # as if the API took more

    by_keys, by_json = (replanned(one, name="R1") for one in (request.masked(), odd))

    assert "json" not in by_keys
    assert by_json.keys() <= {"json", "url"}
    first = {**by_keys, **beside(wire)}
    assert prepared_from(first, TERMS, agent).request.to_wire() == wire
    pasted = json.loads(by_json["json"])
    pasted["AudioParams"]["AudioEncode"] = wire["AudioParams"]["AudioEncode"]
    then = {**by_json, "json": json.dumps(pasted), **beside(wire)}
    assert prepared_from(then, TERMS, agent).request.to_wire() == wire


def test_cells_of_ones_own_come_back_as_cells():
    cells = [{"LocationX": 3, "LocationY": 5, "ImageWidth": 64, "ImageHeight": 64}]
    plan = plan_with({"layout": "custom", "cells": json.dumps(cells)}, {"a": True})
    request = prepared_from(plan, TERMS, AGENT).request

    again = replanned(request.masked(), name="R1")

    assert again["layout"] == "custom"
    assert prepared_from(resolved(again, plan), TERMS, AGENT).request == request


def test_a_robot_of_the_bots_own_is_not_sent_into_a_feedback_room_again():
    plan = plan_with({"feedback": "630777\n630778/speaker"}, {"a": True})
    masked = prepared_from(plan, TERMS, AGENT).request.masked()
    masked["AudioParams"]["AudioEncode"]["Codec"] = 7

    pasted = json.loads(replanned(masked, name="R1")["json"])

    assert AGENT not in json.dumps(pasted)
    pasted["AudioParams"]["AudioEncode"]["Codec"] = 0
    again = prepared_from({"json": json.dumps(pasted)}, TERMS, OTHER_AGENT).request
    rooms = [room.user_id for room in again.feed_back_room_params]
    assert rooms == [f"{OTHER_AGENT}_1", "speaker"]


def test_what_is_masked_and_no_target_is_left_out_and_named():
    url = f"https://a.example/l.png?sign={KEY}"
    masked = prepared_from(
        plan_with({"logo": url, "corner": "top-left"}, {"a": True, "b": False}),
        TERMS,
        AGENT,
    ).request.masked()

    again = replanned(masked, name="R1")

    logo = "VideoParams.WaterMarkList.0.WaterMarkImage.WaterMarkUrl"
    assert given_again(masked) == (logo,)
    targets_too = {f"PublishCdnParams.{n}.PublishCdnUrl" for n in (0, 1)}
    assert set(given_again(masked, named=False)) == {*targets_too, logo}
    assert "logo" not in again
    assert again["corner"] == "top-left"  # which says that a logo is missing
    with pytest.raises(InvalidRequest) as refused:
        prepared_from({**again, "url": f"rtmp://a.example/live/{KEY}"}, TERMS, AGENT)
    assert "corner" in refused.value.faults


def test_without_a_name_its_targets_are_left_out():
    masked = prepared_from(plan_with({}, {"a": True}), TERMS, AGENT).request.masked()

    again = replanned(masked, app="main")

    assert again == {
        "room": "295066",
        "what": "mix",
        "layout": "grid",
        "quality": "720p15",
        "idle": "30",
        "cdn": "tencent",
        "app": "main",
    }
