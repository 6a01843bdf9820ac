"""The HTTP route for Tencent's callbacks.

Tencent repeats a callback for a minute, until it is answered with `{"code": 0}`.
https://trtc.io/document/54913
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiohttp import web

from bot.errors import InvalidRequest, JournalUnavailable, NotAllowed, NotFound
from bot.runtime.plain import plain_post
from bot.runtime.signed import vouch

PATH = "/tencent/callbacks/{app}"
START = PATH.removesuffix("{app}")
PLAIN_APP = re.compile(r"[\w.-]+", re.ASCII)  # as it stands in the address
BODY = b'{"code": 0}'
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}"
TAKEN = HEAD.format(length=len(BODY)).encode() + b"\r\n\r\n" + BODY
REFUSED: Mapping[type[Exception], int] = {
    NotFound: 401,  # which apps there are is nobody's business
    NotAllowed: 401,
    InvalidRequest: 400,
}

log = structlog.get_logger(__name__)

Receive = Callable[[str, bytes, str], Awaitable[None]]


def routes(receive: Receive) -> list[web.RouteDef]:
    """Return the route that gives each callback to *receive*.

    *receive* takes what the address names the app by, the raw body and its signature,
    which is empty if there is none. It returns once the callback is committed. It
    raises `NotFound` for an app that takes no callbacks, `NotAllowed` for a missing or
    wrong signature, `InvalidRequest` for a body that is no event, and
    `JournalUnavailable`, after which Tencent has to call again.
    """

    async def handle(request: web.Request) -> web.Response:
        sign = ", ".join(request.headers.getall("Sign", []))  # two are no signature
        try:
            await receive(request.match_info["app"], await request.read(), sign)
        except (NotFound, NotAllowed, InvalidRequest) as error:
            if isinstance(error, InvalidRequest):
                vouch(request)
            return web.Response(status=REFUSED[type(error)])
        except JournalUnavailable as error:
            log.critical("callback.uncommitted", why=str(error))
            return web.Response(status=503)
        vouch(request)
        return web.Response(body=BODY, content_type="application/json")

    return [web.post(PATH, handle)]


class Holder(Protocol):
    """The connection on which a callback came."""

    @property
    def is_crowded(self) -> bool:
        """Whether there are so many that it is closed with its next answer."""

    def vouched(self) -> None:
        """Take note that its signature held."""

    def answered(self, answer: bytes) -> None:
        """Write *answer*, and wait for the next request."""


@dataclass(frozen=True, slots=True)
class PlainCallbacks:
    """Answers the callbacks for which nothing has to be waited, from their bytes.

    A busy application tells of its rooms hundreds of times a second. *take* is given
    what `routes` gives its *receive*, and tells whether that was all there is to do; if
    not, the route has it. *answered* counts, by route and status.
    """

    take: Callable[[str, bytes, str], bool]
    answered: Callable[[str, int], None]

    def close(self) -> None:
        """Do nothing: none is held."""

    def held(self, data: bytes, holder: Holder) -> Callable[[], None] | None:
        """Answer the request *data*, or return None if that is for its route."""
        post = None if holder.is_crowded else plain_post(data, START)
        if post is None or "sign" not in post.headers:
            return None
        app = post.path.removeprefix(START)
        if not PLAIN_APP.fullmatch(app):
            return None
        if not self.take(app, post.body, post.headers["sign"]):
            return None
        holder.vouched()
        self.answered(PATH, 200)
        holder.answered(TAKEN)
        return self.close
