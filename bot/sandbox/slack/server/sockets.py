"""Socket Mode: the bot connects, and envelopes go out over what it opened.

Implements https://docs.slack.dev/apis/events-api/using-socket-mode/: one-use
tickets, ten connections at most, any envelope over any one of them.
"""

import asyncio
import json
import uuid
from collections import deque
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from bot.sandbox.aliases import Json
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.server.delivery import (
    ACK_TIMEOUT,
    Ack,
    Envelope,
    EnvelopeType,
    within,
)

CONNECTIONS = 10
LIFE = 18060  # seconds that hello promises a connection
_PING_EVERY = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class _Link:
    """One connection, and the wire under it."""

    socket: web.WebSocketResponse
    wire: asyncio.Transport | None


class Sockets:
    """All connections of one app. *patience* is how long an ack may take.

    *most* connections are taken, `CONNECTIONS` unless somebody says less.
    """

    def __init__(self, space: Workspace, *, patience: float = ACK_TIMEOUT) -> None:
        self.space = space
        self.most = CONNECTIONS
        self._patience = patience
        self._open: deque[_Link] = deque()
        self._acks: dict[str, asyncio.Future[Ack]] = {}
        self._wordless: set[str] = set()  # envelopes whose ack may carry nothing

    def routes(self) -> list[web.RouteDef]:
        """Return where it listens."""
        return [web.get("/link/", self.connect)]

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._open)

    async def connected(self) -> bool:
        """Wait until the bot is there; False when that takes too long."""
        return await self.space.feed.until(lambda: bool(self._open))

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Take one connection and hear acks until it ends."""
        if not self.space.grants.take_link(request.query.get("ticket", "")):
            return web.Response(status=401, text="expired_ticket")
        socket = web.WebSocketResponse(heartbeat=_PING_EVERY)
        await socket.prepare(request)
        if len(self._open) >= self.most:
            await self._part(socket, "too_many_websockets")
            return socket
        link = _Link(socket, request.transport)
        self._open.append(link)
        try:
            await socket.send_json(self._hello())
            self.space.feed.stir()
            await self._hear(socket)
        finally:
            if link in self._open:
                self._open.remove(link)
        return socket

    async def carry(self, envelope: Envelope) -> Ack:
        """Send *envelope* over the connection that is next, and wait for its ack."""
        if not self._open:
            return Ack(failed="dispatch_failed")
        self._open.rotate(-1)
        key, ack = str(uuid.UUID(bytes=self.space.random(16))), _future()
        self._acks[key] = ack
        if envelope.type is EnvelopeType.EVENT:
            self._wordless.add(key)
        try:
            await self._open[-1].socket.send_json(_framed(key, envelope))
            return await within(self._patience, ack)
        except ConnectionError:
            return Ack(failed="dispatch_failed")
        finally:
            del self._acks[key]
            self._wordless.discard(key)

    async def warn(self) -> None:
        """Tell every connection that it will end soon."""
        for link in tuple(self._open):
            await link.socket.send_json(_disconnect("warning"))

    async def refresh(self) -> None:
        """End every connection, as Slack does now and then: the bot comes again."""
        for link in tuple(self._open):
            self._open.remove(link)
            await self._part(link.socket, "refresh_requested")

    async def part(self, reason: str) -> None:
        """End the connection that was used last, for that *reason*."""
        await self._part(self._open.pop().socket, reason)

    async def lose(self, count: int | None = None) -> None:
        """Break *count* connections, those that were used last, or all; say no word."""
        for link in tuple(reversed(self._open))[:count]:
            self._open.remove(link)
            if link.wire:
                link.wire.abort()

    async def close(self) -> None:
        """Close every connection, for good."""
        for link in tuple(self._open):
            await link.socket.close()

    async def _hear(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._heard(message.data)

    def _heard(self, text: str) -> None:
        try:
            message = json.loads(text)
            ack = self._acks.get(message["envelope_id"])
        except (ValueError, TypeError, KeyError):
            return
        body = message.get("payload") or {}
        if ack and body and message["envelope_id"] in self._wordless:
            ack.set_result(Ack(failed="payload_not_accepted"))
            return
        if ack and not ack.done():
            ack.set_result(Ack(body if isinstance(body, dict) else {"text": str(body)}))

    async def _part(self, socket: web.WebSocketResponse, reason: str) -> None:
        await socket.send_json(_disconnect(reason))
        await socket.close()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {
                "host": "loopback",
                "build_number": 1,
                "approximate_connection_time": LIFE,
            },
            "connection_info": {"app_id": self.space.app_id},
        }


def _framed(key: str, envelope: Envelope) -> Json:
    frame: Json = {
        "envelope_id": key,
        "type": envelope.type.value,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.type is not EnvelopeType.EVENT,
    }
    if envelope.type is EnvelopeType.EVENT:
        frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
    return frame


def _disconnect(reason: str) -> Json:
    return {
        "type": "disconnect",
        "reason": reason,
        "debug_info": {"host": "loopback"},
    }


def _future() -> "asyncio.Future[Ack]":
    return asyncio.get_running_loop().create_future()
