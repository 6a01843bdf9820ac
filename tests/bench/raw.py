"""HTTP/1.1 over bare protocols, for the side that must never be the limit.

What is measured is at the other end. So nothing here parses more than it needs: the
path, the length and, of few, a header.
"""

import asyncio
import re
import time
from email.utils import formatdate

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END = b"\r\n\r\n"


class Served(asyncio.Protocol):
    """A connection that is listened to; *answer* gets `(path, head, body, reply)`."""

    opened = 0  # connections, of all that were ever listened to

    def __init__(self, answer):
        self._answer = answer
        self._came = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport):
        Served.opened += 1
        self.transport = transport

    def data_received(self, data):
        self._came += data
        while (whole := split(self._came)) is not None:
            head, body, self._came = whole
            self._answer(head.split(b" ", 2)[1], head, body, self.reply)

    def reply(self, data):
        if not self.transport.is_closing():
            self.transport.write(data)


class Line(asyncio.Protocol):
    """A connection on which one request at a time is asked."""

    def __init__(self):
        self._came = b""
        self._waiting: asyncio.Future | None = None
        self.transport: asyncio.Transport | None = None
        self.usable = True

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self._came += data
        whole = split(self._came)
        if whole is not None:
            head, body, self._came = whole
            if b"\r\nconnection: close" in head.lower():
                self.usable = False  # nothing that is sent after it is read
            self._settle(int(head[9:12]), body)

    def connection_lost(self, error):
        self.usable = False
        self._settle(0, b"")

    def ask(self, data):
        """Send the whole request *data*; return the future of `(status, body)`."""
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return self._waiting

    def close(self):
        self.usable = False
        if self.transport:
            self.transport.abort()

    def _settle(self, status, body):
        if self._waiting and not self._waiting.done():
            self._waiting.set_result((status, body))


def split(came):
    """Return head, body and rest of *came*, or None while it is not whole."""
    end = came.find(END)
    if end < 0:
        return None
    match = LENGTH.search(came, 0, end)
    last = end + 4 + (int(match[1]) if match else 0)
    return None if len(came) < last else (came[:end], came[end + 4 : last], came[last:])


async def listen(answer, context=None):
    """Listen on a free port of loopback; return the server and its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Served(answer), "127.0.0.1", 0, backlog=1024, ssl=context
    )
    return server, server.sockets[0].getsockname()[1]


async def connect(port):
    """Open a line to *port* of loopback."""
    loop = asyncio.get_running_loop()
    _transport, line = await loop.create_connection(Line, "127.0.0.1", port)
    return line


def header(head, name):
    """Return the value of the header *name* (lower case), or ""."""
    match = re.search(rb"\r\n" + name + rb": *([^\r]*)", head, re.IGNORECASE)
    return match[1].decode() if match else ""


class Json:
    """Writes answers; the date is made once a second."""

    def __init__(self):
        self._second, self._head = 0, b""

    def __call__(self, body):
        now = int(time.time())
        if now != self._second:
            self._second = now
            date = formatdate(now, usegmt=True)
            self._head = (
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                f"Date: {date}\r\nContent-Length: "
            ).encode()
        return b"%s%d\r\n\r\n%s" % (self._head, len(body), body)
