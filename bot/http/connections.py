"""Connections that come in: how many there may be, and for how long they may wait.

Anybody who reaches the port can open connections and say nothing, or half a request.
Each costs a descriptor and some memory, so there is a cap on all of them, and one on
those of a peer on which nothing signed has come. At a cap, whoever has waited longest
without a whole request gives way, of the peer that has most; but nobody before a moment
has passed, in which all who have something to say can say it. Whoever is being answered
never does. One that is known is told first, so that no request is lost on its way.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Protocol

import structlog

from bot.runtime import descriptors

MOST = 512  # connections
MOST_UNSIGNED = 32  # of one peer, on which nothing signed has come
MOST_NEW = 64  # of MOST newcomers in their grace, for whom others give way at once
GRACE = 0.02  # seconds in which none has to give way
SOON = 0.001  # seconds, in which what has come is read
CROWDED = 7 / 8  # of what there may be: with so many signed ones none is kept open

Network = IPv4Network | IPv6Network

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """For how many seconds a connection may wait for what comes next."""

    head: float = 5.0  # from the first byte of a request to the end of its head
    idle: float = 15.0  # between two requests
    idle_signed: float = 75.0  # the same, where one was signed
    settled: float = 1.0  # from its beginning until it counts with those of its peer
    linger: float = 1.0  # since it was told that nothing more is answered on it


USUAL = Deadlines()


class Open(Protocol):
    """One that is open, from *peer*; *since* is when it began to wait.

    It is *signed* once a request came on it whose signature held.
    """

    peer: str
    signed: bool
    since: float

    def grace_left(self) -> float:
        """Return the seconds, or less than none, until it has to give way if asked."""

    def has_spoken(self) -> bool:
        """Tell whether something came on it that the loop has not read yet."""

    def leave(self) -> None:
        """Close it, between two requests, without losing one that is on its way."""

    def drop(self) -> None:
        """Close it now, whatever is under way."""


class Connections:
    """All connections that are open. *trusted* peers are proxies, and not counted."""

    def __init__(
        self, *, trusted: Sequence[Network] = (), deadlines: Deadlines = USUAL
    ) -> None:
        self.deadlines = deadlines
        self._trusted = trusted
        self._most = MOST
        self._open: set[Open] = set()
        self._peers: Counter[str] = Counter()  # of how many each has
        self._unsigned: dict[str, dict[Open, None]] = {}  # by peer, settled
        self._waiting: dict[Open, None] = {}
        self._known: set[Open] = set()  # on which something signed came

    def __len__(self) -> int:
        return len(self._open)

    @property
    def crowded(self) -> bool:
        """Whether so many that are signed are open that one soon gives way to another.

        Strangers, however many, close none that is known.
        """
        return len(self._known) >= CROWDED * self._most

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

        None: all are being answered. Newcomers who still have time to speak hold nobody
        up while there are few of them: then whoever was idle for longest gives way.
        """
        silent = [one for one in self._waiting if not one.signed]
        if late := self._first_silent(one for one in silent if one.grace_left() <= 0):
            return self._gives_way(late)
        few = MOST_NEW * self._most // MOST  # as many of what there may be
        if len(silent) <= few and (idle := self._longest_idle()):
            return self._gives_way(idle)
        waiting = silent or self._waiting
        left = min((one.grace_left() for one in waiting), default=None)
        return None if left is None else max(left, SOON)

    def _longest_idle(self) -> Open | None:
        """Return the signed one that is idle for longest, and has not just spoken."""
        signed = (one for one in self._waiting if one.signed and one.grace_left() <= 0)
        return next((one for one in signed if not one.has_spoken()), None)

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

    def opened(self, one: Open) -> None:
        """Count *one*, on which a request is waited for."""
        self._open.add(one)
        self._peers[one.peer] += 1
        self._waiting[one] = None

    def closed(self, one: Open) -> None:
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
        self._forget(one)
        self._known.discard(one)

    def waits(self, one: Open, *, waits: bool) -> None:
        """Note whether *one* waits for a whole request, or for its answer."""
        self._waiting.pop(one, None)
        if waits and one in self._open:
            self._waiting[one] = None

    def settled(self, one: Open) -> None:
        """Count *one*, which has been there a while, with those of its peer.

        With one too many, that gives way which has waited longest.
        """
        if one.signed or not one.peer:
            return
        theirs = self._unsigned.setdefault(one.peer, {})
        theirs[one] = None
        waiting = (other for other in theirs if other in self._waiting)
        if len(theirs) > MOST_UNSIGNED and (late := self._first_silent(waiting)):
            self._gives_way(late)

    def trusts(self, one: Open) -> None:
        """Count *one*, on which something signed came, among those that are known."""
        if one in self._open:
            self._known.add(one)
        self._forget(one)

    def _forget(self, one: Open) -> None:
        """Count *one* no longer among those of its peer that are unsigned."""
        theirs = self._unsigned.get(one.peer, {})
        theirs.pop(one, None)
        if not theirs:
            self._unsigned.pop(one.peer, None)

    def _first_silent(self, those: Iterable[Open]) -> Open | None:
        """Return the first to go of *those*, but for who has spoken and is not read.

        In an overload the loop reads later than whoever came has time to speak.
        """
        in_turn = sorted(those, key=self._first_to_go)
        return next((one for one in in_turn if not one.has_spoken()), None)

    def _first_to_go(self, one: Open) -> tuple[int, float]:
        return -self._peers[one.peer], one.since

    def _gives_way(self, one: Open) -> float:
        """Close *one* if its grace is over; return the seconds until it is."""
        left = one.grace_left()
        if left <= 0:
            log.info("connection.gave-way", peer=one.peer)
            (one.leave if one.signed else one.drop)()
        return max(left, 0.0)
