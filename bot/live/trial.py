"""What every part of a trial has: its settings, its ways out, its report."""

import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from bot.live import largest
from bot.live.ledger import Ledger
from bot.live.recorder import Recorder
from bot.live.report import Report
from bot.settings import Settings
from bot.slack.outbound.web import Sent, Web
from bot.slack.render.spans import Json
from bot.tencent.client import Client

TRIES = 3  # of a call that Slack has no time for
PATIENCE = 10.0  # seconds that events are waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for: *person* sees what is for one, *channel* what is for all.

    *app* and *push* are those of the relay, which *yes* lets start. *http_url* is where
    Tencent finds the bot, *port* where events are listened for (0: that of the bot).
    """

    person: str = ""
    http_url: str = ""
    channel: str = ""
    app: str = ""
    push: str = ""
    yes: bool = False
    resume: bool = False
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What comes in from outside: time, chance, HTTP, and where lines go.

    *slack* opens a client of the Web API, *cloud* one of Tencent.
    *patience* is in seconds; *drawn* is what Slack is to judge: kind, name, body.
    """

    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    random_bytes: Callable[[int], bytes]
    slack: Callable[..., AbstractAsyncContextManager[Web]]
    cloud: Callable[..., AbstractAsyncContextManager[Client]]
    write: Callable[[str], object]
    patience: float = PATIENCE
    drawn: Callable[[], Iterable[tuple[str, str, Json]]] = largest.drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run. *web* has the bot's token, None if there is none; *judge* has none."""

    settings: Settings
    wishes: Wishes
    ports: Ports
    report: Report
    recorder: Recorder
    ledger: Ledger
    web: Web | None
    judge: Web
    client: Client
    trust: ssl.SSLContext | None

    async def patiently(self, ask: Callable[[], Awaitable[Sent]]) -> Sent:
        """Return what *ask* ends with, asked again where Slack says it was too much."""
        for _number in range(TRIES - 1):
            sent = await ask()
            if not sent.too_fast:
                return sent
            await self.ports.sleep(max(sent.retry_after, 1.0))
        return await ask()
