"""What the loopback cloud was asked, and how that went; and a clock that can be off."""

import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.aliases import Json

_REMEMBERED = 200

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class MovableClock:
    """Seconds since 1970, *ahead* of the truth by so many."""

    ahead: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return time.time() + self.ahead


class CloudLog:
    """The last calls to the cloud, oldest first."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._calls: deque[Json] = deque(maxlen=_REMEMBERED)

    @property
    def calls(self) -> list[Json]:
        """Each call: `at`, `action`, `outcome` and the `request_id`, if it got one."""
        return [dict(call) for call in self._calls]

    def middleware(self) -> Callable[..., Awaitable[web.StreamResponse]]:
        """Return what has to stand before the cloud, to hear of every call."""

        @web.middleware
        async def hear(request: web.Request, handler: Handler) -> web.StreamResponse:
            call: Json = {
                "at": self._now(),
                "action": request.headers.get("X-TC-Action", "?"),
                "outcome": "no answer",
                "request_id": "",
            }
            self._calls.append(call)
            response = await handler(request)
            call.update(_told(request, response))
            return response

        return hear


def _told(request: web.Request, response: web.StreamResponse) -> Json:
    if request.transport is None or request.transport.is_closing():
        return {"outcome": "connection lost"}
    body = response.body if isinstance(response, web.Response) else b""
    try:
        reply = json.loads(body if isinstance(body, bytes) else b"")["Response"]
    except (ValueError, KeyError, TypeError):
        return {"outcome": f"no sound answer (HTTP {response.status})"}
    outcome = reply.get("Error", {}).get("Code", "ok")
    return {"outcome": outcome, "request_id": reply.get("RequestId", "")}
