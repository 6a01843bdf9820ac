"""A change is what differs: sent to what the relay is, it makes what was wanted."""

import re
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.dialogue.outcome import plain
from bot.errors import InvalidRequest
from bot.journal.model import Difference
from bot.resources.relay import update
from bot.resources.relay.cdn import choice_of
from bot.resources.relay.change import CHANGEABLE, Present, again, changed
from bot.resources.relay.change_targets import edited, references
from bot.resources.relay.differences import between, but
from bot.resources.relay.plan import KEYS
from bot.resources.relay.request import prepared_from
from tests.bot.resources.relay.test_replanned import (
    AGENT,
    APP,
    KEY,
    OF_ALL,
    TERMS,
    plans,
    settled,
)

TASK = "-task-of-the-relay.."
A, B, C = (f"rtmp://{host}.example/live/{KEY}" for host in "abc")
BASE = {"room": "295066", "url": f"{A}\n{B}", "cdn": "other"}
OF_A_CHANGE = {"SdkAppId", "TaskId", "SequenceNumber"}

others = st.fixed_dictionaries(
    {}, optional={key: OF_ALL[key] for key in CHANGEABLE if key in OF_ALL}
)
D = f"rtmp://d.example/live/{KEY}"
targets = st.sampled_from([C, f"@R1.1\n{C}", f"{C}\n@R1.1", D])


def relay(plan, *perhaps):
    whole = prepared_from(plan, TERMS, AGENT).request
    return Present("R1", TASK, APP, whole, perhaps)


def taken(wire, change):
    """Return *wire* after Tencent has taken *change*: what is absent stays."""
    after = deepcopy(wire)
    for name, value in change.items():
        if name in OF_A_CHANGE:
            continue
        had = after.get(name)
        after[name] = {**had, **value} if isinstance(value, dict) and had else value
    return after


def meant(value):
    """Return what *value* means: an empty list is none, and no background is black."""
    if isinstance(value, dict):
        each = {name: meant(one) for name, one in value.items()}
        if each.get("BackGroundColor") == "0x000000":
            del each["BackGroundColor"]
        return {name: one for name, one in each.items() if one != []}
    return [meant(one) for one in value] if isinstance(value, list) else value


def change_of(present, plan):
    """Return the change that *plan* names, without its keys that are at fault."""
    while True:
        try:
            return changed(present, plan)
        except InvalidRequest as error:
            faults = error.faults.keys()
            parts = tuple(fault[:3] for fault in faults)  # `seidata` that `sei…` lacks
            wrong = faults & plan.keys() or {k for k in plan if k.startswith(parts)}
            assume(wrong)
            plan = {key: text for key, text in plan.items() if key not in wrong}


# What is drawn seldom goes together with a start, which is only slow.
apart = settings(
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.filter_too_much],
)


@apart
@given(plans, others, targets)
def test_what_is_sent_makes_the_relay_what_was_wanted(plan, rest, url):
    first, _request = settled(plan)
    present = relay(first)

    change = change_of(present, {**rest, "url": url})

    before, after = present.whole.to_wire(), change.whole.to_wire()
    assert meant(taken(before, change.request.to_wire())) == meant(after)
    assert change.differences
    assert KEY not in f"{change.differences}{change.request.masked()}"
    for name in ("RoomId", "AgentParams", "WithTranscoding", "RecordParams"):
        assert before.get(name) == after.get(name)
    assert before["AudioParams"]["AudioEncode"] == after["AudioParams"]["AudioEncode"]
    assert ("VideoParams" in before) == ("VideoParams" in after)


@apart
@given(plans, others, others, targets)
def test_it_does_so_also_if_an_earlier_change_may_have_been_made(
    plan, doubted, rest, url
):
    first, _request = settled(plan)
    perhaps = change_of(relay(first), {**doubted, "url": url})
    present = relay(first, perhaps.whole)

    stays = {key: doubted[key] for key in doubted if key.startswith(("sei", "feed"))}
    change = change_of(present, {**rest, **stays, "url": f"@R1.1\n{B}"})

    after = meant(change.whole.to_wire())
    for before in (present.whole, perhaps.whole):
        assert meant(taken(before.to_wire(), change.request.to_wire())) == after


@pytest.mark.parametrize(
    ("had", "wanted"),
    [({"sei": "layout"}, {"sei": "text", "seidata": "hi"}), ({"sei": "layout"}, {})],
)
@pytest.mark.parametrize("is_sure", [True, False])
def test_what_no_change_takes_away_stays_also_if_it_is_only_perhaps_there(
    had, wanted, is_sure
):
    first, _request = settled({**BASE, **(had if is_sure else {})})
    perhaps = () if is_sure else (change_of(relay(first), had).whole,)

    if is_sure and not wanted:
        assert changed(relay(first), {"url": C}).whole.sei_params is not None
        return
    with pytest.raises(InvalidRequest) as refused:
        changed(relay(first, *perhaps), {**wanted, "url": C})
    assert "not taken away" in refused.value.faults["sei"]


@apart
@given(plans, others, targets)
def test_one_that_is_sent_again_is_the_same_for_what_it_may_be(plan, rest, url):
    first, _request = settled(plan)
    change = change_of(relay(first), {**rest, "url": url})

    once_more = again(relay(first, change.whole), change.whole)

    assert once_more == change


VALUES = {
    "url": C,
    "cdn": "tencent",
    "layout": "float",
    "users": "ana",
    "large": "ana",
    "cells": "[{}]",
    "quality": "540p15",
    "width": "640",
    "height": "360",
    "fps": "20",
    "bitrate": "900",
    "gop": "4",
    "hear": "ana",
    "mute": "eve",
    "user": "lou",
    "stream": "screen",
    "background": "#00ff00",
    "logo": "https://a.example/l.png",
    "corner": "top-right",
    "logosize": "32",
    "margin": "8",
    "sei": "layout",
    "seidata": "hello",
    "seitype": "101",
    "seiinterval": "2000",
    "seikey": "no",
    "feedback": "630777",
}
A_LOGO, SEI = {"logo": VALUES["logo"]}, {"sei": "layout"}
NEEDS = {
    "users": {"layout": "side"},
    "large": {"layout": "float"},
    "cells": {"layout": "custom"},
    "cdn": {"url": f"@R1.1\n{C}"},
    "corner": A_LOGO,
    "logosize": A_LOGO,
    "margin": A_LOGO,
    "seidata": SEI,
    "seitype": SEI,
    "seiinterval": SEI,
    "seikey": SEI,
}
MIXED, ONE = BASE, {**BASE, "what": "one", "user": "ana"}


def test_every_key_that_can_be_changed_is_tried():
    assert VALUES.keys() == {*CHANGEABLE}


@pytest.mark.parametrize("key", CHANGEABLE)
def test_every_key_that_can_be_changed_changes_the_relay(key):
    base = ONE if key in {"user", "stream"} else MIXED
    plan = {**NEEDS.get(key, {}), key: VALUES[key]}

    change = changed(relay(base), plan)

    assert change.request.to_wire().keys() - {*OF_A_CHANGE, "WithTranscoding"}
    assert change.differences


FIXED = {
    "room": "7",
    "type": "text",
    "what": "audio",
    "idle": "60",
    "channels": "mono",
    "audiorate": "32",
    "sampling": "44100",
    "codec": "he",
    "record": "template",
    "recordkey": "k",
    "format": "mp4",
    "tracks": "audio",
    "vodapp": "1",
    "region": "ap-guangzhou",
}


@pytest.mark.parametrize("key", FIXED)
def test_every_other_key_is_refused_with_the_reason(key):
    with pytest.raises(InvalidRequest) as refused:
        changed(relay(MIXED), {key: FIXED[key]})

    assert "start a changed copy" in refused.value.faults[key]


def test_every_key_is_one_or_the_other():
    beside = {"app", "note", "json", "preset", "for", "until"}  # of the start alone

    assert {*KEYS} - {*CHANGEABLE} - {*FIXED} == beside


@pytest.mark.parametrize(
    ("base", "plan", "field"),
    [
        (ONE, {"bitrate": "900"}, "bitrate"),
        (ONE, {"layout": "float"}, "layout"),
        (ONE, {"stream": "audio"}, "stream"),
        (MIXED, {"user": "ana"}, "user"),
        ({**BASE, "what": "audio"}, {"fps": "20"}, "fps"),
        ({**BASE, "sei": "layout"}, {"sei": "off"}, "sei"),
        ({**BASE, "feedback": "630777"}, {"feedback": ""}, "feedback"),
        (MIXED, {"url": ""}, "url"),
        (MIXED, {"url": "@R1.3"}, "url"),
        (MIXED, {"url": "http://a.example/x/y"}, "url"),
        (MIXED, {"bitrate": "many"}, "bitrate"),
        (MIXED, {"bitrate": "10001"}, "bitrate"),
        (MIXED, {"large": "ana"}, "large"),
        (MIXED, {"layout": "grid"}, ""),
        (MIXED, {}, ""),
    ],
)
def test_what_no_change_can_be_is_told_at_its_field(base, plan, field):
    with pytest.raises(InvalidRequest) as refused:
        changed(relay(base), plan)

    assert [*refused.value.faults] == [field]


def test_targets_that_stay_keep_their_secret_and_their_cdn():
    present = relay({**BASE, "cdn": "tencent other"})

    change = changed(present, {"url": f"@R1.2\n{C}\n@R1.1"})

    sent = change.request.to_wire()["PublishCdnParams"]
    assert sent == [
        {"PublishCdnUrl": B, "IsTencentCdn": 0},
        {"PublishCdnUrl": C, "IsTencentCdn": 0},
        {"PublishCdnUrl": A, "IsTencentCdn": 1},
    ]
    assert (change.interrupts, change.elsewhere) == (True, ("c.example",))


@pytest.mark.parametrize("word", [{"cdn": "other"}, {choice_of("c.example"): "other"}])
def test_nobody_is_asked_about_a_cdn_that_was_said(word):
    change = changed(relay(BASE), {"url": C, **word})

    assert change.request.to_wire()["PublishCdnParams"] == [
        {"PublishCdnUrl": C, "IsTencentCdn": 0}
    ]
    assert change.elsewhere == ()


def test_a_change_that_moves_no_target_interrupts_nobody():
    change = changed(relay(MIXED), {"bitrate": "900"})

    assert (change.interrupts, change.elsewhere) == (False, ())
    assert change.differences == (Difference(field="bitrate", was="1536", now="900"),)


@pytest.mark.parametrize(
    ("adds", "drops", "left"),
    [
        ((), ("1",), ["@R1.2"]),
        ((), ("2", "@r1.1"), []),
        ((C,), (), ["@R1.1", "@R1.2", C]),
        ((C,), ("2",), ["@R1.1", C]),
    ],
)
def test_targets_are_added_and_dropped_by_their_numbers(adds, drops, left):
    assert edited(references("R1", 2), adds, drops, "R1") == left


@pytest.mark.parametrize(
    ("count", "end"), [(1, "there is 1."), (2, "there are 2.")], ids=["one", "two"]
)
def test_how_many_there_are_is_said(count, end):
    with pytest.raises(InvalidRequest, match=re.escape(end)):
        edited(references("R1", count), (), ("9",), "R1")


@pytest.mark.parametrize("drop", ["0", "3", "x", "@R2.1", "999"])
def test_a_target_that_is_not_there_cannot_be_dropped(drop):
    with pytest.raises(InvalidRequest, match="there are 2"):
        edited(references("R1", 2), (), (drop,), "R1")


def test_a_replaced_target_is_one_line_with_both_addresses():
    was, now = (relay({**BASE, "url": url}).whole for url in (f"{A}\n{B}", f"{A}\n{C}"))

    assert between(was, now) == (
        Difference(
            field="url",
            was="2 rtmp://b.example/live/****",
            now="2 rtmp://c.example/live/****",
        ),
    )


def test_another_key_of_one_address_is_said_once():
    other = f"rtmp://b.example/live/{KEY}2"
    was, now = (relay({**BASE, "url": u}).whole for u in (f"{A}\n{B}", f"{A}\n{other}"))

    (line,) = update.lines(between(was, now))

    assert plain(line) == (
        "Target: 2 rtmp://b.example/live/****, another stream or key"
    )


def test_what_it_perhaps_is_is_told_where_nothing_else_says_the_field():
    lines = (Difference(field="fps", was="15", now="20"),)
    doubt = (*lines, Difference(field="bitrate", was="900", now="1536"))

    assert but(doubt, lines) == (Difference(field="bitrate", was="900?", now="1536"),)


@pytest.mark.parametrize("emptied", ["", " "])
def test_a_layout_is_not_emptied(emptied):
    with pytest.raises(InvalidRequest) as refused:
        changed(relay(BASE), {"layout": emptied})

    assert [*refused.value.faults] == ["layout"]
    assert "There is 1+n, custom, float, grid" in refused.value.faults["layout"]
