"""What is legal and hardly meant is told, and nothing else is."""

import copy
import json
from pathlib import Path

import pytest

from bot.resources.relay.doubts import doubts
from bot.tencent.models.trtc.requests import StartPublishCdnStream

EXAMPLES = Path(__file__).parents[3] / "examples"
ENCODE = {"Width": 1280, "Height": 720, "Fps": 15, "BitRate": 1536, "Gop": 2}
MIX = {
    "SdkAppId": 1,
    "RoomId": "295066",
    "RoomIdType": 0,
    "AgentParams": {"UserId": "robot"},
    "WithTranscoding": 1,
    "AudioParams": {"AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}},
    "PublishCdnParams": [{"PublishCdnUrl": "rtmp://a.example/l/a", "IsTencentCdn": 0}],
}


def cell(user, stream):
    info = {"UserInfo": {"UserId": user}, "StreamType": stream}
    return {"UserMediaStream": info, "ImageWidth": 10, "ImageHeight": 10}


def told(**video):
    fields = {**copy.deepcopy(MIX), "VideoParams": {"VideoEncode": ENCODE, **video}}
    return list(doubts(StartPublishCdnStream.of(fields)))


def custom(*cells):
    return {"LayoutParams": {"MixLayoutMode": 4, "MixLayoutList": list(cells)}}


def logo(**at):
    place = {"LocationX": 0, "LocationY": 0, **at}
    size = {"WaterMarkWidth": 100, "WaterMarkHeight": 50}
    image = {"WaterMarkUrl": "https://a.example/a.png", **size, **place}
    return {"WaterMarkList": [{"WaterMarkImage": image}]}


@pytest.mark.parametrize(
    ("video", "sentence"),
    [
        (
            {"VideoEncode": {**ENCODE, "Width": 1, "Height": 1}},
            "A picture of 1 by 1 pixels shows nothing.",
        ),
        (
            logo(LocationX=5000),
            "Watermark 1 ends at 5100, 50, outside the picture of 1280 by 720.",
        ),
        (
            custom(cell("ana", 0), cell("bob", 0), cell("ana", 0)),
            "ana's camera is in cells 1, 3.",
        ),
        (
            custom(cell("ana", 1), cell("ana", 1)),
            "ana's screen is in cells 1, 2.",
        ),
        (
            custom(cell("a b@c", 0)),
            "“a b@c”: user IDs are 32 letters, digits, “_” and “-”.",
        ),
    ],
)
def test_what_is_hardly_meant_is_told(video, sentence):
    assert told(**video) == [sentence]


@pytest.mark.parametrize(
    "video",
    [
        {},
        logo(LocationX=1180, LocationY=670),
        custom(cell("ana", 0), cell("ana", 1), cell("bob", 0)),
    ],
)
def test_what_is_ordinary_is_not(video):
    assert told(**video) == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("trtc-*.json")), ids=str)
def test_nothing_is_said_of_the_pages_own_examples(path):
    fields = json.loads(path.read_text())["request"]

    assert list(doubts(StartPublishCdnStream.of(fields))) == []
