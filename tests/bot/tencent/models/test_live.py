"""What Tencent's CDN is asked, and what of its answers is kept."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.tencent.models.live import (
    LARGEST,
    DescribeLiveStreamPushInfoList,
    DescribeLiveStreamState,
    DescribeStreamPushInfoList,
    PushedStream,
    PushedStreams,
    Reading,
    Readings,
    StreamName,
    StreamState,
    stream_of,
    written,
)
from bot.tencent.models.trtc.output import target_digest

AT = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
# Of the official SDK at bf29717, tencentcloud/live/v20180801/models.py.
FIELDS = {
    DescribeLiveStreamPushInfoList: {
        "PushDomain": "str",
        "AppName": "str",
        "PageNum": "int",
        "PageSize": "int",
    },
    DescribeStreamPushInfoList: {
        "StreamName": "str",
        "StartTime": "str",
        "EndTime": "str",
        "PushDomain": "str",
        "AppName": "str",
    },
    DescribeLiveStreamState: {
        "AppName": "str",
        "DomainName": "str",
        "StreamName": "str",
    },
}
REPLIES = {
    PushedStreams: {"DataInfoList", "TotalNum", "TotalPage", "PageNum", "PageSize"},
    PushedStream: {
        *("StreamName", "AppName", "ClientIp", "ServerIp", "VideoFps", "VideoSpeed"),
        *("AudioFps", "AudioSpeed", "PushDomain", "BeginPushTime", "Acodec", "Vcodec"),
        *("Resolution", "AsampleRate", "MetaAudioSpeed", "MetaVideoSpeed", "MetaFps"),
    },
    Readings: {"DataInfoList"},
    Reading: {
        *("Time", "PushDomain", "AppName", "ClientIp", "BeginPushTime", "Resolution"),
        *("VCodec", "ACodec", "Sequence", "VideoFps", "VideoRate", "AudioFps"),
        *("AudioRate", "LocalTs", "VideoTs", "AudioTs", "MetaVideoRate"),
        *("MetaAudioRate", "MateFps", "StreamParam", "Bandwidth", "Flux", "ServerIp"),
        "GopSize",
    },
    StreamState: {"StreamState"},
}
KEY = "a-stream-key"
HOUR = DescribeStreamPushInfoList.of(
    {
        "StreamName": SecretStr(KEY),
        "StartTime": written(AT),
        "EndTime": written(AT),
        "PushDomain": "push.example.com",
        "AppName": "live",
    }
)
ROW = {
    "StreamName": KEY,
    "AppName": "live",
    "PushDomain": "push.example.com",
    "ClientIp": "203.0.113.9",
    "ServerIp": "203.0.113.10",
    "VideoFps": 15,
    "VideoSpeed": 1_500_000,
    "BeginPushTime": "2026-03-01T12:00:00Z",
}


READ = PushedStreams.model_validate({"DataInfoList": [ROW], "TotalPage": 1})
READINGS = Readings.model_validate({"DataInfoList": [ROW]})


def names(model):
    return {field.alias for field in model.model_fields.values()} - {"RequestId"}


@pytest.mark.parametrize("request_type", FIELDS)
def test_every_field_is_one_of_tencents_and_none_is_left_out(request_type):
    assert names(request_type) == FIELDS[request_type].keys()


@pytest.mark.parametrize("reply", REPLIES)
def test_only_fields_that_there_are_are_read(reply):
    assert names(reply) <= REPLIES[reply]


def test_times_are_utc_with_a_z():
    beijing = timezone(timedelta(hours=8))

    assert written(AT) == written(AT.astimezone(beijing)) == "2026-03-01T12:30:05Z"


def test_the_name_of_a_stream_goes_out_and_is_shown_nowhere():
    assert HOUR.to_wire() == {
        "StreamName": KEY,
        "StartTime": "2026-03-01T12:30:05Z",
        "EndTime": "2026-03-01T12:30:05Z",
        "PushDomain": "push.example.com",
        "AppName": "live",
    }
    assert KEY not in str(HOUR.masked()) + repr(HOUR)
    assert HOUR.secrets() == {KEY}


def test_of_a_stream_its_numbers_are_kept_and_no_address():
    assert READ.data_info_list == (
        PushedStream(
            push_domain="push.example.com",
            app_name="live",
            stream_name=KEY,
            begin_push_time="2026-03-01T12:00:00Z",
            video_fps=15,
            video_speed=1_500_000,
        ),
    )
    assert "203.0.113" not in repr((READ, READINGS))


@pytest.mark.parametrize("domain", ["push.example.com", "PUSH.Example.com"])
def test_a_stream_is_known_by_the_digest_of_its_push_address(domain):
    url = f"rtmp://push.example.com/live/{KEY}?txSecret=s&txTime=t"

    assert PushedStream(
        push_domain=domain, app_name="live", stream_name=KEY
    ).target == target_digest(url)


@given(
    st.sampled_from(["VideoFps", "VideoSpeed", "AudioSpeed", "PushDomain", "Time"]),
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.integers())
    | st.dictionaries(st.text(), st.integers()),
)
def test_whatever_one_stream_says_the_others_are_read(field, value):
    odd = {**ROW, field: value}

    page = PushedStreams.model_validate({"DataInfoList": [odd, ROW]})
    readings = Readings.model_validate({"DataInfoList": [{**odd, "VideoRate": value}]})

    first, second = page.data_info_list or ()
    assert second.video_fps == 15
    figures = (first.video_fps, first.video_speed, *_rates(readings))
    assert all(one is None or 0 <= one <= LARGEST for one in figures)


def _rates(readings):
    return [one.video_rate for one in readings.data_info_list or ()]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-01T12:30:05Z", AT),
        ("2026-03-01T20:30:05+08:00", AT),
        ("2026-03-01 12:30:05", AT),
        ("soon", None),
        ("", None),
    ],
)
def test_the_moment_of_a_reading_is_utc(text, at):
    assert Reading(time=text).at == at


@pytest.mark.parametrize(
    ("url", "stream"),
    [
        (
            "rtmp://Push.example.com:1935/live/a/b?txSecret=s#x",
            ("push.example.com", "live", "a/b"),
        ),
        ("rtmp://push.example.com/live/", None),
        ("rtmp://push.example.com", None),
        ("push", None),
    ],
)
def test_the_stream_of_a_push_address_is_its_domain_path_and_name(url, stream):
    made = stream_of(SecretStr(url))

    assert made == (stream and StreamName(stream[0], stream[1], SecretStr(stream[2])))
