"""What is typed after `:cloud` makes the loopback cloud odd, and well again."""

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.knobs import CloudKnobs

FIELDS = {
    "AgentParams": {"UserId": "robot"},
    "RoomId": "295066",
    "SdkAppId": 1400000001,
    "PublishCdnParams": [],
}


@pytest.fixture
def cloud():
    return LoopbackCloud()


@pytest.fixture
def knobs(cloud):
    return CloudKnobs(cloud)


@pytest.mark.parametrize(
    ("line", "times"), [("fail start gzip", 1), ("fail start gzip 3", 3)]
)
async def test_the_next_calls_fail_as_often_as_was_said(cloud, knobs, line, times):
    said = await knobs(line)

    assert list(cloud.state.failures["StartPublishCdnStream"]) == ["gzip"] * times
    assert said == f"The next start ({times} in all) will fail: gzip."
    assert await knobs("well") == "The cloud is well again."
    assert cloud.state.failures == {}


async def test_the_clouds_events_get_habits_and_lose_them(cloud, knobs):
    cloud.call_back("http://127.0.0.1:1/")

    said = [await knobs("events timeless doubled"), await knobs("events")]

    assert said == [
        "The cloud's events are from now on: doubled, timeless.",
        "The cloud's events are from now on: as its page describes.",
    ]
    assert cloud.callbacks.habits == frozenset()


async def test_a_cloud_that_calls_nobody_back_has_no_events(knobs):
    assert await knobs("events timeless") == "This cloud calls nobody back."


async def test_a_relay_is_named_by_its_room(cloud, knobs):
    cloud.state.start_relay(FIELDS, "ap-singapore")

    said = [await knobs(line) for line in ("pause 295066", "end 295066", "end 295066")]

    assert said == [
        "Its targets will tell of it: pause.",
        "Its targets will tell of it: end.",
        "Nothing like that runs in the cloud.",
    ]
    assert await knobs("") == "Nothing runs in the cloud."


@pytest.mark.parametrize("line", ["dance", "fail start gzip many", "events odd"])
async def test_what_is_not_known_is_answered_with_what_is(knobs, line):
    said = await knobs(line)

    assert ":cloud fail start|update|stop|car|gs|any HOW [TIMES]" in said
    assert "timeless" in said
