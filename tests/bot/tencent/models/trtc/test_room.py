"""Rooms, users and the robot."""

import pytest

from bot.tencent.models.trtc.room import MixUserInfo, Room

NUMBER_ROOM = (
    "The ID of a number room is 1 to 4294967295, in digits. If the room was created"
    " with a text ID, choose “Text”."
)
ROBOT = "The user ID takes 1 to 32 letters, digits, “_” and “-”."


@pytest.mark.parametrize("room", ["1", "295066", "4294967295"])
def test_a_number_room_has_a_number_in_32_bits(told, room):
    cells = "VideoParams.LayoutParams.MixLayoutList"

    assert told(("RoomId", room), (f"{cells}.0.UserMediaStream", {})) == {}


@pytest.mark.parametrize("room", ["0", "4294967296", "0295066", "-1", "lobby", "1e3"])
def test_a_number_room_has_no_other_id(told, room):
    assert told(("RoomId", room)) == {"RoomId": NUMBER_ROOM}


def test_a_number_room_of_a_user_or_of_a_feedback_room_is_no_different(told):
    user = {"UserId": "u", "RoomId": "lobby", "RoomIdType": 0}
    feedback = {"UserId": "r", "RoomId": "lobby", "RoomIdType": 0}

    assert told(
        ("AudioParams.SubscribeAudioList", [{"UserInfo": user}]),
        ("FeedBackRoomParams", [feedback]),
    ) == {
        "AudioParams.SubscribeAudioList.0.UserInfo.RoomId": NUMBER_ROOM,
        "FeedBackRoomParams.0.RoomId": NUMBER_ROOM,
    }


@pytest.mark.parametrize("room", ["lobby", "295066", "a b!#$%&()+-:;<=.>?@[]^_{}|~,"])
def test_a_text_room_may_look_like_anything_trtc_allows(mix, put, faults, room):
    layout = "VideoParams.LayoutParams"

    fields = put(mix, ("RoomId", room), ("RoomIdType", 1), (layout, ...))

    assert faults(fields) == {}


@pytest.mark.parametrize("room", ["", "直播间", "a/b", 'a"b', "a\n", "x" * 65])
def test_a_text_room_has_64_of_those_characters(told, room):
    assert told(("RoomId", room), ("RoomIdType", 1)) == {
        "RoomId": (
            "The room ID takes 1 to 64 letters, digits, spaces and"
            " !#$%&()+-:;<=.>?@[]^_{}|~,"
        )
    }


@pytest.mark.parametrize("robot", ["", "a b", "a.b", "机器人", "x" * 33])
def test_a_robots_name_is_one_that_a_user_sig_is_made_for(told, robot):
    assert told(("AgentParams.UserId", robot)) == {"AgentParams.UserId": ROBOT}


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("SdkAppId", 0, "The SdkAppId is 1 to 4294967295; 0 was given."),
        (
            "SdkAppId",
            2**32,
            "The SdkAppId is 1 to 4294967295; 4294967296 was given.",
        ),
        ("AgentParams.MaxIdleTime", 4, "The idle time is 5 to 86400; 4 was given."),
        (
            "AgentParams.MaxIdleTime",
            86_401,
            "The idle time is 5 to 86400; 86401 was given.",
        ),
        ("AgentParams.UserSig", "", "The UserSig is empty."),
    ],
)
def test_a_value_out_of_range_is_refused(told, path, value, sentence):
    assert told((path, value)) == {path: sentence}


def test_a_user_of_whom_no_more_is_said_is_in_the_main_room():
    main = Room("295066", 0)

    rooms = [
        MixUserInfo.model_validate(fields).room(main)
        for fields in (
            {"UserId": "u"},
            {"UserId": "u", "RoomId": "295067"},
            {"UserId": "u", "RoomId": "lobby", "RoomIdType": 1},
        )
    ]

    assert rooms == [main, Room("295067", 0), Room("lobby", 1)]
