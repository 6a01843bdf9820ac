"""The request that comes of what people say about a relay, and every fault in it."""

import json
from itertools import combinations

import pytest

from bot.errors import InvalidRequest
from bot.exit_table import ANY_EXIT
from bot.resources.relay.request import faults_of, prepared_from
from bot.settings import App, Limits, Policy, Terms

MAIN = App(name="live-main", sdk_app_id=1400000001, usersig_key="k" * 8)
OTHER = App(
    name="staging", sdk_app_id=1400000002, region="ap-hongkong", usersig_key="k" * 8
)
TERMS = Terms(apps=(MAIN,), exits=ANY_EXIT)
AGENT = "pb_01J00000000000000000000000"
URL = "rtmp://push.example.com/live/a"
TENCENT = "rtmp://1.livepush.myqcloud.com/live/a"
PLAN = {"room": "295066", "url": URL}


def wire(plan, apps=(MAIN,)):
    return prepared_from(plan, Terms(apps=apps), AGENT).request.to_wire()


# ── the request ──────────────────────────────────────────────────────────────────


def test_a_room_and_a_target_make_a_720p_grid_mix():
    assert wire(PLAN) == {
        "SdkAppId": 1400000001,
        "RoomId": "295066",
        "RoomIdType": 0,
        "AgentParams": {"UserId": AGENT, "MaxIdleTime": 30},
        "WithTranscoding": 1,
        "AudioParams": {
            "AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}
        },
        "VideoParams": {
            "VideoEncode": {
                "Width": 1280,
                "Height": 720,
                "Fps": 15,
                "BitRate": 1536,
                "Gop": 2,
            },
            "LayoutParams": {"MixLayoutMode": 3},
        },
        "PublishCdnParams": [{"PublishCdnUrl": URL, "IsTencentCdn": 0}],
    }


def test_one_user_is_relayed_as_it_is():
    sent = wire({**PLAN, "what": "one", "user": "ana", "stream": "screen"})

    assert sent["WithTranscoding"] == 0
    assert sent["SingleSubscribeParams"] == {
        "UserMediaStream": {
            "StreamType": 1,
            "UserInfo": {"RoomId": "295066", "RoomIdType": 0, "UserId": "ana"},
        }
    }
    assert "LayoutParams" not in sent["VideoParams"]


def test_audio_only_has_no_video():
    sent = wire({**PLAN, "what": "audio"})

    assert sent["WithTranscoding"] == 1
    assert "VideoParams" not in sent


def test_a_number_changes_one_thing_of_a_quality():
    sent = wire({**PLAN, "quality": "1080p30", "bitrate": "2500"})

    assert sent["VideoParams"]["VideoEncode"] == {
        "Width": 1920,
        "Height": 1080,
        "Fps": 30,
        "BitRate": 2500,
        "Gop": 2,
    }


def test_a_custom_layout_is_its_cells():
    cell = {"ImageWidth": 640, "ImageHeight": 720, "LocationX": 640, "LocationY": 0}
    sent = wire({**PLAN, "layout": "custom", "cells": json.dumps([cell])})

    assert sent["VideoParams"]["LayoutParams"] == {
        "MixLayoutMode": 4,
        "MixLayoutList": [cell],
    }


def test_it_always_says_whose_cdn_a_target_is():
    sent = wire({**PLAN, "url": f"{TENCENT}\n{URL}"})

    assert [one["IsTencentCdn"] for one in sent["PublishCdnParams"]] == [1, 0]


def test_the_app_and_its_region_follow_the_name():
    prepared = prepared_from(
        {**PLAN, "app": "staging"}, Terms(apps=(MAIN, OTHER)), AGENT
    )

    assert (prepared.app, prepared.region) == (OTHER, "ap-hongkong")


# ── what is refused, and at which field ──────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"room": "lobby", "type": "number"}, "room"),
        ({"url": "http://a/b"}, "url"),
        ({"url": "rtmp://me:pw@push.example.com/a/b"}, "url"),
        ({"url": ""}, "url"),
        ({"url": "\n".join(f"{URL}{n}" for n in range(11))}, "url"),
        ({"url": f"{URL}\n{URL}"}, "url"),
        ({"idle": "4"}, "idle"),
        ({"idle": "soon"}, "idle"),
        ({"quality": "custom", "fps": "61"}, "fps"),
        ({"quality": "custom", "bitrate": "-1"}, "bitrate"),
        ({"what": "one"}, "user"),
        ({"what": "everything"}, "what"),
        ({"layout": "custom", "cells": "[{]"}, "cells"),
        ({"layout": "custom", "cells": "7"}, "cells"),
        (
            {
                "layout": "custom",
                "cells": '[{"ImageWidth": 2000, "ImageHeight": 10}]',
            },
            "cells",
        ),
        ({"app": "nowhere"}, "app"),
        ({"json": "{"}, "json"),
        ({"json": "[]"}, "json"),
        ({"json": '{"SdkAppId": 7}'}, "app"),
        ({"json": '{"RoomId": "295066", "Surprise": 1}'}, "json"),
    ],
)
def test_a_fault_is_told_at_the_field_where_it_was_typed(change, field):
    with pytest.raises(InvalidRequest) as refused:
        prepared_from({**PLAN, **change}, TERMS, AGENT)

    assert list(refused.value.faults) == [field]
    assert all(refused.value.faults.values())


# ── a pasted request ─────────────────────────────────────────────────────────────


def test_a_pasted_request_reaches_every_parameter_and_keeps_none_of_its_robots():
    pasted = {
        "RoomId": "295066",
        "RoomIdType": 0,
        "WithTranscoding": 1,
        "AgentParams": {"UserId": "theirs", "UserSig": "pasted", "MaxIdleTime": 60},
        "AudioParams": {
            "AudioEncode": {"SampleRate": 44100, "Channel": 1, "BitRate": 32}
        },
        "FeedBackRoomParams": [
            {"RoomId": "630777", "RoomIdType": 0, "UserId": "back", "UserSig": "x"}
        ],
        "SeiParams": {"LayoutVolume": {"AppData": "layout"}},
    }

    prepared = prepared_from({"json": json.dumps(pasted)}, TERMS, AGENT)

    sent = prepared.request.to_wire()
    assert sent == {
        **pasted,
        "SdkAppId": 1400000001,
        "AgentParams": {"UserId": AGENT, "MaxIdleTime": 60},
        "FeedBackRoomParams": [{"RoomId": "630777", "RoomIdType": 0, "UserId": "back"}],
    }
    assert prepared.remarks == (
        "The robot's UserId and UserSig are the bot's own, not the pasted.",
    )


# ── all faults at once ───────────────────────────────────────────────────────────

# What is wrong by itself, at which field, and in which layer it comes to light.
WRONG = {
    "room": {"room": "lobby", "type": "number"},
    "url": {"url": "http://push.example.com/a/b"},
    "idle": {"idle": "soon"},
    "quality": {"quality": "8k"},
    "layout": {"layout": "spiral"},
    "app": {"app": "nowhere"},
    "region": {"region": "mars"},
    "cdn": {"cdn": "perhaps"},
    "fps": {"fps": "61"},
    "width": {"width": "1921"},
}


@pytest.mark.parametrize("pair", list(combinations(WRONG, 2)))
def test_two_faults_are_told_at_once_whatever_hides_whatever(pair):
    one, two = pair

    with pytest.raises(InvalidRequest) as refused:
        prepared_from({**PLAN, **WRONG[one], **WRONG[two]}, TERMS, AGENT)

    assert set(refused.value.faults) == set(pair)


def test_all_faults_are_told_at_once_in_the_order_of_the_form():
    with pytest.raises(InvalidRequest) as refused:
        prepared_from({"what": "one", "idle": "4", "type": "number"}, TERMS, AGENT)

    assert refused.value.faults == {
        "room": "Say which room.",
        "user": "Say whose stream: the user ID in the room.",
        "url": "Say where to: one rtmp:// address at least.",
        "idle": "The idle time is 5 to 86400; 4 was given.",
    }


def test_a_limit_is_told_beside_the_faults():
    terms = Terms(
        apps=(MAIN,), exits=ANY_EXIT, policy=Policy(limits=Limits(idle_seconds=60))
    )

    with pytest.raises(InvalidRequest) as refused:
        prepared_from({**PLAN, "room": "", "idle": "61"}, terms, AGENT)

    assert refused.value.faults == {
        "room": "Say which room.",
        "idle": "61 is over the limit of 60 here.",
    }


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({}, {}),
        ({"idle": "61"}, {"idle": "61 is over the limit of 60 here."}),
        (
            {"url": "rtmp://10.0.0.1/a/b"},
            {"url": "10.0.0.1 is an address; only the names of hosts are allowed."},
        ),
        ({"room": ""}, {"room": "Say which room."}),
    ],
)
def test_what_is_wrong_includes_what_the_policy_refuses(change, faults):
    terms = Terms(
        apps=(MAIN,), exits=ANY_EXIT, policy=Policy(limits=Limits(idle_seconds=60))
    )

    assert faults_of({**PLAN, **change}, terms) == faults


def test_what_nobody_says_is_within_the_limits():
    limits = Limits(width=960, height=540, bitrate_kbps=900, idle_seconds=10)
    terms = Terms(apps=(MAIN,), exits=ANY_EXIT, policy=Policy(limits=limits))

    request = prepared_from(PLAN, terms, AGENT).request

    encode = request.video_params.video_encode
    assert (encode.width, encode.height, encode.bit_rate) == (960, 540, 800)
    assert request.agent_params.max_idle_time == 10
    assert faults_of(PLAN, terms) == {}


def test_one_users_sound_alone_is_example_4_of_the_page():
    sent = wire({**PLAN, "what": "one", "user": "ana", "stream": "audio"})

    assert sent["WithTranscoding"] == 0
    assert sent["SingleSubscribeParams"]["UserMediaStream"]["StreamType"] == 0
    assert "VideoParams" not in sent


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (
            {"room": "99999999999"},
            "Room 99999999999 is taken as text: a number is 1 to 4294967295.",
        ),
        (
            {"what": "one", "user": "ana", "quality": "1080p30"},
            "One user's stream goes out as it is; quality has no effect.",
        ),
        (
            {"what": "audio", "bitrate": "100"},
            "Sound alone has no picture; quality has no effect.",
        ),
    ],
)
def test_what_somebody_may_have_meant_otherwise_is_said(change, remark):
    plan = {**PLAN, "url": TENCENT, **change}

    assert prepared_from(plan, TERMS, AGENT).remarks == (remark,)
