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
from bot.tencent.events import UNTOLD, RelayEvent, RelayStatus
from bot.tencent.models.trtc.output import target_digest
from bot.tencent.room_events import RoomEvent, RoomEventKind

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
        error_code="-1",
        error="example",
    )


def test_the_published_example_is_genuine_and_about_a_room():
    raw, key = OF_A_ROOM["body"].encode(), SecretStr(OF_A_ROOM["key"])

    assert callbacks.read(raw, OF_A_ROOM["sign"], key) == RoomEvent(
        kind=RoomEventKind.SOUND_OFF,
        room="8489",
        numeric=True,
        at=datetime(2022, 9, 26, 16, 29, 8, 180_000, tzinfo=UTC),
        user="user_85034614",
    )


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
    assert (told.error_code, told.error) == ("", "")


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
                {"TaskId": " \t"},
                {"TaskId": ["-m9"]},
                {"UserId": ""},
                {"UserId": True},
            )
        ),
    ],
    ids=lambda body: repr(body[-40:]),
)
def test_a_genuine_event_that_is_not_as_described_is_told_so(body):
    with pytest.raises(InvalidRequest) as told:
        read(body)

    assert list(told.value.faults) == [""]


AT = datetime(2025, 10, 9, 8, 53, 20, 100_000, tzinfo=UTC)
SENT = datetime(2025, 10, 9, 8, 53, 20, 123_000, tzinfo=UTC)
URL = "rtmp://push.example.com/live/a"


def without(*names, **info):
    """Return an event that lacks *names* on top, with *info* changed."""
    body = event(**info)
    for name in names:
        del body[name]
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("claimed", "status", "name"),
    [
        *((one.value, one, one.name) for one in RelayStatus),
        ("2", RelayStatus.RUNNING, "RUNNING"),
        ("running", RelayStatus.RUNNING, "RUNNING"),
        (" Failed ", RelayStatus.FAILED, "FAILED"),
        (6, 6, "6"),
        (-7, -7, "-7"),
        (2**31, UNTOLD, "-1"),
        ("paused", UNTOLD, "-1"),
        (None, UNTOLD, "-1"),
        ([2], UNTOLD, "-1"),
        (True, UNTOLD, "-1"),
        (2.5, UNTOLD, "-1"),
    ],
)
def test_an_event_with_any_status_is_kept(claimed, status, name):
    told = read(without(Payload={"Url": URL, "Status": claimed}))

    assert (told.status, told.status_name) == (status, name)
    assert told.task_id == "task-1"


@pytest.mark.parametrize(
    ("info", "at"),
    [
        ({}, AT),
        ({"EventMsTs": "1760000000100"}, AT),
        ({"EventMsTs": ..., "EventTsMs": 1760000000100}, AT),
        ({"EventMsTs": "soon", "EventTsMs": 1760000000100}, AT),
        ({"EventMsTs": ..., "EventTs": 1760000000}, AT.replace(microsecond=0)),
        ({"EventMsTs": 10**17, "EventTs": 1760000000}, AT.replace(microsecond=0)),
        ({"EventMsTs": ...}, SENT),
        ({"EventMsTs": 0, "EventTs": -5}, SENT),
        ({"EventMsTs": 10**18}, SENT),
        ({"EventMsTs": 1760000000}, SENT),  # seconds
        ({"EventMsTs": 1760000000100000}, SENT),  # microseconds
    ],
)
def test_the_moment_of_an_event_is_its_own_or_else_that_of_its_sending(info, at):
    told = read(without(**info))

    assert (told.at, told.sent_at) == (at, SENT)


def test_an_event_that_names_no_time_at_all_is_kept():
    told = read(without("CallbackTs", EventMsTs=...))

    assert (told.at, told.sent_at, told.status) == (None, None, RelayStatus.RUNNING)


@pytest.mark.parametrize("payload", [..., None, [], "", {}, {"Url": None}])
def test_an_event_that_names_no_target_is_kept(payload):
    told = read(without(Payload=payload))

    assert (told.url, told.target, told.status) == (SecretStr(""), "", UNTOLD)


@pytest.mark.parametrize(
    ("claimed", "code"),
    [(-3, "-3"), ("ErrPush", "ErrPush"), (0, ""), ({}, ""), ("E" * 200, "E" * 128)],
)
def test_the_code_of_an_error_is_kept_as_text(claimed, code):
    payload = {"Status": 4, "ErrorCode": claimed}
    told = [
        callbacks.without_secrets(
            read(without(Payload={**payload, "ErrorMsg": message})), ()
        )
        for message in (503, "m" * 1001)
    ]

    assert {one.error_code for one in told} == {code}
    assert [one.error for one in told] == ["503", "m" * 1000]


def test_no_text_of_an_event_quotes_what_opens_its_address_or_its_request():
    url = "rtmp://h/live/streamk3y?a=qu3ryvalue"
    quoting = f"{url} or STREAMK3Y, qu3ryvalue, other%2Dk3y"
    payload = {"Url": url, "ErrorCode": "streamk3y", "ErrorMsg": quoting}
    event = read(without(RoomId="r-other-k3y", TaskId="-streamk3y", Payload=payload))

    told = callbacks.without_secrets(event, ["other-k3y"])

    assert (told.room, told.error_code) == ("r-****", "****")
    assert told.error == "rtmp://h/live/**** or ****, ****, other%2Dk3y"
    assert (told.task_id, told.url) == (event.task_id, event.url)


def test_an_error_is_cut_to_its_length_after_its_secrets_were_cut_out():
    payload = {"Url": "rtmp://h/live/" + "k3y" * 9, "ErrorMsg": "m" * 990 + "k3y" * 9}

    told = callbacks.without_secrets(read(without(Payload=payload)), ())

    assert told.error == "m" * 990 + "****"


@pytest.mark.parametrize(
    ("claimed", "task_id"),
    [
        (" a\n", "a"),
        ("a b", "a\ufffdb"),
        ("x" * 600, "x" * 600),
        (10**40, "1" + "0" * 40),
        ("-\ud800", "-?"),
    ],
)
def test_a_task_id_that_looks_like_none_is_kept(claimed, task_id):
    assert read(without(TaskId=claimed)).task_id == task_id


values = st.sampled_from(
    [..., None, True, 0, -1, 7, 10**20, 2.5, "", "x", "\ud800\0", [], {}, [[]], 10**400]
)
NAMES = ("RoomId", "EventMsTs", "EventTsMs", "EventTs", "Payload", "New")


@given(
    info=st.dictionaries(st.sampled_from(NAMES), values),
    payload=st.dictionaries(
        st.sampled_from(["Url", "Status", "ErrorCode", "ErrorMsg"]),
        values.filter(lambda value: value is not ...),
    ),
    sent=values,
)
def test_whatever_has_a_task_id_and_a_robot_is_an_event(info, payload, sent):
    body = event(**{"Payload": payload, **info})
    body["CallbackTs"] = None if sent is ... else sent

    told = read(json.dumps(body).encode())

    assert (told.task_id, told.agent) == ("task-1", "robot")
    for text in (told.room, told.url.get_secret_value(), told.error_code, told.error):
        assert "\0" not in text.encode().decode()
    assert len(told.key) == 64


@pytest.mark.parametrize("info", [{}, {"EventMsTs": ...}, {"EventMsTs": "soon"}])
def test_the_key_is_the_same_for_every_delivery_of_an_event(info):
    deliveries = [event(**info) for _again in range(3)]
    deliveries[1]["CallbackTs"] += 10_000
    del deliveries[2]["CallbackTs"]

    keys = {read(json.dumps(one).encode()).key for one in deliveries}

    assert len(keys) == 1


@pytest.mark.parametrize("changes", [{"EventSeq": 2}, {"RoomId": "7"}])
def test_events_without_a_time_are_told_apart_by_all_that_they_say(changes):
    timeless = {"EventMsTs": ...}

    assert read(without(**timeless)).key != read(without(**timeless, **changes)).key


@pytest.mark.parametrize(
    "url", [URL, URL.upper().replace("/LIVE/A", "/live/a?txTime=1"), f"{URL}#x"]
)
def test_an_event_names_the_target_that_the_request_named(url):
    told = read(without(Payload={"Url": url, "Status": 2}))

    assert told.target == target_digest("RTMP://push.example.com.:1935/live/a?k=1")


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
