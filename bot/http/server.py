"""One HTTP server for everything that comes in: the given routes, health, readiness."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.config.ports import Place
from bot.errors import SettingsError
from bot.http.bodies import Bodies
from bot.http.connection import Connection, Front
from bot.http.connections import USUAL, Connections, Deadlines, Network
from bot.http.discreet import make_discreet
from bot.http.listener import Listener, refusal
from bot.operations.readiness import Told
from bot.runtime.signed import CALLER
from bot.slack.inbound.guard import LARGEST

READ_SECONDS = 5.0
CLOSE_SECONDS = 1.0  # that requests get which are under way when it closes
BROKE = 500  # what is told of a request whose handler broke

Answered = Callable[[str, int], None]
Ready = Callable[[], Awaitable[Told]]


class Closing(Front, Protocol):
    """A front that can be closed."""

    def close(self) -> None:
        """Answer all that wait unread."""


class Server:
    """Serves *routes*, `/healthz` and `/readyz`.

    The handler of a POST finds its body read: `await request.read()` returns at once.
    *ready* tells what is there of all that the bot needs. A body that
    takes more than *read_seconds* to come is given up. *trusted* are the proxies that
    requests come through: they may have as many connections as there are. *fronts* see
    each request before it is read, one after the other until one keeps it.
    """

    def __init__(
        self,
        *,
        routes: Iterable[web.AbstractRouteDef],
        ready: Ready,
        read_seconds: float = READ_SECONDS,
        trusted: Sequence[Network] = (),
        deadlines: Deadlines = USUAL,
        fronts: Sequence[Closing] = (),
    ) -> None:
        self._ready = ready
        self._leaves = False
        self.answered: Answered = _uncounted  # told of each route, and its status
        self._fronts = fronts
        self._read_seconds = read_seconds
        self._bodies = Bodies()
        self.connections = Connections(trusted=trusted, deadlines=deadlines)
        self._runner: web.AppRunner | None = None
        self._listener: Listener | None = None
        self.app = web.Application(
            client_max_size=LARGEST, middlewares=[self._count, self._read_body]
        )
        self.app.add_routes(routes)
        self.app.router.add_get("/healthz", self._healthz)
        self.app.router.add_get("/readyz", self._readyz)

    async def listen(self, place: Place) -> int:
        """Start at *place*, which the settings name; return the port.

        Raises:
            SettingsError: nobody can listen there.
        """
        try:
            return await self.start(place.host, place.port)
        except OSError as error:
            raise SettingsError(refusal(place, error)) from None

    async def start(self, host: str, port: int) -> int:
        """Listen on *host*; return the port, which 0 lets the system choose."""
        self._runner = web.AppRunner(
            self.app, access_log=None, shutdown_timeout=CLOSE_SECONDS
        )
        await self._runner.setup()
        server = self._runner.server
        assert server is not None  # noqa: S101 - there is one once it is set up
        make_discreet(server)

        def make(peer: str) -> Connection:
            return Connection(server, self.connections, peer, self._fronts)

        self._listener = Listener(self.connections, make)
        return await self._listener.start(host, port)

    def leave(self) -> None:
        """Say at `/readyz` that nothing more should come; what comes is served."""
        self._leaves = True

    async def close(self) -> None:
        """Take no more requests, and finish those that came."""
        if self._listener:
            await self._listener.close()
        for front in self._fronts:
            front.close()
        if self._runner:
            await self._runner.cleanup()

    @web.middleware
    async def _count(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Tell who counts them which route was answered, and with which status."""
        resource = request.match_info.route.resource
        route = resource.canonical if resource else ""
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            self.answered(route, refused.status)
            raise
        except Exception:
            self.answered(route, BROKE)
            raise
        self.answered(route, response.status)
        return response

    @web.middleware
    async def _read_body(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Read the body of a POST; answer 4xx if it is packed, or comes badly.

        Neither Slack nor Tencent packs one. Over the size, aiohttp answers 413. Where
        too many come at once it is 503: both send again.
        """
        with self._bodies.room(request) as has_room:
            if request.method == "POST" and request.match_info.http_exception is None:
                if not has_room:
                    return _over(503)
                if refused := await self._read(request):
                    return refused
            request[CALLER].whole()
            return await handler(request)

    async def _read(self, request: web.Request) -> web.Response | None:
        """Read the body of *request*, or return what refuses it."""
        if "Content-Encoding" in request.headers:
            return _over(400)
        if (request.content_length or 0) > LARGEST:
            return _over(413)
        is_here = request.content.is_eof()  # as a command is, in one packet
        if not is_here:
            request[CALLER].reading()
        in_time = nullcontext() if is_here else asyncio.timeout(self._read_seconds)
        try:
            async with in_time:
                await request.read()
        except (TimeoutError, web.RequestPayloadError):
            return _over(400)
        return None

    async def _healthz(self, _request: web.Request) -> web.Response:
        """The loop is alive, or this would not answer."""
        return web.json_response({"ok": True})

    async def _readyz(self, _request: web.Request) -> web.Response:
        if self._leaves:
            return web.json_response({"ready": False, "leaves": True}, status=503)
        there = await self._ready()
        status = 200 if there.ready else 503
        return web.json_response(there.body, status=status)


def _uncounted(_route: str, _status: int) -> None:
    pass


def _over(status: int) -> web.Response:
    """Return a refusal that ends the connection: the rest of the body is not read."""
    refused = web.Response(status=status)
    refused.force_close()
    return refused
