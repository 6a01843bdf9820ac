"""Nothing that an attacker can send gets past the guard, or breaks it."""

import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from bot.slack.inbound.guard import FORM, JSON, LARGEST, Admitted, Turned, admit

SECRET = "s" * 32
NOW = 1_700_000_000.0
COMMAND = urlencode(
    {"command": "/relay", "text": "list", "team_id": "T", "user_id": "U"}
).encode()


def signed(raw, *, stamp=str(int(NOW)), secret=SECRET, kind=FORM, **more):
    base = b"v0:" + stamp.encode() + b":" + raw
    signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    headers = {
        "x-slack-request-timestamp": [stamp],
        "x-slack-signature": [signature],
        "content-type": [kind],
    }
    return {**headers, **more}


def decide(raw, headers=None):
    headers = signed(raw) if headers is None else headers
    return admit(headers, raw, secret=SECRET, now=NOW)


def payload(value):
    return urlencode({"payload": value}).encode()


def test_a_genuine_command_is_admitted():
    assert decide(COMMAND) == Admitted(
        {"command": "/relay", "text": "list", "team_id": "T", "user_id": "U"}
    )


def test_what_slack_itself_signs_is_admitted():
    verifier = SignatureVerifier(SECRET)
    stamp = str(int(NOW))
    made = verifier.generate_signature(timestamp=stamp, body=COMMAND)

    headers = {**signed(COMMAND), "x-slack-signature": [made]}

    assert isinstance(decide(COMMAND, headers), Admitted)


def test_a_payload_and_an_event_come_out_as_objects():
    view = {"type": "view_submission", "team": {"id": "T"}, "user": {"id": "U"}}
    event = {"type": "event_callback", "event": {"type": "app_mention"}}
    raw = json.dumps(event).encode()

    assert decide(payload(json.dumps(view))).body == view
    assert decide(raw, signed(raw, kind=f"{JSON}; charset=utf-8")).body == event


PROBE = b"ssl_check=1&token=x"


@pytest.mark.parametrize("headers", [signed(PROBE), {"content-type": [FORM]}])
def test_slacks_probe_is_answered_signed_or_not_and_goes_no_further(headers):
    assert decide(PROBE, headers) == Turned(200, "probe")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"ssl_check=0&token=x", FORM),
        (b"ssl_check=", FORM),
        (b"ssl_check=true", FORM),
        (b"ssl_check=1&ssl_check=2", FORM),
        (b"ssl_check=1&" + b"x" * 2000, FORM),
        (b"ssl_check=1&x=\xff", FORM),
        (b"ssl_check=1", JSON),
        (b'{"ssl_check": "1"}', JSON),
        (b"&".join(b"f%d=1" % n for n in range(99)) + b"&ssl_check=1", FORM),
        (COMMAND, FORM),
    ],
)
def test_without_a_signature_only_the_probe_itself_is_answered(raw, kind):
    assert decide(raw, {"content-type": [kind]}) == Turned(401, "signature")


def test_a_command_that_only_says_it_is_no_probe_is_taken():
    raw = COMMAND + b"&ssl_check=0"

    assert decide(raw, signed(raw)).body["command"] == "/relay"


@pytest.mark.parametrize(("letter", "blocks"), [('"', 50), ("\u4e2d", 26)])
def test_an_alert_of_many_full_blocks_is_taken(letter, blocks):
    block = {"type": "section", "text": {"type": "mrkdwn", "text": letter * 3000}}
    message = {"ts": "1.5", "blocks": [block] * blocks}
    raw = payload(json.dumps({"type": "message_action", "message": message}))

    assert 2**18 < len(raw) < LARGEST
    assert decide(raw, signed(raw)).body["message"] == message


HEADERS = {
    "no timestamp": {"x-slack-request-timestamp": []},
    "two timestamps": {"x-slack-request-timestamp": [str(int(NOW))] * 2},
    "an empty timestamp": {"x-slack-request-timestamp": [""]},
    "a timestamp in words": {"x-slack-request-timestamp": ["now"]},
    "a timestamp of 5000 digits": {"x-slack-request-timestamp": ["9" * 5000]},
    "a negative timestamp": {"x-slack-request-timestamp": ["-1"]},
    "a timestamp in other digits": {
        "x-slack-request-timestamp": ["１７００００００００"]
    },
    "no signature": {"x-slack-signature": []},
    "two signatures": {"x-slack-signature": ["v0=a", "v0=b"]},
    "an empty signature": {"x-slack-signature": [""]},
    "a wrong signature": {"x-slack-signature": ["v0=" + "0" * 64]},
    "a signature that is not ascii": {"x-slack-signature": ["v0=é"]},
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_signature_that_does_not_hold_is_turned_away(name):
    headers = {**signed(COMMAND), **HEADERS[name]}

    assert decide(COMMAND, headers) == Turned(401, "signature")


@pytest.mark.parametrize("off", [-301, 301, -86_400, 10**9])
def test_a_timestamp_that_is_off_by_more_than_five_minutes_is_turned_away(off):
    headers = signed(COMMAND, stamp=str(int(NOW) + off))

    assert decide(COMMAND, headers) == Turned(401, "signature")


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_a_timestamp_within_five_minutes_is_taken(off):
    headers = signed(COMMAND, stamp=str(int(NOW) + off))

    assert isinstance(decide(COMMAND, headers), Admitted)


def test_one_changed_byte_is_turned_away():
    headers = signed(COMMAND)

    assert decide(COMMAND + b" ", headers) == Turned(401, "signature")


def test_another_secret_is_turned_away():
    headers = signed(COMMAND, secret="another")

    assert decide(COMMAND, headers) == Turned(401, "signature")


DEEP = "[" * 20_000 + "]" * 20_000
BODIES = {
    "not utf-8": (b"payload=\xff\xfe", FORM, Turned(400, "utf-8")),
    "not json": (payload("{nope"), FORM, Turned(400, "shape")),
    "null": (payload("null"), FORM, Turned(400, "shape")),
    "a list": (payload("[]"), FORM, Turned(400, "shape")),
    "a number": (payload("7"), FORM, Turned(400, "shape")),
    "a string": (payload('"x"'), FORM, Turned(400, "shape")),
    "deep json": (payload('{"a":' + DEEP + "}"), FORM, Turned(400, "shape")),
    "json sixty deep": (
        payload('{"a":' * 70 + "1" + "}" * 70),
        FORM,
        Turned(400, "shape"),
    ),
    "an empty form": (b"", FORM, Turned(400, "shape")),
    "a form without a payload": (b"a=b", FORM, Turned(400, "shape")),
    "a thousand fields": (
        b"&".join(b"f%d=1" % n for n in range(1000)),
        FORM,
        Turned(400, "shape"),
    ),
    "an empty event": (b"", JSON, Turned(400, "shape")),
    "a null event": (b"null", JSON, Turned(400, "shape")),
    "an event list": (b"[]", JSON, Turned(400, "shape")),
    "an odd team": (payload('{"team": "T"}'), FORM, Turned(400, "shape")),
    "an odd user": (payload('{"user": []}'), FORM, Turned(400, "shape")),
    "a team id that is a number": (b'{"team_id": 7}', JSON, Turned(400, "shape")),
    "odd authorizations": (b'{"authorizations": {}}', JSON, Turned(400, "shape")),
    "authorizations of strings": (
        b'{"authorizations": ["x"]}',
        JSON,
        Turned(400, "shape"),
    ),
    "odd actions": (payload('{"actions": [1]}'), FORM, Turned(400, "shape")),
    "an odd event": (b'{"event": "x"}', JSON, Turned(400, "shape")),
    "text": (b"hello", "text/plain", Turned(415, "content type")),
    "xml": (b"<a/>", "application/xml", Turned(415, "content type")),
    "no content type": (COMMAND, "", Turned(415, "content type")),
    "too much": (b"x" * (LARGEST + 1), FORM, Turned(413, "size")),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_bolt_would_choke_on_is_turned_away_even_if_it_is_signed(name):
    raw, kind, turned = BODIES[name]

    assert decide(raw, signed(raw, kind=kind)) == turned


@pytest.mark.parametrize("name", BODIES)
def test_without_a_signature_nothing_is_even_parsed(name):
    raw, kind, turned = BODIES[name]

    status = decide(raw, {"content-type": [kind]}).status

    assert status == (413 if turned.status == 413 else 401)


@given(st.binary(max_size=300), st.sampled_from([FORM, JSON, "x"]))
def test_any_bytes_are_decided_on(raw, kind):
    decided = decide(raw, signed(raw, kind=kind))

    assert isinstance(decided, Admitted) or decided.status in {200, 400, 413, 415}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["team", "user", "view", "event", "actions", "type", "x"]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_decided_on(value):
    raw = json.dumps(value).encode()

    assert decide(raw, signed(raw, kind=JSON)).__class__ in {Admitted, Turned}
