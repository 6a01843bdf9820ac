"""One connection: greeted or not, read, and closed in good time."""

import asyncio
import json
import time

import pytest
import structlog
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.slack.outbound.line import CLOSE_SECONDS, LOST, NoLine, Opener

HELLO = {"type": "hello", "num_connections": 1}


class Peer:
    """A Slack that says *words*, and then goodbye when it is told so, if it *parts*."""

    def __init__(self, *words, parts=True):
        self.words = words
        self.parts = parts
        self.gone = asyncio.Event()

    async def connect(self, request):
        socket = web.WebSocketResponse(autoclose=False)
        await socket.prepare(request)
        for word in self.words:
            await socket.send_str(word)
        if self.parts:
            await socket.receive()
            await socket.close()
        else:
            await self.gone.wait()
        return socket


@pytest.fixture
async def opening():
    """Open a line to a peer; returns it."""
    slack, runners, peers, openers = LoopbackSlack(), [], [], []

    async def opening(*words, parts=True, **more):
        peer = Peer(*words, parts=parts)
        app = web.Application()
        app.router.add_get("/link/", peer.connect)
        app.router.add_post("/api/apps.connections.open", address)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        peers.append(peer)
        client = AsyncWebClient(base_url=f"http://{host(runner)}/api/")
        openers.append(Opener(client, **more))
        return await openers[0].open(slack.app_token)

    async def address(_request):
        url = f"ws://{host(runners[-1])}/link/"
        return web.json_response({"ok": True, "url": url})

    def host(runner):
        return f"127.0.0.1:{runner.addresses[0][1]}"

    yield opening
    for peer in peers:
        peer.gone.set()
    for runner in runners:
        await runner.cleanup()
    for opener in openers:
        await opener.close()


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (
            [json.dumps({"type": "disconnect", "reason": "link_disabled"})],
            "link_disabled",
        ),
        (["[]"], "no_hello"),
        (["{"], "no_hello"),
    ],
)
async def test_who_is_not_greeted_has_no_connection(opening, words, word):
    with pytest.raises(NoLine) as none:
        await opening(*words)

    assert (none.value.word, none.value.wait) == (word, 0.0)


async def test_a_greeting_is_not_waited_for_long(opening):
    with pytest.raises(NoLine) as none:
        await opening(patience=0.1)

    assert none.value.word == "no_hello"


async def test_where_nobody_listens_there_is_no_connection():
    client = AsyncWebClient(base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    opener = Opener(client)

    with pytest.raises(NoLine) as none:
        await opener.open(LoopbackSlack().app_token)

    await opener.close()

    assert none.value.word == "unreachable"


async def test_what_cannot_be_read_is_passed_over_and_logged(opening):
    words = [
        '{"envelope_id": "E1"}',
        "x",
        "[]",
        '{"type": "disconnect", "reason": "r"}',
    ]

    with structlog.testing.capture_logs() as logs:
        line = await opening(json.dumps(HELLO), *words)
        came = []

        async def read():
            came.extend([one async for one in line.envelopes()])

        reading = asyncio.ensure_future(read())
        await asyncio.wait_for(line.going.wait(), 5)
        await line.close()
        await reading

    assert (came, line.why, line.connections) == ([{"envelope_id": "E1"}], "r", 1)
    assert [one["event"] for one in logs] == ["sockets.unreadable"] * 2


async def test_a_goodbye_that_does_not_come_is_not_waited_for_long(opening):
    """Slack has been seen to leave the connection open after it was closed."""
    line = await opening(json.dumps(HELLO), parts=False)
    began = time.monotonic()

    await line.close()

    assert line.closed
    assert line.why == LOST
    assert time.monotonic() - began < 3 * CLOSE_SECONDS
    with pytest.raises(ConnectionError):
        await line.send({})
