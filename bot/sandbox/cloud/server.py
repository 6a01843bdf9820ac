"""The loopback cloud's front: one address for each product, and its failure modes."""

import asyncio
import gzip
import json
import os
import time
import uuid
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox.cloud.callbacks import PAUSES, Callbacks
from bot.sandbox.cloud.checks import (
    CloudFault,
    check_action,
    check_fields,
    check_relay,
    check_signature,
    check_update,
    check_usersig,
)
from bot.sandbox.cloud.history import History
from bot.sandbox.cloud.people import People
from bot.sandbox.cloud.pushes import Pushes
from bot.sandbox.cloud.renders import Renders
from bot.sandbox.cloud.rooms import ACTIONS, RoomActions
from bot.sandbox.cloud.state import CloudState, Relay

PRODUCTS = ("trtc", "car", "gs", "live")
LONGER_THAN_ANY_DEADLINE = 60.0

Answer = dict[str, Any]


@dataclass
class LoopbackCloud:
    """TRTC, CAR, GS and CSS on loopback ports, with keys made for this run."""

    app_id: int = 1400000001
    usersig_key: str = field(default_factory=lambda: os.urandom(32).hex())
    secret_id: str = field(default_factory=lambda: "AKID" + os.urandom(8).hex())
    secret_key: str = field(default_factory=lambda: os.urandom(16).hex())
    ledger_file: Path | None = None
    clock: Callable[[], float] = time.time
    endpoints: dict[str, str] = field(default_factory=dict)
    state: CloudState = field(init=False)
    callbacks: Callbacks | None = None
    people: People = field(init=False)
    history: History = field(init=False)
    rooms: RoomActions = field(init=False)
    renders: Renders = field(init=False)
    pushes: Pushes = field(init=False)
    under_way: int = 0  # requests that have not been answered yet
    middlewares: list[Any] = field(default_factory=list)  # aiohttp's, before it starts
    _runners: list[web.AppRunner] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = CloudState(self.clock, os.urandom, self.ledger_file)
        self.renders = Renders(self.state)
        self.people = People(self.clock, self._tell_all)
        self.history = History(self.app_id, self.clock)
        self.rooms = RoomActions(self.people, self.state, self.tell)
        self.pushes = Pushes(self.state, self.clock)

    async def start(self, ports: Mapping[str, int] | None = None) -> None:
        """Listen on a free loopback port for each product, or on *ports*."""
        for product in PRODUCTS:
            app = web.Application(
                client_max_size=11 * 1024 * 1024, middlewares=self.middlewares
            )
            app.router.add_post("/", self._front(product))
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            port = (ports or {}).get(product, 0)
            await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
            self.endpoints[product] = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._runners.append(runner)

    async def close(self) -> None:
        """Stop listening."""
        for runner in self._runners:
            await runner.cleanup()
        if self.callbacks:
            await self.callbacks.close()

    def call_back(self, url: str, pauses: Sequence[float] = PAUSES) -> None:
        """Send signed events about relays to *url* from now on, with a key of ours."""
        self.callbacks = Callbacks(url, os.urandom(16).hex(), self.clock, pauses)

    def tell(self, relay: Relay, what: str) -> None:
        """Tell by callback, if there is one, what *relay* goes through."""
        if self.callbacks:
            self.callbacks.tell(relay, what)
            self.people.robot_of(relay, what)

    def _tell_all(self, bodies: Sequence[dict[str, Any]]) -> None:
        self.history.take(bodies)
        if self.callbacks:
            self.callbacks.in_order(bodies)

    @property
    def environment(self) -> dict[str, str]:
        """What points a bot at this cloud."""
        addresses = {
            f"BOT_{product.upper()}_ENDPOINT": url
            for product, url in self.endpoints.items()
        }
        if self.callbacks:
            addresses["BOT_TRTC_CALLBACK_KEY"] = self.callbacks.key
        return addresses | {
            "TENCENTCLOUD_SECRET_ID": self.secret_id,
            "TENCENTCLOUD_SECRET_KEY": self.secret_key,
            "BOT_TRTC_SDK_APP_ID": str(self.app_id),
            "BOT_TRTC_USERSIG_KEY": self.usersig_key,
        }

    def _front(
        self, product: str
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.under_way += 1
            try:
                reply = await serve(request)
                reply.headers["Date"] = formatdate(self.clock(), usegmt=True)
                return reply
            finally:
                self.under_way -= 1

        async def serve(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            action = request.headers.get("X-TC-Action", "")
            failure = self.state.next_failure(action)
            if failure in FAILURE_MODES:
                return await FAILURE_MODES[failure](self, product, request, body)
            reply = self._reply(product, request.headers, body, failure)
            return _json({"Response": reply})

        return answer

    def _reply(
        self, product: str, headers: Mapping[str, str], body: bytes, failure: str
    ) -> Answer:
        request_id = str(uuid.uuid4())
        try:
            fields = self._admitted(product, headers, body)
            _fail(failure)
            done = self._do(headers["X-TC-Action"], fields, headers)
        except CloudFault as fault:
            error = {"Code": fault.code, "Message": fault.message}
            return {"Error": error, "RequestId": request_id}
        return {**done, "RequestId": request_id}

    def _admitted(
        self, product: str, headers: Mapping[str, str], body: bytes
    ) -> dict[str, Any]:
        keys = {self.secret_id: self.secret_key}
        check_signature(headers, body, keys, self.clock())
        spec = check_action(product, headers)
        if self.state.over_the_rate(headers["X-TC-Action"], spec["rate"]):
            raise CloudFault("RequestLimitExceeded", "Too many requests a second.")
        try:
            fields = json.loads(body)
        except ValueError:
            raise CloudFault("InvalidParameter", "The body is not JSON.") from None
        check_fields(fields, spec["fields"], "")
        return dict(fields)

    def _do(
        self, action: str, fields: dict[str, Any], headers: Mapping[str, str]
    ) -> Answer:
        match action:
            case "StartPublishCdnStream":
                return self._start(fields, headers.get("X-TC-Region", ""))
            case "UpdatePublishCdnStream":
                return self._update(fields)
            case "StopPublishCdnStream":
                return self._stop(fields)
            case "DescribeCloudPhoneMultipleStreamSessionSlaves":
                return self._slaves(fields)
            case other:
                own = self.renders.actions | self.pushes.actions
                act = own.get(other, partial(self._of_rooms, other))
                return act(fields)

    def _of_rooms(self, action: str, fields: dict[str, Any]) -> Answer:
        self._check_app(fields)
        if action in ACTIONS:
            return self.rooms.do(fields)
        return self.history.answer(action, fields)

    def _start(self, fields: dict[str, Any], region: str) -> Answer:
        self._check_app(fields)
        check_relay(fields)
        self._check_robots(fields["AgentParams"], *fields.get("FeedBackRoomParams", []))
        agents = {relay.agent for relay in self.state.running}
        if fields["AgentParams"]["UserId"] in agents:
            raise CloudFault("FailedOperation", "The robot is in a room already.")
        relay = self.state.start_relay(fields, region)
        self.tell(relay, "start")
        return {"TaskId": relay.task_id}

    def _check_robots(self, *robots: dict[str, Any]) -> None:
        for robot in robots:
            check_usersig(
                robot.get("UserSig", ""),
                robot["UserId"],
                self.app_id,
                self.usersig_key,
                self.clock(),
            )

    def _update(self, fields: dict[str, Any]) -> Answer:
        """Change a task; one that is not newer than the last change is dropped.

        A target that is left tells that it is disconnected, a new one that it connects.
        """
        self._check_app(fields)
        relay = self.state.relays.get(fields["TaskId"])
        if not relay or relay.app != fields["SdkAppId"] or relay.stopped_at is not None:
            raise self._no_task(fields)
        if fields["SequenceNumber"] <= relay.number:
            raise CloudFault("FailedOperation.RequestOutdated", "It is outdated.")
        check_update(fields, relay.start)
        self._check_robots(*fields.get("FeedBackRoomParams", []))
        before = list(relay.urls)
        self.state.update_relay(relay, fields)
        for url in before:
            if url not in relay.urls:
                self._tell_of(relay, url, "stop")
        for url in relay.urls:
            if url not in before:
                self._tell_of(relay, url, "start")
        return {"TaskId": fields["TaskId"]}

    def _tell_of(self, relay: Relay, url: str, what: str) -> None:
        if self.callbacks:
            self.callbacks.tell_of(relay, url, what)

    def _no_task(self, fields: dict[str, Any]) -> CloudFault:
        ended = self.state.relays.get(fields["TaskId"])
        if ended and ended.app == fields["SdkAppId"]:
            return CloudFault("FailedOperation.TaskFinished", "The task is over.")
        return CloudFault("FailedOperation.TaskNotExist", "There is no such task.")

    def _stop(self, fields: dict[str, Any]) -> Answer:
        self._check_app(fields)
        relay = self.state.stop_relay(fields["TaskId"], fields["SdkAppId"])
        if not relay:
            raise self._no_task(fields)
        self.tell(relay, "stop")
        return {"TaskId": fields["TaskId"]}

    def _slaves(self, fields: dict[str, Any]) -> Answer:
        session = self.state.phones.sessions.get(fields["SessionId"])
        if session is None:
            raise CloudFault("FailedOperation", "The session does not exist.")
        return dict(session)

    def _check_app(self, fields: dict[str, Any]) -> None:
        if fields["SdkAppId"] != self.app_id:
            raise CloudFault("InvalidParameter.SdkAppId", "The SdkAppId is incorrect.")


def _json(answer: Answer) -> web.Response:
    """Answer without a charset: the official SDK overlooks errors that have one."""
    return web.Response(
        body=json.dumps(answer).encode(), content_type="application/json"
    )


def _fail(code: str) -> None:
    if code:
        raise CloudFault(code, "The sandbox was told to fail.")


# ── failure modes ────────────────────────────────────────────────────────────────

FailureMode = Callable[
    [LoopbackCloud, str, web.Request, bytes], Awaitable[web.StreamResponse]
]


async def _hang(
    cloud: LoopbackCloud, product: str, request: web.Request, body: bytes
) -> web.StreamResponse:
    await asyncio.sleep(LONGER_THAN_ANY_DEADLINE)
    return web.Response()


async def _reset(
    cloud: LoopbackCloud, product: str, request: web.Request, body: bytes
) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response()


async def _late(
    cloud: LoopbackCloud, product: str, request: web.Request, body: bytes
) -> web.StreamResponse:
    cloud._reply(product, request.headers, body, "")  # noqa: SLF001 - same house
    return await _reset(cloud, product, request, body)


async def _truncated(
    cloud: LoopbackCloud, product: str, request: web.Request, body: bytes
) -> web.StreamResponse:
    reply = cloud._reply(product, request.headers, body, "")  # noqa: SLF001 - same house
    whole = _json({"Response": reply})
    cut = bytes(whole.body)[:-8] if isinstance(whole.body, bytes) else b""
    return web.Response(body=cut, content_type="application/json")


def _odd(make: Callable[[bytes], web.Response]) -> FailureMode:
    """Do what was asked, and let *make* answer with the whole true body."""

    async def answer(
        cloud: LoopbackCloud, product: str, request: web.Request, body: bytes
    ) -> web.StreamResponse:
        reply = cloud._reply(product, request.headers, body, "")  # noqa: SLF001 - same house
        return make(json.dumps({"Response": reply}).encode())

    return answer


def _answer(body: bytes, status: int = 200, packed: str = "") -> web.Response:
    headers = {"Content-Encoding": packed} if packed else {}
    kind = "application/json"
    return web.Response(body=body, status=status, content_type=kind, headers=headers)


def _with(more: str) -> FailureMode:
    """Put *more* before the first name of the answer."""
    start = b'{"Response": {'
    return _odd(lambda body: _answer(body.replace(start, start + more.encode(), 1)))


def _always(status: int, text: str, content_type: str) -> FailureMode:
    async def answer(
        cloud: LoopbackCloud, product: str, request: web.Request, body: bytes
    ) -> web.StreamResponse:
        return web.Response(status=status, text=text, content_type=content_type)

    return answer


FAILURE_MODES: dict[str, FailureMode] = {
    "timeout": _hang,
    "reset": _reset,
    "late": _late,
    "truncated": _truncated,
    "empty": _always(200, "", "application/json"),
    "html": _always(200, "<html>gateway</html>", "text/html"),
    "garbage": _always(200, "\x01{]", "application/json"),
    "500": _always(500, "oops", "text/plain"),
    "status-201": _odd(lambda body: _answer(body, 201)),
    "status-500": _odd(lambda body: _answer(body, 500)),
    "bom": _odd(lambda body: _answer(b"\xef\xbb\xbf" + body)),
    "gzip": _odd(lambda body: _answer(gzip.compress(body), packed="gzip")),
    "deflate": _odd(lambda body: _answer(zlib.compress(body), packed="deflate")),
    "doubled": _with('"RequestId": "r-1", '),
    "error-beside": _with('"Error": {"Code": "InvalidParameter", "Message": "?"}, '),
}
