"""The HTTP route for Tencent's callbacks.

Tencent repeats a callback for a minute, until it is answered with `{"code": 0}`.
https://trtc.io/document/54913
"""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from bot.errors import InvalidRequest, JournalUnavailable, NotAllowed, NotFound
from bot.runtime.signed import vouch

PATH = "/tencent/callbacks/{app}"
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
        return web.json_response({"code": 0})

    return [web.post(PATH, handle)]
