"""The loopback cloud, tried with the vendor's own SDK, which does not know us."""

import asyncio
import json

import pytest
from tencentcloud.car.v20220110 import car_client
from tencentcloud.car.v20220110 import models as car
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import (
    TencentCloudSDKException,
)
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.trtc.v20190722 import models as trtc
from tencentcloud.trtc.v20190722 import trtc_client
from TLSSigAPIv2 import TLSSigAPIv2

from bot.sandbox.cloud import LoopbackCloud

APP = 1400000001


@pytest.fixture
async def cloud(tmp_path):
    made = LoopbackCloud(ledger_file=tmp_path / "ledger")
    await made.start()
    yield made
    await made.close()


def profile(cloud, product):
    host = cloud.endpoints[product].removeprefix("http://")
    return ClientProfile(
        httpProfile=HttpProfile(protocol="http", endpoint=host, reqTimeout=5)
    )


def credential(cloud):
    return Credential(cloud.secret_id, cloud.secret_key)


async def start(cloud, region="ap-singapore", client=None, **changes):
    sig = TLSSigAPIv2(APP, cloud.usersig_key).gen_sig("robot", 600)
    fields = {
        "SdkAppId": APP,
        "RoomId": "295066",
        "RoomIdType": 0,
        "AgentParams": {"UserId": "robot", "UserSig": sig},
        "WithTranscoding": 1,
        "AudioParams": {
            "AudioEncode": {"SampleRate": 48000, "Channel": 2, "BitRate": 64}
        },
        "PublishCdnParams": [{"PublishCdnUrl": "rtmp://push.example.com/a/b"}],
    }
    request = trtc.StartPublishCdnStreamRequest()
    request.from_json_string(json.dumps({**fields, **changes}))
    client = client or trtc_client.TrtcClient(
        credential(cloud), region, profile(cloud, "trtc")
    )
    return await asyncio.to_thread(client.StartPublishCdnStream, request)


async def refused(call):
    with pytest.raises(TencentCloudSDKException) as error:
        await call
    assert error.value.get_request_id()
    return error.value.get_code()


async def test_a_relay_starts_and_is_in_the_ledger_and_stops_once(cloud):
    started = await start(cloud)
    stop = trtc.StopPublishCdnStreamRequest()
    stop.from_json_string(json.dumps({"SdkAppId": APP, "TaskId": started.TaskId}))
    client = trtc_client.TrtcClient(
        credential(cloud), "ap-singapore", profile(cloud, "trtc")
    )

    stopped = await asyncio.to_thread(client.StopPublishCdnStream, stop)
    again = await refused(asyncio.to_thread(client.StopPublishCdnStream, stop))

    assert len(started.TaskId) == 76
    assert (stopped.TaskId, again) == (started.TaskId, "FailedOperation.TaskFinished")
    entries = [json.loads(one) for one in cloud.ledger_file.read_text().splitlines()]
    assert [(one["what"], one["agent"]) for one in entries] == [
        ("start", "robot"),
        ("stop", "robot"),
    ]


async def change(cloud, task, number, **fields):
    request = trtc.UpdatePublishCdnStreamRequest()
    own = {"SdkAppId": APP, "TaskId": task, "SequenceNumber": number}
    request.from_json_string(json.dumps({**own, "WithTranscoding": 1, **fields}))
    client = trtc_client.TrtcClient(
        credential(cloud), "ap-singapore", profile(cloud, "trtc")
    )
    return await asyncio.to_thread(client.UpdatePublishCdnStream, request)


async def test_what_a_change_leaves_out_stays_as_it_was(cloud):
    task = (await start(cloud)).TaskId
    new = [{"PublishCdnUrl": "rtmp://push.example.com/a/c"}]

    await change(cloud, task, 5, PublishCdnParams=new)

    (relay,) = cloud.state.running
    assert relay.urls == ["rtmp://push.example.com/a/c"]
    assert relay.start["AudioParams"]["AudioEncode"]["BitRate"] == 64


@pytest.mark.parametrize("number", [4, 5])
async def test_a_change_that_is_not_newer_is_dropped(cloud, number):
    task = (await start(cloud)).TaskId
    await change(cloud, task, 5)
    new = [{"PublishCdnUrl": "rtmp://push.example.com/a/c"}]

    code = await refused(change(cloud, task, number, PublishCdnParams=new))

    (relay,) = cloud.state.running
    assert code == "FailedOperation.RequestOutdated"
    assert relay.urls == ["rtmp://push.example.com/a/b"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"WithTranscoding": 0}, "UnsupportedOperation"),
        ({"VideoParams": {}}, "UnsupportedOperation"),
        (
            {"PublishCdnParams": [{"PublishCdnUrl": "http://a.example/b/c"}]},
            "InvalidParameter",
        ),
    ],
)
async def test_what_the_page_says_cannot_change_is_refused(cloud, fields, code):
    task = (await start(cloud)).TaskId

    assert await refused(change(cloud, task, 1, **fields)) == code


async def test_what_is_over_cannot_be_changed(cloud):
    task = (await start(cloud)).TaskId
    cloud.state.stop_relay(task, APP)

    over = await refused(change(cloud, task, 1))
    never = await refused(change(cloud, "-m9nothing.", 1))

    assert (over, never) == (
        "FailedOperation.TaskFinished",
        "FailedOperation.TaskNotExist",
    )


async def test_a_task_that_never_was_cannot_be_stopped(cloud):
    stop = trtc.StopPublishCdnStreamRequest()
    stop.from_json_string(json.dumps({"SdkAppId": APP, "TaskId": "-m9nothing."}))
    client = trtc_client.TrtcClient(
        credential(cloud), "ap-singapore", profile(cloud, "trtc")
    )

    code = await refused(asyncio.to_thread(client.StopPublishCdnStream, stop))

    assert code == "FailedOperation.TaskNotExist"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"SdkAppId": 7}, "InvalidParameter.SdkAppId"),
        ({"RoomIdType": 2}, "InvalidParameterValue"),
        ({"RoomIdType": "0"}, "InvalidParameter"),
        ({"RoomId": "lobby"}, "InvalidParameter"),
        ({"PublishCdnParams": []}, "MissingParameter"),
        ({"WithTranscoding": 0}, "UnsupportedOperation"),
        ({"AgentParams": {"UserId": "robot", "UserSig": "eJx"}}, "InvalidParameter"),
        ({"AgentParams": {"UserSig": "x"}}, "MissingParameter"),
        (
            {"VideoParams": {"VideoEncode": {"Width": 1, "Height": 1, "Fps": 61}}},
            "MissingParameter",
        ),
        (
            {"PublishCdnParams": [{"PublishCdnUrl": "http://push.example.com/a"}]},
            "InvalidParameter",
        ),
    ],
)
async def test_what_the_documentation_refuses_is_refused(cloud, changes, code):
    assert await refused(start(cloud, **changes)) == code
    assert cloud.state.running == []


async def test_a_wrong_region_is_refused(cloud):
    assert await refused(start(cloud, region="eu-frankfurt")) == "UnsupportedRegion"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("secret_id", "AuthFailure.SecretIdNotFound"),
        ("secret_key", "AuthFailure.SignatureFailure"),
    ],
)
async def test_a_wrong_key_is_refused(cloud, name, code):
    keys = {"secret_id": cloud.secret_id, "secret_key": cloud.secret_key, name: "x"}
    client = trtc_client.TrtcClient(
        Credential(secret_id=keys["secret_id"], secret_key=keys["secret_key"]),
        "ap-singapore",
        profile(cloud, "trtc"),
    )

    assert await refused(start(cloud, client=client)) == code


async def test_a_clock_that_is_off_is_refused(cloud):
    cloud.clock = lambda: 2_000_000_000.0

    assert await refused(start(cloud)) == "AuthFailure.SignatureExpire"


async def test_it_fails_as_it_is_told_and_then_recovers(cloud):
    cloud.state.fail_next("StartPublishCdnStream", "InternalError")

    assert await refused(start(cloud)) == "InternalError"
    assert (await start(cloud)).TaskId


@pytest.mark.parametrize("how", ["reset", "late"])
async def test_an_answer_can_be_lost_with_or_without_the_deed(cloud, how):
    cloud.state.fail_next("*", how)

    with pytest.raises(TencentCloudSDKException):
        await start(cloud)

    assert len(cloud.state.running) == (1 if how == "late" else 0)


async def test_a_render_session_is_keyed_by_its_user_until_all_units_are_taken(cloud):
    client = car_client.CarClient(credential(cloud), "", profile(cloud, "car"))
    cloud.state.idle_units = 1
    answers = []
    for user in ("a", "a", "b"):
        request = car.CreateSessionRequest()
        request.from_json_string(
            json.dumps(
                {
                    "UserId": user,
                    "UserIp": "125.127.178.228",
                    "RunMode": "RunWithoutClient",
                }
            )
        )
        try:
            answer = await asyncio.to_thread(client.CreateSession, request)
            answers.append(bool(answer.ServerSession))
        except TencentCloudSDKException as error:
            answers.append(error.get_code())

    assert answers == [True, True, "ResourceNotFound.NoIdle"]


@pytest.mark.parametrize(
    ("session", "keys"),
    [
        (
            "1326515201117065216",
            {"MasterInstanceId", "OnlineInstanceIds", "AvailableInstanceIds"},
        ),
        ("1326515201117065217", {"MasterInstanceId", "OnlineInstanceIds"}),
    ],
)
async def test_a_co_stream_session_answers_as_the_page_shows(cloud, session, keys):
    action = "DescribeCloudPhoneMultipleStreamSessionSlaves"
    client = CommonClient(
        "gs", "2019-11-18", credential(cloud), "", profile(cloud, "gs")
    )

    reply = await asyncio.to_thread(client.call_json, action, {"SessionId": session})

    assert reply["Response"].keys() == {*keys, "RequestId"}


async def test_an_action_of_another_product_does_not_exist(cloud):
    client = CommonClient(
        "gs", "2022-01-10", credential(cloud), "", profile(cloud, "gs")
    )
    call = asyncio.to_thread(client.call_json, "CreateSession", {})

    assert await refused(call) == "InvalidAction"


async def test_more_calls_than_the_limit_in_one_second_are_refused(cloud):
    cloud.state.clock = lambda: 1_800_000_000.0

    over = [cloud.state.over_the_rate("StopPublishCdnStream", 20) for _ in range(21)]

    assert over == [*[False] * 20, True]
