"""The events that the loopback cloud sends, signed as Tencent does.

Each push target tells of its own way: 1, 2 after a start; 2, 5, 0 at a stop. What is
not answered with `{"code": 0}` is sent again at once and then every ten seconds, for a
minute. https://trtc.io/document/54913

A target that fails goes idle, and the task goes on: it has to be stopped all the same.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp

from bot.sandbox.cloud.habits import DOUBLED, as_sent
from bot.sandbox.cloud.state import Relay

CONNECTING, RUNNING, RECOVERING, FAILED, DISCONNECTING, IDLE = 1, 2, 3, 4, 5, 0
PAUSED = 6  # a status that no page has
SERIES = {
    "start": (CONNECTING, RUNNING),
    "stop": (DISCONNECTING, IDLE),
    "recover": (RECOVERING, RUNNING),
    "fail": (RECOVERING, FAILED, IDLE),
    "end": (DISCONNECTING, IDLE),
    "pause": (PAUSED,),
}
OVER = {"fail", "end", "stop"}  # a target that went through it is idle
FAILURE = {"ErrorCode": -3, "ErrorMsg": "push failed: connection reset by peer"}
PAUSES = (0.0, *([10.0] * 6))  # seconds before each further try
ANSWER_IN = 5.0  # seconds


@dataclass
class Callbacks:
    """Sends events to *url*, signed with *key*; `accepted` are those that were taken.

    `waiting` are tried again, `lost` were given up; `went` is what each target, by
    TaskId and address, went through last. The event's time goes by either of its two
    documented names in turn, unless one of `habits` changes that. `late` is how many
    seconds after an event it is sent.
    """

    url: str
    key: str
    clock: Callable[[], float]
    pauses: Sequence[float] = PAUSES
    accepted: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    went: dict[tuple[str, str], str] = field(default_factory=dict)
    is_cut: bool = False
    habits: frozenset[str] = frozenset()
    late: float = 0.0
    _mended: asyncio.Event = field(default_factory=asyncio.Event)
    _sending: set["asyncio.Task[None]"] = field(default_factory=set)
    _number: "count[int]" = field(default_factory=count)

    def tell(self, relay: Relay, what: str, target: int | None = None) -> None:
        """Tell of *relay* what its targets (or one of them) go through."""
        urls = relay.urls if target is None else [relay.urls[target]]
        for url in urls:
            self.tell_of(relay, url, what)

    def tell_of(self, relay: Relay, url: str, what: str) -> None:
        """Tell what the target *url* of *relay* goes through."""
        if what == "stop" and self.went.get((relay.task_id, url)) in OVER:
            return  # it has told that it is idle
        self.went[relay.task_id, url] = what
        self.stray(relay, url, what)

    def stray(self, relay: Relay, url: str, what: str = "start") -> None:
        """Tell what *url* goes through as if it were a target of *relay*."""
        self.in_order([self._event(relay, url, status) for status in SERIES[what]])

    def in_order(self, bodies: Sequence[dict[str, Any]]) -> None:
        """Send *bodies* one after the other, each until it is taken or given up."""
        self.waiting += bodies
        task = asyncio.create_task(self._each(bodies))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def cut(self) -> None:
        """Let nothing through from now on, as a firewall would."""
        self.is_cut = True

    def mend(self) -> None:
        """Let everything through again; what waits is tried at once."""
        self.is_cut = False
        self._mended.set()
        self._mended.clear()

    @property
    def busy(self) -> bool:
        """Whether something is still to be told."""
        return bool(self._sending)

    async def idle(self) -> None:
        """Wait until everything is told, or given up."""
        await asyncio.gather(*self._sending)

    async def close(self) -> None:
        """Tell no more."""
        for task in tuple(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    def sign(self, raw: bytes) -> str:
        """Return the `Sign` header of the body *raw*."""
        digest = hmac.new(self.key.encode(), raw, hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    async def send(self, event: dict[str, Any]) -> bool:
        """Send *event* once; tell whether it was taken."""
        if self.is_cut:
            return False
        stamped = {**event, "CallbackTs": round(self.clock() * 1000)}
        event = as_sent(stamped, self.habits)
        raw = json.dumps(event, indent="\t").encode()
        headers = {
            "Content-Type": "application/json",
            "Sign": self.sign(raw),
            "SdkAppId": str(event.get("SdkAppId", "")),
        }
        timeout = aiohttp.ClientTimeout(total=ANSWER_IN)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.url, data=raw, headers=headers) as answer,
            ):
                reply = await answer.json()
                taken = answer.status == 200 and reply == {"code": 0}  # noqa: PLR2004
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
        if taken:
            self.accepted.append(event)
        return taken

    async def _each(self, bodies: Sequence[dict[str, Any]]) -> None:
        await self._pause(self.late)
        for body in bodies:
            await self._until_taken(body)

    async def _until_taken(self, body: dict[str, Any]) -> None:
        try:
            for pause in (None, *self.pauses):
                if pause is not None:
                    await self._pause(pause)
                if await self.send(body):
                    if DOUBLED in self.habits:
                        await self.send(body)
                    return
            self.lost.append(body)
        finally:
            self.waiting.remove(body)

    async def _pause(self, seconds: float) -> None:
        if not seconds:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._mended.wait()

    def _event(self, relay: Relay, url: str, status: int) -> dict[str, Any]:
        number = next(self._number)
        time_name = "EventTsMs" if number % 2 else "EventMsTs"
        error = FAILURE if status == FAILED else {}
        return {
            "EventGroupId": 4,
            "EventType": 401,
            "CallbackTs": 0,
            "EventInfo": {
                "RoomId": relay.room,
                "RoomType": 1,
                time_name: round(self.clock() * 1000) + number,
                "UserId": relay.agent,
                "TaskId": relay.task_id,
                "Payload": {"Url": url, "Status": status} | error,
            },
        }
