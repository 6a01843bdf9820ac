"""One connection that came in, with the deadlines that aiohttp does not have.

What `aiohttp` would tell strangers (what it could not read, and why) is not told: a
refusal has a status and nothing else.
"""

import asyncio
import math
import select
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog
from aiohttp import web

from bot.http.connections import GRACE, Connections

LONGEST_HEAD = 32 * 1024  # bytes; Slack's have one or two thousand
LINGER_SECONDS = 1.0  # in which the rest of a body that was refused is thrown away
NEVER = 24 * 3600.0  # seconds; how long a connection is idle, `_expires` says

CLIENT_ERRORS = range(400, 500)
SERVER_ERROR = 500

log = structlog.get_logger(__name__)


class Front(Protocol):
    """Sees a request before it is read: `bot.slack.inbound.raw.RawCommands`.

    And `bot.tencent.webhook.PlainCallbacks`.
    """

    def held(self, data: bytes, holder: "Connection") -> Callable[[], None] | None:
        """Let the request *data* wait, or answer it.

        Returns what is called when that is over; None if it is to be read.
        """


class Connection(web.RequestHandler):
    """One connection from *peer*, with the deadlines that aiohttp does not have."""

    def __init__(
        self,
        server: web.Server,
        connections: Connections,
        peer: str,
        fronts: Sequence[Front] = (),
    ) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=NEVER,
            lingering_time=LINGER_SECONDS,
            access_log=None,  # type: ignore[arg-type]  # None is documented
        )
        self.peer = peer
        self.signed = False
        self._connections = connections
        self._is_dropped = False
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = math.inf  # when it is dropped, by the loop's time
        self._settling: asyncio.TimerHandle | None = None
        self.since = asyncio.get_running_loop().time()  # when it began to wait
        self._is_idle = False  # nothing of the next request has come
        self._in_head = True  # what comes is the head of a request
        self._head = 0  # bytes of it that have come
        self._fronts = fronts
        self._held = b""  # a request that waits unread
        self._let_go: Callable[[], None] | None = None  # once its turn is over
        self.has_place = False  # it waited, and is being answered
        self.waited = 0.0  # seconds that it did
        self._leaves = False  # nothing more is answered; what is on its way is read
        self._held_at = 0.0  # by the loop's time

    def go_on(self) -> None:
        """Read the request that waited: it has its place now."""
        data, self._held = self._held, b""
        self.has_place = True
        self.waited = asyncio.get_running_loop().time() - self._held_at
        self._parse(data)

    def answered(self, answer: bytes) -> None:
        """Write *answer* to the request that waited, and wait for the next one."""
        self._held, self._let_go = b"", None
        if self._leaves:
            self.drop()
            return
        self._is_idle = True
        self.since = asyncio.get_running_loop().time()
        deadlines = self._connections.deadlines
        self._expires(deadlines.idle_signed if self.signed else deadlines.idle)
        self._connections.waits(self, waits=True)
        if self.transport is not None:
            self.transport.write(answer)

    @property
    def is_crowded(self) -> bool:
        """Whether there are so many that it is closed with its next answer."""
        return self._connections.crowded

    def vouched(self) -> None:
        """Take note that a request with a valid signature came."""
        self.signed = True
        self._connections.trusts(self)

    def drop(self) -> None:
        """Close it now, whatever is under way."""
        self._is_dropped = True
        self._connections.closed(self)
        if self.transport is not None:
            self.transport.abort()
        self.force_close()

    def leave(self) -> None:
        """Close it, between two requests, without losing one that is on its way.

        Whoever is at the other end reads at once that nothing more is answered, and
        opens another. What was sent before that was read is carried out unanswered: it
        may be a stop.
        """
        if self.transport is None or self.transport.is_closing():
            self.drop()
            return
        self._leaves = True
        self._connections.closed(self)
        self._expires(self._connections.deadlines.linger)
        self.transport.write_eof()

    def has_spoken(self) -> bool:
        """Tell whether something came on it that the loop has not read yet."""
        if self.transport is None or self.transport.is_closing():
            return False
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket"), select.POLLIN)
        return bool(poll.poll(0))

    def grace_left(self) -> float:
        """Return the seconds, or less than none, until it has to give way if asked.

        Before anything of it can be read, it has all of them.
        """
        if self.transport is None and not self._is_dropped:
            return GRACE
        return self.since + GRACE - asyncio.get_running_loop().time()

    def begun(self) -> None:
        """The head of a request has come. Who reads the body has a deadline for it."""
        self._connections.waits(self, waits=False)
        self._is_idle = self._in_head = False
        self._head = 0
        self._expires(None)

    def reading(self) -> None:
        """Wait for the rest of a body: here it may have to give way."""
        self.since = asyncio.get_running_loop().time()
        self._connections.waits(self, waits=True)

    def whole(self) -> None:
        """The body has come as well: from here to the answer it does not give way."""
        self._connections.waits(self, waits=False)

    # ── what aiohttp and the loop call ──────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        if self._is_dropped:
            self.drop()
            return
        deadlines, loop = self._connections.deadlines, asyncio.get_running_loop()
        self.since = loop.time()  # what it says is read from here on
        self._expires(deadlines.head)
        settled = self._connections.settled
        self._settling = loop.call_later(deadlines.settled, settled, self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Let go of all that was kept of it."""
        if self._timer is not None:
            self._timer.cancel()
        self._turn_over()
        if self._settling is not None:
            self._settling.cancel()
        self._connections.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless a head is longer than any that Slack or Tencent send."""
        if self._held:  # more than one request at once: neither waits here
            data, self._held = self._held + data, b""
            self._turn_over()
        elif self._in_head and not self._head and self._waits_unread(data):
            return
        if self._is_idle:
            self._is_idle = False
            self._expires(self._connections.deadlines.head)
        self._parse(data)

    def _parse(self, data: bytes) -> None:
        self._head += len(data) if self._in_head else 0
        if self._head > LONGEST_HEAD and b"\r\n\r\n" not in data:
            self.drop()
            return
        if not self._in_head:
            super().data_received(data)
            return
        # what it said is looked at in the next turn of the loop, by a task of aiohttp
        self._connections.waits(self, waits=False)
        super().data_received(data)
        asyncio.get_running_loop().call_soon(self._looked_at)

    def _waits_unread(self, data: bytes) -> bool:
        """Tell whether *data* waits for its place as it is, or is answered already."""
        if not self._fronts:
            return False
        self._held = data
        self._held_at = asyncio.get_running_loop().time()
        tries = (front.held(data, self) for front in self._fronts)
        let_go = next(filter(None, tries), None)
        if let_go is None:
            self._held = b""
            return False
        if self._held or self.has_place:
            self._let_go = let_go
        if self._held:
            self._is_idle = False
            self._expires(None)
            self._connections.waits(self, waits=False)
        return True

    def _turn_over(self) -> None:
        """Give back the place of the request that waited unread, if there was one."""
        let_go, self._let_go = self._let_go, None
        self.has_place, self.waited = False, 0.0
        if let_go is not None:
            let_go()

    def _looked_at(self) -> None:
        """Wait on, if that was not all of a head."""
        if self._in_head:
            self._connections.waits(self, waits=True)

    async def finish_response(
        self,
        request: web.BaseRequest,
        resp: web.StreamResponse,
        start_time: float | None,
    ) -> tuple[web.StreamResponse, bool]:
        """Answer; a client's error has no body, and is the last of its connection."""
        if resp.status in CLIENT_ERRORS:
            if isinstance(resp, web.Response):
                resp.body = None
            resp.force_close()
        if self._leaves:
            self._turn_over()
            return resp, True
        if self.is_crowded:  # it is told now, rather than pushed out later
            resp.force_close()
        deadlines = self._connections.deadlines
        self._expires(deadlines.idle_signed if self.signed else deadlines.idle)
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self._turn_over()
            self._head = 0
            self.since = asyncio.get_running_loop().time()
            self._is_idle = self._in_head = resp.status < CLIENT_ERRORS.start
            self._connections.waits(self, waits=True)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes what was sent
    ) -> web.StreamResponse:
        """Log what could not be read by its name alone, and what broke in full."""
        if status in CLIENT_ERRORS:
            log.info("request.unreadable", why=type(exc).__name__)
        else:
            log.error("request.failed", status=status, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("It is answered in part already.")
        resp = web.Response(status=status)
        resp.force_close()
        return resp

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log what broke around the handlers, without what was sent."""
        error = kw.get("exc_info")
        log.error("connection.failed", what=str(args[:1]), why=type(error).__name__)

    def _expires(self, seconds: float | None) -> None:
        """Drop it *seconds* from now; None: not before more is said.

        A timer that is early is set anew when it ends: that is cheaper than each time.
        """
        if seconds is None:
            self._deadline = math.inf
            return
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = loop.call_at(self._deadline, self._expired)

    def _expired(self) -> None:
        timer, self._timer = self._timer, None
        if timer is None or timer.when() >= self._deadline:
            may_hear_more = self.signed and self._is_idle and not self._leaves
            (self.leave if may_hear_more else self.drop)()
        elif self._deadline < math.inf:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._deadline, self._expired)
