"""Relays: the published examples, the official SDK, and what goes together."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from tencentcloud.trtc.v20190722 import models as official

from bot.tencent.models.trtc.output import target_digest
from bot.tencent.models.trtc.requests import (
    RelayStarted,
    RelayStopped,
    StartPublishCdnStream,
    StopPublishCdnStream,
    UpdatePublishCdnStream,
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
    ("UpdatePublishCdnStream", "SequenceNumber"),
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
    ours_all = (StartPublishCdnStream, UpdatePublishCdnStream, StopPublishCdnStream)
    for model in set().union(*map(models_in, ours_all)):
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
        for request in (
            StartPublishCdnStream,
            UpdatePublishCdnStream,
            StopPublishCdnStream,
        )
        for model in models_in(request)
        for field in required(model)
    }
    theirs = {(name, field) for name, fields in REQUIRED.items() for field in fields}

    assert ours == (theirs - WE_MINT) | WE_REQUIRE


# ── what others read from a request ──────────────────────────────────────────────


TARGET = {"PublishCdnUrl": "rtmp://push.example.com/live/one", "IsTencentCdn": 1}


def test_a_relay_knows_its_rooms_and_targets_and_that_it_transcodes(example, put):
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
    assert relay.targets == tuple(
        target_digest(url.get_secret_value()) for url in relay.target_urls
    )
    assert relay.transcodes


def test_a_single_stream_is_not_transcoded(example):
    fields, _reply = example("trtc-4-relay-audio")

    assert not StartPublishCdnStream.of(fields).transcodes


def test_without_push_targets_there_are_no_addresses(example):
    fields, _reply = example("trtc-5-mix-av-feedback")

    relay = StartPublishCdnStream.of(fields)
    assert (relay.target_urls, relay.targets) == ((), ())


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


@pytest.mark.parametrize(
    "task", ["", "x" * 513, "é" * 257, "-m97 l2ZU7", "-m97l2ZU7\n", "-m97l\u202e"]
)
def test_a_task_id_that_none_can_be_is_refused(faults, task):
    assert faults({"SdkAppId": 1, "TaskId": task}, StopPublishCdnStream) == {
        "TaskId": ("The TaskId is 1 to 512 bytes of text that can be seen, no space.")
    }


ODD_IDS = [TASK, "a", "short", "-", "任务-7", "é" * 256, "x" * 512, "{}", '-m9"\\']


@pytest.mark.parametrize("task", ODD_IDS)
def test_whatever_comes_back_as_a_task_id_can_be_stopped(task):
    started = RelayStarted.model_validate({"TaskId": task})

    stop = StopPublishCdnStream.of({"SdkAppId": 1, "TaskId": started.task_id})

    assert stop.to_wire() == {"SdkAppId": 1, "TaskId": task}


@pytest.mark.parametrize("around", [" {}", "{}\r\n", "\ufeff{}\x00", "\u200b {}\t"])
def test_what_cannot_be_seen_around_a_task_id_is_not_its_own(around):
    reply = RelayStarted.model_validate({"TaskId": around.format(TASK)})

    assert reply.task_id == TASK


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


# ── a change ─────────────────────────────────────────────────────────────────────


def test_a_change_says_what_changes_and_under_which_number():
    fields = {
        "SdkAppId": 1400188366,
        "TaskId": TASK,
        "SequenceNumber": 0,
        "WithTranscoding": 1,
        "PublishCdnParams": [{"PublishCdnUrl": "rtmp://a.example/b/c"}],
        "AudioParams": {"SubscribeAudioList": [], "UnSubscribeAudioList": []},
    }

    change = UpdatePublishCdnStream.of(fields).numbered(1_763_800_000_000)

    assert change.to_wire() == {**fields, "SequenceNumber": 1_763_800_000_000}


def test_a_change_has_a_signature_for_each_robot_that_it_names():
    room = {"RoomId": "7", "RoomIdType": 0, "UserId": "robot"}
    fields = {"SdkAppId": 1, "TaskId": TASK, "WithTranscoding": 1}
    change = UpdatePublishCdnStream.of({**fields, "FeedBackRoomParams": [room]})

    signed = change.signed(lambda user: SecretStr(f"sig-of-{user}"))

    assert signed.to_wire()["FeedBackRoomParams"] == [
        {**room, "UserSig": "sig-of-robot"}
    ]
    assert UpdatePublishCdnStream.of(fields).signed(SecretStr).to_wire() == {
        **fields,
        "SequenceNumber": 0,
    }
