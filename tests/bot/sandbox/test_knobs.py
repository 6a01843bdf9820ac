"""What is typed after `:cloud` makes the loopback cloud odd, and well again."""

import asyncio

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.knobs import SHORT, CloudKnobs

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

    assert f":cloud fail {'|'.join(SHORT)} HOW [TIMES]" in said
    assert "timeless" in said


async def test_people_of_a_room_are_played(cloud, knobs):
    said = [
        await knobs(line)
        for line in (
            "room 295066 joins alice",
            "room 295066 watches bob text",
            "room lobby joins eve",
            "room 7 leaves alice",
        )
    ]

    assert said == [
        "Room 295066: alice joins.",
        "Room 295066: bob watches.",
        "Room lobby: eve joins.",
        "alice is not in room 7.",
    ]
    assert list(cloud.people.rooms) == [295066, "295066", "lobby"]
    assert (await knobs("")).startswith("room 295066  alice\n")
    assert ":cloud room ROOM joins|" in await knobs("what")


async def test_phones_of_a_session_go_offline_by_a_line(knobs):
    said = [
        await knobs(f"gs 1326515201117065216 {words}")
        for words in ("offline", "grow 2", "explode", "grow 1001", "grow x")
    ]

    assert said[:2] == [
        "1326515201117065216: offline. 1 online, 3 selected.",
        "1326515201117065216: grow. 3 online, 5 selected.",
    ]
    assert all(one.startswith(":cloud shows what runs.") for one in said[2:])


URL = "rtmp://push.example.com/live/one"


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("push 295066 black", "black"),
        ("push 295066 falls 1", "falls"),
        ("push 295066 gone 2", "well"),
    ],
)
async def test_what_the_cdn_gets_of_a_relay_is_changed(cloud, knobs, line, how):
    sent = {"PublishCdnParams": [{"PublishCdnUrl": URL}]}
    cloud.state.start_relay({**FIELDS, **sent}, "")

    assert (await knobs(line)).startswith("The CDN's picture of 295066: ")
    assert cloud.pushes.how(URL) == how


async def test_of_what_does_not_run_nothing_is_changed(knobs):
    assert await knobs("push 7 black") == "Nothing like that runs in the cloud."
    assert (await knobs("push 7 odd")).startswith(":cloud shows")
    assert (await knobs("looks often")).startswith(":cloud shows")


async def test_it_waits_until_the_cdn_was_asked(cloud, knobs):
    waiting = asyncio.create_task(knobs("looks 2"))
    while not waiting.done():
        await asyncio.sleep(0)
        cloud.pushes.actions["DescribeLiveStreamPushInfoList"]({})

    assert await waiting == "The CDN was asked what it gets: 2."


async def test_robots_of_relays_are_told_of_or_not(cloud, knobs):
    told = await knobs("robots told"), cloud.people.robots
    untold = await knobs("robots untold"), cloud.people.robots

    assert told == ("Who comes into a room as a relay's robot is told.", True)
    assert untold == ("Who comes into a room as a relay's robot is untold.", False)
