"""Servers on loopback that do everything wrong that one can, and a client of them."""

import asyncio
import json
import socket
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from aiohttp.abc import AbstractResolver
from pydantic import SecretStr

from bot.errors import CloudError, NoAnswer
from bot.tencent import tc3
from bot.tencent.call import LARGEST
from bot.tencent.client import Account, Client
from bot.tencent.models.base import Api, Deadline, Level, Repeat, Reply, Request

AT = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
KEY = tc3.Credential("id", SecretStr("hidden"), SecretStr("hidden-token"))
PATIENT = Deadline(attempt=20, connect=10, read=10, overall=20)
SHORT_CONNECT = Deadline(attempt=20, connect=0.1, read=10, overall=20)
SHORT_READ = Deadline(attempt=20, connect=10, read=0.3, overall=20)
SHORT_IN_ALL = Deadline(attempt=0.3, connect=10, read=10, overall=20)
TRTC = Api("trtc", "2019-07-22", regional=True, page="")
CAR = Api("car", "2022-01-10", regional=False, page="")

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."
BODY = json.dumps({"Response": {"TaskId": TASK, "RequestId": "r-1"}}).encode()


class Started(Reply):
    task_id: str


class Start(Request[Started]):
    service: ClassVar = TRTC
    action: ClassVar = "StartPublishCdnStream"
    level: ClassVar = Level.BILLED
    repeat: ClassVar = Repeat.NEVER
    deadline: ClassVar = PATIENT
    reply: ClassVar = Started

    room_id: str = "直播间"


def start_within(deadline_):
    class Hasty(Start):
        deadline: ClassVar = deadline_

    return Hasty()


class Stop(Start):
    action: ClassVar = "StopPublishCdnStream"
    level: ClassVar = Level.CHANGE
    repeat: ClassVar = Repeat.SAFE


def http(body=BODY, *, status="200 OK", **headers):
    """Return an HTTP answer; a header named `content_length` is `Content-Length`."""
    given = {"Content_Type": "application/json", "Content_Length": len(body)} | headers
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in given.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Server:
    """A server on loopback that does to each request what *act* does."""

    act: object
    requests: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    port: int = 0
    serving: set = field(default_factory=set)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    async def request(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))
        self.asked.set()

    async def connected(self, reader, writer):
        self.connections += 1
        self.serving.add(asyncio.current_task())
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self.act(self, reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def close(self):
        """Leave no connection open to whoever comes next."""
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)


@asynccontextmanager
async def serving(act, **how):
    server = Server(act)
    listening = await asyncio.start_server(server.connected, "127.0.0.1", 0, **how)
    async with listening:
        server.port = listening.sockets[0].getsockname()[1]
        try:
            yield server
        finally:
            await server.close()


def answering(*answers):
    """Answer the requests of each connection with *answers*, then close it."""

    async def act(server, reader, writer):
        for answer in answers:
            await server.request(reader)
            writer.write(answer)

    return act


async def reset_at_once(server, reader, writer):
    reset(writer)


async def reset_when_asked(server, reader, writer):
    await server.request(reader)
    reset(writer)


def reset(writer):
    on, no_seconds = 1, 0
    linger = struct.pack("ii", on, no_seconds)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def then_silence(start):
    async def act(server, reader, writer):
        await server.request(reader)
        writer.write(start)
        await reader.read()  # until the client has had enough

    return act


async def drip(server, reader, writer):
    await server.request(reader)
    for byte in http():
        writer.write(bytes([byte]))
        await writer.drain()
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.02)


async def flood(server, reader, writer):
    await server.request(reader)
    writer.write(http(b"", Content_Length=10 * LARGEST))
    while not writer.is_closing():
        writer.write(b" " * 65_536)
        await writer.drain()


class Everywhere(AbstractResolver):
    """Says that every host name is 127.0.0.1, or that there is none."""

    def __init__(self, *, known=True):
        self.known = known

    async def resolve(self, host, port=0, **_kind):
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
        pass


def client_of(endpoint, **how):
    how = {"now": lambda: AT} | how
    return Client({"trtc": Account(endpoint, KEY)}, **how)


async def send(endpoint, request, **how):
    """Send *request* once; return the reply, or the error as a value."""
    async with client_of(endpoint, **how) as client:
        try:
            return await client.send(request, region="ap-singapore")
        except CloudError as error:
            return error


async def outcome_of(act, request=None):
    """Return what the client makes of a server that does *act*."""
    async with serving(act) as server:
        return await send(server.endpoint, request or Start())


ENDED = "The connection ended too early."


def no_answer(outcome, why):
    """Tell whether *outcome* is NoAnswer because of *why*; and shows no secret."""
    whole = f"No usable answer: {why} The request may have taken effect."
    return isinstance(outcome, NoAnswer) and str(outcome) == whole
