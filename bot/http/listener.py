"""Takes connections off the system's queue, one in each turn of the loop.

asyncio's own server takes as many at once as its queue is long before anything can
count them, and where descriptors run out it stops for a second, with a traceback for
each that it could not take (https://github.com/python/cpython/issues/151615).
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.http.connections import Connection, Connections

BACKLOG = 1024  # aiohttp's 128 makes a burst wait a second for a SYN retry
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

    async def start(self, host: str, port: int) -> int:
        """Listen on all addresses of *host*; return the port of the first.

        Raises:
            OSError: another process has the port, or the address is not of this host.
        """
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, _type, _protocol, _name, address in dict.fromkeys(addresses):
            self._sockets.append(_bound(family, address))
        for one in self._sockets:
            self._accepting.append(asyncio.create_task(self._accept(one)))
        return int(self._sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections; those that are open stay so."""
        for task in self._accepting:
            task.cancel()
        await asyncio.gather(*self._accepting, return_exceptions=True)
        for one in self._sockets:
            one.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
                await self._taken(connection, str(address[0]))
            except ConnectionError:
                continue  # it is gone already
            except OSError as error:
                name = errno.errorcode.get(error.errno or 0, str(error.errno))
                log.error("connection.not-taken", why=name)  # noqa: TRY400 - its traceback says no more
                await self._sleep(PAUSE)

    async def _taken(self, connection: socket.socket, address: str) -> None:
        peer = self._connections.counted(address)
        if not self._connections.admits(peer, connection.fileno()):
            log.warning("connection.refused", peer=address)
            connection.close()
            await self._sleep(0)  # everybody else has a turn
            return
        try:
            loop = asyncio.get_running_loop()
            await loop.connect_accepted_socket(lambda: self._make(peer), connection)
        except OSError:
            connection.close()
            raise


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
