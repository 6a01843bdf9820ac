"""Connections that come in: how many there may be, and for how long they may wait.

Anybody who reaches the port can open connections and say nothing, or half a request.
Each costs a descriptor and some memory, so there is a cap on all of them, and one on
those of a peer on which nothing signed has come. At a cap, whoever has waited longest
without a whole request gives way, of the peer that has most; but nobody before a moment
has passed, in which all who have something to say can say it. Whoever is being answered
never does.

What `aiohttp` would tell strangers (what it could not read, and why) is not told: a
refusal has a status and nothing else.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Protocol

import structlog
from aiohttp import web

from bot.runtime import descriptors

MOST = 512  # connections
MOST_UNSIGNED = 32  # of one peer, on which nothing signed has come
GRACE = 0.02  # seconds in which none has to give way

LONGEST_HEAD = 32 * 1024  # bytes; Slack's have one or two thousand
LINGER_SECONDS = 1.0  # in which the rest of a body that was refused is thrown away

CLIENT_ERRORS = range(400, 500)
SERVER_ERROR = 500

Network = IPv4Network | IPv6Network

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """For how many seconds a connection may wait for what comes next."""

    head: float = 5.0  # from the first byte of a request to the end of its head
    idle: float = 15.0  # between two requests
    idle_signed: float = 75.0  # the same, where one was signed
    settled: float = 1.0  # from its beginning until it counts with those of its peer


USUAL = Deadlines()
NEVER = 24 * 3600.0  # seconds; how long a connection is idle, `_expires` says


class Front(Protocol):
    """Lets a request wait before it is read: `bot.slack.inbound.raw.RawCommands`."""

    def held(self, data: bytes, holder: "Connection") -> Callable[[], None] | None:
        """Let the request *data* wait; return what is called when that is over."""


class Connections:
    """All connections that are open. *trusted* peers are proxies, and not counted."""

    def __init__(
        self, *, trusted: Sequence[Network] = (), deadlines: Deadlines = USUAL
    ) -> None:
        self.deadlines = deadlines
        self._trusted = trusted
        self._most = MOST
        self._open: set[Connection] = set()
        self._peers: Counter[str] = Counter()  # of how many each has
        self._unsigned: dict[str, dict[Connection, None]] = {}  # by peer, settled
        self._waiting: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def full(self, descriptor: int) -> bool:
        """Tell whether one more may come only if another gives way.

        *descriptor* is that of its socket.
        """
        if descriptor < descriptors.first_in_hand():
            return len(self._open) >= self._most
        self._most = max(len(self._open), 1)  # until half of them are gone
        return True

    def make_room(self) -> float | None:
        """Let one give way and return 0, or the seconds until one will.

        None: all are being answered.
        """
        unsigned = [one for one in self._waiting if not one.signed]
        if unsigned:
            return self._gives_way(min(unsigned, key=self._first_to_go))
        idle = next(iter(self._waiting), None)
        return self._gives_way(idle) if idle else None

    def counted(self, address: str) -> str:
        """Return the peer that *address* is counted as, or "" for a trusted one.

        Of IPv6 a peer has a whole network: everybody is given 2⁶⁴ addresses.
        """
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        if any(ip in network for network in self._trusted):
            return ""
        if isinstance(ip, IPv6Address):
            return str(IPv6Network((ip, 64), strict=False))
        return str(ip)

    def opened(self, one: "Connection") -> None:
        """Count *one*, on which a request is waited for."""
        self._open.add(one)
        self._peers[one.peer] += 1
        self._waiting[one] = None

    def closed(self, one: "Connection") -> None:
        """Count *one* no longer."""
        if one not in self._open:
            return
        self._open.remove(one)
        self._peers[one.peer] -= 1
        if not self._peers[one.peer]:
            del self._peers[one.peer]
        if len(self._open) <= self._most // 2:
            self._most = MOST
        self._waiting.pop(one, None)
        self.trusts(one)

    def waits(self, one: "Connection", *, waits: bool) -> None:
        """Note whether *one* waits for a whole request, or for its answer."""
        self._waiting.pop(one, None)
        if waits and one in self._open:
            self._waiting[one] = None

    def settled(self, one: "Connection") -> None:
        """Count *one*, which has been there a while, with those of its peer.

        With one too many, that gives way which has waited longest.
        """
        if one.signed or not one.peer:
            return
        theirs = self._unsigned.setdefault(one.peer, {})
        theirs[one] = None
        waiting = [other for other in theirs if other in self._waiting]
        if len(theirs) > MOST_UNSIGNED and waiting:
            self._gives_way(min(waiting, key=self._first_to_go))

    def trusts(self, one: "Connection") -> None:
        """Count *one* among those of its peer no longer."""
        theirs = self._unsigned.get(one.peer, {})
        theirs.pop(one, None)
        if not theirs:
            self._unsigned.pop(one.peer, None)

    def _first_to_go(self, one: "Connection") -> tuple[int, float]:
        return -self._peers[one.peer], one.since

    def _gives_way(self, one: "Connection") -> float:
        """Close *one* if its grace is over; return the seconds until it is."""
        left = one.grace_left()
        if left <= 0:
            log.info("connection.gave-way", peer=one.peer)
            one.drop()
        return max(left, 0.0)


class Connection(web.RequestHandler):
    """One connection from *peer*, with the deadlines that aiohttp does not have."""

    def __init__(
        self,
        server: web.Server,
        connections: Connections,
        peer: str,
        front: Front | None = None,
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
        self._front = front
        self._held = b""  # a request that waits unread
        self._let_go: Callable[[], None] | None = None  # once its turn is over
        self.has_place = False  # it waited, and is being answered

    def go_on(self) -> None:
        """Read the request that waited: it has its place now."""
        data, self._held = self._held, b""
        self.has_place = True
        self._parse(data)

    def answered(self, answer: bytes) -> None:
        """Write *answer* to the request that waited, and wait for the next one."""
        self._held, self._let_go = b"", None
        self._is_idle = True
        self.since = asyncio.get_running_loop().time()
        deadlines = self._connections.deadlines
        self._expires(deadlines.idle_signed if self.signed else deadlines.idle)
        self._connections.waits(self, waits=True)
        if self.transport is not None:
            self.transport.write(answer)

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

    def grace_left(self) -> float:
        """Return the seconds, or less than none, until it has to give way if asked."""
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
        if self._front is None:
            return False
        self._held = data
        let_go = self._front.held(data, self)
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
        self.has_place = False
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
            self.drop()
        elif self._deadline < math.inf:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._deadline, self._expired)
