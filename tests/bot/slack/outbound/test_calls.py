"""A call goes out as JSON with the token, and what comes back is read as it is."""

import json

import aiohttp
import pytest
from aiohttp import web as server
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.outbound.calls import JSON, Reply, called

DATE = "Sun, 01 Mar 2026 12:00:00 GMT"
AT = 1772366400.0


class Slack:
    """Answers every call with *answer*, and remembers the calls."""

    def __init__(self):
        self.answer = server.json_response({"ok": True})
        self.seen = []

    async def serve(self, request):
        self.seen.append((request.path, request.headers, await request.read()))
        return self.answer


@pytest.fixture
async def slack():
    slack, app = Slack(), server.Application()
    app.router.add_route("*", "/{path:.*}", slack.serve)
    runner = server.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield slack
    await runner.cleanup()


@pytest.fixture
async def call(slack):
    client = AsyncWebClient(token="a-token", base_url=slack.url)
    async with aiohttp.ClientSession() as session:
        yield lambda **params: called(client, session, "chat.update", params)


async def test_it_goes_out_as_the_library_would_send_it(slack, call):
    await call(channel="C1", text="é")

    ((path, headers, body),) = slack.seen
    assert path == "/api/chat.update"
    assert headers["Authorization"] == "Bearer a-token"
    assert headers["Content-Type"] == JSON
    assert "slackclient/" in headers["User-Agent"]
    assert json.loads(body) == {"channel": "C1", "text": "é"}


async def test_a_yes_is_what_slack_answers_with_200_and_ok(slack, call):
    slack.answer = server.json_response(
        {"ok": True, "ts": "1.5"}, headers={"Date": DATE, "X-OAuth-Scopes": "a, b:c,"}
    )

    reply = await call()

    assert (reply.ok, reply.data) == (True, {"ok": True, "ts": "1.5"})
    assert (reply.at, reply.scopes) == (AT, frozenset({"a", "b:c"}))


@pytest.mark.parametrize(
    ("status", "text", "data"),
    [
        (200, '{"ok": false, "error": "x"}', {"ok": False, "error": "x"}),
        (503, '{"ok": true}', {"ok": True}),
        (200, "{", {}),
        (200, "[]", {}),
        (502, "<p>bad gateway</p>", {}),
    ],
)
async def test_everything_else_is_a_no_with_its_status(slack, call, status, text, data):
    slack.answer = server.Response(
        status=status, text=text, content_type="application/json"
    )

    reply = await call()

    assert (reply.ok, reply.status, reply.data) == (False, status, data)


async def test_it_is_sent_on_to_no_other_address(slack, call):
    slack.answer = server.Response(status=307, headers={"Location": "/elsewhere"})

    assert (await call()).status == 307
    assert [path for path, _headers, _body in slack.seen] == ["/api/chat.update"]


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}])
def test_a_time_or_scopes_that_are_not_there_are_none(headers):
    reply = Reply(200, headers, {})

    assert (reply.at, reply.scopes) == (None, None)
