"""The panel lets people of a relay's room come, go, and switch their cameras."""

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.rooms import Rooms


class Silent:
    """Callbacks that go nowhere."""

    def in_order(self, bodies):
        self.told = bodies


@pytest.fixture
def cloud():
    cloud = LoopbackCloud()
    cloud.callbacks = Silent()
    return cloud


@pytest.fixture
def rooms(cloud):
    return Rooms(cloud)


def relay(cloud, kind=0):
    fields = {"AgentParams": {"UserId": "robot"}, "SdkAppId": 7}
    return cloud.state.start_relay(
        {**fields, "RoomId": "295066", "RoomIdType": kind}, "ap-singapore"
    )


def labels(rooms, of):
    return [one["label"] for one in rooms.relay_menu(of)]


async def test_what_may_happen_follows_from_who_is_there(cloud, rooms):
    of = relay(cloud)
    seen = [labels(rooms, of)]
    for _each in range(3):
        entry = rooms.relay_menu(of)[min(len(seen) - 1, 1)]
        await rooms.knobs[entry["knob"]](entry["sends"])
        seen.append(labels(rooms, of))

    assert seen[:3] == [
        ["Somebody joins the room"],
        ["Somebody joins the room", "guest-1: camera on", "guest-1 leaves"],
        ["Somebody joins the room", "guest-1: camera off", "guest-1 leaves"],
    ]


@pytest.mark.parametrize(("kind", "room"), [(0, 295066), (1, "295066")])
async def test_it_happens_in_the_room_of_that_type(cloud, rooms, kind, room):
    (entry,) = rooms.relay_menu(relay(cloud, kind))

    said = await rooms.knobs["room"](entry["sends"])

    assert said == "Room 295066: guest-1 joins."
    assert list(cloud.people.rooms) == [room]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"room": "7", "user": "alice", "what": "dances"},
        {"room": "", "user": "alice", "what": "joins"},
        {"room": "7", "user": "u" * 33, "what": "joins"},
    ],
)
async def test_what_cannot_happen_is_refused(rooms, body):
    with pytest.raises(Refused):
        await rooms.knobs["room"](body)


def test_nothing_happens_where_nobody_is_called_back_or_the_relay_is_over(cloud, rooms):
    of = relay(cloud)
    cloud.state.end_relay(of)
    over = rooms.relay_menu(of)
    cloud.callbacks = None

    assert (over, rooms.relay_menu(relay(cloud))) == ([], [])
