"""What repeats an action by hand, from a terminal and in Slack."""

import pytest

from bot.resources.byhand import from_terminal, hidden, in_slack
from bot.resources.registry import RESOURCES
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from tests.bot.resources.intents import an_intent


def test_what_is_masked_is_named_by_its_path():
    masked = {"a": "****", "b": [{"c": "rtmp://h/a/****"}, {"c": "x"}], "d": 1}

    assert list(hidden(masked)) == ["a", "b.0.c"]


def test_a_request_goes_as_a_file_and_what_is_to_be_filled_in_is_said():
    line = from_terminal(
        StopPublishCdnStream, "ap-singapore", {"TaskId": "****"}, ("Else",)
    )

    assert line == (
        "tccli trtc StopPublishCdnStream --region ap-singapore"
        " --cli-input-json file://request.json\n"
        "# request.json is the JSON above.\n"
        "# Fill in first: TaskId, Else."
    )


@pytest.mark.parametrize(
    ("words", "pairs", "line"),
    [
        ((), {}, "/relay start"),
        (
            ("room one",),
            {"note": "a b", "idle": ""},
            '/relay start "room one" note="a b"',
        ),
    ],
)
def test_what_is_typed_is_quoted_where_it_has_to_be(words, pairs, line):
    assert in_slack("relay start", words, pairs) == line


WITH_TASK = {"sdk_app_id": 7, "region": "ap-hongkong", "ref": "-mTask", "app": "main"}
STARTED = {
    "SdkAppId": 7,
    "RoomId": "1",
    "RoomIdType": 0,
    "AgentParams": {"UserId": "pb_1", "MaxIdleTime": 30},
    "WithTranscoding": 1,
    "AudioParams": {"AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}},
    "PublishCdnParams": [
        {"PublishCdnUrl": "rtmp://a.example/l/****", "IsTencentCdn": 0}
    ],
}
CLIENT = "# Fill in first: ClientSession.\n"
STOP = (
    "tccli trtc StopPublishCdnStream --region ap-hongkong --SdkAppId 7 --TaskId=-mTask"
)
FROM_A_FILE = (
    "--cli-input-json file://request.json\n# request.json is the JSON above.\n"
)


@pytest.mark.parametrize(
    ("intent", "lines"),
    [
        (
            an_intent(
                kind="R",
                action="StartPublishCdnStream",
                masked=STARTED,
                creates=True,
                **WITH_TASK,
            ),
            (
                f"{STOP}\n\n"
                f"tccli trtc StartPublishCdnStream --region ap-hongkong {FROM_A_FILE}"
                "# Fill in first: PublishCdnParams.0.PublishCdnUrl,"
                " AgentParams.UserId, AgentParams.UserSig.\n"
                "/relay start 1 what=audio idle=30 cdn=other app=main"
                " region=ap-hongkong url=rtmp://a.example/l/****"
            ),
        ),
        (an_intent(kind="R", action="StopPublishCdnStream", **WITH_TASK), STOP),
        (
            an_intent(
                kind="S",
                action="CreateSession",
                masked={
                    "UserId": "ana",
                    "UserIp": "125.127.178.228",
                    "ClientSession": "****",
                },
                ref="ana",
            ),
            (
                f"tccli car CreateSession {FROM_A_FILE}{CLIENT}"
                "/car start user=ana ip=125.127.178.228 client=**** mode=watched"
            ),
        ),
        (
            an_intent(
                kind="G",
                action="DescribeCloudPhoneMultipleStreamSessionSlaves",
                masked={"SessionId": "1326515201117065216"},
                ref="1326515201117065216",
            ),
            (
                "tccli gs DescribeCloudPhoneMultipleStreamSessionSlaves "
                f"{FROM_A_FILE}/gs 1326515201117065216"
            ),
        ),
    ],
    ids=["a start", "a stop", "a session", "a look-up"],
)
def test_each_action_is_repeated_by_the_lines_of_its_resource(intent, lines):
    assert RESOURCES.of(intent).repeated_by_hand(intent) == lines
