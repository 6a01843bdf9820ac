"""What Tencent tells of rooms, read from signed bytes."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.tencent import events
from bot.tencent.room_events import Role, RoomEvent, RoomEventKind, Terminal

KEY = SecretStr("testkey32")
INFO = {
    "RoomId": 12345,
    "EventTs": 1687770730,
    "EventMsTs": 1687770730160,
    "UserId": "test",
    "UniqueId": 1687770730166,
    "Role": 20,
    "TerminalType": 3,
    "UserType": 3,
    "Reason": 1,
}
ENTERED = RoomEvent(
    kind=RoomEventKind.ENTERED,
    room="12345",
    numeric=True,
    at=datetime(2023, 6, 26, 9, 12, 10, 160_000, tzinfo=UTC),
    user="test",
    role=Role.ANCHOR,
    terminal=Terminal.IOS,
    reason=1,
    unique="1687770730166",
)


def read(info=INFO, kind=103, group=None):
    """Read an event of that *kind* as if Tencent had sent it."""
    group = kind // 100 if group is None else group
    body = {"EventGroupId": group, "EventType": kind, "CallbackTs": 1687770730166}
    raw = json.dumps({**body, "EventInfo": info}).encode()
    digest = hmac.new(KEY.get_secret_value().encode(), raw, hashlib.sha256).digest()
    return events.read(raw, base64.b64encode(digest).decode(), KEY)


def without(name, **changes):
    return {key: value for key, value in INFO.items() if key != name} | changes


def test_who_enters_is_read():
    assert read() == ENTERED


@pytest.mark.parametrize("kind", [one.value for one in RoomEventKind])
def test_every_documented_kind_is_read(kind):
    told = read(kind=kind)

    assert told.kind == kind
    assert (told.room, told.user, told.at) == ("12345", "test", ENTERED.at)


def test_the_type_of_the_room_is_that_of_its_json():
    text = read(INFO | {"RoomId": "12345"})

    assert (text.room, text.numeric) == ("12345", False)
    assert (read().room, read().numeric) == ("12345", True)


def test_without_milliseconds_the_seconds_count():
    told = read(without("EventMsTs"))

    assert told.at == datetime(2023, 6, 26, 9, 12, 10, tzinfo=UTC)


def test_without_a_time_of_its_own_it_is_of_when_it_was_sent():
    told = read({"RoomId": 1, "UserId": "test"})

    assert told.at == datetime(2023, 6, 26, 9, 12, 10, 166_000, tzinfo=UTC)


def test_what_is_not_documented_is_untold():
    told = read(INFO | {"Role": 99, "TerminalType": "?", "Reason": None})

    assert (told.role, told.terminal, told.reason) == (
        Role.UNTOLD,
        Terminal.UNTOLD,
        0,
    )


@pytest.mark.parametrize(
    ("info", "kind", "group"),
    [
        (without("RoomId"), 103, 1),
        (without("UserId"), 104, 1),
        (INFO | {"RoomId": "r" * 65}, 103, 1),
        (INFO | {"UserId": "u" * 65}, 103, 1),
        (INFO, 107, 1),
        (INFO, 103, 2),
        (INFO, 301, 3),
        ("no object", 103, 1),
    ],
)
def test_what_says_nothing_of_a_room_is_no_event_of_one(info, kind, group):
    assert read(info, kind, group) is None


anything = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.none())


@given(
    st.dictionaries(st.sampled_from(sorted(INFO)), anything),
    st.sampled_from(RoomEventKind),
)
def test_whatever_stands_in_it_is_an_event_or_nothing(changes, kind):
    told = read(INFO | changes, int(kind))

    assert told is None or (told.kind is kind and told.room and len(told.room) <= 64)
