"""Takes connections off the system's queue, some in each turn of the loop.

asyncio's own server takes as many at once as its queue is long before anything can
count them, and where descriptors run out it stops for a second, with a traceback for
each that it could not take (https://github.com/python/cpython/issues/151615).
"""

import asyncio
import errno
import itertools
import socket
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack, closing
from typing import Any

import structlog

from bot.config.ports import Place
from bot.http.connection import Connection
from bot.http.connections import Connections

BACKLOG = 1024  # aiohttp's 128 makes a burst wait a second for a SYN retry
AT_ONCE = 32  # connections that are taken in one turn of the loop
PAUSE = 0.1  # seconds, where the system cannot give one more

log = structlog.get_logger(__name__)


class Listener:
    """Listens, and gives what *connections* admits to what *make* makes for a peer."""

    def __init__(
        self,
        connections: Connections,
        make: Callable[[str], Connection],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connections = connections
        self._make = make
        self._sleep = sleep
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._connecting: set[asyncio.Task[None]] = set()
        self._has_heard = False  # in this turn of the loop, what had been said by then

    async def start(self, host: str, port: int) -> int:
        """Listen on all addresses of *host*; return the port of the first.

        Raises:
            OSError: another process has the port, or the address is not of this host.
        """
        for family, address in await _addresses(host, port):
            self._sockets.append(_bound(family, address))
        for one in self._sockets:
            self._accepting.append(asyncio.create_task(self._accept(one)))
        return int(self._sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections; those that are open stay so."""
        for task in self._accepting:
            task.cancel()
        waiting = (*self._accepting, *self._connecting)
        await asyncio.gather(*waiting, return_exceptions=True)
        for one in self._sockets:
            one.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for number in itertools.count(1):
            try:
                connection, address = await loop.sock_accept(listening)
            except ConnectionError:
                continue  # it is gone already
            except OSError as error:
                name = errno.errorcode.get(error.errno or 0, str(error.errno))
                log.error("connection.not-taken", why=name)  # noqa: TRY400 - its traceback says no more
                await self._sleep(PAUSE)
                continue
            await self._taken(connection, str(address[0]))
            if number % AT_ONCE == 0:
                await self._sleep(0)  # everybody else has a turn

    async def _taken(self, connection: socket.socket, address: str) -> None:
        try:
            has_room = await self._has_room(connection.fileno())
        except asyncio.CancelledError:
            connection.close()
            raise
        if not has_room:
            log.warning("connection.refused", peer=address)
            connection.close()
            return
        made = self._make(self._connections.counted(address))
        self._connections.opened(made)
        task = asyncio.create_task(self._connect(connection, made))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _has_room(self, descriptor: int) -> bool:
        if not self._connections.full(descriptor):
            return True
        if not self._has_heard:  # once for all who come in this turn
            for _ in range(2):  # in which what has been said by now is heard
                await self._sleep(0)
            self._has_heard = True
            asyncio.get_running_loop().call_soon(self._turn_over)
        while wait := self._connections.make_room():
            await self._sleep(wait)
        return wait is not None

    def _turn_over(self) -> None:
        self._has_heard = False

    async def _connect(self, connection: socket.socket, made: Connection) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(lambda: made, connection)
        except OSError as error:
            log.info("connection.lost", why=type(error).__name__)
            self._connections.closed(made)
            connection.close()


async def why_deaf(places: Iterable[Place]) -> dict[Place, str]:
    """Return on which of *places* nobody can listen now, beside the others, and why."""
    deaf = {}
    with ExitStack() as held:  # so that two on one port are found, too
        for place in places:
            try:
                for family, address in await _addresses(place.host, place.port):
                    held.enter_context(closing(_bound(family, address)))
            except OSError as error:
                deaf[place] = refusal(place, error)
    return deaf


def refusal(place: Place, error: OSError) -> str:
    """Return why *place* could not be listened on, by the names of its settings."""
    host, port = f"{place.prefix}HOST", f"{place.prefix}PORT"
    if isinstance(error, socket.gaierror):
        return f"{host}: {place.host} is a name that nobody knows here."
    match error.errno:
        case errno.EADDRINUSE:
            return f"{place} is taken; {port} chooses another port."
        case errno.EADDRNOTAVAIL:
            return f"{host}: {place.host} is no address of this machine."
        case errno.EACCES:
            return (
                f"{port}: {place.port} is kept from this user; take one from 1024 on."
            )
    return f"{host}, {port}: {error.strerror}."


async def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    """Return the families and addresses of *host*, each once.

    Raises:
        socket.gaierror: nobody knows it; so it is with what cannot be a name.
    """
    try:
        each = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except UnicodeError as error:  # a label is empty, or too long
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from None
    addresses = [(family, address) for family, *_about, address in each]
    return list(dict.fromkeys(addresses))


def _bound(family: int, address: Any) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.setblocking(False)  # noqa: FBT003 - its only way
        made.bind(address)
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made
