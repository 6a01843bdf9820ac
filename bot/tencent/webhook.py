"""The HTTP route for Tencent's callbacks.

Tencent repeats a callback for a minute, until it is answered with `{"code": 0}`.
https://trtc.io/document/54913
"""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from bot.errors import InvalidRequest, JournalUnavailable, NotAllowed, NotFound

PATH = "/tencent/callbacks/{app}"
REFUSED: Mapping[type[Exception], int] = {
    NotFound: 404,
    NotAllowed: 401,
    InvalidRequest: 400,
}

log = structlog.get_logger(__name__)

Receive = Callable[[str, bytes, str], Awaitable[None]]


def routes(receive: Receive) -> list[web.RouteDef]:
    """Return the route that gives each callback to *receive*.

    *receive* takes the app that the address names, the raw body and its signature. It
    returns once the callback is committed. It raises `NotFound` for an app that takes
    no callbacks, `NotAllowed` for a wrong signature, `InvalidRequest` for a body that
    is no event, and `JournalUnavailable`, after which Tencent has to call again.
    """

    async def handle(request: web.Request) -> web.Response:
        signs = request.headers.getall("Sign", [])
        if len(signs) != 1:
            return web.Response(status=401)
        try:
            await receive(request.match_info["app"], await request.read(), signs[0])
        except tuple(REFUSED) as error:
            log.info("callback.refused", why=type(error).__name__)
            return web.Response(status=REFUSED[type(error)])
        except JournalUnavailable as error:
            log.critical("callback.uncommitted", why=str(error))
            return web.Response(status=503)
        return web.json_response({"code": 0})

    return [web.post(PATH, handle)]
