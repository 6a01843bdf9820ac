"""One HTTP server for everything that comes in: the given routes, health, readiness."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.slack.inbound.guard import LARGEST

READ_SECONDS = 5.0
BACKLOG = 1024  # aiohttp's 128 makes a burst wait a second for a SYN retry

Ready = Callable[[], Awaitable[Mapping[str, bool]]]


class Server:
    """Serves *routes*, `/healthz` and `/readyz`.

    The handler of a POST finds its body read: `await request.read()` returns at once.
    *ready* tells for each thing that the bot needs whether it is there. A body that
    takes more than *read_seconds* to come is given up.
    """

    def __init__(
        self,
        *,
        routes: Iterable[web.AbstractRouteDef],
        ready: Ready,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._ready = ready
        self._read_seconds = read_seconds
        self._runner: web.AppRunner | None = None
        self.app = web.Application(
            client_max_size=LARGEST, middlewares=[self._read_body]
        )
        self.app.add_routes(routes)
        self.app.router.add_get("/healthz", self._healthz)
        self.app.router.add_get("/readyz", self._readyz)

    async def start(self, host: str, port: int) -> int:
        """Listen on *host*; return the port, which 0 lets the system choose."""
        self._runner = web.AppRunner(
            self.app, access_log=None, shutdown_timeout=1.0, keepalive_timeout=75.0
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port, backlog=BACKLOG).start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Take no more requests, and finish those that came."""
        if self._runner:
            await self._runner.cleanup()

    @web.middleware
    async def _read_body(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Read the body of a POST; answer 400 if it is packed, or comes too slowly.

        Neither Slack nor Tencent packs one. Over the size, aiohttp answers 413.
        """
        if request.method == "POST" and request.match_info.http_exception is None:
            if "Content-Encoding" in request.headers:
                return web.Response(status=400)
            try:
                async with asyncio.timeout(self._read_seconds):
                    await request.read()
            except TimeoutError:
                return web.Response(status=400)
        return await handler(request)

    async def _healthz(self, _request: web.Request) -> web.Response:
        """The loop is alive, or this would not answer."""
        return web.json_response({"ok": True})

    async def _readyz(self, _request: web.Request) -> web.Response:
        there = await self._ready()
        status = 200 if all(there.values()) else 503
        return web.json_response(dict(there), status=status)
