"""Whoever says nothing gives way, and nobody hears more than a status."""

import asyncio
from contextlib import AsyncExitStack
from ipaddress import ip_network

import pytest
from structlog.testing import capture_logs

from bot.http.connections import (
    LONGEST_HEAD,
    MOST,
    MOST_UNSIGNED,
    Connections,
    Deadlines,
)
from tests.bot.http.visitors import HALF, LONG, post, serving, until, visit

STRANGER, FRIEND = "127.0.0.2", "127.0.0.3"


@pytest.fixture
async def stack():
    async with AsyncExitStack() as made:
        yield made


async def crowd(stack, server, count, source, say=HALF):
    before = len(server.connections)
    visitors = [await visit(stack, server, source, say) for _ in range(count)]
    most = min(before + count, MOST)
    await until(lambda: len(server.connections) in {most, MOST_UNSIGNED})
    return visitors


def ended(visitors):
    return [visitor.reader.at_eof() for visitor in visitors]


QUICK = Deadlines(head=LONG, settled=0.05)


async def test_of_one_peer_the_longest_silent_give_way(stack):
    server = await serving(stack, deadlines=QUICK)
    visitors = await crowd(stack, server, MOST_UNSIGNED + 3, STRANGER)

    await until(lambda: sum(ended(visitors)) == 3)
    assert all(ended(visitors[:3]))
    assert len(server.connections) == MOST_UNSIGNED
    for source in (STRANGER, FRIEND):
        new = await visit(stack, server, source, post("/echo", b"abc"))
        assert await new.answered() == (200, b"3")


async def test_whoever_is_being_answered_does_not_give_way_and_the_next_does(stack):
    server = await serving(stack, deadlines=QUICK)
    visitors = await crowd(stack, server, MOST_UNSIGNED, STRANGER, post("/held"))
    settled = server.connections._unsigned
    await until(lambda: len(settled.get(STRANGER, ())) == MOST_UNSIGNED)

    silent = await visit(stack, server, STRANGER, HALF)

    assert await silent.heard() == b""
    server.let_go()
    assert [await one.answered() for one in visitors] == [(200, b"0")] * MOST_UNSIGNED


async def test_a_body_that_is_waited_for_gives_way_as_well(stack):
    server = await serving(stack, deadlines=QUICK)
    part = post("/echo", b"abc")[:-1]
    visitors = await crowd(stack, server, MOST_UNSIGNED + 3, STRANGER, part)

    await until(lambda: sum(ended(visitors)) == 3)
    visitors[-1].say(b"c")
    assert await visitors[-1].answered() == (200, b"3")


async def test_where_all_are_being_answered_nobody_more_is_let_in(stack):
    server = await serving(stack, trusted=[ip_network("127.0.0.2/32")])
    await crowd(stack, server, MOST, STRANGER, post("/held"))
    await until(lambda: not server.connections._waiting)

    refused = await visit(stack, server, FRIEND, post("/echo"))

    assert await refused.heard() == b""


async def test_a_signed_request_takes_its_connection_out_of_the_count(stack):
    server = await serving(stack, deadlines=QUICK)
    genuine = [
        await visit(stack, server, STRANGER, post("/signed"))
        for _ in range(MOST_UNSIGNED + 5)
    ]
    assert [await one.answered() for one in genuine] == [(200, b"0")] * len(genuine)

    silent = await crowd(stack, server, MOST_UNSIGNED + 5, STRANGER)

    await until(lambda: sum(ended(silent)) == 5)
    assert not any(ended(genuine))
    genuine[0].say(post("/signed", b"once more"))
    assert await genuine[0].answered() == (200, b"9")


async def test_a_trusted_proxy_may_have_all_connections_and_no_more(stack):
    proxy = ip_network("127.0.0.2/32")
    server = await serving(stack, trusted=[proxy], deadlines=QUICK)
    visitors = await crowd(stack, server, MOST + 5, STRANGER)

    await until(lambda: sum(ended(visitors)) == 5)
    assert len(server.connections) == MOST
    assert all(ended(visitors[:5]))  # the first who came


async def test_at_the_cap_those_of_the_greatest_crowd_give_way(stack):
    patient = Deadlines(head=LONG, settled=LONG)  # the crowd takes a while to come
    server = await serving(
        stack, deadlines=patient, trusted=[ip_network("127.0.0.4/32")]
    )
    genuine = await visit(stack, server, FRIEND, post("/signed"))
    await genuine.answered()
    silent = await visit(stack, server, FRIEND, HALF)
    await until(lambda: len(server.connections) == 2)
    visitors = await crowd(stack, server, MOST + 5, STRANGER)

    await until(lambda: sum(ended(visitors)) == 7)
    silent.say(b": y\r\nContent-Length: 0\r\n\r\n")
    genuine.say(post("/signed", b"ab"))
    assert await silent.answered() == (200, b"0")
    assert await genuine.answered() == (200, b"2")


async def test_where_all_are_genuine_the_longest_idle_gives_way(stack):
    server = await serving(stack)
    genuine = [await visit(stack, server, say=post("/signed")) for _ in range(MOST)]
    assert [await one.answered() for one in genuine] == [(200, b"0")] * MOST

    new = await visit(stack, server, say=post("/signed"))

    assert await new.answered() == (200, b"0")
    assert sum(ended(genuine)) == 1


def test_a_descriptor_kept_in_hand_is_not_for_whoever_comes():
    registry = Connections()

    assert registry.full(10**9)
    assert registry.make_room() is None
    assert not registry.full(10)


async def test_with_few_descriptors_there_are_no_more_connections_than_then(stack):
    server = await serving(stack)
    visitors = await crowd(stack, server, 10, STRANGER)

    assert server.connections.full(10**9)
    assert server.connections.full(10)
    more = [await visit(stack, server, FRIEND, HALF) for _ in range(2)]
    await until(lambda: sum(ended(visitors)) == 2)
    assert len(server.connections) == 10
    for one in [*visitors, *more]:
        one.writer.transport.abort()
    await until(lambda: len(server.connections) == 0)
    await crowd(stack, server, 12, STRANGER)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("10.1.2.3", ""),
        ("::ffff:10.1.2.3", ""),
        ("fd00::1", ""),
    ],
)
def test_a_peer_is_an_address_or_a_network_and_a_proxy_is_none(address, counted):
    trusted = [ip_network("10.0.0.0/8"), ip_network("fd00::1")]

    assert Connections(trusted=trusted).counted(address) == counted


async def test_a_request_whose_head_does_not_come_in_time_is_given_up(stack):
    server = await serving(stack, deadlines=Deadlines(head=0.05))
    visitors = await crowd(stack, server, 5, STRANGER)
    genuine = await visit(stack, server, FRIEND, post("/signed"))
    await genuine.answered()

    assert [await one.heard() for one in visitors] == [b""] * 5
    genuine.say(HALF)  # nor may those who were genuine before
    assert await genuine.heard() == b""
    assert len(server.connections) == 0


async def test_between_two_requests_the_unsigned_may_wait_less_long(stack):
    server = await serving(stack, deadlines=Deadlines(head=LONG, idle=0.05))
    genuine = await visit(stack, server, STRANGER, post("/signed"))
    await genuine.answered()

    stranger = await visit(stack, server, STRANGER, post("/echo"))

    assert (await stranger.heard()).endswith(b"\r\n\r\n0")
    assert not genuine.reader.at_eof()


async def test_a_head_that_is_longer_than_any_is_not_read_to_its_end(stack):
    server = await serving(stack)
    visitor = await visit(stack, server, say=b"POST /echo HTTP/1.1\r\nX: ")

    visitor.say(b"x" * (LONGEST_HEAD + 1))

    assert await visitor.heard() == b""


MARK = b"canary"
HEAD = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
REFUSED = {
    "no request": (b"canary\x00\r\n\r\n", b"400"),
    "a header without a name": (b"GET / HTTP/1.1\r\n: canary\r\n\r\n", b"400"),
    "a long header": (
        b"GET / HTTP/1.1\r\nX: canary" + b"x" * 9000 + b"\r\n\r\n",
        b"400",
    ),
    "two lengths": (
        post("/echo", MARK, "Content-Length: 7"),
        b"400",
    ),
    "bad chunks": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\ncanary\r\n",
        b"400",
    ),
    "packed": (post("/echo", MARK, "Content-Encoding: gzip"), b"400"),
    "no such path": (post("/canary", MARK), b"404"),
    "another method": (post("/echo", MARK).replace(b"POST", b"PUT"), b"405"),
    "an expectation": (post("/echo", MARK, "Expect: canary"), b"417"),
    "too large": (
        HEAD + b"Content-Length: 9999999\r\n\r\ncanary",
        b"413",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_refusal_is_a_status_and_nothing_else_and_ends_the_connection(
    stack, name, caplog
):
    wire, status = REFUSED[name]
    server = await serving(stack)
    visitor = await visit(stack, server, say=wire)

    with capture_logs() as logs:
        head, blank, body = (await visitor.heard()).partition(b"\r\n\r\n")

    assert head.split()[1] == status
    assert (blank, body) == (b"\r\n\r\n", b"")
    assert b"\r\nserver" not in head.lower()
    assert MARK not in head
    assert MARK.decode() not in str(logs) + caplog.text
    assert "Traceback" not in caplog.text
    assert len(logs) <= 1


async def test_what_breaks_in_a_handler_is_told_in_the_log_alone(stack):
    server = await serving(stack)
    with capture_logs() as logs:
        visitor = await visit(stack, server, say=post("/broken"))
        head, _blank, body = (await visitor.heard()).partition(b"\r\n\r\n")

    assert (head.split()[1], body) == (b"500", b"")
    assert [(one["event"], type(one["exc_info"])) for one in logs] == [
        ("request.failed", ZeroDivisionError)
    ]


async def test_a_peer_that_goes_away_in_the_middle_is_forgotten(stack):
    server = await serving(stack)
    visitors = await crowd(stack, server, 5, STRANGER)
    waiting = await visit(stack, server, STRANGER, post("/held"))
    await until(lambda: len(server.connections) == 6)

    for one in [*visitors, waiting]:
        one.writer.transport.abort()

    await until(lambda: len(server.connections) == 0)
    assert server.connections._unsigned == {}
    assert server.connections._waiting == {}


async def test_closing_ends_those_who_wait_at_once(stack):
    server = await serving(stack)
    visitors = await crowd(stack, server, 5, STRANGER)

    async with asyncio.timeout(5):
        await server.close()

    assert [await one.heard() for one in visitors] == [b""] * 5
