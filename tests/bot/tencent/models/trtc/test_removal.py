"""People out of a room, and rooms closed: one action for each type of ID."""

import pytest
from tencentcloud.trtc.v20190722 import models as official

from bot.products import region_for_rooms, regions_of
from bot.tencent.models.base import Repeat
from bot.tencent.models.trtc.removal import DISMISSALS, REMOVALS

SDK_APP_ID = 1400188366
NUMBERS, TEXTS = (REMOVALS[0], DISMISSALS[0]), (REMOVALS[1], DISMISSALS[1])


def fields(request, room):
    users = {"UserIds": ["alice", "bob"]} if request in REMOVALS else {}
    return {"SdkAppId": SDK_APP_ID, "RoomId": room, **users}


@pytest.mark.parametrize("request_type", REMOVALS + DISMISSALS)
def test_the_official_sdk_knows_every_field(request_type):
    room = 295066 if request_type in NUMBERS else "295066"
    wire = request_type.of(fields(request_type, room)).to_wire()
    theirs = getattr(official, f"{request_type.action}Request")()

    theirs._deserialize(wire)

    given = {name.removeprefix("_"): value for name, value in vars(theirs).items()}
    assert given == wire


@pytest.mark.parametrize("request_type", NUMBERS)
@pytest.mark.parametrize("room", ["295066", 0, 2**32, -1, True, 7.0])
def test_a_number_room_takes_no_text_and_no_other_number(faults, request_type, room):
    assert set(faults(fields(request_type, room), request_type)) == {"RoomId"}


@pytest.mark.parametrize("request_type", TEXTS)
@pytest.mark.parametrize("room", [295066, "", "a" * 65, "☃"])
def test_a_text_room_takes_no_number(faults, request_type, room):
    assert set(faults(fields(request_type, room), request_type)) == {"RoomId"}


@pytest.mark.parametrize("request_type", REMOVALS)
def test_ten_people_at_once_and_no_more(faults, request_type):
    room = 7 if request_type in NUMBERS else "7"
    many = {**fields(request_type, room), "UserIds": ["u"] * 11}

    assert set(faults(many, request_type)) == {"UserIds"}


@pytest.mark.parametrize("request_type", REMOVALS)
def test_an_id_that_is_too_long_is_told_of_that_id(faults, request_type):
    room = 7 if request_type in NUMBERS else "7"
    long = {**fields(request_type, room), "UserIds": ["alice", "u" * 300]}

    assert faults(long, request_type) == {
        "UserIds.1": "The user ID takes 64 bytes at most; 300 were given."
    }


def test_none_is_ever_sent_again_by_itself():
    assert {one.repeat for one in REMOVALS + DISMISSALS} == {Repeat.NEVER}


@pytest.mark.parametrize(
    ("endpoint", "own", "region"),
    [
        ("https://trtc.tencentcloudapi.com", "ap-hongkong", "ap-guangzhou"),
        ("https://trtc.tencentcloudapi.com", "ap-shanghai", "ap-guangzhou"),
        ("https://trtc.tencentcloudapi.com", "ap-beijing", "ap-beijing"),
        ("https://trtc.intl.tencentcloudapi.com", "ap-hongkong", "ap-singapore"),
        ("https://trtc.intl.tencentcloudapi.com", "ap-guangzhou", "ap-guangzhou"),
        ("http://127.0.0.1:1", "ap-hongkong", "ap-singapore"),
    ],
)
def test_the_region_is_one_that_looks_after_rooms(endpoint, own, region):
    assert region_for_rooms(regions_of(endpoint), own) == region
