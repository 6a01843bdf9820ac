"""What Tencent says to requests that can start and end nothing."""

import pytest

from bot.live.car_reads import probes
from bot.live.cloud_reads import NO_TASK
from bot.sandbox.run import free_port
from bot.tencent.models.trtc.requests import StopPublishCdnStream
from tests.bot.live.visited import public

LOOKS = (
    "DescribeLiveStreamPushInfoList",
    "DescribeStreamPushInfoList",
    "DescribeLiveStreamState",
)


async def test_nothing_is_sent_that_starts_or_ends_anything(rig):
    await rig.doctor()

    actions = {action for _at, action in rig.cloud.state.calls}
    assert actions == {
        "StopPublishCdnStream",
        "DescribeCloudPhoneMultipleStreamSessionSlaves",
        "DescribeUnusualEvent",
        *(one.action for one in probes()),
        *LOOKS,
    }
    assert rig.cloud.state.relays == {}


@pytest.mark.parametrize(
    ("code", "sign"),
    [("", "ok"), ("FailedOperation", "note"), ("UnauthorizedOperation", "note")],
)
async def test_history_that_is_refused_is_worth_a_note_and_no_more(rig, code, sign):
    if code:
        rig.cloud.state.fail_next("DescribeUnusualEvent", code)

    assert await rig.doctor() == 0
    line = rig.line("History of no room, app default, ap-singapore")
    assert line.startswith(sign)
    assert ("paid edition" in line) is bool(code)


def test_the_task_that_is_stopped_is_one_that_cannot_be_and_can_be_asked_for():
    stop = StopPublishCdnStream.of({"SdkAppId": 1, "TaskId": NO_TASK})

    assert len(stop.task_id) == 72
    assert NO_TASK.startswith("-m9notATask")


@pytest.mark.parametrize("action", LOOKS)
@pytest.mark.parametrize(
    ("code", "sign"),
    [("", "ok"), ("InvalidParameter", "ok"), ("UnauthorizedOperation", "note")],
)
async def test_a_key_without_a_right_of_the_cdn_is_noted_and_fails_nothing(
    rig, action, code, sign
):
    if code:
        rig.cloud.state.fail_next(action, code)

    assert await rig.doctor() == 0
    line = rig.line(f"{action} of no stream")
    assert line.startswith(sign)
    assert (f"live:{action}" in line) is (sign == "note")


async def test_each_region_that_the_form_offers_is_asked_in(rig):
    await rig.doctor()

    assert rig.line("in ap-singapore").startswith("ok    Stop of no task, app default")
    assert rig.line("task in ap-hongkong").startswith("ok")
    assert rig.line("ap-beijing: Unsup").startswith("note")
    (row,) = [line for line in rig.lines if line.startswith("≠ ap-beijing")]
    assert row.endswith("UnsupportedRegion  change bot/products.py: INTERNATIONAL")


@pytest.mark.parametrize(
    ("code", "sign", "fix"),
    [
        ("FailedOperation.TaskNotExist", "ok", ""),
        ("FailedOperation.TaskFinished", "ok", ""),
        ("InvalidParameter", "ok", ""),
        ("AuthFailure.SecretIdNotFound", "FAIL", "TENCENTCLOUD_SECRET_ID"),
        ("AuthFailure.SignatureExpire", "FAIL", "Set the clock"),
        ("UnauthorizedOperation.CamNoAuth", "FAIL", "CAM"),
        ("UnsupportedRegion", "FAIL", "BOT_TRTC_REGION"),
        ("InvalidParameter.SdkAppId", "FAIL", "BOT_TRTC_SDK_APP_ID"),
        ("FailedOperation.SdkAppIdNotExist", "FAIL", "BOT_TRTC_SDK_APP_ID"),
        ("InternalError", "note", "It is not known what this says"),
        ("SomethingNew.Today", "note", "It is not known what this says"),
        ("reset", "note", "It is not known what this says"),
    ],
)
async def test_a_code_says_what_is_well_or_what_to_set(rig, code, sign, fix):
    rig.cloud.state.fail_next("StopPublishCdnStream", code)

    assert await rig.doctor() == (1 if sign == "FAIL" else 0)
    line = rig.line("Stop of no task, app default")
    assert line.startswith(sign)
    assert fix in line


async def test_a_cloud_that_is_not_there_is_told_with_its_setting(rig):
    away = {"BOT_TRTC_ENDPOINT": f"http://127.0.0.1:{free_port()}"}

    assert await rig.doctor(env=away) == 1
    line = rig.line("Stop of no task, app default")
    assert line.startswith("FAIL")
    assert "NotSent  Tencent was not reached" in line
    assert (
        rig.line("task in ap-hongkong")
        == "note  Stop of no task in ap-hongkong: NotSent"
    )
    assert [one for one in rig.lines if "change bot/" in one] == []
    assert [one for one in rig.lines if "ap-hongkong is there" in one] == []


@pytest.mark.parametrize(
    "code", ["reset", "AuthFailure.SecretIdNotFound", "InternalError.Later"]
)
async def test_of_a_region_nothing_is_said_that_no_answer_proves(rig, code):
    for _each in range(6):
        rig.cloud.state.fail_next("StopPublishCdnStream", code)

    await rig.doctor()

    assert rig.line("task in ap-hongkong").startswith("note")
    assert [one for one in rig.lines if "ap-hongkong is there" in one] == []


@pytest.mark.parametrize("code", ["reset", "AuthFailure.SecretIdNotFound"])
async def test_a_wrong_key_or_no_answer_is_no_reason_to_change_the_bot(rig, code):
    rig.cloud.state.fail_next("StopPublishCdnStream", code)

    await rig.doctor()

    assert [one for one in rig.lines if "retry.py: CODES" in one] == []


async def test_a_product_that_is_not_open_to_the_account_is_a_note(rig):
    action = "DescribeCloudPhoneMultipleStreamSessionSlaves"
    rig.cloud.state.fail_next(action, "UnauthorizedOperation")

    assert await rig.doctor() == 0
    assert rig.line("Look-up of no co-stream").startswith("note")


async def test_a_clock_that_is_off_is_told(rig):
    clock = rig.cloud.clock
    rig.cloud.clock = rig.cloud.state.clock = lambda: clock() - 100

    assert await rig.doctor() == 1
    assert rig.line("Clock:").startswith("FAIL  Clock: +10")


@pytest.mark.parametrize(
    ("status", "sign"), [(401, "ok  "), (404, "FAIL"), (502, "FAIL"), (302, "FAIL")]
)
async def test_the_own_address_is_asked_and_401_is_right(rig, status, sign):
    async with public(status) as (url, asked):
        await rig.doctor(http_url=f"{url}/")

    assert asked == [("/tencent/callbacks/default", b"", None)]
    assert rig.line(f"unsigned: {status}").startswith(sign)


async def test_an_own_address_where_nobody_is_is_told(rig):
    url = f"http://127.0.0.1:{free_port()}"

    assert await rig.doctor(http_url=url) == 1
    assert rig.line("unsigned: -").startswith(f"FAIL  {url}/tencent/callbacks/default")
    assert [one for one in rig.lines if "webhook.py: PATH" in one] == []
