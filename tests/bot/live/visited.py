"""A public address on loopback that notes who asks."""

from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def public(status, body=None):
    """Yield the address, and what was asked of it: path, body, `Sign` header."""
    asked = []

    async def answer(request):
        asked.append((request.path, await request.read(), request.headers.get("Sign")))
        headers = {"Location": "/elsewhere"} if status == 302 else {}
        if body is not None:
            return web.json_response(body, status=status)
        return web.Response(status=status, headers=headers)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    await runner.cleanup()
