"""The HTTP route for what Slack sends: commands, interactions, options and events.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

import json
from collections.abc import Callable

import structlog
from aiohttp import web

from bot.runtime.secret import AnySecret
from bot.runtime.signed import has_place, vouch, waited
from bot.runtime.tracing import span
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.early import TRY_AGAIN, overloaded
from bot.slack.inbound.guard import JSON, READ, TIMESTAMP, Admitted, Headers, admit
from bot.slack.inbound.kinds import bolt_request, kind_of
from bot.slack.inbound.listeners import Listeners
from bot.slack.inbound.raw import RawCommands

PATH = "/slack/events"
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"

log = structlog.get_logger(__name__)


def routes(
    listeners: Listeners,
    secret: AnySecret,
    clock: Callable[[], float],
    admission: Admission,
) -> list[web.RouteDef]:
    """Return the route that brings requests signed with *secret* to *listeners*.

    *clock* gives the Unix time in seconds, which Slack's timestamps are held against;
    *admission* decides who is answered when.
    """
    return [web.post(PATH, _Events(listeners, secret, clock, admission).handle)]


def raw_commands(
    listeners: Listeners,
    secret: AnySecret,
    clock: Callable[[], float],
    admission: Admission,
) -> RawCommands:
    """Return what lets commands wait before they are parsed; see `routes`."""
    body = json.dumps(overloaded()).encode()
    head = HEAD.format(kind=JSON, length=len(body)).encode()
    return RawCommands(
        PATH, admission, listeners.lanes.ends, secret, clock, head + body
    )


class _Events:
    def __init__(
        self,
        listeners: Listeners,
        secret: AnySecret,
        clock: Callable[[], float],
        admission: Admission,
    ) -> None:
        self._listeners = listeners
        self._secret = secret
        self._clock = clock
        self._admission = admission
        self._overloaded = json.dumps(overloaded()).encode()

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request: 2xx or 4xx; 503 to an event that came too early or late."""
        raw = await request.read()
        headers = {name: request.headers.getall(name, ()) for name in READ}
        secret = self._secret.get_secret_value()
        verdict = admit(headers, raw, secret=secret, now=self._clock())
        if not isinstance(verdict, Admitted):
            log.info("request.turned", status=verdict.status, why=verdict.why)
            return web.Response(status=verdict.status)
        vouch(request)
        kind = kind_of(verdict.body).value
        with self._admission.acking(kind, waited(request)), span("payload", kind=kind):
            return await self._in_turn(request, verdict, headers)

    async def _in_turn(
        self, request: web.Request, verdict: Admitted, headers: Headers
    ) -> web.Response:
        if has_place(request):
            return await self._dispatch(verdict)
        lane = self._listeners.lanes.of(verdict.body)
        stamp = float(headers[TIMESTAMP][0])
        async with self._admission.place(lane, stamp) as admitted:
            if admitted:
                return await self._dispatch(verdict)
        return self._refusal(verdict)

    def _refusal(self, admitted: Admitted) -> web.Response:
        """Return the answer to what is turned away: nothing was kept or sent."""
        if "command" in admitted.body:
            return web.Response(body=self._overloaded, content_type=JSON)
        refused = web.Response(status=TRY_AGAIN)
        refused.force_close()
        return refused

    async def _dispatch(self, admitted: Admitted) -> web.Response:
        """Let Bolt answer what the guard has read, and none of the headers.

        With `x-slack-bolt-lazy-only` it would run a listener and not acknowledge.
        """
        request = bolt_request(admitted.body)
        if request is None:
            return web.Response(status=400)
        response = await self._listeners.dispatch(request, admitted.body)
        content_type = response.first_headers().get("content-type", "")
        return web.Response(
            status=response.status,
            text=response.body,
            content_type=content_type.partition(";")[0] or "text/plain",
        )
