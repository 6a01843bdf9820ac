"""`GET /metrics`, on a port of its own: nobody outside has to reach it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.config.ports import Place
from bot.http.server import Server
from bot.operations.gauges import Gauges
from bot.runtime.metrics import CONTENT_TYPE

PATH = "/metrics"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Scraped:
    """Serves the metrics at *place*, with `/healthz` and `/readyz`."""

    server: Server
    place: Place

    async def start(self) -> int:
        """Listen; return the port, which 0 lets the system choose.

        Raises:
            SettingsError: nobody can listen there.
        """
        port = await self.server.listen(self.place)
        log.info("metrics.listening", port=port)
        return port

    async def close(self) -> None:
        """Take no more requests."""
        await self.server.close()


def scraped(gauges: Gauges, place: Place | None) -> Scraped | None:
    """Return what serves *gauges* at *place*; None without one."""
    if place is None:
        return None
    server = Server(routes=routes(gauges.exposition), ready=gauges.readiness)
    return Scraped(server, place)


def routes(exposition: Callable[[], Awaitable[bytes]]) -> list[web.RouteDef]:
    """Return the route that answers with what *exposition* returns."""

    async def metrics(_request: web.Request) -> web.Response:
        body = await exposition()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    return [web.get(PATH, metrics)]
