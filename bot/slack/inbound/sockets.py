"""Socket Mode: two connections, and a watchdog.

The library closes a socket before it opens its successor, and has been seen connected
but not receiving. So there are two connections, and a process that receives nothing for
a minute ends, for its supervisor to start it again.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from pydantic import SecretStr
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.runtime.tracing import span
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.early import TRY_AGAIN, overloaded
from bot.slack.inbound.kinds import bolt_request, kind_of
from bot.slack.inbound.listeners import Listeners

CONNECTIONS = 2
PING_SECONDS = 10.0
DEAF_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Sockets:
    """Connections to the Slack of *web* with the app-level *token*.

    *clock* gives the Unix time in seconds, as the library notes its pongs by that.
    *admission* decides who is answered when: an envelope is as old as it is here.
    """

    def __init__(
        self,
        listeners: Listeners,
        web: AsyncWebClient,
        token: SecretStr,
        admission: Admission,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._listeners = listeners
        self._web = web
        self._token = token
        self._clock = clock
        self._sleep = sleep
        self._clients: list[SocketModeClient] = []
        self._admission = admission
        self._overloaded = overloaded()
        self.heard_at = clock()

    async def start(self) -> None:
        """Connect; envelopes come from then on."""
        for _number in range(CONNECTIONS):
            client = SocketModeClient(
                app_token=self._token.get_secret_value(),
                web_client=self._web,
                ping_interval=PING_SECONDS,
                logger=None,
                trace_enabled=False,
            )
            client.socket_mode_request_listeners.append(self._take)
            client.on_message_listeners.append(self._hear)
            await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk has no type here
            self._clients.append(client)
        self.heard_at = self._clock()

    def use(self, token: SecretStr) -> None:
        """Open the next connections with *token*; those that are open stay so."""
        self._token = token
        for client in self._clients:
            client.app_token = token.get_secret_value()

    async def close(self) -> None:
        """Close the connections for good."""
        for client in self._clients:
            client.auto_reconnect_enabled = False
            await client.close()  # type: ignore[no-untyped-call]  # nor here

    async def connected(self) -> bool:
        """Return whether at least one connection is up."""
        return any([await client.is_connected() for client in self._clients])

    def lines(self) -> frozenset[object]:
        """Return the connections that are up, each a thing of its own.

        One that is there before and after has missed nothing in between: what was not
        acknowledged, Slack sends again. A dead one is closed after a ping or two.
        """
        opened = (client.current_session for client in self._clients)
        return frozenset(one for one in opened if one is not None and not one.closed)

    async def watch(self, every: float = PING_SECONDS) -> None:
        """Return once nothing has come for a minute; checks *every* so many seconds."""
        while True:
            await self._sleep(every)
            if self.silence() > DEAF_SECONDS:
                silent = self._clock() - self.heard_at
                log.critical("sockets.deaf", seconds=round(silent))
                return

    def silence(self) -> float:
        """Return for how many seconds neither a message nor a pong has come."""
        pongs = [client.last_ping_pong_time or 0.0 for client in self._clients]
        return self._clock() - max([self.heard_at, *pongs])

    async def _hear(self, *_message: Any) -> None:
        self.heard_at = self._clock()

    async def _take(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        self.heard_at = self._clock()
        kind = kind_of(request.payload).value
        with self._admission.acking(kind, 0.0), span("payload", kind=kind):
            await self._answer_in_turn(client, request)

    async def _answer_in_turn(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        lane = self._listeners.lanes.of(request.payload)
        async with self._admission.place(lane) as admitted:
            if admitted:
                await self._answer(client, request)
                return
        if "command" in request.payload:
            await self._ack(client, request, self._overloaded)
        # what is not acknowledged, Slack sends again, or says that it did not work

    async def _answer(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        bolt = bolt_request(mode="socket_mode", body=request.payload)
        if bolt is None:
            await self._ack(client, request, None)
            return
        answer = await self._listeners.dispatch(bolt, request.payload)
        if answer.status == TRY_AGAIN:
            return  # what is not acknowledged, Slack sends again
        body: Any = answer.body
        payload: dict[str, Any] | None = None
        if body:
            as_json = "application/json" in answer.first_headers().get(
                "content-type", ""
            )
            payload = json.loads(body) if as_json else {"text": body}
        await self._ack(client, request, payload)

    async def _ack(
        self,
        client: AsyncBaseSocketModeClient,
        request: SocketModeRequest,
        payload: dict[str, Any] | None,
    ) -> None:
        """Acknowledge an envelope; without that Slack shows the person a time-out.

        An envelope may forbid a payload, as those of events do.
        """
        if request.accepts_response_payload is False:
            payload = None
        response = SocketModeResponse(envelope_id=request.envelope_id, payload=payload)
        await client.send_socket_mode_response(response)
