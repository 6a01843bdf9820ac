"""What the loopback cloud's CDN gets of relays, and how it tells of that."""

import pytest

from bot.sandbox.cloud.checks import CloudFault
from bot.sandbox.cloud.pushes import HOW, Pushes
from bot.sandbox.cloud.state import CloudState

AT = 1_760_000_000.0  # 2025-10-09T08:53:20Z
URLS = (
    "rtmp://push.example.com/live/one?txSecret=s",
    "rtmp://else.example.com/live/two",
)
START = {
    "AgentParams": {"UserId": "robot"},
    "RoomId": "7",
    "SdkAppId": 1,
    "PublishCdnParams": [{"PublishCdnUrl": url} for url in URLS],
    "VideoParams": {"VideoEncode": {"Fps": 25, "BitRate": 2000}},
}
NAMED = {"AppName": "live", "StreamName": "one"}
HOUR = {
    **NAMED,
    "StartTime": "2025-10-09T08:53:20Z",
    "EndTime": "2025-10-09T08:56:20Z",
}


class Clock:
    now = AT

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pushes(clock):
    return Pushes(CloudState(clock, bytes), clock)


@pytest.fixture
def relay(pushes):
    return pushes.state.start_relay(START, "ap-singapore")


def listed(pushes, **fields):
    answer = pushes.actions["DescribeLiveStreamPushInfoList"](fields)
    rows = answer["DataInfoList"]
    return [(r["StreamName"], r["VideoFps"], r["VideoSpeed"]) for r in rows]


def readings(pushes, **more):
    rows = pushes.actions["DescribeStreamPushInfoList"]({**HOUR, **more})
    return [one["VideoRate"] for one in rows["DataInfoList"]]


def state(pushes):
    fields = {**NAMED, "DomainName": "push.example.com"}
    return pushes.actions["DescribeLiveStreamState"](fields)["StreamState"]


def test_each_target_is_pushed_with_what_its_relay_was_asked_for(pushes, relay):
    assert listed(pushes) == [("one", 25, 2_000_000), ("two", 25, 2_000_000)]
    assert listed(pushes, PushDomain="else.example.com") == [("two", 25, 2_000_000)]
    assert listed(pushes, AppName="other") == []
    assert listed(pushes, PageNum=2, PageSize=1) == [("two", 25, 2_000_000)]


@pytest.mark.parametrize(
    ("how", "bits", "says"),
    [
        ("well", 2_000_000, "active"),
        ("falls", 800_000, "active"),
        ("black", 50_000, "active"),
        ("gone", None, "inactive"),
        ("forbidden", None, "forbid"),
    ],
)
def test_what_happens_to_a_target_is_told_of_that_alone(pushes, relay, how, bits, says):
    pushes.happens(relay, how, 0)

    rows = {name: rate for name, _fps, rate in listed(pushes)}
    assert (rows.get("one"), rows["two"]) == (bits, 2_000_000)
    assert state(pushes) == says


@pytest.mark.parametrize("how", HOW)
def test_what_happens_to_a_relay_happens_to_all_its_targets(pushes, relay, how):
    pushes.happens(relay, how)

    assert {pushes.how(url) for url in URLS} == {how}


def test_the_last_hour_tells_what_was_so_at_each_time(pushes, relay, clock):
    clock.now += 90
    pushes.happens(relay, "black")
    clock.now += 600

    assert readings(pushes) == [2_000_000, 2_000_000, 50_000, 50_000]
    assert readings(pushes, PushDomain="else.example.com") == []


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-10-09T08:53:20Z", "2025-10-09T12:53:20Z"),
        ("2025-10-09T08:53:20Z", "2025-10-09T08:53:20Z"),
        ("2025-10-09 08:53:20", "2025-10-09 08:54:20"),
        ("now", "then"),
    ],
)
def test_a_time_is_utc_and_three_hours_at_most(pushes, relay, start, end):
    with pytest.raises(CloudFault):
        readings(pushes, StartTime=start, EndTime=end)


def test_a_relay_that_was_stopped_is_pushed_no_more(pushes, relay, clock):
    clock.now += 60
    pushes.state.stop_relay(relay.task_id, 1)
    clock.now += 600

    assert listed(pushes) == []
    assert readings(pushes) == [2_000_000, 2_000_000]
