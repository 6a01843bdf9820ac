"""People thrown out of the loopback cloud's rooms, and rooms closed."""

import os

import pytest

from bot.sandbox.cloud.checks import CloudFault
from bot.sandbox.cloud.people import People
from bot.sandbox.cloud.rooms import RoomActions
from bot.sandbox.cloud.state import CloudState

AT = 1_760_000_000.5


@pytest.fixture
def events():
    return []


@pytest.fixture
def rooms(events):
    people = People(lambda: AT, events.extend)
    state = CloudState(lambda: AT, os.urandom)
    ends = []
    actions = RoomActions(people, state, lambda one, what: ends.append((one, what)))
    actions.ends = ends
    return actions


def relay_in(rooms, room, kind, agent):
    fields = {
        "AgentParams": {"UserId": agent},
        "RoomId": room,
        "RoomIdType": kind,
        "SdkAppId": 1,
    }
    return rooms.state.start_relay(fields, "")


def test_whoever_is_named_leaves_with_the_event_of_it(rooms, events):
    for user in ("alice", "bob"):
        rooms.people.happens("joins", user, 7)

    rooms.do({"RoomId": 7, "UserIds": ["bob", "nobody"]})

    assert list(rooms.people.rooms[7]) == ["alice"]
    assert events[-1]["EventType"] == 104
    assert events[-1]["EventInfo"]["Reason"] == 3


def test_a_room_that_is_closed_is_empty_and_its_relays_end(rooms, events):
    rooms.people.happens("joins", "alice", 7)
    number, text = relay_in(rooms, "7", 0, "pb_1"), relay_in(rooms, "7", 1, "pb_2")

    rooms.do({"RoomId": 7})

    assert rooms.people.rooms == {}
    assert [one["EventType"] for one in events[-2:]] == [104, 102]
    assert rooms.ends == [(number, "end")]
    assert rooms.state.running == [text]


def test_a_relay_ends_whose_robot_is_thrown_out(rooms):
    relay = relay_in(rooms, "studio", 1, "pb_1")

    rooms.do({"RoomId": "studio", "UserIds": ["pb_1"]})

    assert rooms.ends == [(relay, "end")]


@pytest.mark.parametrize("room", ["7", 8])
def test_of_another_type_it_is_another_room(rooms, room):
    rooms.people.happens("joins", "alice", 7)

    with pytest.raises(CloudFault, match="RoomNotExist"):
        rooms.do({"RoomId": room})
