"""Servers that break HTTP in every way there is, in front of the loopback cloud.

An act is what is done with one connection. Most let the cloud do what was asked
first: the worst moment for an answer to be lost is when the relay runs already.
"""

import asyncio
import json
import socket
import ssl
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from aiohttp.abc import AbstractResolver
from pydantic import SecretStr

from bot.tencent.client import Account, Client
from bot.tencent.tc3 import Credential

HOST = "trtc.tencentcloudapi.com"
PRODUCT = {b"Start": "trtc", b"Creat": "car", b"Descr": "gs"}
MIB = 1 << 20


def http(body=b"", *, status="200 OK", **headers):
    """Return an HTTP answer; a header named `content_length` is `Content-Length`."""
    given = {"Content_Type": "application/json", "Content_Length": len(body)} | headers
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def error(code, status="200 OK"):
    """Return Tencent's answer with the error *code*."""
    told = {"Error": {"Code": code, "Message": "so"}, "RequestId": "req-trial-1"}
    return http(json.dumps({"Response": told}).encode(), status=status)


@dataclass
class Far:
    """The far end of one road: what it was asked, and the cloud behind it."""

    cloud: object
    act: object
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def heard(self, reader):
        """Read one request."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))
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

    async def connected(self, reader, writer):
        """Do to a connection what the act says."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await self.act(self, reader, writer)
        writer.close()


# ── acts ────────────────────────────────────────────────────────────────────────


def reset(writer):
    """End the connection with RST."""
    linger = struct.pack("ii", 1, 0)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def reset_at_once(far, reader, writer):
    """Reset before a byte is read."""
    reset(writer)


async def reset_when_done(far, reader, writer):
    """Do what was asked, then reset."""
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
    """Answer as `answering`, then keep the connection open without a word."""

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
    """Send a body that does not end."""
    await far.done(await far.heard(reader))
    writer.write(http(b"", Content_Length=1 << 40))
    while not writer.is_closing():
        writer.write(b" " * 65_536)
        await writer.drain()


async def through(far, reader, writer):
    """Answer as the cloud does, for as long as the connection is kept."""
    while True:
        body = await far.done(await far.heard(reader))
        writer.write(http(body))
        await writer.drain()


async def stale(far, reader, writer):
    """Answer one request, and reset the kept connection when a second comes."""
    writer.write(http(await far.done(await far.heard(reader))))
    await writer.drain()
    await reader.read(1)
    reset(writer)


@cache
def bomb():
    """Return 300 MB of spaces, packed to some hundred kilobytes."""
    packer = zlib.compressobj(1, wbits=31)
    piece = b" " * MIB
    packed = b"".join(packer.compress(piece) for _ in range(300))
    return packed + packer.flush()


# ── roads ───────────────────────────────────────────────────────────────────────


class Names(AbstractResolver):
    """Says that every host name is 127.0.0.1, or that there is none."""

    def __init__(self, *, known=True):
        self.known = known

    async def resolve(self, host, port=0, **_kind):
        """Return 127.0.0.1."""
        if not self.known:
            raise OSError(None, "no such name")
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
        ]

    async def close(self):
        """Nothing is held."""


async def client_to(bench, endpoint, resolver=None):
    """Return the bot's client, with the bench's keys, for *endpoint*."""
    key = Credential(bench.cloud.secret_id, SecretStr(bench.cloud.secret_key))
    accounts = dict.fromkeys(("trtc", "car", "gs"), Account(endpoint, key))
    clock = bench.world.clock
    client = Client(accounts, now=clock, resolver=resolver)
    return await bench.stack.enter_async_context(client)


async def raw_road(bench, act):
    """Return a client whose every connection meets *act*, and its far end."""
    far = Far(bench.cloud, act)
    server = await asyncio.start_server(far.connected, "127.0.0.1", 0)
    bench.stack.callback(server.close)
    port = server.sockets[0].getsockname()[1]
    return await client_to(bench, f"http://127.0.0.1:{port}"), far


async def nameless_road(bench):
    """Return a client for a host name that is not found."""
    return await client_to(bench, f"https://{HOST}", Names(known=False))


async def refusing_road(bench):
    """Return a client for a port that is taken, and where nobody listens."""
    held = bench.stack.enter_context(socket.socket())
    held.bind(("127.0.0.1", 0))
    return await client_to(bench, f"http://127.0.0.1:{held.getsockname()[1]}")


async def silent_road(bench):
    """Return a client for a port that answers no SYN: its queue is full."""
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
    far = Far(bench.cloud, through)
    server = await asyncio.start_server(far.connected, "127.0.0.1", 0, ssl=context)
    bench.stack.callback(server.close)
    endpoint = f"https://{HOST}:{server.sockets[0].getsockname()[1]}"
    return await client_to(bench, endpoint, Names())
