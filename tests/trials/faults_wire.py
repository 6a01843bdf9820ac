"""Servers that break HTTP in every way there is, in front of the loopback cloud.

An act is what is done with one connection. Most let the cloud do what was asked
first: the worst moment for an answer to be lost is when the relay runs already.
"""

import asyncio
import json
import socket
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from tests.bot.tencent.servers import Everywhere, Server, http, reset
from tests.trials import stage

HOST = "trtc.tencentcloudapi.com"
PRODUCT = {b"Start": "trtc", b"Creat": "car", b"Descr": "gs"}
MIB = 1 << 20


def error(code, status="200 OK"):
    """Return Tencent's answer with the error *code*."""
    told = {"Error": {"Code": code, "Message": "so"}, "RequestId": "req-trial-1"}
    return http(json.dumps({"Response": told}).encode(), status=status)


@dataclass
class Far(Server):
    """The far end of one road: what it was asked, and the cloud behind it."""

    cloud: object = None

    async def heard(self, reader):
        await self.request(reader)
        return self.requests[-1]

    async def done(self, raw):
        """Let the cloud do what *raw* asks; return the body of its answer."""
        action = raw.split(b"X-TC-Action: ")[1][:5]
        port = int(self.cloud.endpoints[PRODUCT[action]].rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            return await reader.readexactly(length)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def reset_when_done(far, reader, writer):
    await far.done(await far.heard(reader))
    reset(writer)


def answering(make, *, done=True):
    """Answer with what *make* makes of the true body; *done*: it was carried out."""

    async def act(far, reader, writer):
        raw = await far.heard(reader)
        writer.write(make(await far.done(raw) if done else b""))
        await writer.drain()

    return act


def then_silence(make):
    async def act(far, reader, writer):
        writer.write(make(await far.done(await far.heard(reader))))
        await reader.read()  # until the client has had enough

    return act


def dripping(seconds):
    """Send one byte every *seconds*."""

    async def act(far, reader, writer):
        body = await far.done(await far.heard(reader))
        for byte in http(body):
            writer.write(bytes([byte]))
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), seconds)

    return act


async def endless(far, reader, writer):
    await far.done(await far.heard(reader))
    writer.write(http(b"", Content_Length=1 << 40))
    while not writer.is_closing():
        writer.write(b" " * 65_536)
        await writer.drain()


async def through(far, reader, writer):
    while True:
        body = await far.done(await far.heard(reader))
        writer.write(http(body))
        await writer.drain()


async def stale(far, reader, writer):
    writer.write(http(await far.done(await far.heard(reader))))
    await writer.drain()
    await reader.read(1)
    reset(writer)


@cache
def bomb():
    packer = zlib.compressobj(1, wbits=31)
    piece = b" " * MIB
    packed = b"".join(packer.compress(piece) for _ in range(300))
    return packed + packer.flush()


async def client_to(bench, endpoint, resolver=None):
    """Return the bot's client, with the bench's keys, for *endpoint*."""
    endpoints = dict.fromkeys(("trtc", "car", "gs"), endpoint)
    keys = bench.cloud.secret_id, bench.cloud.secret_key
    client = stage.client(endpoints, *keys, bench.world.clock, resolver)
    return await bench.stack.enter_async_context(client)


async def served(stack, far, context=None):
    """Let *far* serve on a port of its own; return both."""
    server = await asyncio.start_server(far.connected, "127.0.0.1", 0, ssl=context)
    stack.push_async_callback(far.close)
    stack.callback(server.close)
    return far, server.sockets[0].getsockname()[1]


async def raw_road(bench, act):
    """Return a client whose every connection meets *act*, and its far end."""
    far, port = await served(bench.stack, Far(act, cloud=bench.cloud))
    return await client_to(bench, f"http://127.0.0.1:{port}"), far


async def nameless_road(bench):
    return await client_to(bench, f"https://{HOST}", Everywhere(known=False))


async def refusing_road(bench):
    held = bench.stack.enter_context(socket.socket())
    held.bind(("127.0.0.1", 0))
    return await client_to(bench, f"http://127.0.0.1:{held.getsockname()[1]}")


async def silent_road(bench):
    held = bench.stack.enter_context(socket.socket())
    held.bind(("127.0.0.1", 0))
    held.listen(0)
    for _ in range(2):
        knocking = bench.stack.enter_context(socket.socket())
        knocking.setblocking(False)  # noqa: FBT003 - as the library has it
        with suppress(BlockingIOError):
            knocking.connect(held.getsockname())
    return await client_to(bench, f"http://127.0.0.1:{held.getsockname()[1]}")


async def tls_road(bench, context):
    """Return a client for a TLS server with the TLS *context*.

    Tencent's name resolves to loopback, since the client takes TLS under that only.
    """
    _far, port = await served(bench.stack, Far(through, cloud=bench.cloud), context)
    return await client_to(bench, f"https://{HOST}:{port}", Everywhere())
