"""`GET /metrics`, on a port of its own: nobody outside has to reach it."""

import errno
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.errors import SettingsError
from bot.http.server import Server
from bot.operations.gauges import Gauges
from bot.runtime.metrics import CONTENT_TYPE

PATH = "/metrics"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Scraped:
    """Serves the metrics on *port* of *host*, with `/healthz` and `/readyz`."""

    server: Server
    host: str
    port: int

    async def start(self) -> int:
        """Listen; return the port, which 0 lets the system choose.

        Raises:
            SettingsError: nobody can listen there.
        """
        try:
            port = await self.server.start(self.host, self.port)
        except OSError as error:
            raise SettingsError(refusal(self.host, self.port, error)) from None
        log.info("metrics.listening", port=port)
        return port

    async def close(self) -> None:
        """Take no more requests."""
        await self.server.close()


def scraped(gauges: Gauges, host: str, port: int | None) -> Scraped | None:
    """Return what serves *gauges* on *port* of *host*; None without a port."""
    if port is None:
        return None
    server = Server(routes=routes(gauges.exposition), ready=gauges.readiness)
    return Scraped(server, host, port)


def routes(exposition: Callable[[], Awaitable[bytes]]) -> list[web.RouteDef]:
    """Return the route that answers with what *exposition* returns."""

    async def metrics(_request: web.Request) -> web.Response:
        body = await exposition()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    return [web.get(PATH, metrics)]


def refusal(host: str, port: int, error: OSError) -> str:
    """Return why *port* of *host* could not be listened on, by the settings' names."""
    if error.errno == errno.EADDRINUSE:
        return f"{host}:{port} is taken; BOT_METRICS_PORT chooses another port."
    return f"BOT_METRICS_HOST, BOT_METRICS_PORT: {error.strerror or error}."
