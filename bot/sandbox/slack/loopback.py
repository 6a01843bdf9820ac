"""The loopback Slack as one thing to start and close."""

import os
import secrets
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp import web
from pydantic import SecretStr

from bot.sandbox.slack.client.client import Client
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.server.delivery import ACK_TIMEOUT, Http
from bot.sandbox.slack.server.responses import Responses
from bot.sandbox.slack.server.sockets import Sockets
from bot.sandbox.slack.server.webapi import ALL_SCOPES, Tokens, WebApi

_SHUTDOWN_TIMEOUT = 0.2  # seconds that requests under way get when it closes


def _now() -> datetime:
    return datetime.now(UTC)


class LoopbackSlack:
    """A Slack on 127.0.0.1, with secrets made up when it starts.

    *bot_url* is where the bot listens for Slack (`http://127.0.0.1:…/slack/events`);
    without one the bot is reached over Socket Mode. *port* 0 lets the system choose.
    *patience* is how many seconds an ack may take. *paced* refuses floods of messages.
    *commands* are the slash commands that exist (None: any), *scopes* what the bot
    was granted. Routes may be added to `app` before it starts.
    """

    def __init__(  # noqa: PLR0913 - every one is a switch with a default
        self,
        *,
        bot_url: str = "",
        port: int = 0,
        patience: float = ACK_TIMEOUT,
        paced: bool = True,
        commands: Collection[str] | None = None,
        scopes: Collection[str] = ALL_SCOPES,
        now: Callable[[], datetime] = _now,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.space = seed.workspace(now=now, random=random, clock=clock)
        self.signing_secret = SecretStr(secrets.token_hex(16))
        self.bot_token = _token("xoxb", _digits(), _digits(), "sandbox")
        self.app_token = _token("xapp", "1", self.space.app_id, _digits(), "5a")
        self.sockets = Sockets(self.space, patience=patience)
        self.web_api = WebApi(
            self.space,
            Tokens(self.bot_token, self.app_token),
            clock=clock,
            scopes=scopes,
            paced=paced,
        )
        http = Http(bot_url, self.signing_secret, now=now, patience=patience)
        self.client = Client(
            self.space, http if bot_url else self.sockets, commands=commands
        )
        self.app = web.Application(client_max_size=64 * 1024**2)
        self.app.add_routes(self.web_api.routes())
        self.app.add_routes(Responses(self.space, self.web_api).routes())
        self.app.add_routes(self.sockets.routes())
        self._runner = web.AppRunner(
            self.app, access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT
        )
        self._port = port
        self._by_http = bool(bot_url)

    async def start(self) -> None:
        """Listen."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.space.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Part with the bot and listen no more."""
        self.web_api.closing.set()
        await self.sockets.close()
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

    @property
    def api_url(self) -> str:
        """The base of the Web API, for `SLACK_API_URL`."""
        return f"{self.space.origin}/api/"

    def environment(self) -> dict[str, str]:
        """Return the variables under which a bot finds this Slack."""
        variables = {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token.get_secret_value(),
            "SLACK_SIGNING_SECRET": self.signing_secret.get_secret_value(),
        }
        if not self._by_http:
            variables["SLACK_APP_TOKEN"] = self.app_token.get_secret_value()
        return variables


def _digits() -> str:
    return str(10**12 + secrets.randbelow(10**12))


def _token(*parts: str) -> SecretStr:
    """Return a token in Slack's format, with a mark and 24 random figures."""
    return SecretStr("-".join(parts) + secrets.token_hex(12))
