"""JSON and what is said beside it: filled in, the same, or refused."""

import copy
import json

import pytest

from bot.errors import InvalidRequest
from bot.resources.relay.request import prepared_from
from bot.settings import App, Terms

MAIN = App(name="live-main", sdk_app_id=1400000001, usersig_key="k" * 8)
OTHER = App(name="staging", sdk_app_id=1400000002, usersig_key="k" * 8)
TERMS = Terms(apps=(MAIN, OTHER))
AGENT = "pb_01J00000000000000000000000"
URL = "rtmp://1.livepush.myqcloud.com/live/a"
PASTED = {
    "SdkAppId": 1400000001,
    "RoomId": "295066",
    "RoomIdType": 0,
    "WithTranscoding": 1,
    "AgentParams": {"MaxIdleTime": 60},
    "AudioParams": {"AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}},
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
    "PublishCdnParams": [{"PublishCdnUrl": URL, "IsTencentCdn": 1}],
}
# key -> what it says as the JSON does, what it says otherwise, how both are named
SAID = {
    "app": ("live-main", "staging", "staging here, 1400000001 in the JSON."),
    "room": ("295066", "777", "777 here, 295066 in the JSON."),
    "type": ("number", "text", "text here, 0 in the JSON."),
    "what": ("mix", "audio", "audio here, mix in the JSON."),
    "layout": ("grid", "float", "float here, 3 in the JSON."),
    "idle": ("60", "30", "30 here, 60 in the JSON."),
    "quality": (
        *("720p15", "1080p30"),
        "1080p30 (width 1920) here, 1280 in the JSON.",
    ),
    "width": ("1280", "640", "640 here, 1280 in the JSON."),
    "height": ("720", "360", "360 here, 720 in the JSON."),
    "fps": ("15", "30", "30 here, 15 in the JSON."),
    "bitrate": ("1536", "900", "900 here, 1536 in the JSON."),
    "gop": ("2", "3", "3 here, 2 in the JSON."),
    "url": (
        *(URL, "rtmp://b.example/live/b"),
        (
            "rtmp://b.example/live/**** here,"
            " rtmp://1.livepush.myqcloud.com/live/**** in the JSON."
        ),
    ),
    "cdn": ("tencent", "other", "other here, tencent in the JSON."),
}


def prepared(pasted, **said):
    return prepared_from({"json": json.dumps(pasted), **said}, TERMS, AGENT)


def sent(pasted, **said):
    wire = prepared(pasted, **said).request.to_wire()
    del wire["AgentParams"]["UserId"]
    return wire


@pytest.mark.parametrize("key", SAID)
def test_a_key_that_says_the_same_is_fine(key):
    assert sent(PASTED, **{key: SAID[key][0]}) == PASTED
    assert prepared(PASTED, **{key: SAID[key][0]}).remarks == ()


@pytest.mark.parametrize("key", SAID)
def test_a_key_that_says_otherwise_is_refused_and_both_are_named(key):
    _same, otherwise, sentence = SAID[key]

    with pytest.raises(InvalidRequest) as refused:
        prepared(PASTED, **{key: otherwise})

    assert refused.value.faults == {key: sentence}


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("room", ("RoomId",)),
        ("type", ("RoomIdType",)),
        ("what", ("WithTranscoding",)),
        ("layout", ("VideoParams", "LayoutParams", "MixLayoutMode")),
        ("idle", ("AgentParams",)),
        ("width", ("VideoParams", "VideoEncode", "Width")),
        ("bitrate", ("VideoParams", "VideoEncode", "BitRate")),
        ("quality", ("VideoParams", "VideoEncode", "Fps")),
        ("url", ("PublishCdnParams",)),
    ],
)
def test_a_key_fills_in_what_the_json_does_not_have_and_that_is_said(key, path):
    pasted = copy.deepcopy(PASTED)
    *steps, last = path
    inside = pasted
    for step in steps:
        inside = inside[step]
    del inside[last]

    assert sent(pasted, **{key: SAID[key][0]}) == PASTED
    assert prepared(pasted, **{key: SAID[key][0]}).remarks == (
        f"Taken from what was typed, since the JSON has none: {key}.",
    )


def test_several_that_say_otherwise_are_told_at_once():
    with pytest.raises(InvalidRequest) as refused:
        prepared(PASTED, room="777", idle="30")

    assert set(refused.value.faults) == {"room", "idle"}


def test_whose_cdn_a_pasted_target_is_on_is_always_stated():
    pasted = copy.deepcopy(PASTED)
    pasted["PublishCdnParams"] = [
        {"PublishCdnUrl": URL},
        {"PublishCdnUrl": "rtmp://b.example/live/b"},
        {"PublishCdnUrl": "rtmp://c.example/live/c", "IsTencentCdn": 1},
    ]

    flags = [one["IsTencentCdn"] for one in sent(pasted)["PublishCdnParams"]]
    assert flags == [1, 0, 1]
    assert "b.example is sent as other CDN" in prepared(pasted).remarks[0]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            '{\n "a" 1}',
            'That is not JSON: see line 2, column 6, at “"a" 1}”.',
        ),
        ('{"a": 1', 'That is not JSON: see line 1, column 8, at “{"a": 1”.'),
        ('{"a": 1,\n', "That is not JSON: it ends too early, in line 1."),
        ("[" * 100_000, "The JSON is nested too deep."),
    ],
)
def test_what_is_not_json_is_told_by_line_column_and_excerpt(text, fault):
    with pytest.raises(InvalidRequest) as refused:
        prepared_from({"json": text}, TERMS, AGENT)

    assert refused.value.faults == {"json": fault}


def test_of_many_faults_five_are_told_each_on_a_line_and_the_rest_is_counted():
    odd = {f"Strange{letter}": 1 for letter in "abcdefgh"}

    with pytest.raises(InvalidRequest) as refused:
        prepared({**PASTED, **odd})

    lines = refused.value.faults["json"].split("\n")
    assert len(lines) == 6
    assert lines[0] == "Strangea: There is no field “Strangea” here."
    assert lines[-1] == "… and 3 more."


@pytest.mark.parametrize(
    ("key", "text"),
    [("logo", "https://a.example/l.png"), ("users", "ana"), ("layout", "side")],
)
def test_a_key_that_has_no_effect_beside_json_is_refused(key, text):
    with pytest.raises(InvalidRequest) as refused:
        prepared(PASTED, **{key: text})

    assert refused.value.faults == {
        key: "Write this into the JSON; beside a whole request it has no effect."
    }


def test_a_robot_that_is_no_object_is_refused_as_everything_else_is():
    with pytest.raises(InvalidRequest) as refused:
        prepared({**PASTED, "AgentParams": "me"})

    assert "AgentParams: The robot is an object" in refused.value.faults["json"]
