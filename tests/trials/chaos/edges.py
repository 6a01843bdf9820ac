"""A Slack and a Tencent for several replicas: who asked what is read from the kernel.

Slack sends each payload to a replica that a balancer takes for well, some to two of
them, and what was not answered once more, as it does; by HTTP, or over sockets.
"""

import asyncio
import json
import uuid
from contextlib import suppress
from contextvars import ContextVar
from itertools import repeat
from pathlib import Path
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import WSMsgType, web

from tests.trials.rawhttp import slack_headers
from tests.trials.truth.cloud import Tencent
from tests.trials.truth.slack import PATIENCE, SECRET, Slack

JSON = "application/json"
AGAIN = (0.0, 0.0, 60.0, 300.0)  # seconds before each try of an event, by Slack's pages
ONCE = (0.0,)
NOBODY = repeat(None)
calling: ContextVar[str] = ContextVar("calling", default="")


def owner(transport, pids):
    """Return who of *pids*, names by process, holds the other end of *transport*."""
    peer = transport.get_extra_info("peername") if transport else None
    ours = transport.get_extra_info("sockname") if transport else None
    for _again in range(2 if peer else 0):  # the kernel's table moves while it is read
        if name := _holder(f"socket:[{_inode(peer[1], ours[1])}]", pids):
            return name
    return ""


def _holder(socket, pids):
    for pid, name in pids.items():
        with suppress(OSError):
            for held in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    if str(held.readlink()) == socket:
                        return name
    return ""


def _inode(port, to):
    """Return the socket that leads from *port* to *to*; others may have *port*, too."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[1].endswith(f":{port:04X}") and words[2].endswith(f":{to:04X}"):
            return words[9]
    return None


def by_whom(house):
    """Return a middleware that tells `calling` which replica of *house* it is."""
    names = {}

    @web.middleware
    async def middleware(request, handler):
        connection = request.protocol
        if connection not in names:
            names[connection] = owner(request.transport, house.pids())
        calling.set(names[connection])
        return await handler(request)

    return middleware


class Cloud(Tencent):
    """Tells what happened to whichever replica the balancer has for it."""

    def __init__(self, house):
        super().__init__(
            house.clock, house.dice, house.note, [by_whom(house), self._slowly]
        )
        self.house = house
        self.called_back = True
        self.aims = None  # who gets the next callbacks, in turn; else chance decides
        self.answer_after = 0.0  # seconds between a deed and its answer

    @property
    def url(self):
        """Where the next callback goes; "" while nobody listens."""
        well = self.house.well() if self.called_back else ()
        if not well:
            return ""
        one = next(self.aims) if self.aims else self.dice.choice(well)
        return f"{one.origin}/tencent/callbacks/default"

    @url.setter
    def url(self, _nowhere):
        """Nobody sets it: the balancer knows."""

    @web.middleware
    async def _slowly(self, request, handler):
        answer = await handler(request)
        if self.answer_after:
            await asyncio.sleep(self.answer_after)
        return answer


class Workspace(Slack):
    """A Slack whose app has several replicas. `twice`: the share that two of them get.

    With `sockets` it waits to be connected to, and takes `most_links` connections.
    """

    def __init__(self, house, *, sockets=False, most_links=10):
        super().__init__(house.clock, house.note, [by_whom(house)])
        self.house, self.sockets, self.most_links = house, sockets, most_links
        self.twice = 0.0
        self.aims = None  # who gets the next payloads, in turn; else chance decides
        self.links = []
        self._waiting = {}  # who waits for which envelope's ack

    async def start(self):
        app = web.Application(client_max_size=2**22, middlewares=self.middlewares)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{ticket}", self._response)
        app.router.add_get("/link/", self._link)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0)
        )

    # ── what people send ────────────────────────────────────────────────────────

    async def _send(self, ask, raw, kind="application/x-www-form-urlencoded"):
        tries = AGAIN if kind == JSON else ONCE
        for number, pause in enumerate(tries):
            await asyncio.sleep(pause)
            if number:
                self.note("sent again", n=ask, after=pause)
            if await self._tried(ask, raw, kind):
                return
        self.note("failed", n=ask)  # Slack says so to the person

    async def _tried(self, ask, raw, kind):
        """Deliver it to one replica, or to two at once; tell whether one took it."""
        carry = self._over_socket if self.sockets else self._posted
        both = self.house.dice.random() < self.twice
        others = self.house.well() if both else []
        self.house.dice.shuffle(others)
        aims = others[:2] if len(others) > 1 else [next(self.aims or NOBODY)]
        taken = await asyncio.gather(*(carry(ask, raw, kind, one) for one in aims))
        return any(taken)

    async def _posted(self, ask, raw, kind, aim):
        """Post it to *aim*, or to any; where nobody listens, to the next."""
        well = self.house.well()
        self.house.dice.shuffle(well)
        for one in [aim] if aim else well:
            headers = {"Content-Type": kind, **slack_headers(raw, SECRET)}
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            try:
                async with self._session.post(
                    f"{one.origin}/slack/events",
                    data=raw,
                    headers=headers,
                    timeout=timeout,
                ) as answer:
                    return self._answered(
                        ask, one.name, answer.status, await answer.text()
                    )
            except aiohttp.ClientConnectorError:
                continue  # a balancer takes the next one
            except (aiohttp.ClientError, TimeoutError, ValueError):
                return False
        return False

    def _answered(self, ask, name, status, text):
        taken = status == 200
        self.note("acked" if taken else "turned", n=ask, status=status, by=name)
        if taken:
            self._take_ack(ask, text)
        return taken

    # ── sockets ─────────────────────────────────────────────────────────────────

    async def _api(self, request):
        if request.match_info["method"] != "apps.connections.open":
            return await super()._api(request)
        url = f"{self.origin.replace('http', 'ws')}/link/?ticket={uuid.uuid4()}"
        return web.json_response({"ok": True, "url": url})

    async def _link(self, request):
        socket = web.WebSocketResponse(heartbeat=10.0)
        await socket.prepare(request)
        if len(self.links) >= self.most_links:
            why = {"type": "disconnect", "reason": "too_many_websockets"}
            await socket.send_json(why)
            await socket.close()
            return socket
        self.note("linked", by=calling.get())
        link = (socket, calling.get())
        self.links.append(link)
        hello = {"type": "hello", "num_connections": len(self.links)}
        try:
            await socket.send_json(hello)
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(json.loads(message.data))
        finally:
            self.links.remove(link)
            for waits, over in [*self._waiting.values()]:
                if over is socket and not waits.done():
                    waits.set_result(None)
        return socket

    def _hear(self, message):
        waits, _socket = self._waiting.get(message.get("envelope_id"), (None, None))
        if waits and not waits.done():
            waits.set_result(message.get("payload") or {})

    async def _over_socket(self, ask, raw, kind, aim):
        """Send it over one connection, and over another if that one breaks."""
        deadline = self.clock.seconds + PATIENCE
        while self.clock.seconds < deadline:
            links = [one for one in self.links if aim in {None, one[1]}]
            if not links:
                await asyncio.sleep(0.05)
                continue
            socket, name = self.house.dice.choice(links)
            left = deadline - self.clock.seconds
            payload = await self._enveloped(socket, raw, kind, left)
            if payload is not None:
                return self._answered(ask, name, 200, json.dumps(payload))
            self.note("sent again", n=ask)
        return False

    async def _enveloped(self, socket, raw, kind, seconds):
        """Return what *socket* answers, or None if it breaks, or says nothing."""
        key = str(uuid.uuid4())
        waits = asyncio.get_running_loop().create_future()
        self._waiting[key] = waits, socket
        frame = {"envelope_id": key, "accepts_response_payload": kind != JSON}
        with suppress(ConnectionError, TimeoutError):
            await socket.send_json(frame | _framed(raw, kind))
            return await asyncio.wait_for(waits, seconds)
        return None


def _framed(raw, kind):
    if kind == JSON:
        return {"type": "events_api", "payload": json.loads(raw)}
    form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
    if "payload" in form:
        return {"type": "interactive", "payload": json.loads(form["payload"])}
    return {"type": "slash_commands", "payload": form}
