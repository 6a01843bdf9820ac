"""A server on loopback, and visitors who say as much or as little as they like."""

import asyncio
import socket

from aiohttp import web

from bot.http.connections import MOST, MOST_UNSIGNED, Deadlines
from bot.http.server import Server
from bot.runtime.signed import vouch, waited

STRANGER, FRIEND = "127.0.0.2", "127.0.0.3"
HALF = b"POST /echo HTTP/1.1\r\nHost: x\r\nX"
ENOUGH = 20.0  # seconds that anything may take on a busy machine
LONG = 120.0  # seconds, of a deadline that is not what is tried


class Visitor:
    """One connection from *source*; bytes out, and what comes back."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def from_(cls, source, port):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=(source, 0)
        )
        return cls(reader, writer)

    def say(self, data):
        self.writer.write(data)

    async def heard(self):
        """Return all that came until the connection ended."""
        try:
            return await asyncio.wait_for(self.reader.read(), ENOUGH)
        except ConnectionError:
            return b""

    async def answered(self):
        """Return the status and the body of the next answer, and go on."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), ENOUGH)
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0])
        return int(head.split()[1]), await self.reader.readexactly(length)

    async def close(self):
        self.writer.close()


def post(path, body=b"", *headers):
    lines = (f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


async def serving(stack, **more):
    """Start a server on which /signed is genuine, /echo is not, and /held waits."""
    server_stands = asyncio.Event()

    async def ready():
        return {}

    async def echo(request):
        server.waits.append(waited(request))
        return web.Response(text=str(len(await request.read())))

    async def signed(request):
        vouch(request)
        server.heard.append(await request.read())
        return await echo(request)

    async def held(request):
        await server_stands.wait()
        return await echo(request)

    async def broken(_request):
        raise ZeroDivisionError("one over none")

    handlers = {"echo": echo, "signed": signed, "held": held, "broken": broken}
    routes = [web.post(f"/{name}", handler) for name, handler in handlers.items()]
    patient = {"read_seconds": LONG, "deadlines": Deadlines(head=LONG)}
    server = Server(routes=routes, ready=ready, **(patient | more))
    stack.push_async_callback(server.close)
    stack.callback(server_stands.set)
    server.let_go = server_stands.set
    server.heard, server.waits = [], []  # what was signed, and what each echo waited
    server.port = await server.start("127.0.0.1", 0)
    return server


async def visit(stack, server, source="127.0.0.1", say=b""):
    visitor = await Visitor.from_(source, server.port)
    stack.push_async_callback(visitor.close)
    visitor.say(say)
    return visitor


async def crowd(stack, server, count, source, say=HALF):
    before = len(server.connections)
    visitors = [await visit(stack, server, source, say) for _ in range(count)]
    most = min(before + count, MOST)
    await until(lambda: len(server.connections) in {most, MOST_UNSIGNED})
    return visitors


async def until(true):
    """Wait until *true*, as the loop goes round."""
    async with asyncio.timeout(ENOUGH):
        while not true():
            await asyncio.to_thread(_nothing)


def _nothing():
    """Let the kernel and the other tasks go on."""
    socket.gethostname()
