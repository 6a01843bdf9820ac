"""The HTTP route for what Slack sends: commands, interactions, options and events.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.dialogue.outcome import Outcome, Tone, line
from bot.i18n import _
from bot.runtime.signed import vouch
from bot.slack.inbound.guard import Admitted, admit
from bot.slack.inbound.kinds import bolt_request
from bot.slack.inbound.listeners import Listeners
from bot.slack.render.blocks import message

PATH = "/slack/events"
MOST_UNDER_WAY = 64  # commands; one more would not be answered in time

log = structlog.get_logger(__name__)


def routes(
    listeners: Listeners, secret: SecretStr, clock: Callable[[], float]
) -> list[web.RouteDef]:
    """Return the route that brings requests signed with *secret* to *listeners*.

    *clock* gives the Unix time in seconds, which Slack's timestamps are held against.
    """
    return [web.post(PATH, _Events(listeners, secret, clock).handle)]


class _Events:
    def __init__(
        self, listeners: Listeners, secret: SecretStr, clock: Callable[[], float]
    ) -> None:
        self._listeners = listeners
        self._secret = secret
        self._clock = clock
        self._under_way = 0  # requests that the listeners have not answered yet

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request: 2xx or 4xx, and 503 to an event that came too early."""
        raw = await request.read()
        headers = {
            name.lower(): request.headers.getall(name) for name in set(request.headers)
        }
        secret = self._secret.get_secret_value()
        verdict = admit(headers, raw, secret=secret, now=self._clock())
        if not isinstance(verdict, Admitted):
            log.info("request.turned", status=verdict.status, why=verdict.why)
            return web.Response(status=verdict.status)
        vouch(request)
        if self._under_way >= MOST_UNDER_WAY and "command" in verdict.body:
            log.error("server.full")
            return web.json_response(_overloaded())
        self._under_way += 1
        try:
            return await self._dispatch(verdict, headers)
        finally:
            self._under_way -= 1

    async def _dispatch(
        self, admitted: Admitted, headers: dict[str, list[str]]
    ) -> web.Response:
        """Let Bolt answer, without the headers that are for itself.

        With `x-slack-bolt-lazy-only` it would run a listener and not acknowledge.
        """
        kept: dict[str, str | Sequence[str]] = {
            name: values
            for name, values in headers.items()
            if not name.startswith("x-slack-bolt-")
        }
        request = bolt_request(body=admitted.text, query={}, headers=kept)
        if request is None:
            return web.Response(status=400)
        response = await self._listeners.dispatch(request, admitted.body)
        content_type = response.first_headers().get("content-type", "")
        return web.Response(
            status=response.status,
            text=response.body,
            content_type=content_type.partition(";")[0] or "text/plain",
        )


def _overloaded() -> dict[str, Any]:
    outcome = Outcome(
        headline=(_("Too much is asked of me at this moment."),),
        tone=Tone.WARN,
        parts=(line(_("Nothing was sent; ask again in a few seconds."), quiet=True),),
    )
    return {"response_type": "ephemeral", **message(outcome)}
