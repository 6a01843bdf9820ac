"""Raw HTTP, signed and not: whatever comes, a 4xx or an ack, and nothing is called.

A route that the bot does not have answers 404, which is as good as any refusal.
"""

import base64
import gzip
import hashlib
import hmac
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.fuzz_front import CALLBACK_KEY
from tests.trials.fuzz_kit import check_shown, damaged, law, mutated, rarely, texts
from tests.trials.rawhttp import FORM, Lines, request, slack_headers
from tests.trials.slackish import TEAM

PATIENCE = 5.0  # seconds
SERVER_ERROR, REFUSED = 500, range(400, 500)
LONGEST_REFUSAL = 1000  # bytes
JSON = "application/json"
PATHS = {"slack": "/slack/events", "tencent": "/tencent/callbacks/live-main"}

USER = {"id": "U0ANA", "team_id": TEAM}
INTERACTION = {"team": {"id": TEAM}, "user": USER, "trigger_id": "t1.1"}
MENTION = {"type": "app_mention", "user": "U0ANA", "text": "list", "channel": "C1"}
EVENT = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": MENTION}
BUTTON = {"type": "button", "action_id": "do:lookup:1", "value": "- R1"}
CLICK = {"type": "block_actions", "actions": [BUTTON], "channel": {"id": "C1"}}
VIEW = {"id": "V1", "callback_id": "form:relay:start", "blocks": []}
FORM_SENT = {"type": "view_submission", "view": VIEW}
COMMAND = {"command": "/relay", "text": "list", "team_id": TEAM, "user_id": "U0ANA"}
COMMAND |= {"channel_id": "C1", "trigger_id": "t1.1"}
TARGET = {"Url": "rtmp://push.example.com/live/a", "Status": 2}
INFO = {"RoomId": "295066", "UserId": f"rb_{0:026}", "TaskId": "-m9" + "a" * 70}
INFO |= {"EventMsTs": 1_760_000_000_100, "Payload": TARGET}
CALLBACK = {"EventGroupId": 4, "EventType": 401, "CallbackTs": 1_760_000_000_123}


def as_json(node):
    return json.dumps(node).encode(), JSON


def as_form(node):
    return urlencode({"payload": json.dumps(node)}).encode(), FORM


bodies = {  # with their content types
    "slack": st.one_of(
        st.just((urlencode(COMMAND).encode(), FORM)),
        mutated(EVENT, most=2).map(as_json),
        mutated(INTERACTION | CLICK, most=2).map(as_form),
        mutated(INTERACTION | FORM_SENT, most=2).map(as_form),
    ),
    "tencent": mutated(CALLBACK | {"EventInfo": INFO}, most=2).map(as_json),
}


@pytest.fixture
def sign(front):
    """Returns the headers with which a body is signed for a route."""

    def sign(route, body):
        if route == "slack":
            return slack_headers(body, front.slack.signing_secret, front.now())
        digest = hmac.digest(CALLBACK_KEY.encode(), body, hashlib.sha256)
        return {"Sign": base64.b64encode(digest).decode(), "SdkAppId": "1400000001"}

    return sign


@pytest.fixture
def check(front):
    """Sends a request, and asserts what holds of the answer whatever was sent."""
    lines = Lines(f"http://127.0.0.1:{front.port}", keep=False)

    async def check(wire, *, genuine, name=""):
        await front.fresh()
        front.forgiving = True
        answer = await lines.ask(wire, PATIENCE)
        await front.settled()
        front.examine()
        _calls, actions = front.take()
        assert actions == [], f"{name}: called {actions}"
        assert answer.status, f"{name}: no answer at all"
        assert answer.status < SERVER_ERROR, f"{name}: HTTP {answer.status}"
        assert genuine or answer.status in REFUSED, f"{name}: HTTP {answer.status}"
        if answer.status in REFUSED:
            check_shown(answer.body.decode("latin-1"))
            assert len(answer.body) < LONGEST_REFUSAL, f"{name}: a long refusal"

    yield check
    lines.close()


KINDS = (
    FORM,
    JSON,
    "",
    "text/plain",
    "multipart/form-data",
    "*/*",
    f"{JSON};charset=x",
)
HEADERS = ("X-Slack-Bolt-Context", "Cookie", "X-Forwarded-For", "Expect", "Accept")
odd_values = st.one_of(
    texts.map(lambda text: "".join(c for c in text if " " <= c < "\x7f")),
    st.sampled_from(("", "0", "-1", "9" * 5000, "é", "1e9", "٣")),
)


@st.composite
def requests(draw, route, sign):
    """Draw a request to *route*, or near it, and whether it is genuine."""
    body, kind = draw(bodies[route])
    if draw(st.integers(0, 4)) > 2:
        body = draw(damaged(body))
    signed = draw(st.sampled_from(("well", "well", "well", "forged", "not")))
    headers = {"Content-Type": draw(st.sampled_from(KINDS)) if draw(rarely) else kind}
    if signed == "well":
        headers |= sign(route, body)
    elif signed == "forged":
        headers |= draw(forged(sign(route, body + b"x")))
    if draw(rarely):
        value = quote(draw(texts), errors="replace")[:500]
        headers[draw(st.sampled_from(HEADERS))] = value
    usual = ("POST", PATHS[route], {})
    method, path, encoding = draw(near(*usual)) if draw(rarely) else usual
    genuine = signed == "well" and (method, path, encoding) == usual
    return request(path, body, headers | encoding, method), genuine


def near(method, path, none):
    """Draw method, path and a header of the encoding, one of which is odd."""
    paths = (f"{path}/", f"/{path}", f"{path}/../x", path.upper(), f"{path}%00")
    paths = (*paths, f"/x{path}", "/", "*", "/tencent/callbacks/", "/slack")
    return st.one_of(
        st.tuples(st.just(method), st.sampled_from(paths), st.just(none)),
        st.tuples(
            st.sampled_from(("GET", "PUT", "PATCH", "FOO")), st.just(path), st.just({})
        ),
        st.sampled_from(("gzip", "deflate", "br")).map(
            lambda encoding: (method, path, {"Content-Encoding": encoding})
        ),
    )


@st.composite
def forged(draw, headers):
    """Draw headers, already those of another body, with one missing or odd."""
    name = draw(st.sampled_from(sorted(headers)))
    how = draw(st.sampled_from(("as they are", "missing", "odd", "odd")))
    if how == "missing":
        return {key: value for key, value in headers.items() if key != name}
    return headers | {name: draw(odd_values)} if how == "odd" else headers


@law(200)
@given(data=st.data())
async def test_any_request_is_acked_or_refused(sign, check, data):
    route = data.draw(st.sampled_from(sorted(PATHS)))

    wire, genuine = data.draw(requests(route, sign))

    await check(wire, genuine=genuine)


# What a stock server answers with a 500, and its kin.
DEEP = "[" * 50_000 + "]" * 50_000
OBJECTS = ("null", "[]", "1", '"x"', "{nope", DEEP, '{"type":', "{}", "NaN")
ODD = (
    {"type": "block_actions", "team": "T1"},
    {"type": "block_actions", "team": ["T1"]},
    {"type": "event_callback", "authorizations": "x"},
    {"type": "event_callback", "authorizations": ["x"]},
    {"type": "block_actions", "actions": [None]},
    {"type": "view_submission", "view": "V1"},
    {"type": "event_callback", "event": []},
    {"type": None, "user": 5},
)
BODIES = (
    *((text.encode(), JSON) for text in OBJECTS),
    *((b"payload=" + quote(text).encode(), FORM) for text in OBJECTS),
    *(as_json(node) for node in ODD),
    (b"\xff\xfe\xfa", FORM),
    (b'{"type":"\xff"}', JSON),
    (b"{}", f"{JSON}; charset=bogus"),
    (b"{}", ""),
    (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    (b"", FORM),
    (b"x" * 300_000, FORM),
)
BOMB = gzip.compress(b"\x00" * 30_000_000)


@pytest.mark.parametrize("route", sorted(PATHS))
async def test_what_a_stock_server_answers_with_a_500_is_refused(sign, check, route):
    for body, kind in BODIES:
        plain = {"Content-Type": kind} if kind else {}
        name = f"{kind} {body[:60]!r}"
        await check(request(PATHS[route], body, plain), genuine=False, name=name)
        signed = plain | sign(route, body)
        await check(request(PATHS[route], body, signed), genuine=True, name=name)


def odd_heads(right):
    """Yield headers of which one is odd, said twice, or has a space in its name."""
    for name in right.keys() - {"Content-Type", "SdkAppId"}:
        for odd in ("", "abc", "-5", "1.5", "9" * 5000, "é", "1 2", "0x10"):
            yield right | {name: odd}
        yield right | {f"{name.lower()} ": "x"}
        yield right | {name.upper(): right[name]}


@pytest.mark.parametrize("route", sorted(PATHS))
async def test_a_request_with_an_odd_head_is_refused(sign, check, route):
    body = b'{"type":"x"}'
    right = {"Content-Type": JSON, **sign(route, body)}
    for head in odd_heads(right):
        wire = request(PATHS[route], body, head)
        await check(wire, genuine=False, name=str(head)[:300])


@pytest.mark.parametrize("route", sorted(PATHS))
@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"no gzip"), ("gzip", BOMB), ("br", b"x")],
    ids=["no gzip", "a bomb", "brotli"],
)
async def test_a_packed_body_is_refused(sign, check, route, encoding, body):
    headers = {"Content-Type": JSON, **sign(route, body), "Content-Encoding": encoding}

    await check(request(PATHS[route], body, headers), genuine=False)
