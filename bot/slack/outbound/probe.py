"""What no running bot asks: the first word of a socket, and who is at an address."""

import asyncio
import json
import ssl
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.slack.outbound.web import SECONDS, UNREADABLE, Sent

_TIMEOUT = aiohttp.ClientTimeout(total=SECONDS)


async def first_word(address: SecretStr, trust: ssl.SSLContext | None = None) -> Sent:
    """Return what a socket at *address* says first; it is closed at once then.

    While it is open, Slack may send an envelope over it, which nobody answers.
    https://docs.slack.dev/apis/events-api/using-socket-mode
    """
    url = address.get_secret_value()
    try:
        async with (
            asyncio.timeout(SECONDS),
            aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=False) as session,
            session.ws_connect(url, ssl=trust or True) as socket,
        ):
            return _read((await socket.receive()).data)
    except TimeoutError:
        return Sent(ok=False, error="timeout")
    except (aiohttp.ClientError, OSError):
        return Sent(ok=False, error="unreachable")


async def status_of(url: str, trust: ssl.SSLContext | None = None) -> int:
    """Return the HTTP status that an empty POST to *url* gets; 0 if none came.

    No redirect is followed.
    """
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=False) as session,
            session.post(url, ssl=trust or True, allow_redirects=False) as answer,
        ):
            return answer.status
    except (TimeoutError, aiohttp.ClientError, OSError):
        return 0


def _read(text: Any) -> Sent:
    try:
        data = json.loads(text)
    except (TypeError, ValueError):
        data = None
    if not isinstance(data, dict):
        return Sent(ok=False, error=UNREADABLE)
    if data.get("type") != "hello":
        return Sent(ok=False, error=str(data.get("reason") or UNREADABLE), data=data)
    return Sent(ok=True, data=data)
