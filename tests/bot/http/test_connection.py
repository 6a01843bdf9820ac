"""What one connection waits for, and what it is told."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.http.connection import LONGEST_HEAD
from bot.http.connections import Deadlines
from tests.bot.http.visitors import (
    FRIEND,
    HALF,
    LONG,
    STRANGER,
    crowd,
    post,
    serving,
    until,
    visit,
)


async def test_what_the_kernel_has_and_the_loop_has_not_read_is_seen(stack):
    server = await serving(stack)
    visitor = await visit(stack, server, say=post("/signed"))
    await visitor.answered()
    (one,) = server.connections._waiting
    assert not one.has_spoken()

    one.transport.pause_reading()
    visitor.say(post("/signed", b"ab"))

    await until(one.has_spoken)
    one.transport.resume_reading()
    assert await visitor.answered() == (200, b"2")


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


async def test_a_request_that_crosses_the_end_of_its_connection_is_carried_out(stack):
    server = await serving(stack)
    visitor = await visit(stack, server, say=post("/signed"))
    await visitor.answered()
    assert server.connections.full(10**9)

    await until(lambda: not server.connections.make_room())  # it has not spoken by now
    visitor.say(post("/signed", b"abc"))

    await until(lambda: server.heard == [b"", b"abc"])
    assert await visitor.heard() == b""
    assert len(server.connections) == 0


WHOLE = post("/signed", b"abc")


@pytest.mark.parametrize(
    ("said", "heard"), [(WHOLE, [b"abc"]), (WHOLE[:-1], []), (HALF, [])]
)
async def test_who_said_all_and_is_gone_at_once_is_carried_out(stack, said, heard):
    server = await serving(stack)
    visitor = await visit(stack, server, say=post("/signed"))
    await visitor.answered()
    (one,) = server.connections._open
    one.transport.pause_reading()

    visitor.say(said)
    visitor.writer.close()
    await until(one.has_spoken)
    one.transport.resume_reading()

    await until(lambda: one.transport is None)
    assert server.heard == [b"", *heard]
    assert len(server.connections) == 0


async def test_one_that_was_idle_for_too_long_loses_no_request_that_crosses_it(stack):
    times = Deadlines(head=LONG, idle_signed=0.05, linger=LONG)
    server = await serving(stack, deadlines=times)
    visitor = await visit(stack, server, say=post("/signed"))
    await visitor.answered()
    await until(visitor.reader.at_eof)

    visitor.say(post("/signed", b"abc"))

    await until(lambda: server.heard == [b"", b"abc"])


async def test_one_that_hears_nothing_more_is_dropped_soon_after(stack):
    times = Deadlines(head=LONG, idle_signed=0.05, linger=0.05)
    server = await serving(stack, deadlines=times)
    visitor = await visit(stack, server, say=post("/signed"))
    await visitor.answered()
    (one,) = server.connections._open

    await until(visitor.reader.at_eof)

    await until(lambda: one.transport is None)
    assert server.heard == [b""]


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


class Held:
    """A front that lets the first request wait."""

    def __init__(self):
        self.holder = None

    def held(self, _data, holder):
        if self.holder is not None:
            return None
        self.holder = holder
        return lambda: None

    def close(self):
        """Nothing waits any more."""


async def test_a_request_waited_from_when_it_came_until_it_had_its_place(stack):
    front, now = Held(), asyncio.get_running_loop().time
    server = await serving(stack, fronts=[front])
    visitor = await visit(stack, server)
    await until(lambda: len(server.connections) == 1)
    made = now()
    await until(lambda: now() - made > 0.01)  # it says nothing for a while
    asked = now()
    visitor.say(post("/echo"))
    await until(lambda: front.holder is not None)
    came = now()
    await until(lambda: now() > came)
    had_place = now()
    front.holder.go_on()
    gone_on = now()
    await visitor.answered()

    visitor.say(post("/echo"))  # which does not wait
    await visitor.answered()

    first, second = server.waits
    assert had_place - came <= first <= gone_on - asked
    assert second == 0.0
