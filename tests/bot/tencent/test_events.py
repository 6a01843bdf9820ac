"""Relay events, signed by Tencent over the very bytes that it sent."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import InvalidRequest, NotAllowed
from bot.tencent import events as callbacks
from bot.tencent.events import RelayEvent, RelayStatus

OF_A_ROOM, OF_A_RELAY = json.loads(
    (Path(__file__).parent / "data" / "callback_vectors.json").read_text("utf-8")
)
KEY = SecretStr("testkey32")


def sign(raw):
    digest = hmac.new(KEY.get_secret_value().encode(), raw, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def read(raw):
    """Read *raw* as if Tencent had sent it."""
    return callbacks.read(raw, sign(raw), KEY)


def event(**changes):
    """Return a relay event as Tencent sends it, with *changes* in its EventInfo."""
    info = {
        "RoomId": "295066",
        "RoomType": 0,
        "EventMsTs": 1760000000100,
        "UserId": "robot",
        "TaskId": "task-1",
        "Payload": {"Url": "rtmp://push.example.com/live/a", "Status": 2},
    }
    for name, value in changes.items():
        info[name] = value
        if value is ...:
            del info[name]
    return {
        "EventGroupId": 4,
        "EventType": 401,
        "CallbackTs": 1760000000123,
        "EventInfo": info,
    }


def test_a_relay_event_is_read():
    told = callbacks.read(OF_A_RELAY["body"].encode(), OF_A_RELAY["sign"], KEY)

    assert told == RelayEvent(
        room="295066",
        agent="trtc_partner_test_1",
        task_id="task-1",
        url=SecretStr("rtmp://push.example.com/live/a"),
        status=RelayStatus.FAILED,
        at=datetime(2025, 10, 9, 8, 53, 20, 100_000, tzinfo=UTC),
        sent_at=datetime(2025, 10, 9, 8, 53, 20, 123_000, tzinfo=UTC),
        error_code=-1,
        error="example",
    )


def test_the_published_example_is_genuine_and_not_about_a_relay():
    raw, key = OF_A_ROOM["body"].encode(), SecretStr(OF_A_ROOM["key"])

    assert callbacks.read(raw, OF_A_ROOM["sign"], key) is None


@pytest.mark.parametrize(
    "signature",
    ["", "GhneZaVDa3dxhmzOxzFJ1lirl+KoepPaK6byEP1jWN4", "é", "\udcff", "A" * 10_000],
)
def test_another_signature_is_refused(signature):
    with pytest.raises(NotAllowed) as told:
        callbacks.read(OF_A_RELAY["body"].encode(), signature, KEY)

    assert told.value.rule == "callback signature"


def test_the_signature_is_of_the_bytes_not_of_their_meaning():
    same_meaning = json.dumps(json.loads(OF_A_RELAY["body"])).encode()

    with pytest.raises(NotAllowed):
        callbacks.read(same_meaning, OF_A_RELAY["sign"], KEY)


def test_no_key_is_no_way_in():
    raw = b"{}"
    forged = base64.b64encode(hmac.new(b"", raw, hashlib.sha256).digest()).decode()

    with pytest.raises(NotAllowed):
        callbacks.read(raw, forged, SecretStr(""))


def test_the_moment_goes_by_either_of_its_names():
    one = read(json.dumps(event()).encode())
    other = read(json.dumps(event(EventMsTs=..., EventTsMs=1760000000100)).encode())

    assert one == other


def test_ids_may_come_as_numbers():
    told = read(json.dumps(event(RoomId=295066, TaskId=17)).encode())

    assert (told.room, told.task_id) == ("295066", "17")


def test_what_a_lost_task_does_not_need_may_be_missing():
    told = read(
        json.dumps(
            event(
                RoomId=...,
                Payload={"Status": 4, "ErrorCode": None, "ErrorMsg": None, "New": 1},
            )
        ).encode()
    )

    assert (told.room, told.url, told.status) == ("", SecretStr(""), RelayStatus.FAILED)
    assert (told.error_code, told.error) == (0, "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        b'{"EventGroupId":4,"EventType":401}',
        *(
            json.dumps(event(**changes)).encode()
            for changes in (
                {"UserId": ...},
                {"TaskId": ...},
                {"TaskId": ""},
                {"TaskId": "a b"},
                {"TaskId": "a\n"},
                {"TaskId": "x" * 513},
                {"EventMsTs": ...},
                {"EventMsTs": 10**17},
                {"Payload": {"Url": "rtmp://a/b"}},
                {"Payload": {"Url": "rtmp://a/b", "Status": 6}},
                {"Payload": None},
            )
        ),
    ],
    ids=lambda body: repr(body[-40:]),
)
def test_a_genuine_event_that_is_not_as_described_is_told_so(body):
    with pytest.raises(InvalidRequest) as told:
        read(body)

    assert list(told.value.faults) == [""]


def test_the_key_is_the_same_for_the_same_event_and_hides_the_stream_key():
    again = json.dumps(event()).replace(" ", "").encode()

    keys = {read(body).key for body in (json.dumps(event()).encode(), again)}

    assert len(keys) == 1
    assert len(keys.pop()) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"TaskId": "task-2"},
        {"EventMsTs": 1760000000101},
        {"Payload": {"Url": "rtmp://push.example.com/live/a", "Status": 3}},
        {"Payload": {"Url": "rtmp://push.example.com/live/b", "Status": 2}},
    ],
)
def test_another_event_has_another_key(changes):
    keys = {read(json.dumps(body).encode()).key for body in (event(), event(**changes))}

    assert len(keys) == 2


def test_an_event_does_not_show_the_stream_key():
    told = read(json.dumps(event()).encode())

    assert "live/a" not in repr(told)


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_whatever_is_signed_is_read_or_refused(body):
    raw = body if isinstance(body, bytes) else body.encode()

    with pytest.raises(InvalidRequest):
        read(raw)
