"""HTTP without a library: bytes out, a status and bytes back, on kept connections.

A load generator must never be what is measured, and a malformed request must leave
as it was written. So nothing here parses what it sends.
"""

import asyncio
import hashlib
import hmac
import re
import time
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_LINES = 4000
LENGTH = re.compile(rb"\r\ncontent-length *: *(\d+)", re.IGNORECASE)
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 means that the connection ended without an answer."""

    status: int
    body: bytes = b""


def request(path, body, headers=None, method="POST"):
    """Return a whole request; *headers* go out as they are, Latin-1."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bot", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def slack_headers(body, secret, at=None):
    """Return the headers with which Slack signs *body* at the Unix time *at*."""
    stamp = str(int(time.time() if at is None else at))
    base = b"v0:" + stamp.encode() + b":" + body
    signature = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}


class _Line(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self):
        self.transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None
        self.usable = True

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self._came += data
        head, blank, body = bytes(self._came).partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        self._came.clear()
        if b"\r\nconnection: close" in head.lower():
            self.usable = False
        self._answer(Answer(int(head.split(None, 2)[1]), body))

    def connection_lost(self, error):
        self.usable = False
        head, _blank, body = bytes(self._came).partition(b"\r\n\r\n")
        status = int(head.split(None, 2)[1]) if head.startswith(b"HTTP/") else 0
        self._answer(Answer(status, body))

    def send(self, data):
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return self._waiting

    def close(self):
        self.usable = False
        if self.transport:
            self.transport.abort()

    def _answer(self, answer):
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(answer)


class Lines:
    """Connections to *url*, as many as there are requests under way, up to *most*.

    With *keep* they are used again and again; without it each has one request.
    """

    def __init__(self, url, *, keep=True, most=MOST_LINES):
        self.url = url
        self._keep = keep
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._free: deque[_Line] = deque()
        self._slots = asyncio.Semaphore(most)

    async def ask(self, data, patience):
        """Send *data*; status 0 if no answer came within *patience* seconds."""
        line = None
        try:
            async with asyncio.timeout(patience), self._slots:
                line = await self._line()
                answer = await line.send(data)
        except (TimeoutError, OSError):
            if line:
                line.close()
            return Answer(0)
        if line.usable and self._keep:
            self._free.append(line)
        else:
            line.close()
        return answer

    def close(self):
        while self._free:
            self._free.pop().close()

    async def _line(self):
        while self._free:
            line = self._free.pop()
            if line.usable:
                return line
        loop = asyncio.get_running_loop()
        _transport, line = await loop.create_connection(_Line, self._host, self._port)
        return line


def _length(head):
    match = LENGTH.search(head)
    return int(match[1]) if match else 0
