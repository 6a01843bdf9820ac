"""Relays: what goes together in a request, and what does not."""

import pytest

# ── targets ──────────────────────────────────────────────────────────────────────

TARGET = {"PublishCdnUrl": "rtmp://push.example.com/live/one", "IsTencentCdn": 1}
TWIN = "This push address is in the list already."


@pytest.mark.parametrize("targets", [..., []])
def test_a_relay_goes_somewhere(told, targets):
    assert told(("PublishCdnParams", targets)) == {
        "PublishCdnParams": "Give a push target or a feedback room."
    }


def test_a_feedback_room_is_somewhere(told):
    room = {"RoomId": "630777", "RoomIdType": 0, "UserId": "robot_2"}

    assert told(("PublishCdnParams", ...), ("FeedBackRoomParams", [room])) == {}


def test_ten_targets_and_ten_feedback_rooms_are_enough(told):
    targets = [{"PublishCdnUrl": f"rtmp://push.example.com/a/{n}"} for n in range(11)]
    rooms = [
        {"RoomId": "1", "RoomIdType": 0, "UserId": f"robot_{n}"} for n in range(11)
    ]

    assert (
        told(("PublishCdnParams", targets[:10]), ("FeedBackRoomParams", rooms[:10]))
        == {}
    )
    assert told(("PublishCdnParams", targets), ("FeedBackRoomParams", rooms)) == {
        "PublishCdnParams": (
            "The list of push targets takes 10 at most; 11 were given."
        ),
        "FeedBackRoomParams": (
            "The list of feedback rooms takes 10 at most; 11 were given."
        ),
    }


def test_no_address_is_pushed_to_twice(told):
    other = {"PublishCdnUrl": "rtmp://push.example.com/live/two"}

    assert told(("PublishCdnParams", [TARGET, other, TARGET, TARGET])) == {
        "PublishCdnParams.2.PublishCdnUrl": TWIN,
        "PublishCdnParams.3.PublishCdnUrl": TWIN,
    }


# ── one stream or a mix ──────────────────────────────────────────────────────────

NEEDS_MIX = "This needs a mix: set WithTranscoding to 1, or leave it out."
WHOSE = (
    "Without transcoding one stream is relayed: say whose."
    " To mix several, set WithTranscoding to 1."
)


def test_what_only_a_mix_has_is_refused_without_one(example, put, faults, mix):
    single, _reply = example("trtc-3-relay-av")
    video = mix["VideoParams"]
    user = {"UserInfo": {"UserId": "Trtc_User_0"}}

    assert faults(
        put(
            single,
            ("VideoParams.LayoutParams", video["LayoutParams"]),
            ("VideoParams.WaterMarkList", video["WaterMarkList"]),
            ("AudioParams.SubscribeAudioList", [user]),
            ("AudioParams.UnSubscribeAudioList", [user]),
        )
    ) == {
        "VideoParams.LayoutParams": NEEDS_MIX,
        "VideoParams.WaterMarkList": NEEDS_MIX,
        "AudioParams.SubscribeAudioList": NEEDS_MIX,
        "AudioParams.UnSubscribeAudioList": NEEDS_MIX,
    }


@pytest.mark.parametrize("single", [..., {"UserMediaStream": {"StreamType": 1}}])
def test_a_single_stream_is_somebodys(example, put, faults, single):
    fields, _reply = example("trtc-4-relay-audio")

    assert faults(put(fields, ("SingleSubscribeParams", single))) == {
        "SingleSubscribeParams": WHOSE
    }


def test_a_mix_is_not_of_a_single_stream(example, put, faults):
    fields, _reply = example("trtc-3-relay-av")

    assert faults(put(fields, ("WithTranscoding", 1))) == {
        "SingleSubscribeParams": (
            "A single stream passes through as it is: either leave it out, or set"
            " WithTranscoding to 0."
        )
    }


def test_sound_and_picture_need_their_encodings(told):
    assert told(("AudioParams.AudioEncode", ...), ("VideoParams.VideoEncode", ...)) == {
        "AudioParams.AudioEncode": (
            "Starting a relay needs the audio encoding, in any case."
        ),
        "VideoParams.VideoEncode": (
            "Video needs its encoding: size, frame rate, bit rate, GOP."
        ),
    }


# ── who and where ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "trtc-1-mix-av",
        "trtc-2-mix-audio",
        "trtc-3-relay-av",
        "trtc-4-relay-audio",
        "trtc-6-mix-av-sei",
        "trtc-7-cross-room",
    ],
)
def test_the_robot_is_none_of_the_users(example, put, faults, name):
    fields, _reply = example(name)

    found = faults(put(fields, ("AgentParams.UserId", "Trtc_User_0")))

    assert found == {
        "AgentParams.UserId": "The robot has the name of a user in the request."
    }


def test_every_robot_has_a_name_of_its_own(told, mix):
    agent = mix["AgentParams"]["UserId"]
    rooms = [
        {"RoomId": "1", "RoomIdType": 0, "UserId": user}
        for user in ("robot_2", agent, "robot_2", "Trtc_User_1")
    ]
    taken = "Somebody else in the request has this name."

    assert told(("FeedBackRoomParams", rooms)) == {
        f"FeedBackRoomParams.{number}.UserId": taken for number in (1, 2, 3)
    }


def test_the_sound_comes_from_the_room_that_the_layout_shows(example, put, faults):
    fields, _reply = example("trtc-7-cross-room")
    room = "AudioParams.SubscribeAudioList.1.UserInfo.RoomId"

    assert faults(put(fields, (room, "295068"))) == {
        room: "The layout has this user in another room."
    }


def test_somebody_whom_the_layout_does_not_show_is_heard_from_anywhere(
    example, put, faults
):
    fields, _reply = example("trtc-7-cross-room")
    guest = {"UserInfo": {"UserId": "guest", "RoomId": "9", "RoomIdType": 0}}

    assert faults(put(fields, ("AudioParams.SubscribeAudioList", [guest]))) == {}


GUEST = [{"UserInfo": {"UserId": "guest", "RoomId": "9"}}]


@pytest.mark.parametrize("layout", [..., {"MixLayoutMode": 3}])
def test_a_dynamic_layout_shows_the_main_room_only(told, layout):
    path = "AudioParams.SubscribeAudioList"

    assert told(("VideoParams.LayoutParams", layout), (path, GUEST)) == {
        f"{path}.0.UserInfo.RoomId": (
            "This layout shows the main room only; see mode 4 for others."
        )
    }


def test_sound_alone_is_mixed_from_any_room(told):
    assert told(("VideoParams", ...), ("AudioParams.SubscribeAudioList", GUEST)) == {}
