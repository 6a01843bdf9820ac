"""Who may talk to the console: a page that the console itself served, and no other.

Anything that runs in the same browser can reach a loopback port. So the name that was
asked for must be ours (against DNS rebinding), and whatever changes something must
come from our own page.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Refused(Exception):
    """The console says no: `str()` is a sentence, *status* the HTTP status."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let *request* through if it is ours; errors are told as JSON."""
    try:
        _check(request)
        return await handler(request)
    except Refused as refused:
        return web.json_response({"error": str(refused)}, status=refused.status)
    except web.HTTPException as error:
        return web.json_response({"error": error.reason}, status=error.status)


async def secure_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers on *response* that isolate the page from other origins."""
    response.headers.update(_HEADERS)


def _check(request: web.Request) -> None:
    port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
    names = {f"127.0.0.1:{port}", f"localhost:{port}"}
    if request.headers.get("Host") not in names:
        raise Refused("This is not the address of the console.", 403)
    changes = request.method != "GET" or "Upgrade" in request.headers
    if changes and request.headers.get("Origin") not in {f"http://{n}" for n in names}:
        raise Refused("Only the console's own page may do that.", 403)
