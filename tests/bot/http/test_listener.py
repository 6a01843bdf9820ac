"""Connections are taken one by one, and where there are none to give, later."""

import asyncio
import errno
import os
import resource
import socket

import pytest
from structlog.testing import capture_logs

from bot.config.ports import Place
from bot.http.connections import Connections
from bot.http.listener import Listener, refusal, why_deaf
from tests.bot.http.visitors import post, serving, until, visit


async def test_a_burst_that_is_longer_than_a_queue_is_taken(stack):
    server = await serving(stack)

    visitors = [
        await visit(stack, server, say=post("/signed", b"x" * number))
        for number in range(200)
    ]

    told = [await one.answered() for one in visitors]
    assert told == [(200, str(number).encode()) for number in range(200)]


@pytest.fixture
def starved():
    """Return what takes from this process every descriptor that is free."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)

    def starve():
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))

    def feed():
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    yield starve, feed
    feed()


async def test_without_descriptors_it_says_so_and_goes_on(stack, starved):
    server = await serving(stack)
    starve, feed = starved
    client = stack.enter_context(socket.socket())
    client.settimeout(0)
    loop = asyncio.get_running_loop()

    with capture_logs() as logs:
        starve()
        await loop.sock_connect(client, ("127.0.0.1", server.port))
        await until(lambda: logs)
        feed()
        await loop.sock_sendall(client, post("/echo", b"abc"))
        answer = await loop.sock_recv(client, 1000)

    assert answer.startswith(b"HTTP/1.1 200 OK")
    line = {"event": "connection.not-taken", "log_level": "error", "why": "EMFILE"}
    assert logs == [line] * len(logs)
    assert len(logs) < 20


async def test_it_listens_on_every_address_of_a_host(stack):
    taken = []
    listener = Listener(Connections(), taken.append)
    stack.push_async_callback(listener.close)

    port = await listener.start("localhost", 0)

    assert port == listener._sockets[0].getsockname()[1]


async def test_a_port_that_another_has_is_an_error_and_leaves_nothing_open(stack):
    server = await serving(stack)
    listener = Listener(Connections(), lambda _peer: None)

    with pytest.raises(OSError, match="in use"):
        await listener.start("127.0.0.1", server.port)

    await listener.close()
    assert listener._sockets == []


class AtTheCap(Connections):
    """As many as there may be, and all of them are being answered."""

    def full(self, descriptor):
        return True


async def test_at_the_cap_all_who_come_in_a_turn_wait_for_the_same_two_turns(stack):
    turns = []

    async def sleep(seconds):
        turns.append(seconds)
        await asyncio.sleep(0)

    listener = Listener(AtTheCap(), lambda _peer: None, sleep)
    stack.push_async_callback(listener.close)
    port = await listener.start("127.0.0.1", 0)
    with capture_logs() as logs:
        for _ in range(20):
            one = socket.create_connection(("127.0.0.1", port))
            stack.callback(one.close)
        await until(lambda: len(logs) == 20)

    assert {line["event"] for line in logs} == {"connection.refused"}
    assert turns == [0, 0]


async def test_once_closed_nobody_is_let_in(stack):
    server = await serving(stack)
    visitor = await visit(stack, server, say=post("/held"))
    await until(lambda: len(server.connections) == 1)

    await server._listener.close()

    with pytest.raises(ConnectionRefusedError):
        await visit(stack, server)
    server.let_go()
    assert await visitor.answered() == (200, b"0")


async def test_a_port_is_free_until_somebody_has_it():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        other.listen()
        taken = await why_deaf([place := Place("127.0.0.1", port)])

    assert taken == {
        place: f"127.0.0.1:{port} is taken; BOT_PORT chooses another port."
    }
    assert await why_deaf([place]) == {}


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - as it is set
async def test_of_two_on_one_port_the_second_finds_it_taken(host):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    front, metrics = Place("127.0.0.1", port), Place(host, port, "BOT_METRICS_")

    assert await why_deaf([front, metrics]) == {
        metrics: f"{host}:{port} is taken; BOT_METRICS_PORT chooses another port."
    }


@pytest.mark.parametrize(
    ("host", "error", "told"),
    [
        (
            "192.0.2.1",
            OSError(errno.EADDRNOTAVAIL, ""),
            "BOT_HOST: 192.0.2.1 is no address of this machine.",
        ),
        (
            "bot.example",
            socket.gaierror(-2, ""),
            "BOT_HOST: bot.example is a name that nobody knows here.",
        ),
        (
            "::",
            OSError(errno.EACCES, ""),
            "BOT_PORT: 80 is kept from this user; take one from 1024 on.",
        ),
        ("::", OSError(errno.EMFILE, "Too many"), "BOT_HOST, BOT_PORT: Too many."),
    ],
)
def test_what_cannot_be_listened_on_is_told_by_the_settings(host, error, told):
    assert refusal(Place(host, 80), error) == told


@pytest.mark.parametrize("host", ["bot..example", "b" * 64, "bot.example/"])
async def test_what_cannot_be_a_name_is_one_that_nobody_knows(stack, host):
    with pytest.raises(socket.gaierror):
        await Listener(Connections(), None).start(host, 0)

    place = Place(host, 0)
    sentence = f"BOT_HOST: {host} is a name that nobody knows here."
    assert await why_deaf([place]) == {place: sentence}
