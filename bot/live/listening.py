"""Hears the events about one relay, where no bot runs that hears them.

What is about anything else is refused for now, so that Tencent sends it again: for a
minute, to a bot that is back by then.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.errors import JournalUnavailable, NotFound
from bot.http.server import Server
from bot.i18n import _
from bot.live.trial import Trial
from bot.operations.readiness import Told
from bot.operations.reception import addressed
from bot.settings import App
from bot.tencent import events, webhook
from bot.tencent.events import RelayEvent, RelayStatus


@dataclass(kw_only=True)
class Ear:
    """What was heard of the robot *agent* of *app*: `heard`."""

    trial: Trial
    app: App
    agent: str
    listens: bool = False
    heard: list[RelayEvent] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, app: str, raw: bytes, sign: str) -> None:
        """Take in an event about our robot; keep it as it came.

        Raises:
            NotFound, NotAllowed, InvalidRequest: as those of the bot.
            JournalUnavailable: it is genuine, and about something else.
        """
        if addressed(self.trial.settings.all_apps, app) != self.app:
            raise NotFound(_("This is not the app of the trial."))
        key = self.app.callback_key
        if key is None:
            raise NotFound(_("That app has no callback key."))
        event = events.read(raw, sign, key)
        if not isinstance(event, RelayEvent) or event.agent != self.agent:
            raise JournalUnavailable(_("It is not about this trial."))
        self.trial.recorder.saw("callback", 0, {}, raw)
        self.heard.append(event)
        async with self._news:
            self._news.notify_all()

    async def until(self, status: RelayStatus) -> None:
        """Wait until the relay was in *status*, but not for ever."""
        if not self.listens:
            return
        try:
            async with asyncio.timeout(self.trial.ports.patience), self._news:
                await self._news.wait_for(
                    lambda: any(one.status == status for one in self.heard)
                )
        except TimeoutError:
            return  # what was not heard is told by who asks for it

    @property
    def in_order(self) -> list[RelayEvent]:
        """What was heard, by the events' own times."""
        return sorted(self.heard, key=lambda one: one.at.timestamp() if one.at else 0)


@asynccontextmanager
async def listening(ear: Ear) -> AsyncIterator[None]:
    """Let *ear* listen where callbacks come in, if nobody else does."""
    settings, wishes = ear.trial.settings, ear.trial.wishes
    if ear.app.callback_key is None:
        yield
        return
    server = Server(
        routes=webhook.routes(ear.receive),
        ready=_ready,
        trusted=settings.trusted_proxies,
    )
    try:
        await server.start(settings.host, wishes.port or settings.port)
        ear.listens = True
    except OSError:  # the bot that runs here has the port
        ear.listens = False
    try:
        yield
    finally:
        await server.close()


async def _ready() -> Told:
    return Told(own={"trial": True}, shared={})
