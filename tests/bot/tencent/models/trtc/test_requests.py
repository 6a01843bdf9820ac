"""Relays: the published examples, the official SDK, and what goes together."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from tencentcloud.trtc.v20190722 import models as official

from bot.errors import InvalidRequest
from bot.tencent.models.trtc.requests import (
    RelayStarted,
    RelayStopped,
    StartPublishCdnStream,
    StopPublishCdnStream,
)
from bot.tencent.models.trtc.room import Room

EXAMPLES = (
    "trtc-1-mix-av",
    "trtc-2-mix-audio",
    "trtc-3-relay-av",
    "trtc-4-relay-audio",
    "trtc-5-mix-av-feedback",
    "trtc-6-mix-av-sei",
    "trtc-7-cross-room",
)

# What the vendor's metadata flags as required, type by type.
REQUIRED = json.loads(
    (Path(__file__).parent / "required.json").read_text(encoding="utf-8")
)

# Where we differ on purpose.
WE_REQUIRE = {
    # Flagged optional, described as needed to start: audio is always encoded.
    ("StartPublishCdnStream", "AudioParams"),
}
WE_MINT = {
    # Required on the wire; made just before sending, so absent until then.
    ("McuFeedBackRoomParams", "UserSig"),
}
INTERNATIONAL = {
    # In the international metadata only; the official SDK here is the mainland's.
    ("CloudStorage", "EndpointUrl"): "str",
}


# ── the vendor's word ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_published_example_goes_out_as_published(example, name):
    request, _reply = example(name)

    assert StartPublishCdnStream.of(request).to_wire() == request
    assert StartPublishCdnStream.of_json(json.dumps(request)).to_wire() == request


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_published_reply_keeps_its_task_id_as_it_is(example, name):
    _request, reply = example(name)

    assert RelayStarted.model_validate(reply) == RelayStarted(
        task_id=reply["TaskId"], request_id=reply["RequestId"]
    )


def test_every_type_has_the_fields_of_the_official_sdk(
    models_in, our_fields, sdk_fields
):
    ours, theirs = {}, {}
    for model in models_in(StartPublishCdnStream) | models_in(StopPublishCdnStream):
        name = model.__name__
        sdk = getattr(official, f"{name}Request", None) or getattr(official, name)
        theirs[name] = sdk_fields(sdk)
        ours[name] = {
            field: kind
            for field, kind in our_fields(model).items()
            if INTERNATIONAL.get((name, field)) != kind
        }

    assert ours == theirs


def test_every_type_requires_what_the_vendor_requires(models_in, required):
    ours = {
        (model.__name__, field)
        for model in models_in(StartPublishCdnStream) | models_in(StopPublishCdnStream)
        for field in required(model)
    }
    theirs = {(name, field) for name, fields in REQUIRED.items() for field in fields}

    assert ours == (theirs - WE_MINT) | WE_REQUIRE


# ── targets ──────────────────────────────────────────────────────────────────────

TARGET = {"PublishCdnUrl": "rtmp://push.example.com/live/one", "IsTencentCdn": 1}
TWIN = "This push address is in the list already."


@pytest.mark.parametrize("targets", [..., []])
def test_a_relay_goes_somewhere(told, targets):
    assert told(("PublishCdnParams", targets)) == {
        "PublishCdnParams": "Say where to: a push target or a feedback room."
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


@pytest.mark.parametrize("name", [n for n in EXAMPLES if n != "trtc-5-mix-av-feedback"])
def test_the_robot_is_none_of_the_users(example, put, faults, name):
    fields, _reply = example(name)

    found = faults(put(fields, ("AgentParams.UserId", "Trtc_User_0")))

    assert found == {
        "AgentParams.UserId": "The robot goes by the name of a user in the request."
    }


def test_every_robot_has_a_name_of_its_own(told, mix):
    agent = mix["AgentParams"]["UserId"]
    rooms = [
        {"RoomId": "1", "RoomIdType": 0, "UserId": user}
        for user in ("robot_2", agent, "robot_2", "Trtc_User_1")
    ]
    taken = "Somebody else in the request goes by this name."

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


# ── what others read from a request ──────────────────────────────────────────────


def test_a_relay_knows_its_rooms_targets_and_costs(example, put):
    fields, _reply = example("trtc-7-cross-room")
    feedback = {"RoomId": "lobby", "RoomIdType": 1, "UserId": "robot_2"}
    other = {"PublishCdnUrl": "rtmp://push.example.com/live/x", "IsTencentCdn": 0}

    relay = StartPublishCdnStream.of(
        put(
            fields,
            ("FeedBackRoomParams", [feedback]),
            ("PublishCdnParams", [TARGET, other]),
        )
    )

    assert relay.rooms == (Room("295066", 0), Room("295067", 0), Room("lobby", 1))
    assert relay.target_urls == (
        SecretStr(TARGET["PublishCdnUrl"]),
        SecretStr(other["PublishCdnUrl"]),
    )
    assert relay.transcodes
    assert relay.uses_other_cdn


def test_a_single_stream_to_tencents_cdn_costs_neither(example, put):
    fields, _reply = example("trtc-4-relay-audio")

    said = StartPublishCdnStream.of(fields)
    unsaid = StartPublishCdnStream.of(
        put(fields, ("PublishCdnParams.0.IsTencentCdn", ...))
    )

    assert [said.transcodes, said.uses_other_cdn, unsaid.uses_other_cdn] == [False] * 3


def test_without_push_targets_there_are_no_addresses(example):
    fields, _reply = example("trtc-5-mix-av-feedback")

    assert StartPublishCdnStream.of(fields).target_urls == ()


def test_another_robot_leaves_the_rest_as_it_is(mix, put):
    relay = StartPublishCdnStream.of(mix)

    renamed = relay.with_agent("pb_robot")

    assert renamed.to_wire() == put(mix, ("AgentParams.UserId", "pb_robot"))


def test_another_robot_may_not_be_one_of_the_users(mix):
    relay = StartPublishCdnStream.of(mix)

    with pytest.raises(InvalidRequest) as caught:
        relay.with_agent("Trtc_User_0")

    assert caught.value.faults.keys() == {"AgentParams.UserId"}


def test_every_robot_is_signed_for(example, put):
    fields, _reply = example("trtc-5-mix-av-feedback")
    unsigned = put(
        fields,
        ("AgentParams.UserSig", ...),
        ("FeedBackRoomParams.0.UserSig", ...),
    )

    relay = StartPublishCdnStream.of(unsigned)
    signed = relay.signed(lambda user: SecretStr(f"sig-of-{user}"))

    assert relay.to_wire() == unsigned
    assert signed.to_wire() == put(
        fields,
        ("AgentParams.UserSig", "sig-of-trtc_partner_test_1"),
        ("FeedBackRoomParams.0.UserSig", "sig-of-trtc_partner_test_2"),
    )


def test_a_relay_without_feedback_rooms_is_signed_for_its_robot(mix, put):
    signed = StartPublishCdnStream.of(mix).signed(lambda _user: SecretStr("sig"))

    assert signed.to_wire() == put(mix, ("AgentParams.UserSig", "sig"))


def test_what_is_shown_of_a_relay_opens_nothing(example, put):
    fields, _reply = example("trtc-5-mix-av-feedback")
    url = "rtmp://push.example.com/live/key"
    keys = {"AccessKey": "acc" + "ess", "SecretKey": "sec" + "ret"}
    bucket = {"Vendor": 0, "Region": "r", "Bucket": "b", **keys}
    fields = put(
        fields,
        ("PublishCdnParams", [{"PublishCdnUrl": url}]),
        ("RecordParams.UniRecord", 3),
        ("RecordParams.McuStorageParams.CloudStorage", bucket),
    )

    relay = StartPublishCdnStream.of(fields)

    assert relay.masked() == put(
        fields,
        ("AgentParams.UserSig", "****"),
        ("FeedBackRoomParams.0.UserSig", "****"),
        ("PublishCdnParams.0.PublishCdnUrl", "rtmp://push.example.com/live/****"),
        ("RecordParams.McuStorageParams.CloudStorage.AccessKey", "****"),
        ("RecordParams.McuStorageParams.CloudStorage.SecretKey", "****"),
    )


# ── stopping, and what comes back ────────────────────────────────────────────────

TASK = "-m97l2ZU7kOlV5cTRMoU6yoGp2nDYkzbJ13EC4K-4pycoZXVv+XVrNoUXQ8++8Z2PwUlAQ.."


@pytest.mark.parametrize("task", ["", "short", "x" * 513, "-m97 l2ZU7", "-m97l2ZU7é\n"])
def test_a_task_id_that_none_can_be_is_refused(faults, task):
    assert faults({"SdkAppId": 1, "TaskId": task}, StopPublishCdnStream) == {
        "TaskId": "The TaskId takes 8 to 512 characters of ASCII, without spaces."
    }


def test_a_stop_may_end_the_recording_too(faults):
    fields = {"SdkAppId": 1400188366, "TaskId": TASK, "RecordKey": "show-1"}

    assert StopPublishCdnStream.of(fields).to_wire() == fields
    assert faults({**fields, "RecordKey": "show 1"}, StopPublishCdnStream) == {
        "RecordKey": "The recording key takes 1 to 128 letters, digits, “_” and “-”."
    }


def test_a_task_id_that_comes_as_a_number_is_kept_as_text():
    assert RelayStarted.model_validate({"TaskId": 1234567890123}) == RelayStarted(
        task_id="1234567890123"
    )


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"TaskId": None},
        {"TaskId": ""},
        {"TaskId": True},
        {"TaskId": ["-m97l2ZU7"]},
        {"TaskId": "-m97l2ZU7\x1b[31m"},
        {"TaskId": "-m97l2ZU7 -m97l2ZU7"},
        {"TaskId": "x" * 513},
    ],
)
def test_a_start_without_a_whole_task_id_is_no_start(reply):
    with pytest.raises(ValidationError):
        RelayStarted.model_validate({**reply, "RequestId": "r-1"})


@pytest.mark.parametrize("task", [..., None, "xx"])
def test_a_stop_needs_nothing_back(task):
    fields = {"RequestId": "r-1"} | ({} if task is ... else {"TaskId": task})

    reply = RelayStopped.model_validate(fields)

    assert reply == RelayStopped(
        task_id=None if task is ... else task, request_id="r-1"
    )


# ── anything within the ranges ───────────────────────────────────────────────────

users = st.from_regex(r"u[a-z0-9]{1,8}", fullmatch=True)
flags = st.sampled_from([0, 1])
pixels = st.integers(0, 4000)
colours = st.from_regex(r"0x[0-9A-F]{6}", fullmatch=True)
pictures = st.just("https://example.com/a.png")


def some(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


streams = some(
    {"UserInfo": some({"UserId": users}, RoomId=st.just("295066"), RoomIdType=flags)},
    StreamType=flags,
).filter(lambda stream: stream["UserInfo"].get("RoomIdType", 0) == 0)


@st.composite
def cells(draw, canvas):
    width = draw(st.integers(1, max(canvas["Width"], 1)))
    height = draw(st.integers(1, max(canvas["Height"], 1)))
    cell = draw(
        some(
            {},
            UserMediaStream=streams,
            ZOrder=pixels,
            RenderMode=st.just(0),
            TransparentUrl=pictures,
            BackGroundColor=colours,
            BackgroundImageUrl=pictures,
            BackGroundColorMode=st.integers(0, 3),
            EnableStreamSEI=flags,
            CustomCrop=st.fixed_dictionaries(
                {
                    "LocationX": st.integers(0, 5000),
                    "LocationY": st.integers(0, 5000),
                    "Width": st.integers(1, 5000),
                    "Height": st.integers(1, 5000),
                }
            ),
        )
    )
    sized = {
        "ImageWidth": min(width, canvas["Width"]),
        "ImageHeight": min(height, canvas["Height"]),
        "LocationX": draw(st.integers(0, max(canvas["Width"] - width, 0))),
        "LocationY": draw(st.integers(0, max(canvas["Height"] - height, 0))),
    }
    return {**cell, **sized}


@st.composite
def layouts(draw, canvas):
    mode = draw(st.integers(1, 4))
    if mode == 4:
        found = draw(st.lists(cells(canvas), min_size=1, max_size=16))
        return {"MixLayoutMode": 4, "MixLayoutList": found}
    optional = {
        "RenderMode": st.integers(0, 2),
        "PureAudioHoldPlaceMode": flags,
        "EnableStreamSEI": flags,
    }
    if mode < 3:
        optional["MaxVideoUser"] = st.fixed_dictionaries({"UserMediaStream": streams})
    return {"MixLayoutMode": mode, **draw(some({}, **optional))}


@st.composite
def videos(draw, *, mixed):
    encode = draw(
        st.fixed_dictionaries(
            {
                "Width": st.integers(0, 1920),
                "Height": st.integers(0, 1920),
                "Fps": st.integers(1, 60),
                "BitRate": st.integers(1, 10_000),
                "Gop": st.integers(1, 5),
            }
        )
    )
    optional = {"BackGroundColor": colours, "BackgroundRenderMode": st.integers(0, 2)}
    if mixed:
        optional["LayoutParams"] = layouts(encode)
    return {"VideoEncode": encode, **draw(some({}, **optional))}


@st.composite
def relays(draw):
    mixed = draw(st.booleans())
    codec = draw(st.sampled_from([0, 1, 2]))
    rates = [48_000, 44_100, 32_000, 24_000, 16_000, *([8000] if codec == 0 else [])]
    names = draw(st.lists(st.integers(0, 99), min_size=1, max_size=10, unique=True))
    fields = {
        "SdkAppId": draw(st.integers(1, 2**32 - 1)),
        "RoomId": "295066",
        "RoomIdType": 0,
        "AgentParams": {
            "UserId": draw(st.from_regex(r"pb_[A-Z0-9]{26}", fullmatch=True)),
            "MaxIdleTime": draw(st.integers(5, 86_400)),
        },
        "WithTranscoding": int(mixed),
        "AudioParams": {
            "AudioEncode": {
                "SampleRate": draw(st.sampled_from(rates)),
                "Channel": 2 if codec == 2 else draw(st.sampled_from([1, 2])),
                "BitRate": draw(st.integers(8, 500)),
                "Codec": codec,
            }
        },
        "PublishCdnParams": [
            {
                "PublishCdnUrl": f"rtmp://push.example.com/live/{name}",
                "IsTencentCdn": draw(flags),
            }
            for name in names
        ],
    }
    if draw(st.booleans()):
        fields["VideoParams"] = draw(videos(mixed=mixed))
    if not mixed:
        fields["SingleSubscribeParams"] = {"UserMediaStream": draw(streams)}
    return fields


@settings(max_examples=100, deadline=None)
@given(relays())
def test_whatever_is_within_the_ranges_goes_out_as_it_was_given(fields):
    assert StartPublishCdnStream.of(fields).to_wire() == fields
    assert StartPublishCdnStream.of_json(json.dumps(fields)).to_wire() == fields
