"""Whoever looks on sees what came back, and nothing of what was sent."""

import pytest
from aiohttp import web as server
from pydantic import SecretStr

from bot.slack.outbound.web import Web
from bot.slack.outbound.witness import witness


@pytest.fixture
async def slack():
    """A Slack on loopback: takes every call; uploads go to a path of their own."""
    app = server.Application()

    async def serve(request):
        if request.path.startswith("/upload"):
            return server.Response(text="OK - 3")
        more = {"upload_url": f"{slack.url}/upload/v1/abc", "file_id": "F1"}
        if request.path.endswith("completeUploadExternal"):
            more = {"files": [{"id": "F1"}]}
        if request.path.endswith("chat.delete"):
            return server.json_response({"ok": False, "error": "x"}, status=429)
        return server.json_response({"ok": True, **more}, headers={"X-Kept": "1"})

    class slack:  # noqa: N801 - as a value with a name
        url = ""

    app.router.add_route("*", "/{path:.*}", serve)
    runner = server.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await server.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield slack
    await runner.cleanup()


@pytest.fixture
async def seen(slack):
    return []


@pytest.fixture
async def web(slack, seen):
    traces = [witness(lambda *answer: seen.append(answer))]
    token = SecretStr("a-token-of-ours")
    async with Web(token, f"{slack.url}/api/", traces=traces) as made:
        yield made


async def test_an_answer_is_seen_with_status_headers_and_bytes(slack, web, seen):
    await web.call("users.info", user="U1")

    ((where, status, headers, body),) = seen
    assert where == f"{slack.url}/api/users.info"
    assert (status, headers["X-Kept"]) == (200, "1")
    assert body.startswith(b'{"ok": true')


async def test_a_refusal_is_seen_too(web, seen):
    await web.call("chat.delete", channel="C", ts="1")

    ((_where, status, _headers, body),) = seen
    assert (status, body) == (429, b'{"ok": false, "error": "x"}')


async def test_all_three_calls_of_an_upload_are_seen(slack, web, seen):
    assert (await web.upload("C1", "a.txt", "abc")).ok

    assert [where.removeprefix(slack.url) for where, *_rest in seen] == [
        "/api/files.getUploadURLExternal",
        "/upload/v1/abc",
        "/api/files.completeUploadExternal",
    ]
    assert "a-token-of-ours" not in str(seen)
