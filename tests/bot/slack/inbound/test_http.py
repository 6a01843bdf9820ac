"""Over a real connection: whatever is sent, never a 5xx, and nothing of it in a log."""

import io
import json
import logging
import time

import aiohttp
import pytest
from pydantic import SecretStr

from bot.http.server import Server
from bot.slack.inbound import http
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.guard import FORM, JSON
from tests.bot.slack.inbound.front import COMMAND, Front
from tests.bot.slack.inbound.test_guard import BODIES, HEADERS, NOW, SECRET, signed
from tests.bot.slack.inbound.test_guard import COMMAND as RAW

MARK = b"canary-in-the-body"


@pytest.fixture
async def server():
    front = Front()

    async def ready():
        return {}

    admission = Admission(lambda: NOW, time.monotonic)
    parts = (front.listeners, SecretStr(SECRET), lambda: NOW, admission)
    routes = http.routes(*parts)
    made = Server(routes=routes, ready=ready)
    port = await made.start("127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{port}/slack/events"
    made.front = front
    yield made
    await made.close()


async def post(server, raw, headers, method="POST"):
    pairs = [(name, value) for name, values in headers.items() for value in values]
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method,
            server.url,
            data=io.BytesIO(raw),
            headers=pairs,
            skip_auto_headers={"Content-Type"},
        ) as answer,
    ):
        return answer.status, await answer.text()


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("with_signature", [True, False])
async def test_a_hostile_body_is_a_4xx_and_is_not_logged(
    server, name, with_signature, caplog, capsys
):
    caplog.set_level(logging.DEBUG)
    raw, kind, _turned = BODIES[name]
    raw += b"&x=" + MARK if kind == FORM else MARK
    headers = signed(raw, kind=kind) if with_signature else {"content-type": [kind]}

    status, text = await post(server, raw, headers)

    assert 400 <= status < 500 or name in {"a form without a payload", "an empty form"}
    assert status < 500
    logged = caplog.text + "".join(capsys.readouterr())
    assert MARK.decode() not in logged + text


@pytest.mark.parametrize(
    "name", [n for n in HEADERS if n != "a signature that is not ascii"]
)
async def test_a_hostile_header_is_a_401(server, name):
    headers = {**signed(RAW), **HEADERS[name]}

    if name == "a timestamp in other digits":
        headers["x-slack-request-timestamp"] = ["1" * 13]

    assert await post(server, RAW, headers) == (401, "")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_a_post_is_taken(server, method):
    status, _ = await post(server, b"", {}, method)

    assert status == 405


async def test_a_genuine_command_is_answered(server):
    status, text = await post(server, RAW, signed(RAW))

    assert status == 200
    assert "told" in text
    assert [ask.text for ask in server.front.router.asks] == ["list"]
    assert COMMAND["text"] == "list"


async def test_a_command_may_say_payload_which_is_a_field_of_other_forms(server):
    raw = RAW.replace(b"list", b"list+payload")

    status, text = await post(server, raw, signed(raw))

    assert (status, "told" in text) == (200, True)
    assert [ask.text for ask in server.front.router.asks] == ["list payload"]


async def test_headers_that_bolt_would_believe_are_dropped(server):
    headers = {**signed(RAW), "x-slack-bolt-lazy-only": ["1"]}

    status, _ = await post(server, RAW, headers)

    assert status == 200
    assert len(server.front.router.asks) == 1


async def test_an_event_of_a_kind_that_is_not_ours_is_no_error(server):
    raw = b'{"type": "event_callback", "team_id": "T1", "event": {"type": "pin_added"}}'

    status, _ = await post(server, raw, signed(raw, kind=JSON))

    assert status < 500


@pytest.mark.parametrize(
    "odd", [{"view": "x"}, {"view": [1]}, {"channel_type": {}}, {"subtype": {"a": 1}}]
)
async def test_an_event_of_an_odd_shape_is_answered_with_200(server, odd):
    said = {"type": "app_mention", "user": "U1", "channel": "C1", "text": "x", **odd}
    body = {"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": said}
    raw = json.dumps(body).encode()

    assert await post(server, raw, signed(raw, kind=JSON)) == (200, "")


async def test_slacks_challenge_is_answered(server):
    raw = b'{"type": "url_verification", "challenge": "c1"}'

    status, text = await post(server, raw, signed(raw, kind=JSON))

    assert (status, "c1" in text) == (200, True)


async def test_a_genuine_body_that_bolt_cannot_look_into_is_a_400(server, caplog):
    event = {"type": "app_mention", "user": True, "channel": "C1"}
    raw = json.dumps({"type": "event_callback", "event": event}).encode()

    assert await post(server, raw, signed(raw, kind=JSON)) == (400, "")
