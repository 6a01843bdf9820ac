"""What was recorded of a room: what is asked, and what of an answer is kept."""

import pytest
from tencentcloud.trtc.v20190722 import models as official

from bot.tencent.models.trtc.history import (
    HISTORY,
    MEASURES,
    Attendances,
    DescribeCallDetailInfo,
    DescribeRoomInfo,
    DescribeUserInfo,
    Experiences,
    masked_address,
)

END = 1_790_000_000
CALL = "1400188366_295066_1789990000"
ALL = {
    "SdkAppId": 1400188366,
    "StartTime": END - 3600,
    "EndTime": END,
    "RoomId": "295066",
    "CommId": CALL,
    "UserId": "alice",
    "UserIds": ["alice"],
    "PageNumber": 0,
    "PageSize": 5,
    "DataType": list(MEASURES),
}


def fields(request, **changes):
    taken = {one.alias for one in request.model_fields.values()}
    return {name: value for name, value in {**ALL, **changes}.items() if name in taken}


@pytest.mark.parametrize("request_type", HISTORY)
def test_the_official_sdk_knows_every_field(request_type):
    wire = request_type.of(fields(request_type)).to_wire()
    theirs = getattr(official, f"{request_type.action}Request")()

    theirs._deserialize(wire)

    given = {name.removeprefix("_"): value for name, value in vars(theirs).items()}
    assert given == wire


@pytest.mark.parametrize("request_type", HISTORY)
def test_a_window_is_as_long_as_its_page_allows(faults, request_type):
    longest = {DescribeRoomInfo: 86_400, DescribeUserInfo: 14_400}
    most = longest.get(request_type, 3600)

    assert faults(fields(request_type, StartTime=END - most), request_type) == {}
    for start in (END - most - 1, END, END + 1):
        wrong = faults(fields(request_type, StartTime=start), request_type)
        assert set(wrong) == {"EndTime"}


def test_six_people_are_measured_at_once_and_a_hundred_looked_up(faults):
    seven, many = ["u"] * 7, ["u"] * 101
    measured = fields(DescribeCallDetailInfo, UserIds=seven)
    looked_up = fields(DescribeUserInfo, UserIds=many)

    assert set(faults(measured, DescribeCallDetailInfo)) == {"UserIds"}
    assert set(faults(looked_up, DescribeUserInfo)) == {"UserIds"}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.*.*"),
        (" 10.1.2.3 ", "10.1.*.*"),
        ("2001:db8::7", "2001:0db8:*"),
        ("::1", "0000:0000:*"),
        ("", ""),
        ("here", ""),
        (None, ""),
        ("203.0.113.7, 10.0.0.1", ""),
    ],
)
def test_of_an_address_the_network_is_kept(address, network):
    assert masked_address(address) == network
    stay = {"UserId": "alice", "ClientIp": address}
    reply = Attendances.model_validate({"UserList": [stay]})
    assert [one.client_ip for one in reply.user_list] == [network]


def test_an_answer_may_lack_any_field_or_have_nothing_in_it():
    bare = Experiences.model_validate({"AbnormalExperienceList": [{"UserId": None}]})

    assert Experiences.model_validate({"Total": None}) == Experiences()
    assert [one.user_id for one in bare.abnormal_experience_list] == [""]
