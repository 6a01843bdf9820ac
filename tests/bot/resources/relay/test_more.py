"""What a relay has besides: sound, logo, feedback rooms, a recording, SEI."""

import pytest

from bot.exit_table import ANY_EXIT
from bot.resources.relay.more import colour
from bot.resources.relay.request import prepared_from
from bot.settings import App, Terms

APP = App(name="live-main", sdk_app_id=1400000001, usersig_key="k" * 8)
TERMS = Terms(apps=(APP,), exits=ANY_EXIT)
AGENT = "pb_01J00000000000000000000000"
PLAN = {"room": "295066", "url": "rtmp://push.example.com/live/a"}


def sent(**more):
    return prepared_from({**PLAN, **more}, TERMS, AGENT).request.to_wire()


@pytest.mark.parametrize(
    ("more", "encoding"),
    [
        ({}, {"SampleRate": 48000, "Channel": 2, "BitRate": 64}),
        (
            {"channels": "mono", "audiorate": "32", "sampling": "16000"},
            {"SampleRate": 16000, "Channel": 1, "BitRate": 32},
        ),
        (
            {"codec": "hev2"},
            {"SampleRate": 48000, "Channel": 2, "BitRate": 64, "Codec": 2},
        ),
    ],
)
def test_the_sound_is_as_it_was_chosen(more, encoding):
    assert sent(**more)["AudioParams"] == {"AudioEncode": encoding}


@pytest.mark.parametrize(
    ("more", "record"),
    [
        ({"record": "off"}, None),
        ({"record": "template"}, {"UniRecord": 2}),
        (
            {"record": "template", "recordkey": "k"},
            {"UniRecord": 2, "RecordKey": "k"},
        ),
        (
            {"record": "vod"},
            {"UniRecord": 3, "McuStorageParams": {"McuCloudVod": {}}},
        ),
        (
            {"record": "vod", "format": "hls", "tracks": "audio", "vodapp": "15"},
            {
                "UniRecord": 3,
                "RecordFormat": ["hls"],
                "StreamType": 1,
                "McuStorageParams": {
                    "McuCloudVod": {"McuTencentVod": {"SubAppId": 15}}
                },
            },
        ),
    ],
)
def test_it_is_recorded_as_it_was_chosen(more, record):
    assert sent(**more).get("RecordParams") == record


RHYTHM = {"PayloadType": 100, "Interval": 1000, "FollowIdr": 1}


@pytest.mark.parametrize(
    ("more", "sei"),
    [
        ({"sei": "off"}, None),
        ({"sei": "layout"}, {"LayoutVolume": RHYTHM}),
        (
            {"sei": "text", "seidata": "hello", "seitype": "101", "seikey": "no"},
            {
                "PassThrough": {
                    "PayloadContent": "hello",
                    "PayloadType": 101,
                    "Interval": 1000,
                    "FollowIdr": 0,
                }
            },
        ),
    ],
)
def test_the_sei_is_as_it_was_chosen(more, sei):
    assert sent(**more).get("SeiParams") == sei


@pytest.mark.parametrize("text", ["#ff0000", "FF0000", "0xFF0000", " 0xff0000 "])
def test_a_colour_may_be_written_as_people_write_it(text):
    assert colour(text) == "0xFF0000"


def test_whom_not_to_hear_alone_leaves_everybody_else_to_be_heard():
    wire = sent(mute="eve")

    assert wire["AudioParams"]["SubscribeAudioList"] == []
    assert [
        one["UserInfo"]["UserId"] for one in wire["AudioParams"]["UnSubscribeAudioList"]
    ] == ["eve"]


def test_a_feedback_room_alone_is_enough_and_its_robot_gets_a_name_of_its_own():
    wire = sent(url="", feedback="7\nlobby/speaker")

    assert "PublishCdnParams" not in wire
    assert wire["FeedBackRoomParams"] == [
        {"RoomId": "7", "RoomIdType": 0, "UserId": f"{AGENT}_1"},
        {"RoomId": "lobby", "RoomIdType": 1, "UserId": "speaker"},
    ]


@pytest.mark.parametrize(
    ("corner", "place"),
    [
        ("top-left", (10, 10)),
        ("top-right", (1180, 10)),
        ("bottom-left", (10, 670)),
        ("bottom-right", (1180, 670)),
    ],
)
def test_a_logo_stands_in_its_corner(corner, place):
    logo = {"logo": "https://a.example/b.png", "logosize": "90x40", "margin": "10"}

    video = sent(**logo, corner=corner)["VideoParams"]

    image = video["WaterMarkList"][0]["WaterMarkImage"]
    assert (image["LocationX"], image["LocationY"]) == place
    assert (image["WaterMarkWidth"], image["WaterMarkHeight"]) == (90, 40)
