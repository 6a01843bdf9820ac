"""Whose pictures a relay waits for stands in its request."""

import pytest

from bot.resources.relay.wanted import (
    Wanted,
    has_images,
    has_picture,
    is_numeric,
    wanted,
)
from tests.bot.resources.room.rooms import cells, one, relay, stream

LARGE = {
    "VideoParams": {
        "LayoutParams": {
            "MaxVideoUser": {"UserMediaStream": stream("ana", screen=True)}
        }
    }
}


@pytest.mark.parametrize(
    ("masked", "named"),
    [
        (one("bob"), [Wanted("bob", screen=False)]),
        (one("bob", screen=True), [Wanted("bob", screen=True)]),
        (LARGE, [Wanted("ana", screen=True)]),
        (
            cells(stream("ana"), None, {}, stream("bob", screen=True)),
            [Wanted("ana", screen=False, cell=1), Wanted("bob", screen=True, cell=4)],
        ),
        (cells(stream("ana", RoomId="other")), []),
        (cells(stream("ana", RoomId="295066")), [Wanted("ana", screen=False, cell=1)]),
        ({"AudioParams": {}}, []),
        ({}, []),
    ],
)
def test_the_users_that_a_picture_names_are_waited_for(masked, named):
    assert list(wanted(relay(masked))) == named


def test_what_is_waited_for_is_a_camera_or_a_screen():
    assert [Wanted("a", screen=on).media for on in (False, True)] == [
        "camera",
        "screen",
    ]


@pytest.mark.parametrize(
    ("masked", "has"),
    [(one("bob"), True), (cells(), True), ({"AudioParams": {}}, False), ({}, False)],
)
def test_a_relay_has_a_picture_or_sound_alone(masked, has):
    assert has_picture(relay(masked)) is has


@pytest.mark.parametrize(
    ("masked", "has"),
    [
        (cells(BackgroundImageUrl="https://a.example/b.png"), True),
        (
            cells(WaterMarkList=[{"WaterMarkImage": {"WaterMarkUrl": "https://a"}}]),
            True,
        ),
        (cells(WaterMarkList=[{"WaterMarkText": {"Text": "live"}}]), False),
        (cells(), False),
        ({}, False),
    ],
)
def test_an_image_of_the_picture_has_to_be_fetched(masked, has):
    assert has_images(relay(masked)) is has


@pytest.mark.parametrize(("kind", "numeric"), [(0, True), (1, False), (None, True)])
def test_a_room_is_asked_for_by_its_type(kind, numeric):
    assert is_numeric(relay({"RoomIdType": kind})) is numeric
