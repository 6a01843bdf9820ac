"""The console's server: one page, one socket with news, and what the page may ask."""

import asyncio
import contextlib
import json
import mimetypes
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

from bot.sandbox.aliases import Json
from bot.sandbox.console.gestures import Gestures
from bot.sandbox.console.guard import Refused, guard, secure_headers
from bot.sandbox.console.manifest import MANIFEST, offered
from bot.sandbox.console.panel import Panel
from bot.sandbox.console.snapshot import Memory, user
from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.model.changes import Change

STATIC = Path(__file__).with_name("static")
_LOOKS_EVERY = 0.3  # seconds; the cloud and the bot's process tell nobody of changes
_GONE_AFTER = 1.0  # seconds in which a page that is loaded again is back
_SHUTDOWN_TIMEOUT = 0.2  # seconds that requests under way get when it closes
_MAX_BODY = 256 * 1024
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_PICTURES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}


class Console:
    """A page on 127.0.0.1 that shows what *client* can do, and *panel* beside it.

    *commands* are the slash commands to offer; *manifest* is what describes them.
    *port* 0 lets the system choose.
    """

    def __init__(
        self,
        client: Client,
        panel: Panel,
        *,
        commands: Iterable[str] = (),
        manifest: Path = MANIFEST,
        port: int = 0,
    ) -> None:
        self.space = client.space
        self.panel = panel
        self._gestures = Gestures(client)
        self._memory = Memory(self.space, self._gestures.page_of)
        self._offered = offered(commands, manifest)
        self._port = port
        self._pages: set[asyncio.Queue[str | None]] = set()
        self._last = ""
        self._looking: asyncio.Task[None] | None = None
        self._stop = self.space.feed.listen(self._changed)
        app = web.Application(middlewares=[guard], client_max_size=_MAX_BODY)
        app.on_response_prepare.append(secure_headers)
        app.add_routes(
            [
                web.get("/", self._page),
                web.get("/static/{name}", self._static),
                web.get("/files/{file}", self._file),
                web.get("/api/state", self._state),
                web.get("/api/news", self._news),
                web.post("/api/gesture/{name}", self._gesture),
                web.post("/api/knob/{name}", self._knob),
            ]
        )
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT
        )

    @property
    def address(self) -> str:
        """Where the page is, once it is served."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def start(self) -> None:
        """Listen."""
        for one in list(self.space.users.values()):
            if not one.bot:
                self.space.direct_with(one.id)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Part with all pages and listen no more."""
        self._stop()
        if self._looking:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        for page in tuple(self._pages):
            page.put_nowait(None)
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # ── what a page gets ─────────────────────────────────────────────────────────

    async def _page(self, _request: web.Request) -> web.Response:
        return _from_disk("index.html")

    async def _static(self, request: web.Request) -> web.Response:
        return _from_disk(request.match_info["name"])

    async def _file(self, request: web.Request) -> web.Response:
        """Serve an upload; what is no picture is only ever saved."""
        file = self.space.files.get(request.match_info["file"])
        if file is None or not file.complete:
            raise Refused("There is no such file.", 404)
        for start, kind in _PICTURES.items():
            if file.content.startswith(start):
                return web.Response(body=file.content, content_type=kind)
        return web.Response(
            body=file.content,
            content_type="application/octet-stream",
            headers={"Content-Disposition": "attachment"},
        )

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(self._whole())

    async def _news(self, request: web.Request) -> web.StreamResponse:
        """Send the whole state, then every change, until the page is closed.

        The forms of a page that was closed are shown by the others.
        """
        name = request.query.get("page", "")[:64]
        socket = web.WebSocketResponse(heartbeat=20.0, max_msg_size=1024)
        await socket.prepare(request)
        page: asyncio.Queue[str | None] = asyncio.Queue()
        self._memory.pages[name] += 1
        self._tell_stacks()
        page.put_nowait(json.dumps({"type": "whole", "state": self._whole()}))
        self._pages.add(page)
        telling = asyncio.create_task(_tell(socket, page))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            self._pages.discard(page)
            loop = asyncio.get_running_loop()
            loop.call_later(_GONE_AFTER, self._gone, name)
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await telling
        return socket

    def _gone(self, name: str) -> None:
        self._memory.pages[name] -= 1
        self._memory.pages += Counter()  # drops those of which none is left
        self._tell_stacks()

    def _tell_stacks(self) -> None:
        for who, stack in self.space.stacks.items():
            if stack:
                self._tell_all(json.dumps(self._memory.stack(who)))

    # ── what a page asks for ─────────────────────────────────────────────────────

    async def _gesture(self, request: web.Request) -> web.Response:
        body = await _object(request)
        done = await self._gestures.do(request.match_info["name"], body)
        return web.json_response(done)

    async def _knob(self, request: web.Request) -> web.Response:
        body = await _object(request)
        sentence = await self.panel.turn(request.match_info["name"], body)
        self._look_once()
        return web.json_response({"said": sentence})

    # ── news ─────────────────────────────────────────────────────────────────────

    def _whole(self) -> Json:
        return {
            **self._memory.whole(),
            **self._offered,
            "panel": self.panel.snapshot(),
            "choices": self.panel.choices(),
        }

    def _changed(self, change: Change) -> None:
        self._tell_all(json.dumps(self._memory.news(change)))

    def _tell_all(self, news: str) -> None:
        for page in self._pages:
            page.put_nowait(news)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOKS_EVERY)
            if self._pages:
                self._look_once()

    def _look_once(self) -> None:
        users = [user(one, self.space) for one in self.space.users.values()]
        news = json.dumps(
            {"type": "panel", "panel": self.panel.snapshot(), "users": users}
        )
        if news != self._last:
            self._last = news
            self._tell_all(news)


async def _tell(
    socket: web.WebSocketResponse, page: "asyncio.Queue[str | None]"
) -> None:
    while (news := await page.get()) is not None:
        await socket.send_str(news)
    await socket.close()


async def _object(request: web.Request) -> Any:
    if request.content_type != "application/json":
        raise Refused("Send JSON.", 415)
    try:
        return await request.json()
    except ValueError:
        raise Refused("This is not JSON.") from None


def _from_disk(name: str) -> web.Response:
    paths = {path.name: path for path in STATIC.iterdir()}
    if name not in paths:
        raise Refused("There is no such file.", 404)
    path = paths[name]
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    return web.Response(body=path.read_bytes(), content_type=kind, charset="utf-8")
