"""One call of Tencent Cloud: its bytes as they are sent, and what came of it so far."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.errors import NoAnswer
from bot.i18n import _
from bot.tencent import wire
from bot.tencent.models.base import Request
from bot.tencent.unpack import unpack

_LINE_ENDS = re.compile(r"[\r\n\0]")

LARGEST = 1024 * 1024  # bytes that we read of an answer; real ones have some hundred

# Takes an action, the HTTP status, the headers and the body of its answer.
Saw = Callable[[str, int, Mapping[str, str], bytes], None]


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it is sent: where to, and its bytes; and what came of it.

    *last* is called just before it is written.
    """

    request: Request[Any]
    endpoint: str
    payload: bytes
    headers: Mapping[str, str]
    came: "Came"
    last: Callable[[], None] | None = None

    def whole(self) -> bytes:
        """Return head and body, for a connection of its own.

        Raises:
            ValueError: a header would end its line.
        """
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"Content-Length: {len(self.payload)}", "Connection: close"]
        if _LINE_ENDS.search("".join(lines)):
            raise ValueError("a header has a line break in it")
        return "\r\n".join(["POST / HTTP/1.1", *lines, "", ""]).encode() + self.payload


@dataclass(slots=True)
class Came:
    """What came of an answer so far; it is kept when the connection breaks."""

    expected: bool = False  # something was sent
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    body: bytearray = field(default_factory=bytearray)

    async def read(
        self, status: int, headers: Mapping[str, str], body: aiohttp.StreamReader
    ) -> tuple[int, bytes, str]:
        """Take in an answer to its end, or as much of it as is read at all.

        Raises:
            NoAnswer: it does not end, or cannot be unpacked.
        """
        self.status, self.headers = status, headers
        self.encoding = headers.get("Content-Encoding", "")
        async for piece in body.iter_any():
            self.body += piece
            if len(self.body) > LARGEST:
                raise self.cut_off(_("It does not end."))
        return status, self.whole(), headers.get("Content-Type", "")

    def show(self, action: str, saw: Saw) -> None:
        """Tell *saw* what came of *action*."""
        saw(action, self.status, self.headers, bytes(self.body))

    def whole(self) -> bytes:
        """Return the body, unpacked.

        Raises:
            NoAnswer: what was packed is broken, or too long.
        """
        plain, is_all = unpack(bytes(self.body), self.encoding, LARGEST)
        if is_all:
            return plain
        raise wire.cut_off(_("It cannot be decompressed whole."), plain, self.status)

    def cut_off(self, why: str) -> NoAnswer:
        """Return the error for an answer that ended here, and *why*."""
        plain, _is_all = unpack(bytes(self.body), self.encoding, LARGEST)
        return wire.cut_off(why, plain, self.status)
