"""Errors as sentences: every kind of slip, and nothing secret in any of them."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.errors import InvalidRequest
from bot.tencent.models import REQUESTS
from bot.tencent.models.faults import between_fields, faults_of
from bot.tencent.models.trtc.requests import StartPublishCdnStream


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            "VideoParams.VideoEncode.Fps",
            0,
            "The frame rate is 1 to 60; 0 was given.",
        ),
        (
            "VideoParams.VideoEncode.Fps",
            10**400,
            "The frame rate is 1 to 60; a number was given.",
        ),
        (
            "VideoParams.VideoEncode.Fps",
            "15",
            "The frame rate is a whole number, without quotes; text was given.",
        ),
        (
            "VideoParams.VideoEncode.Fps",
            True,
            (
                "The frame rate is a whole number, without quotes;"
                " true or false was given."
            ),
        ),
        (
            "VideoParams.VideoEncode.Fps",
            1.5,
            "The frame rate is a whole number, without quotes; a fraction was given.",
        ),
        (
            "VideoParams.VideoEncode.Fps",
            None,
            "The frame rate is a whole number, without quotes; nothing was given.",
        ),
        (
            "RoomId",
            295066,
            "The room ID is text, in quotes; a number was given.",
        ),
        ("RoomIdType", 2, "The room ID type is one of 0, 1; 2 was given."),
        (
            "PublishCdnParams",
            {"PublishCdnUrl": "rtmp://a/b/c"},
            "The list of push targets is a list, […]; an object was given.",
        ),
        (
            "PublishCdnParams.0",
            "rtmp://a/b/c",
            "The push target is an object, {…}; text was given.",
        ),
        (
            "AudioParams",
            [],
            "The audio is an object, {…}; a list was given.",
        ),
        ("AudioParams", ..., "The audio is missing."),
        (
            "VideoParams.VideoEncode.Fsp",
            15,
            "There is no field “Fsp” here; did you mean Fps?",
        ),
        (
            "sdkappid",
            15,
            "There is no field “sdkappid” here; did you mean SdkAppId?",
        ),
        (
            "VideoParams.VideoEncode.Bananas",
            15,
            "There is no field “Bananas” here.",
        ),
    ],
)
def test_a_slip_is_told_in_a_sentence_at_its_field(told, path, value, sentence):
    assert told((path, value)) == {path: sentence}


def test_several_slips_are_told_at_once(told):
    assert told(
        ("VideoParams.VideoEncode.Gop", 6),
        ("RoomIdType", 7),
        ("AgentParams.UserId", ""),
    ) == {
        "RoomIdType": "The room ID type is one of 0, 1; 7 was given.",
        "AgentParams.UserId": (
            "The user ID takes 1 to 32 letters, digits, “_” and “-”."
        ),
        "VideoParams.VideoEncode.Gop": "The key frame interval is 1 to 5; 6 was given.",
    }


def test_a_slip_under_our_name_is_told_under_tencents(faults, mix):
    agent = {"user_id": "robot", "max_idle_time": 4}

    assert faults({**mix, "AgentParams": agent}) == {
        "AgentParams.MaxIdleTime": "The idle time is 5 to 86400; 4 was given."
    }


def test_a_name_that_could_be_a_key_is_not_repeated(told):
    pasted = "AK" + "ID0123456789"

    assert told((f"AgentParams.{pasted}", "x")) == {
        "AgentParams.…": ("There is no field “…” here.")
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{\n  oops", "That is not JSON: see line 2, column 3."),
        ("[]", "The request is an object, {…}; a list was given."),
        ("5", "The request is an object, {…}; a number was given."),
        (b'{"RoomId": "\xff"}', "That is not JSON: see line 1, column 13."),
    ],
)
def test_text_that_is_no_request_is_told_as_a_whole(text, sentence):
    with pytest.raises(InvalidRequest) as caught:
        StartPublishCdnStream.of_json(text)

    assert caught.value.faults == {"": sentence}


def test_json_without_a_place_to_look_at_is_just_no_json():
    error = ValidationError.from_exception_data(
        "x",
        [{"type": "json_invalid", "loc": (), "input": "", "ctx": {"error": "bad"}}],
    )

    assert faults_of(error, BaseModel) == {"": "That is not JSON."}


def test_an_error_that_nobody_foresaw_is_still_a_sentence():
    error = ValidationError.from_exception_data(
        "x", [{"type": "date_type", "loc": ("RoomId",), "input": "s3cret"}]
    )

    assert faults_of(error, StartPublishCdnStream) == {
        "RoomId": "The room ID is not valid."
    }


def test_two_sentences_at_one_field_are_told_one_after_the_other():
    error = between_fields([("A.0.B", "One."), ("A.0.B", "Two."), ("", "{All}.")])

    assert faults_of(error, BaseModel) == {"A.0.B": "One. Two.", "": "{All}."}


def test_a_name_that_is_no_text_is_told(faults):
    assert faults({5: "x"})["5"] == "The name of a field is text, in quotes."


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = [field.alias for field in StartPublishCdnStream.model_fields.values()]


# All but those that need nothing.
WITH_FIELDS = [
    request
    for request in REQUESTS.values()
    if any(one.is_required() for one in request.model_fields.values())
]


@settings(max_examples=150)
@given(
    st.sampled_from(WITH_FIELDS),
    st.dictionaries(
        st.sampled_from(FIELDS) | st.text(max_size=8), ANYTHING, max_size=6
    ),
)
def test_whatever_is_pasted_is_told_in_sentences(request_type, fields):
    with pytest.raises(InvalidRequest) as caught:
        request_type.of(fields)

    sentences = " ".join(caught.value.faults.values())
    assert "is not valid" not in sentences
    assert not re.search(r"\{\w", sentences)  # nothing left to be filled in


def strings(value, path=()):
    """Yield the path of every text in *value*."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from strings(inner, (*path, str(key)))
    elif isinstance(value, str):
        yield ".".join(path)


@pytest.mark.parametrize("canary", ["s3cret\ncanary", "s3cret\ud800"])
def test_no_sentence_repeats_text(mix, put, faults, canary):
    for path in strings(mix):
        found = faults(put(mix, (path, canary)))

        assert found.keys() == {path}
        assert "s3cret" not in found[path]


def test_no_sentence_repeats_a_number_where_a_secret_belongs(told):
    found = told(
        ("AgentParams.UserSig", 424242), ("PublishCdnParams.0.PublishCdnUrl", 424242)
    )

    assert set(found) == {
        "AgentParams.UserSig",
        "PublishCdnParams.0.PublishCdnUrl",
    }
    assert "424242" not in json.dumps(found)
