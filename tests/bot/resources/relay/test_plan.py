"""What people say about a relay, and the request that comes of it."""

import json

import pytest

from bot.dialogue.ask import Ask, Person, Place, Surface
from bot.dialogue.words import Token, TokenKind, Words
from bot.errors import InvalidRequest, UsageError
from bot.resources.relay.plan import (
    check_words,
    chosen_app,
    complete,
    guessed_type,
    plan_of,
    prepared_from,
)
from bot.settings import App

MAIN = App(name="live-main", sdk_app_id=1400000001, usersig_key="k" * 8)
OTHER = App(
    name="staging", sdk_app_id=1400000002, region="ap-hongkong", usersig_key="k" * 8
)
AGENT = "pb_01J00000000000000000000000"
URL = "rtmp://push.example.com/live/a"
TENCENT = "rtmp://1.livepush.myqcloud.com/live/a"
PLAN = {"room": "295066", "url": URL}


def asked(*ids, **pairs):
    words = Words(
        subcommand="start",
        ids=tuple(Token(text, kind) for text, kind in ids),
        pairs={key: tuple(values) for key, values in pairs.items()},
    )
    return Ask(
        command="relay",
        text="",
        who=Person(team="T", user="U", home="T"),
        where=Place(channel="C"),
        surface=Surface.COMMAND,
        key="k",
        words=words,
    )


def wire(plan, apps=(MAIN,)):
    return prepared_from(plan, apps, AGENT).request.to_wire()


# ── words ────────────────────────────────────────────────────────────────────────


def test_a_bare_word_is_the_room_and_urls_are_gathered():
    ask = asked(
        ("295066", TokenKind.WORD), url=["rtmp://a/b", "rtmp://c/d"], idle=["9"]
    )

    assert plan_of(ask) == {
        "room": "295066",
        "url": "rtmp://a/b\nrtmp://c/d",
        "idle": "9",
    }


def test_a_room_said_by_key_stands():
    assert plan_of(asked(("1", TokenKind.WORD), room=["2"])) == {"room": "2"}


def test_two_rooms_are_one_too_many():
    with pytest.raises(UsageError, match="more than one room: a, b"):
        plan_of(asked(("a", TokenKind.WORD), ("b", TokenKind.WORD)))


def test_a_task_id_is_no_room():
    with pytest.raises(UsageError, match="is an ID, not a room"):
        plan_of(asked(("-m97l2ZU7", TokenKind.TASK)))


@pytest.mark.parametrize(
    ("room", "kind"),
    [
        ("1", "number"),
        ("4294967295", "number"),
        ("4294967296", "text"),
        ("0", "text"),
        ("room", "text"),
        ("１２", "text"),
        ("", "text"),
    ],
)
def test_the_type_of_a_room_is_guessed_from_its_name(room, kind):
    assert guessed_type(room) == kind


@pytest.mark.parametrize(
    ("plan", "enough"),
    [({}, False), ({"room": "1"}, False), (PLAN, True), ({"json": "{}"}, True)],
)
def test_a_plan_is_complete_with_a_room_and_a_target_or_a_whole_request(plan, enough):
    assert complete(plan) is enough


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
    prepared = prepared_from({**PLAN, "app": "staging"}, (MAIN, OTHER), AGENT)

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
        ({"json": '{"RoomId": "1", "Surprise": 1}'}, "json"),
    ],
)
def test_a_fault_is_told_at_the_field_where_it_was_typed(change, field):
    with pytest.raises(InvalidRequest) as refused:
        prepared_from({**PLAN, **change}, (MAIN,), AGENT)

    assert list(refused.value.faults) == [field]
    assert all(refused.value.faults.values())


def test_a_choice_that_does_not_exist_is_told_before_a_form_is_drawn():
    with pytest.raises(InvalidRequest) as refused:
        check_words({"quality": "8k"})

    assert refused.value.faults == {
        "quality": "“8k” is not one of 1080p30, 540p15, 720p15, custom."
    }


@pytest.mark.parametrize(
    ("apps", "sentence"),
    [
        ((), "No TRTC app is configured; ask whoever runs this bot."),
        ((MAIN, OTHER), "Say which app: live-main, staging."),
    ],
)
def test_without_a_name_there_has_to_be_one_app(apps, sentence):
    with pytest.raises(InvalidRequest) as refused:
        chosen_app({}, apps)

    assert refused.value.faults == {"app": sentence}


@pytest.mark.parametrize("name", ["staging", "1400000002"])
def test_an_app_goes_by_name_or_by_number(name):
    assert chosen_app({"app": name}, (MAIN, OTHER)) is OTHER


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

    prepared = prepared_from({"json": json.dumps(pasted)}, (MAIN,), AGENT)

    sent = prepared.request.to_wire()
    assert sent == {
        **pasted,
        "SdkAppId": 1400000001,
        "AgentParams": {"UserId": AGENT, "MaxIdleTime": 60},
        "FeedBackRoomParams": [{"RoomId": "630777", "RoomIdType": 0, "UserId": "back"}],
    }
    assert prepared.remarks == (
        "The robot's UserId and UserSig are mine, not the pasted.",
    )
