"""The panel shows CAR's sessions, and lets them end; units come and go."""

import pytest

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.console.guard import Refused
from bot.sandbox.console.sessions import Sessions

USER = {"UserId": "u1", "UserIp": "8.8.8.8"}
URL = "rtmp://push.example.com/live/" + "k3y" * 4


@pytest.fixture
def cloud():
    return LoopbackCloud()


@pytest.fixture
def sessions(cloud):
    return Sessions(cloud)


def open_one(cloud):
    cloud.renders.actions["CreateSession"]({**USER, "RunMode": "RunWithoutClient"})


async def test_a_session_is_a_row_that_can_be_ended(cloud, sessions):
    open_one(cloud)
    cloud.renders.actions["StartPublishStreamWithURL"](
        {"UserId": "u1", "PublishStreamURL": URL}
    )
    (row,) = sessions.rows()
    (entry,) = row["menu"]

    said = await sessions.knobs[entry["knob"]](entry["sends"])

    assert (row["user"], row["state"]) == ("u1", "open")
    assert row["to"] == "rtmp://push.example.com/live/****"
    assert said == "u1 has no session any more."
    assert (sessions.rows(), cloud.renders.published) == ([], {})


async def test_what_was_reserved_holds_a_unit_and_is_no_session(cloud, sessions):
    cloud.renders.actions["ApplyConcurrent"]({**USER, "ProjectId": "cap-1"})

    assert [(one["state"], one["menu"]) for one in sessions.rows()] == [
        ("reserved", [])
    ]
    assert (sessions.units()["held"], sessions.units()["total"]) == (1, 5)


async def test_every_entry_of_the_units_can_be_turned(cloud, sessions):
    for entry in sessions.units()["menu"]:
        assert await sessions.knobs[entry["knob"]](entry["sends"])

    assert (cloud.state.idle_units, cloud.renders.reserving) == (4, True)


@pytest.mark.parametrize("count", [-1, "many", None, 10_000])
async def test_no_other_count_is_taken(cloud, sessions, count):
    with pytest.raises(Refused):
        await sessions.knobs["units"]({"count": count})

    assert cloud.state.idle_units == 5


async def test_who_has_no_session_cannot_lose_it(sessions):
    with pytest.raises(Refused):
        await sessions.knobs["session"]({"user": "nobody"})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("car units 2", "CAR has 2 units."),
        ("car reserving on", "A session needs a reservation: on."),
        ("car end u1", "u1 has no session any more."),
        ("car end nobody", "Nobody has."),
        ("car dance", ""),
    ],
)
def test_a_script_says_the_same(cloud, line, said):
    open_one(cloud)

    assert cloud.renders.turn(line.split()) == said
