"""People of the loopback cloud's rooms, and what it tells of them."""

import pytest

from bot.sandbox.cloud.people import HAPPENS, People
from bot.sandbox.cloud.state import Relay

AT = 1_760_000_000.5


@pytest.fixture
def told():
    return []


@pytest.fixture
def people(told):
    return People(lambda: AT, told.extend)


def kinds(told):
    return [one["EventType"] for one in told]


def test_the_first_who_joins_makes_the_room_and_the_last_who_leaves_ends_it(
    people, told
):
    said = [
        people.happens(what, "alice", 7)
        for what in ("joins", "camera", "camera-off", "leaves")
    ]

    assert kinds(told) == [101, 103, 201, 202, 104, 102]
    assert said[0] == "Room 7: alice joins."
    assert people.rooms == {}


def test_a_leaving_names_the_stay_that_it_ends(people, told):
    people.happens("joins", "alice", 7)
    people.happens("joins", "bob", 7)
    people.happens("times-out", "alice", 7)

    entered, left = told[1]["EventInfo"], told[-1]["EventInfo"]
    assert entered["UniqueId"] == left["UniqueId"]
    assert (left["Reason"], left["RoomId"], left["UserId"]) == (2, 7, "alice")


def test_a_room_whose_id_is_text_is_another_one(people, told):
    people.happens("joins", "alice", 7)
    people.happens("watches", "bob", "7")

    assert set(people.rooms) == {7, "7"}
    assert told[-1]["EventInfo"]["Role"] == 21


def test_of_who_vanishes_nothing_is_told(people, told):
    people.happens("joins", "alice", 7)
    before = len(told)
    people.happens("vanishes", "alice", 7)

    assert len(told) == before
    assert people.happens("camera", "alice", 7) == "alice is not in room 7."


@pytest.mark.parametrize("what", HAPPENS)
def test_whatever_happens_is_an_event_of_its_group(people, told, what):
    people.happens("joins", "alice", 7)
    people.happens(what, "alice", 7)

    assert all(one["EventGroupId"] == one["EventType"] // 100 for one in told)
    assert all(one["EventInfo"]["EventMsTs"] >= AT * 1000 for one in told)


def relay(**start):
    task = {"task_id": "-m", "agent": "pb_1", "room": "7", "app": 1, "urls": []}
    return Relay(**task, region="r", started_at=0, start=start)


@pytest.mark.parametrize(("start", "room"), [({}, 7), ({"RoomIdType": 1}, "7")])
def test_robots_come_and_go_with_their_relays_if_they_are_told_of(
    people, told, start, room
):
    people.robot_of(relay(**start), "start")
    untold = list(told)
    people.robots = True
    for what in ("start", "fail", "stop"):
        people.robot_of(relay(**start), what)

    assert untold == []
    assert kinds(told) == [101, 103, 104, 102]
    assert {one["EventInfo"]["RoomId"] for one in told} == {room}
    assert {one["EventInfo"]["UserId"] for one in told} == {"pb_1"}
