"""Brings what people did to the bot, and its ack back, within 3 seconds.

Over HTTP requests are signed as https://docs.slack.dev/authentication/verifying-requests-from-slack
says; over Socket Mode see `sockets`.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlencode

import aiohttp
from pydantic import SecretStr

from bot.sandbox.aliases import Json

ACK_TIMEOUT = 3.0  # seconds that an ack may take
_CLIENT_ERRORS = range(400, 500)
_OK = 200


class EnvelopeType(StrEnum):
    """What is delivered, under the name that Socket Mode gives it."""

    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"
    EVENT = "events_api"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivery. *attempt* counts from 0; only events are tried again."""

    type: EnvelopeType
    payload: Json
    attempt: int = 0
    reason: str = ""  # of the attempt: http_timeout, http_error, connection_failed


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back in time. *failed* is the error that Slack shows, if it did not."""

    body: Json = field(default_factory=dict)
    failed: str = ""


class Carrier(Protocol):
    """A way to the bot."""

    async def carry(self, envelope: Envelope) -> Ack:
        """Deliver *envelope* and wait for its ack; failures are told in it."""


class Http:
    """Posts to the bot's *url*, signed with *secret*."""

    def __init__(
        self,
        url: str,
        secret: SecretStr,
        *,
        now: Callable[[], datetime],
        patience: float = ACK_TIMEOUT,
    ) -> None:
        self._url = url
        self._secret = secret
        self._now = now
        self._timeout = aiohttp.ClientTimeout(total=patience)

    async def carry(self, envelope: Envelope) -> Ack:
        """Post *envelope*."""
        body, content_type = written(envelope)
        headers = {"Content-Type": content_type, **self.signature(body)}
        if envelope.attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.attempt)
            headers["X-Slack-Retry-Reason"] = envelope.reason
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(self._url, data=body, headers=headers) as answer,
            ):
                return read_ack(answer.status, await answer.text())
        except TimeoutError:
            return Ack(failed="operation_timeout")
        except (aiohttp.ClientError, OSError):
            return Ack(failed="dispatch_failed")

    async def probe(self) -> int:
        """Ask, unsigned as Slack does, whether anybody listens; return the status."""
        async with (
            aiohttp.ClientSession(timeout=self._timeout) as session,
            session.post(self._url, data={"ssl_check": "1", "token": "none"}) as answer,
        ):
            return answer.status

    def signature(self, body: bytes) -> dict[str, str]:
        """Return the headers that prove *body* to come from Slack, now."""
        stamp = str(int(self._now().timestamp()))
        base = b"v0:" + stamp.encode() + b":" + body
        key = self._secret.get_secret_value().encode()
        digest = hmac.new(key, base, hashlib.sha256).hexdigest()
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }


def written(envelope: Envelope) -> tuple[bytes, str]:
    """Return the body of *envelope* as Slack posts it, and its content type."""
    if envelope.type is EnvelopeType.EVENT:
        return json.dumps(envelope.payload).encode(), "application/json"
    fields = envelope.payload
    if envelope.type is EnvelopeType.INTERACTIVE:
        fields = {"payload": json.dumps(envelope.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def read_ack(status: int, text: str) -> Ack:
    """Read the answer to a post: only 200 is an ack, and text stands for itself."""
    if status in _CLIENT_ERRORS:
        return Ack(failed="http_client_error")
    if status != _OK:
        return Ack(failed="http_service_error")
    try:
        body = json.loads(text) if text else {}
    except ValueError:
        body = text
    return Ack(body if isinstance(body, dict) else {"text": text})


async def within(patience: float, ack: "asyncio.Future[Ack]") -> Ack:
    """Wait for *ack* as long as Slack does."""
    try:
        async with asyncio.timeout(patience):
            return await ack
    except TimeoutError:
        return Ack(failed="operation_timeout")
