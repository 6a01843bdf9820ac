"""Raw requests to the ways in, signed and not: whatever comes, a 4xx or an ack.

A `Route` is one way in, with the function that signs a body for it. A route that the
bot does not have answers 404, which is as good as any refusal.
"""

import base64
import gzip
import hashlib
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from tests.trials.fuzz_front import Front, Json
from tests.trials.fuzz_kit import Case, fit_to_tell, places, text, value
from tests.trials.rawhttp import FORM, Answer, Lines, request, slack_headers
from tests.trials.slackish import TEAM

PATIENCE = 5.0
JSON = "application/json"
EVENTS = "/slack/events"
SERVER_ERROR, REFUSED = 500, range(400, 500)
LONGEST_REFUSAL = 1000  # bytes

Signer = Callable[[bytes], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Route:
    """A way in: its *path*, how a body is signed for it, and sound bodies."""

    path: str
    sign: Signer
    sound: Callable[[random.Random], tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: bytes on the wire, whether they are genuine, and what is due."""

    wire: bytes
    genuine: bool
    name: str = ""


def slack_route(front: Front) -> Route:
    """Return Slack's way in."""
    secret = front.slack.signing_secret

    def sign(body: bytes) -> dict[str, str]:
        return slack_headers(body, secret, front.world.clock().timestamp())

    return Route(EVENTS, sign, _slack_body)


def callback_route(app: str, key: str) -> Route:
    """Return the way in of TRTC's callbacks for *app*, signed with *key*."""

    def sign(body: bytes) -> dict[str, str]:
        digest = hmac.digest(key.encode(), body, hashlib.sha256)
        return {"Sign": base64.b64encode(digest).decode(), "SdkAppId": "1400000001"}

    return Route(f"/tencent/callbacks/{app}", sign, _callback_body)


def cases(front: Front, lines: Lines, routes: list[Route]) -> list[Case]:
    """Return the classes; *lines* lead to the bot of *front*."""

    async def sent(one: Sent) -> None:
        front.fresh()
        front.forgiving = True
        answer = await lines.ask(one.wire, PATIENCE)
        await front.settled()
        front.examine()
        _told, calls = front.take()
        assert calls == [], f"called {calls}"
        _fit(answer, one)

    def one(source: random.Random) -> Sent:
        return make(source, source.choice(routes))

    fixed = [found for route in routes for found in classes(route)]

    def nth(source: random.Random) -> Sent:
        return source.choice(fixed)

    return [
        Case("raw HTTP", 10_000, one, sent),
        Case("raw HTTP, the fixed classes", len(fixed) * 4, nth, sent),
    ]


def _fit(answer: Answer, sent: Sent) -> None:
    assert answer.status, "no answer at all"
    assert answer.status < SERVER_ERROR, f"HTTP {answer.status}"
    if not sent.genuine:
        assert answer.status in REFUSED, f"not genuine, yet HTTP {answer.status}"
    if answer.status in REFUSED:
        fit_to_tell(answer.body.decode("latin-1"))
        assert len(answer.body) < LONGEST_REFUSAL, "a long refusal"


# ── what is sound ────────────────────────────────────────────────────────────────


def _slack_body(source: random.Random) -> tuple[bytes, str]:
    user = {"id": "U0ANA", "team_id": TEAM}
    base: Json = {"team": {"id": TEAM}, "user": user, "trigger_id": "t1.1"}
    action = {"type": "button", "action_id": "do:lookup:1", "value": "- R1"}
    event = {"type": "app_mention", "user": "U0ANA", "text": "list", "channel": "C1"}
    kind = source.randrange(4)
    if kind == 0:
        fields = {"command": "/relay", "text": "list", "team_id": TEAM}
        fields |= {"user_id": "U0ANA", "channel_id": "C1", "trigger_id": "t1.1"}
        return urlencode(fields).encode(), FORM
    if kind == 1:
        body = {"type": "event_callback", "team_id": TEAM, "event": event}
        body |= {"event_id": f"Ev{source.getrandbits(40)}"}
        return json.dumps(_mutated(body, source)).encode(), JSON
    more: Json = {"type": "block_actions", "actions": [action], "channel": {"id": "C1"}}
    if kind == 2:
        view = {"id": "V1", "callback_id": "form:relay:start", "blocks": []}
        more = {"type": "view_submission", "view": view}
    payload = json.dumps(_mutated({**base, **more}, source))
    return urlencode({"payload": payload}).encode(), FORM


def _callback_body(source: random.Random) -> tuple[bytes, str]:
    info = {
        "RoomId": "295066",
        "UserId": f"rb_{source.getrandbits(40):026}",
        "TaskId": "-m9" + "a" * 70,
        "EventMsTs": 1_760_000_000_100,
        "Payload": {"Url": "rtmp://push.example.com/live/a", "Status": 2},
    }
    body = {"EventGroupId": 4, "EventType": 401, "CallbackTs": 1_760_000_000_123}
    return json.dumps(_mutated({**body, "EventInfo": info}, source)).encode(), JSON


def _mutated(body: Json, source: random.Random) -> Json:
    for _ in range(source.choice([0, 0, 1, 2])):
        container, key = source.choice(places(body) or [({}, "x")])
        container[key] = value(source) if source.random() < 0.7 else text(source)
    return body


# ── at random ────────────────────────────────────────────────────────────────────

KINDS = (
    FORM,
    JSON,
    "",
    "text/plain",
    "multipart/form-data",
    "*/*",
    JSON + ";charset=x",
)
HEADERS = ("X-Slack-Bolt-Context", "Cookie", "X-Forwarded-For", "Expect", "Accept")


def make(source: random.Random, route: Route) -> Sent:
    """Return a request to *route*, or near it, with up to three things wrong."""
    body, kind = route.sound(source)
    if source.random() < 0.4:
        body = _damaged(body, source)
    genuine = source.random() < 0.6
    headers = {"Content-Type": kind, **_signature(route, body, source, genuine)}
    if source.random() < 0.2:
        headers["Content-Type"] = source.choice(KINDS)
    if source.random() < 0.1:
        name = source.choice(HEADERS)
        headers[name] = quote(text(source), errors="replace")[:500]
    path, method = route.path, "POST"
    how = source.random()
    if how < 0.1:
        path = _near(path, source)
    elif how < 0.15:
        method = source.choice(("GET", "PUT", "PATCH", "FOO"))
    elif how < 0.2:
        headers["Content-Encoding"] = source.choice(("gzip", "deflate", "br"))
    return Sent(request(path, body, headers, method), genuine=genuine and how >= 0.2)


def _signature(
    route: Route,
    body: bytes,
    source: random.Random,
    genuine: bool,  # noqa: FBT001 - it reads well where it is called
) -> dict[str, str]:
    if genuine:
        return route.sign(body)
    return _forged(route, body, source) if source.random() < 0.7 else {}


def _forged(route: Route, body: bytes, source: random.Random) -> dict[str, str]:
    """Return headers that are nearly the right ones."""
    headers = route.sign(body + b"x")
    name = source.choice(sorted(headers))
    kind = source.randrange(4)
    if kind == 0:
        del headers[name]
    elif kind == 1:
        headers[name] = "".join(c for c in text(source) if " " <= c < "\x7f")
    elif kind == 2:
        headers[name] = source.choice(("", "0", "-1", "9" * 5000, "é", "1e9", "٣"))
    return headers


def _near(path: str, source: random.Random) -> str:
    made = [
        f"{path}/",
        f"/{path}",
        f"{path}/../x",
        path.upper(),
        "/",
        "*",
        f"{path}%00",
    ]
    return source.choice([*made, f"/x{path}", "/tencent/callbacks/", "/slack"])


def _damaged(body: bytes, source: random.Random) -> bytes:
    at = source.randrange(len(body) + 1)
    ways = (
        lambda: body[:at],
        lambda: body[:at] + source.randbytes(3) + body[at:],
        lambda: b"\xff\xfe" + body,
        lambda: b"",
        lambda: b"payload=" + quote("[" * 5000).encode(),
        lambda: b"payload=null",
        lambda: b"[" * 100_000,
        lambda: body + b"&a=b" * 300,
        lambda: body * 3,
    )
    return source.choice(ways)()


# ── always the same ──────────────────────────────────────────────────────────────


def classes(route: Route) -> list[Sent]:
    """Return the requests that a stock server answers with a 500, and their kin.

    Each comes signed and unsigned. Two of them cannot be signed well: an unusual
    signature or time is what is wrong with them.
    """
    deep = "[" * 50_000 + "]" * 50_000
    objects = ("null", "[]", "1", '"x"', "{nope", deep, '{"type":', "{}", "NaN")
    odd: list[Json] = [
        {"type": "block_actions", "team": "T1"},
        {"type": "block_actions", "team": ["T1"]},
        {"type": "event_callback", "authorizations": "x"},
        {"type": "event_callback", "authorizations": ["x"]},
        {"type": "block_actions", "actions": [None]},
        {"type": "view_submission", "view": "V1"},
        {"type": "event_callback", "event": []},
        {"type": None, "user": 5},
    ]
    bodies: list[tuple[str, bytes, str]] = [
        *((f"JSON {one[:9]}", one.encode(), JSON) for one in objects),
        *(
            (f"form {one[:9]}", b"payload=" + quote(one).encode(), FORM)
            for one in objects
        ),
        *((str(one), json.dumps(one).encode(), JSON) for one in odd),
        ("not UTF-8", b"\xff\xfe\xfa", FORM),
        ("not UTF-8, JSON", b'{"type":"\xff"}', JSON),
        ("bogus charset", b"{}", f"{JSON}; charset=bogus"),
        ("no content type", b"{}", ""),
        ("multipart", b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        ("empty", b"", FORM),
        ("too large", b"x" * 300_000, FORM),
    ]
    made = []
    for name, body, kind in bodies:
        plain = {"Content-Type": kind} if kind else {}
        made.append(Sent(request(route.path, body, plain), genuine=False, name=name))
        signed = {**plain, **route.sign(body)}
        made.append(Sent(request(route.path, body, signed), genuine=True, name=name))
    return [*made, *_odd_heads(route)]


def _odd_heads(route: Route) -> list[Sent]:
    body, kind = b'{"type":"x"}', JSON
    right = {"Content-Type": kind, **route.sign(body)}
    made = []
    for name in right.keys() - {"Content-Type", "SdkAppId"}:
        for odd in ("", "abc", "-5", "1.5", "9" * 5000, "é", "1 2", "0x10"):
            head = {**right, name: odd}
            made.append(_odd(route, body, head, f"{name} {odd[:5]}"))
        doubled = {**right, name.lower() + " ": "x"}
        made.append(_odd(route, body, doubled, f"{name} with space"))
        both = {**right, name.upper(): right[name]}
        made.append(_odd(route, body, both, f"{name} twice"))
    bomb = gzip.compress(b"\x00" * 30_000_000)
    for encoding, data in (("gzip", b"no gzip"), ("gzip", bomb), ("br", b"x")):
        head = {**right, **route.sign(data), "Content-Encoding": encoding}
        made.append(_odd(route, data, head, f"{encoding} body"))
    return made


def _odd(route: Route, body: bytes, head: dict[str, str], name: str) -> Sent:
    return Sent(request(route.path, body, head), genuine=False, name=name)
