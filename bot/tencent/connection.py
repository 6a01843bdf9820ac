"""A connection for one request: opened ahead of it, written to once, never kept.

A kept connection that died looks the same as a lost answer. So what must not reach
Tencent twice goes over one on which nothing was written yet. Opening takes its time,
above all by TLS; it is begun when it is known that there will be a request, and goes
on while that is committed and checked. One that ended meanwhile is dropped unused, for
a new one: nothing has left by it.
"""

import asyncio
import math
import select
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import DefaultResolver
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader
from cachetools import TTLCache

from bot.errors import NotSent
from bot.i18n import _

MOST_AHEAD = 32  # connections that are open, or being opened, and not used yet
LONGEST_UNUSED = 10.0  # seconds; far ends close what is silent for long
NAMES_KEPT = 10.0  # seconds, as aiohttp keeps addresses
HEAD_START = 0.5  # seconds that an address has before the next one is tried

FINAL = 200  # a status below is only the news that another follows

_Address = tuple[socket.AddressFamily | int, tuple[str, int]]

# Not all systems tell that the far end has closed its half.
_ENDED = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)


@cache
def trusted() -> ssl.SSLContext:
    """Return what TLS goes by: the system's CAs, read once."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


@dataclass(frozen=True, slots=True)
class Place:
    """Where an endpoint listens; *address* only if its host is one."""

    host: str
    port: int
    tls: bool
    address: _Address | None = None


@cache  # there is one endpoint for each product
def place_of(endpoint: str) -> Place:
    """Return where *endpoint*, `https://host` or `http://host:port`, listens."""
    parts = urlsplit(endpoint)
    tls = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if tls else 80)
    return Place(host, port, tls, _address_of(host, port))


def _address_of(host: str, port: int) -> _Address | None:
    """Return *host* with *port* as sockets take it, if it is no name."""
    try:
        version = ip_address(host).version
    except ValueError:
        return None
    family = socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - IP's
    return family, (host, port)


class NoSuchName(OSError):
    """No address is known of a host."""


class Connection:
    """One that stands. It is written to once, gives one answer, and is closed."""

    def __init__(self, handler: ResponseHandler, *, tls: bool) -> None:
        self._handler = handler
        self._tls = tls

    @property
    def is_sound(self) -> bool:
        """Whether it still stands, and nothing came by it; before it is used."""
        transport = self._handler.transport
        if transport is None or transport.is_closing() or self._handler.should_close:
            return False
        waiting = select.poll()  # for what the event loop has not seen yet
        # by TLS, tickets for later connections may come unasked
        waiting.register(
            transport.get_extra_info("socket").fileno(),
            _ENDED if self._tls else _ENDED | select.POLLIN,
        )
        return not waiting.poll(0)

    def write(self, request: bytes, *, read: float) -> None:
        """Send *request*. No piece of the answer may take longer than *read* seconds.

        From here on it may have arrived, however the connection ends.
        """
        self._handler.set_response_params(
            read_until_eof=True,
            auto_decompress=False,  # identity was asked for; `unpack` has a bound
            read_timeout=read,
            timeout_ceil_threshold=math.inf,
        )
        if self._handler.transport is not None:  # else reading says how it ended
            self._handler.transport.write(request)
            self._handler.start_timeout()

    async def answer(self) -> tuple[RawResponseMessage, StreamReader]:
        """Return the head of the answer, and its body to be read.

        Raises:
            aiohttp.ClientError: it ended before, or took too long.
            HttpProcessingError: what came is not HTTP.
        """
        while True:
            message, body = await self._handler.read()
            if message.code >= FINAL or message.code == 101:  # noqa: PLR2004 - Switching Protocols ends HTTP
                return message, body

    def close(self) -> None:
        """Let go of it, used or not."""
        self._handler.abort()


class Ahead:
    """A connection that is being opened for a request to come; see `Opener.ahead`."""

    def __init__(
        self, opening: asyncio.Task[Connection], among: set[Self], *, lasts: float
    ) -> None:
        self._opening: asyncio.Task[Connection] | None = opening
        self._among = among
        self._among.add(self)
        loop = asyncio.get_running_loop()
        self._too_old = loop.call_later(lasts, self.close)

    async def taken(self) -> Connection | None:
        """Return the connection, for its taker to close; None if it is no good now.

        Raises:
            NotSent: it could not be opened.
        """
        opening = self._given_away()
        if opening is None:
            return None
        try:
            connection = await opening
        except asyncio.CancelledError:
            opening.add_done_callback(_let_go)
            raise
        if connection.is_sound:
            return connection
        connection.close()
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what was not taken."""
        if opening := self._given_away():
            opening.cancel()
            opening.add_done_callback(_let_go)

    def _given_away(self) -> asyncio.Task[Connection] | None:
        self._too_old.cancel()
        self._among.discard(self)
        opening, self._opening = self._opening, None
        return opening


def _let_go(opening: asyncio.Task[Connection]) -> None:
    """Close what was opened for a request that did not come."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


class Opener:
    """Opens connections. *resolver* turns host names into addresses.

    *trust* says whose certificates are good, instead of the system's CAs.
    What is open ahead and not taken is closed after *unused* seconds.
    """

    def __init__(
        self,
        resolver: AbstractResolver | None = None,
        trust: ssl.SSLContext | None = None,
        *,
        unused: float = LONGEST_UNUSED,
    ) -> None:
        self._trust = trust
        self._unused = unused
        self._resolver = resolver or DefaultResolver()
        self._ahead: set[Ahead] = set()
        self._places: TTLCache[Place, list[ResolveResult]] = TTLCache(16, NAMES_KEPT)
        self._lookups: dict[Place, asyncio.Task[list[ResolveResult]]] = {}

    def close(self) -> None:
        """Let go of every connection that was not taken."""
        for ahead in list(self._ahead):
            ahead.close()
        for lookup in self._lookups.values():
            lookup.cancel()

    def ahead(self, endpoint: str, *, within: float) -> Ahead | None:
        """Begin to open a connection to *endpoint*, which is to stand *within* seconds.

        Whoever asked for it closes it, if it was not taken. None if there are
        `MOST_AHEAD` of them.
        """
        if len(self._ahead) >= MOST_AHEAD:
            return None
        opening = asyncio.create_task(self.opened(endpoint, within=within))
        return Ahead(opening, self._ahead, lasts=self._unused)

    async def opened(self, endpoint: str, *, within: float) -> Connection:
        """Return a new connection to *endpoint*, which stood *within* seconds.

        Raises:
            NotSent: it did not.
        """
        place = place_of(endpoint)
        if place.tls and self._trust is None:
            self._trust = await asyncio.to_thread(trusted)  # it takes 0.02 s, once
        try:
            async with asyncio.timeout(within):
                return await self._opened(place)
        except OSError as error:
            self._places.pop(place, None)
            raise never_left(error) from None

    async def _opened(self, place: Place) -> Connection:
        sock = await _connected(await self._addresses(place))
        loop = asyncio.get_running_loop()
        try:
            _transport, handler = await loop.create_connection(
                lambda: ResponseHandler(loop),
                sock=sock,
                ssl=self._trust if place.tls else None,
                server_hostname=place.host if place.tls else None,
            )
        except BaseException:
            sock.close()
            raise
        return Connection(handler, tls=place.tls)

    async def _addresses(self, place: Place) -> list[_Address]:
        """Return where *place* is, as sockets take it."""
        if place.address:
            return [place.address]
        resolved = self._places.get(place)
        if resolved is None:
            resolved = await self._resolved(place)
        return [(one["family"], (one["host"], one["port"])) for one in resolved]

    async def _resolved(self, place: Place) -> list[ResolveResult]:
        """Return the answer of the one lookup of *place* that is under way.

        Each lookup holds a thread of the loop's few until it is answered. So there is
        one, whoever else waits for it or has given up. Its failure is not kept.
        """
        lookup = self._lookups.get(place)
        if lookup is None:
            lookup = asyncio.create_task(self._looked_up(place))
            self._lookups[place] = lookup
            lookup.add_done_callback(lambda _over: self._lookups.pop(place))
        await asyncio.wait({lookup})  # who gives up does not end it
        if lookup.cancelled():
            raise NoSuchName
        try:
            return lookup.result()
        except OSError as error:
            raise NoSuchName from error

    async def _looked_up(self, place: Place) -> list[ResolveResult]:
        resolved = await self._resolver.resolve(
            place.host, place.port, family=socket.AF_UNSPEC
        )
        self._places[place] = resolved
        return resolved


async def _connected(addresses: list[_Address]) -> socket.socket:
    """Return a socket that is connected to the first of *addresses* that answers."""
    if not addresses:
        raise NoSuchName
    *earlier, last = addresses
    for address in earlier:
        with suppress(OSError):
            async with asyncio.timeout(HEAD_START):
                return await _connected_to(*address)
    return await _connected_to(*last)


async def _connected_to(
    family: socket.AddressFamily | int, address: tuple[str, int]
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)  # not all systems have IPv6
    try:
        sock.setblocking(False)  # noqa: FBT003 - the standard library's
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def never_left(error: Exception) -> NotSent:
    """Return what is told where *error* came before anything could be sent."""
    lasting = isinstance(error, ssl.CertificateError)
    return NotSent(
        _("Nothing was sent: {why}").format(why=_why_not(error)), lasting=lasting
    )


def _why_not(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError() | NoSuchName():
            return _("Tencent's host name was not found.")
        case ssl.CertificateError():
            return _("the certificate is not Tencent's, or has expired.")
        case ssl.SSLError():
            return _("the TLS handshake failed.")
        case TimeoutError():
            return _("the connection timed out.")
        case _:
            return _("no connection could be made.")
