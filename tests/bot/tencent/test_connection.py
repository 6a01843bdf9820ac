"""Connections for one request: opened ahead, used once, and dropped unused."""

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from bot.errors import NoAnswer, NotSent
from bot.tencent import tc3
from bot.tencent.client import Account, Client
from bot.tencent.connection import MOST_AHEAD, Opener
from tests.bot.tencent.servers import (
    AT,
    ENDED,
    SHORT_CONNECT,
    SHORT_READ,
    TASK,
    Everywhere,
    Start,
    Started,
    Stop,
    answering,
    client_of,
    http,
    no_answer,
    reset,
    reset_when_asked,
    serving,
    start_within,
    then_silence,
)

REPLY = Started(task_id=TASK, request_id="r-1")


class Script:
    """Does to each connection what the next of *acts* does, the last one for ever.

    `met` and `left` are set when the first connection has come and is over.
    """

    def __init__(self, *acts):
        self.acts = list(acts)
        self.met, self.left = asyncio.Event(), asyncio.Event()

    async def __call__(self, server, reader, writer):
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        self.met.set()
        try:
            await act(server, reader, writer)
        finally:
            writer.close()
            self.left.set()


async def close_at_once(server, reader, writer):
    writer.close()


async def reset_it(server, reader, writer):
    reset(writer)


async def until_closed(server, reader, writer):
    await reader.read()


async def sent_ahead(script, request=None):
    """Return what becomes of *request* once the connection ahead met its *script*."""
    request = request or Start()
    async with serving(script) as server, client_of(server.endpoint) as client:
        with client.prepared(request) as ahead:
            await script.left.wait()
            try:
                outcome = await client.send(request, region="", ahead=ahead)
            except (NoAnswer, NotSent) as error:
                outcome = error
        return outcome, server


async def test_what_was_opened_ahead_carries_the_request():
    script = Script(answering(http()))
    async with serving(script) as server, client_of(server.endpoint) as client:
        with client.prepared(Start()) as ahead:
            await script.met.wait()
            requests = list(server.requests)
            reply = await client.send(Start(), region="", ahead=ahead)

    assert (requests, reply) == ([], REPLY)
    assert (len(server.requests), server.connections) == (1, 1)


async def test_of_two_requests_the_second_has_another_connection():
    script = Script(answering(http(), http()))
    async with serving(script) as server, client_of(server.endpoint) as client:
        with client.prepared(Start()) as ahead:
            for _ in range(2):
                await client.send(Start(), region="", ahead=ahead)

    assert (len(server.requests), server.connections) == (2, 2)


async def speak_first(server, reader, writer):
    writer.write(http(b"", status="408 Too late"))
    await writer.drain()


@pytest.mark.parametrize("end", [close_at_once, reset_it, speak_first])
async def test_one_that_ended_before_its_use_is_dropped_for_a_new_one(end):
    outcome, server = await sent_ahead(Script(end, answering(http())))

    assert outcome == REPLY
    assert (len(server.requests), server.connections) == (1, 2)


async def test_where_each_ends_before_its_use_nothing_was_sent():
    taken = []

    async def reset_all(server, reader, writer):
        taken.append(await reader.read(0))
        reset(writer)

    outcome, server = await sent_ahead(Script(reset_it, reset_all))

    # of the second, whether its end is seen before the write is a matter of luck
    assert isinstance(outcome, NotSent) or no_answer(outcome, ENDED)
    assert (server.requests, server.connections) == ([], 2)


async def test_by_one_that_has_ended_as_soon_as_it_stands_nothing_is_sent():
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def end_it():
            one, _peer = listening.accept()
            one.close()

        loop.add_reader(listening, end_it)
        async with client_of(f"http://127.0.0.1:{listening.getsockname()[1]}") as one:
            with pytest.raises(NotSent, match="no connection could be made"):
                await one.send(Start(), region="")
        loop.remove_reader(listening)


async def test_a_reset_after_the_write_is_no_answer_and_not_tried_again():
    script = Script(reset_when_asked)
    async with serving(script) as server, client_of(server.endpoint) as client:
        with client.prepared(Start()) as ahead:
            await script.met.wait()
            with pytest.raises(NoAnswer) as caught:
                await client.send(Start(), region="", ahead=ahead)

    assert no_answer(caught.value, ENDED)
    assert (len(server.requests), server.connections) == (1, 1)


async def test_where_nobody_reads_it_may_have_arrived():
    hasty = start_within(SHORT_READ)
    script = Script(then_silence(b""))
    async with serving(script) as server, client_of(server.endpoint) as client:
        with client.prepared(hasty) as ahead:
            await script.met.wait()
            with pytest.raises(NoAnswer) as caught:
                await client.send(hasty, region="", ahead=ahead)

    assert no_answer(caught.value, "It did not come in time, or not whole.")
    assert server.connections == 1


async def test_where_tls_is_never_agreed_on_nothing_was_sent():
    hasty = start_within(SHORT_CONNECT)
    async with serving(until_closed) as server:
        endpoint = f"https://trtc.tencentcloudapi.com:{server.port}"
        async with client_of(endpoint, resolver=Everywhere()) as client:
            with client.prepared(hasty) as ahead, pytest.raises(NotSent) as caught:
                await client.send(hasty, region="", ahead=ahead)

    assert str(caught.value) == "Nothing was sent: the connection timed out."
    assert server.connections == 1


# ── what is not taken ────────────────────────────────────────────────────────────


async def test_what_may_be_repeated_opens_nothing_ahead():
    async with serving(answering()) as server, client_of(server.endpoint) as client:
        with client.prepared(Stop()) as ahead:
            assert ahead is None


async def test_what_was_not_taken_is_closed():
    script = Script(until_closed)
    async with serving(script) as server, client_of(server.endpoint) as client:
        with client.prepared(Start()):
            await script.met.wait()
        await script.left.wait()

    assert (server.requests, server.connections) == ([], 1)


async def test_what_is_not_taken_for_long_closes_itself_and_is_opened_anew():
    script = Script(until_closed)
    async with serving(script) as server:
        opener = Opener(unused=0.01)
        ahead = opener.ahead(server.endpoint, within=10)
        await script.met.wait()
        await script.left.wait()

        assert await ahead.taken() is None


async def test_closing_the_client_closes_what_it_opened_ahead():
    script = Script(until_closed)
    async with serving(script) as server:
        client = client_of(server.endpoint)
        await client.start()
        with client.prepared(Start()) as ahead:
            await script.met.wait()
            await client.close()
            await script.left.wait()
            taken = await ahead.taken()

    assert taken is None


async def test_no_more_than_so_many_are_open_ahead():
    async with serving(until_closed) as server, client_of(server.endpoint) as client:
        async with AsyncExitStack() as stack:
            ahead = [
                stack.enter_context(client.prepared(Start()))
                for _ in range(MOST_AHEAD + 1)
            ]
        with client.prepared(Start()) as later:
            pass

    assert [one is None for one in ahead] == [*[False] * MOST_AHEAD, True]
    assert later is not None


@pytest.mark.parametrize(
    "first",
    [{"host": "127.0.0.2"}, {"family": -2}],
    ids=["nobody listens", "a family that this system has not"],
)
async def test_of_several_addresses_the_next_is_tried(first):
    class Twice(Everywhere):
        async def resolve(self, host, port=0, **kind):
            places = await super().resolve(host, port, **kind)
            return [{**place, **first} for place in places] + places

    async with serving(answering(http())) as server:
        endpoint = f"http://tencent.test:{server.port}"
        opener = Opener(Twice())
        connection = await opener.opened(endpoint, within=10)
        connection.close()

    assert server.connections == 1


class Names(Everywhere):
    """Answers nothing until it is told to, and fails as often as *failures* says."""

    def __init__(self, failures=0):
        super().__init__()
        self.failures, self.asked = failures, 0
        self.begun, self.tells = asyncio.Event(), asyncio.Event()

    async def resolve(self, host, port=0, **kind):
        self.asked += 1
        self.begun.set()
        await self.tells.wait()
        if self.asked <= self.failures:
            raise OSError
        return await super().resolve(host, port, **kind)


def close_those_that_stand(connections):
    for connection in connections:
        connection.close()
    return len(connections)


async def test_those_that_want_one_place_share_one_lookup_whoever_gives_up():
    names = Names()
    async with serving(until_closed) as server:
        endpoint, opener = f"http://tencent.test:{server.port}", Opener(names)
        gives_up = asyncio.create_task(opener.opened(endpoint, within=10))
        await names.begun.wait()
        others = [
            asyncio.create_task(opener.opened(endpoint, within=10)) for _ in range(12)
        ]
        with pytest.raises(NotSent):
            await opener.opened(endpoint, within=0)
        gives_up.cancel()
        await asyncio.wait({gives_up})
        names.tells.set()
        stood = close_those_that_stand(await asyncio.gather(*others))
        later = close_those_that_stand([await opener.opened(endpoint, within=10)])

    assert (names.asked, stood, later) == (1, 12, 1)


async def test_the_failure_of_a_lookup_is_told_to_all_and_not_kept():
    names = Names(failures=1)
    async with serving(until_closed) as server:
        endpoint, opener = f"http://tencent.test:{server.port}", Opener(names)
        waiting = [
            asyncio.create_task(opener.opened(endpoint, within=10)) for _ in range(3)
        ]
        await names.begun.wait()
        names.tells.set()
        told = await asyncio.gather(*waiting, return_exceptions=True)
        later = close_those_that_stand([await opener.opened(endpoint, within=10)])

    sentence = "Nothing was sent: Tencent's host name was not found."
    assert [(type(one), str(one)) for one in told] == [(NotSent, sentence)] * 3
    assert (names.asked, later) == (2, 1)


async def test_closing_tells_those_who_wait_for_a_lookup_that_nothing_was_sent():
    names = Names()
    opener = Opener(names)
    waits = asyncio.create_task(opener.opened("http://tencent.test:1", within=10))
    await names.begun.wait()
    opener.close()

    with pytest.raises(NotSent, match="not found"):
        await waits


async def test_what_would_end_a_header_is_never_sent():
    credential = tc3.Credential("id", SecretStr("key"), SecretStr("a\r\nX-Own: b"))
    async with serving(answering(http())) as server:
        accounts = {"trtc": Account(server.endpoint, credential)}
        async with Client(accounts, now=lambda: AT) as client:
            with pytest.raises(ValueError, match="line break"):
                await client.send(Start(), region="")

    assert server.requests == []
