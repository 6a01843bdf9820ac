"""Health, readiness, and the limits that every route has in common."""

import asyncio
import io

import aiohttp
import pytest
from aiohttp import web

from bot.http.server import Server
from bot.operations.readiness import Told
from bot.slack.inbound.guard import LARGEST


@pytest.fixture
async def running():
    """A server with one route, which answers with the size of what it got."""
    parts = {"hears": True}

    async def ready():
        return Told(own=parts, shared={"journal": False})

    async def echo(request):
        return web.Response(text=str(len(await request.read())))

    routes = [web.post("/echo", echo)]
    server = Server(routes=routes, ready=ready, read_seconds=0.1)
    server.port = await server.start("127.0.0.1", 0)
    server.health = parts
    yield server
    await server.close()


async def ask(server, method, path, **more):
    url = f"http://127.0.0.1:{server.port}{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, **more) as answer,
    ):
        return answer.status, await answer.text()


async def test_it_is_alive_as_long_as_it_answers(running):
    running.health["hears"] = False

    assert await ask(running, "GET", "/healthz") == (200, '{"ok": true}')


@pytest.mark.parametrize(
    ("hears", "answer"),
    [
        (True, (200, '{"ready": true, "hears": true, "journal": false}')),
        (False, (503, '{"ready": false, "hears": false, "journal": false}')),
    ],
)
async def test_it_is_ready_when_all_that_is_its_own_is_there(running, hears, answer):
    running.health["hears"] = hears

    assert await ask(running, "GET", "/readyz") == answer


async def test_one_that_leaves_is_not_ready_and_serves_what_comes(running):
    running.leave()

    assert await ask(running, "GET", "/readyz") == (
        503,
        '{"ready": false, "leaves": true}',
    )
    assert await ask(running, "GET", "/healthz") == (200, '{"ok": true}')
    assert await ask(running, "POST", "/echo", data=b"abc") == (200, "3")


@pytest.mark.parametrize(
    ("size", "status"), [(0, 200), (LARGEST, 200), (LARGEST + 1, 413)]
)
async def test_a_body_has_a_largest_size(running, size, status):
    assert (await ask(running, "POST", "/echo", data=io.BytesIO(b"x" * size)))[
        0
    ] == status


async def test_a_packed_body_is_not_taken(running):
    packed = {"Content-Encoding": "gzip"}

    answer = await ask(running, "POST", "/echo", data=b"x", headers=packed)

    assert answer == (400, "")


async def test_what_has_no_route_is_not_read(running):
    packed = {"Content-Encoding": "gzip"}

    assert (await ask(running, "POST", "/no", data=b"x", headers=packed))[0] == 404
    assert (await ask(running, "PUT", "/echo", data=b"x"))[0] == 405


async def test_a_body_that_does_not_come_in_time_is_given_up(running):
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"

    writer.write(head)
    status = await reader.readline()
    writer.close()

    assert status == b"HTTP/1.1 400 Bad Request\r\n"


async def test_each_answer_is_counted_by_its_route_and_status_also_what_broke():
    async def breaks(_request):
        raise LookupError

    counted = []
    server = Server(routes=[web.get("/breaks", breaks)], ready=None)
    server.answered = lambda *told: counted.append(told)
    server.port = await server.start("127.0.0.1", 0)
    for path in ("/healthz", "/breaks", "/nowhere"):
        await ask(server, "GET", path)
    await server.close()

    assert counted == [("/healthz", 200), ("/breaks", 500), ("", 404)]
