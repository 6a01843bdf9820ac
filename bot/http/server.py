"""The HTTP side of the front listeners: Slack's events, Tencent's, health, readiness.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.dialogue.outcome import Outcome, Tone, line
from bot.errors import InvalidRequest, JournalUnavailable, NotAllowed, NotFound
from bot.i18n import _
from bot.slack.inbound.guard import LARGEST, Admitted, admit
from bot.slack.inbound.listeners import Listeners, bolt_request
from bot.slack.render.blocks import message

PATH = "/slack/events"
READ_SECONDS = 5.0
MOST_INSIDE = 64  # commands; one more would not be answered in time
CALLBACKS = "/tencent/callbacks/{app}"
BACKLOG = 1024  # aiohttp's 128 makes a burst wait a second for a SYN retry
TURNED: Mapping[type[Exception], int] = {
    NotFound: 404,
    NotAllowed: 401,
    InvalidRequest: 400,
}

log = structlog.get_logger(__name__)

Hear = Callable[[str, bytes, str], Awaitable[None]]
Ready = Callable[[], Awaitable[Mapping[str, bool]]]


class Server:
    """Listens for Slack at `/slack/events`, if there is a signing *secret*.

    *ready* tells which of the things that the bot needs are there. *hear* takes in a
    callback of Tencent: for which app, its raw body and its signature; None if no app
    takes callbacks.
    """

    def __init__(
        self,
        listeners: Listeners,
        secret: SecretStr | None,
        ready: Ready,
        hear: Hear | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._listeners = listeners
        self._secret = secret
        self._ready = ready
        self._hear = hear
        self._inside = 0  # requests that the listeners is at
        self._clock = clock
        self._runner: web.AppRunner | None = None
        self.app = web.Application(client_max_size=LARGEST)
        if secret:
            self.app.router.add_post(PATH, self._events)
        if hear:
            self.app.router.add_post(CALLBACKS, self._callback)
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

    async def _events(self, request: web.Request) -> web.Response:
        raw = await _read(request)
        if raw is None:
            return web.Response(status=400)
        headers = {
            name.lower(): request.headers.getall(name) for name in set(request.headers)
        }
        secret = self._secret.get_secret_value() if self._secret else ""
        decided = admit(headers, raw, secret=secret, now=self._clock())
        if not isinstance(decided, Admitted):
            log.info("request.turned", status=decided.status, why=decided.why)
            return web.Response(status=decided.status)
        kept: dict[str, str | Sequence[str]] = {
            name: list(values)
            for name, values in headers.items()
            if not name.startswith("x-slack-bolt-")
        }
        if self._inside >= MOST_INSIDE and "command" in decided.body:
            log.error("server.full")
            return web.json_response(_overloaded())
        self._inside += 1
        try:
            bolt = bolt_request(body=decided.text, query={}, headers=kept)
            if bolt is None:
                return web.Response(status=400)
            answer = await self._listeners.dispatch(bolt, decided.body)
        finally:
            self._inside -= 1
        content_type = answer.first_headers().get("content-type", "")
        return web.Response(
            status=answer.status,
            text=answer.body,
            content_type=content_type.partition(";")[0] or "text/plain",
        )

    async def _callback(self, request: web.Request) -> web.Response:
        """Answer a callback; `{"code": 0}` says that it will never be needed again.

        https://trtc.io/document/54913
        """
        raw = await _read(request)
        signs = request.headers.getall("Sign", [])
        app = request.match_info["app"]
        if raw is None:
            return web.Response(status=400)
        if self._hear is None or len(signs) != 1:
            return web.Response(status=401)
        try:
            await self._hear(app, raw, signs[0])
        except tuple(TURNED) as error:
            log.info("callback.turned", why=type(error).__name__)
            return web.Response(status=TURNED[type(error)])
        except JournalUnavailable as error:
            log.critical("callback.uncommitted", why=str(error))
            return web.Response(status=503)
        return web.json_response({"code": 0})

    async def _healthz(self, _request: web.Request) -> web.Response:
        """The loop is alive, or this would not answer."""
        return web.json_response({"ok": True})

    async def _readyz(self, _request: web.Request) -> web.Response:
        there = await self._ready()
        status = 200 if all(there.values()) else 503
        return web.json_response(dict(there), status=status)


async def _read(request: web.Request) -> bytes | None:
    """Return the raw body, or None if it is packed, or does not come in time.

    Neither Slack nor Tencent packs one. Over the size, aiohttp answers 413.
    """
    if "Content-Encoding" in request.headers:
        return None
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await request.read()
    except TimeoutError:
        return None


def _overloaded() -> dict[str, Any]:
    told = Outcome(
        headline=(_("Too much is asked of me at this moment."),),
        tone=Tone.WARN,
        parts=(line(_("Nothing was sent; ask again in a few seconds."), quiet=True),),
    )
    return {"response_type": "ephemeral", **message(told)}
