"""What the loopback cloud recorded of rooms, made of the events that it told."""

import pytest

from bot.sandbox.cloud.history import History
from bot.sandbox.cloud.people import People

APP, AT = 1400000001, 1_760_000_000
CALL = f"{APP}_7_{AT}"
WINDOW = {"StartTime": AT - 3600, "EndTime": AT + 60, "RoomId": "7", "CommId": CALL}


@pytest.fixture
def history():
    history = History(APP, lambda: AT + 60)
    people = People(lambda: AT + len(history.calls), history.take)
    for what, user in (
        ("joins", "alice"),
        ("camera", "alice"),
        ("joins", "bob"),
        ("times-out", "bob"),
    ):
        people.happens(what, user, 7)
    history.people = people
    return history


def test_a_call_is_one_life_of_a_room(history):
    history.people.happens("leaves", "alice", 7)
    history.people.happens("joins", "alice", 7)

    (over, again) = history.answer("DescribeRoomInfo", WINDOW)["RoomList"]

    assert over == {
        "CommId": CALL,
        "RoomString": "7",
        "CreateTime": AT,
        "DestroyTime": AT + 1,
        "IsFinished": True,
    }
    assert again["IsFinished"] is False


def test_who_was_there_is_told_page_by_page(history):
    paged = {**WINDOW, "PageNumber": 1, "PageSize": 1}
    whole = history.answer("DescribeUserInfo", WINDOW)
    second = history.answer("DescribeUserInfo", paged)
    named = history.answer("DescribeUserInfo", {**WINDOW, "UserIds": ["alice"]})

    assert [(one["UserId"], one["Finished"]) for one in whole["UserList"]] == [
        ("bob", True),
        ("alice", False),
    ]
    assert (second["Total"], second["UserList"]) == (2, whole["UserList"][1:])
    assert [one["UserId"] for one in named["UserList"]] == ["alice"]


def test_what_happened_to_one_is_reported(history):
    alice = history.answer("DescribeUserEvent", {**WINDOW, "UserId": "alice"})
    nobody = history.answer("DescribeUserEvent", {**WINDOW, "UserId": "eve"})

    ids = [(one["EventId"], one["ParamOne"]) for one in alice["Data"][0]["Content"]]
    assert ids == [(5003, 1), (4006, 2)]
    assert nobody == {"Data": []}


def test_who_timed_out_had_a_bad_time(history):
    bad = history.answer("DescribeUnusualEvent", WINDOW)
    before = history.answer("DescribeUnusualEvent", {**WINDOW, "EndTime": AT - 1})

    assert [one["UserId"] for one in bad["AbnormalExperienceList"]] == ["bob"]
    assert before == {"Total": 0, "AbnormalExperienceList": []}


def test_each_minute_is_measured(history):
    asked = {**WINDOW, "UserIds": ["alice"], "DataType": ["bigvBit", "aBit"]}
    (series,) = history.answer("DescribeCallDetailInfo", asked)["Data"]

    assert (series["UserId"], series["DataType"]) == ("alice", "bigvBit")
    assert len(series["Content"]) == 61
