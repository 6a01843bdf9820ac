"""Socket Mode: two connections, each renewed by itself, and a watchdog.

Any envelope comes on any of them, here or at another replica: nothing is kept for a
connection, and what comes twice is told by the journal. Where Slack refuses the second
one, the first does the work; where it refuses both, others have all ten, and what needs
no Slack goes on here. A refusal is asked about again after minutes, whatever else fails
after ever longer waits. Of a connection that Slack will end, the successor is opened
first. A process that has none and is not refused for a minute ends, for its supervisor
to start it again.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic import SecretStr
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.runtime.tasks import Tasks
from bot.runtime.tracing import span
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.early import TRY_AGAIN, overloaded
from bot.slack.inbound.kinds import bolt_request, kind_of
from bot.slack.inbound.listeners import Listeners
from bot.slack.outbound.line import TOO_MANY, Line, NoLine, Opener
from bot.slack.outbound.web import AWAY

CONNECTIONS = 2
CHECK_SECONDS = 10.0
DEAF_SECONDS = 60.0
STEADY_SECONDS = 30.0  # one that ended sooner counts as a failure
WAITS = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds, after so many failures
CROWDED_SECONDS = 60.0  # after a refusal, with no connection
ENOUGH_SECONDS = 300.0  # after a refusal, with the other one

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where one connection stands, or should: *crowded* if Slack refused the last."""

    number: int
    failures: int = 0
    crowded: bool = False
    tried: asyncio.Event = field(default_factory=asyncio.Event)

    def failed(self) -> float:
        """Return after how many seconds to ask again."""
        pause = WAITS[min(self.failures, len(WAITS) - 1)]
        self.failures += 1
        return pause


class Sockets:
    """Connections to the Slack of *web* with the app-level *token*.

    *clock* gives seconds since some moment. *admission* decides who is answered when:
    an envelope is as old as it is here.
    """

    def __init__(
        self,
        listeners: Listeners,
        web: AsyncWebClient,
        token: SecretStr,
        admission: Admission,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.token = token
        self.heard_at = clock()
        self._listeners = listeners
        self._web = web
        self._clock = clock
        self._sleep = sleep
        self._admission = admission
        self._overloaded = overloaded()
        self._opener: Opener | None = None
        self._places = [_Place(number=number) for number in range(CONNECTIONS)]
        self._keepers: list[asyncio.Task[None]] = []
        self._answered = asyncio.Event()  # there is a connection, or one too many
        self._work = Tasks()
        self._lines: set[Line] = set()
        self._word = ""  # why there was none, when one was last asked for

    async def start(self) -> None:
        """Connect; returns once each was tried, and one is there or too many are.

        Envelopes come from then on. While Slack is away, it waits.
        """
        opener = self._opener = Opener(self._web)
        for place in self._places:
            keeping = self._keep(place, opener)
            self._keepers.append(self._work.spawn(keeping, name="keeper"))
            await place.tried.wait()
        await self._answered.wait()
        self.heard_at = self._clock()

    def use(self, token: SecretStr) -> None:
        """Open the next connections with *token*; those that are open stay so."""
        self.token = token

    async def close(self) -> None:
        """Close the connections for good, once nothing is to be acknowledged there.

        It takes `ACK_SECONDS` and `CLOSE_SECONDS` of a line at most.
        """
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(line.close() for line in self.lines()))
        await self._work.drain(0)
        if self._opener:
            await self._opener.close()

    async def connected(self) -> bool:
        """Return whether at least one connection is up."""
        return bool(self.lines())

    def lines(self) -> frozenset[Line]:
        """Return the connections that are up, each a thing of its own.

        One that is there before and after has missed nothing in between: what was not
        acknowledged, Slack sends again. A dead one is closed after 15 s.
        """
        return frozenset(line for line in self._lines if not line.closed)

    async def watch(self, every: float = CHECK_SECONDS) -> None:
        """Return once there was none for a minute; checks *every* so many seconds.

        A start anew would help nobody where Slack refuses one more: then it goes on.
        """
        while True:
            await self._sleep(every)
            crowded = any(place.crowded for place in self._places)
            if (silent := self.silence()) > DEAF_SECONDS and not crowded:
                log.critical("sockets.deaf", seconds=round(silent))
                return

    def silence(self) -> float:
        """Return for how many seconds nothing came, nor could: 0 while one is up."""
        if self.lines():
            self.heard_at = self._clock()
        return self._clock() - self.heard_at

    def deaf(self) -> bool:
        """Tell whether there is none, and not since Slack is away, or has enough.

        So it is until the first is there, and where there was none for half a minute.
        """
        if self.lines() or self._word in {TOO_MANY, *AWAY}:
            return False
        return not self._answered.is_set() or self.silence() > DEAF_SECONDS / 2

    # ── the connections ─────────────────────────────────────────────────────────

    async def _keep(self, place: _Place, opener: Opener) -> None:
        """Keep a connection up; the former one goes when its successor was tried."""
        former: Line | None = None
        while True:
            line, pause = await self._opened(place, opener)
            place.tried.set()
            if former:
                self._work.spawn(former.close(), name="line")
            if line:
                pause = await self._until_it_goes(place, line)
            former = line
            await self._sleep(pause)

    async def _opened(self, place: _Place, opener: Opener) -> tuple[Line | None, float]:
        """Open a connection, or return after how many seconds to ask again."""
        try:
            line = await opener.open(self.token)
        except NoLine as refused:
            return None, self._missed(place, refused)
        self._take_up(place, line)
        return line, 0.0

    def _take_up(self, place: _Place, line: Line) -> None:
        log.info("sockets.connected", place=place.number, all=line.connections)
        place.crowded, self._word = False, ""
        self._lines.add(line)
        self._answered.set()
        self._work.spawn(self._listen(line), name="line")

    async def _until_it_goes(self, place: _Place, line: Line) -> float:
        """Return after how many seconds to open the next, once *line* goes."""
        began = self._clock()
        await line.going.wait()
        if line.why == TOO_MANY:
            await line.close()
            return self._missed(place, NoLine(TOO_MANY))
        log.info("sockets.parted", place=place.number, reason=line.why)
        if self._clock() - began >= STEADY_SECONDS:
            place.failures = 0
        return place.failed()

    def _missed(self, place: _Place, refused: NoLine) -> float:
        """Say why there is none, and return after how many seconds to ask again."""
        self._word = refused.word
        place.crowded = refused.word == TOO_MANY
        if not place.crowded:
            pause = max(place.failed(), refused.wait)
            log.warning("sockets.refused", word=refused.word, again_in=pause)
            return pause
        self._answered.set()
        alone = not self.lines()
        say = log.critical if alone else log.warning
        pause = CROWDED_SECONDS if alone and place.number == 0 else ENOUGH_SECONDS
        say("sockets.too-many", place=place.number, again_in=pause)
        return pause

    async def _listen(self, line: Line) -> None:
        try:
            async for envelope in line.envelopes():
                self.heard_at = self._clock()
                if request := SocketModeRequest.from_dict(envelope):
                    line.answer(self._take(line, request))
        finally:
            self._lines.discard(line)

    async def _take(self, line: Line, request: SocketModeRequest) -> None:
        self.heard_at = self._clock()
        kind = kind_of(request.payload).value
        with self._admission.acking(kind, 0.0), span("payload", kind=kind):
            await self._answer_in_turn(line, request)

    async def _answer_in_turn(self, line: Line, request: SocketModeRequest) -> None:
        lane = self._listeners.lanes.of(request.payload)
        async with self._admission.place(lane) as admitted:
            if admitted:
                await self._answer(line, request)
                return
        if "command" in request.payload:
            await self._ack(line, request, self._overloaded)
        # what is not acknowledged, Slack sends again, or says that it did not work

    async def _answer(self, line: Line, request: SocketModeRequest) -> None:
        bolt = bolt_request(request.payload)
        if bolt is None:
            await self._ack(line, request, None)
            return
        answer = await self._listeners.dispatch(bolt, request.payload)
        if answer.status == TRY_AGAIN:
            return  # what is not acknowledged, Slack sends again
        body: Any = answer.body
        payload: dict[str, Any] | None = None
        if body:
            as_json = "application/json" in answer.first_headers().get(
                "content-type", ""
            )
            payload = json.loads(body) if as_json else {"text": body}
        await self._ack(line, request, payload)

    async def _ack(
        self,
        line: Line,
        request: SocketModeRequest,
        payload: dict[str, Any] | None,
    ) -> None:
        """Acknowledge an envelope; without that Slack shows the person a time-out.

        An envelope may forbid a payload, as those of events do.
        """
        if request.accepts_response_payload is False:
            payload = None
        response = SocketModeResponse(envelope_id=request.envelope_id, payload=payload)
        for way in (line, *self.lines()):
            try:
                await way.send(response.to_dict())
            except ConnectionError:
                continue  # this one broke meanwhile
            return
        log.warning("sockets.unacknowledged", type=request.type)
