"""A Slack that only counts: it takes every call at once and keeps what was said.

The loopback Slack of the sandbox checks and draws; under load that would be measured
instead of the bot. This one knows who was answered, and nothing else.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TEAM = "T0TRIAL"
BOT = "U0PATCHBAY"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the bot said: a Web API method, or `response` and its number."""

    method: str
    body: Json
    number: str = ""


@dataclass
class Slackish:
    """Listens on loopback. *heard* is called with all that the bot says."""

    heard: Callable[[Said], None] = lambda _said: None
    signing_secret: str = field(default_factory=lambda: os.urandom(16).hex())
    origin: str = ""
    posted: int = 0
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application(client_max_size=16 * 1024**2)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{number}", self._response)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        """What points a bot at this Slack, in HTTP mode."""
        return {
            "SLACK_API_URL": f"{self.origin}/api/",
            "SLACK_BOT_TOKEN": "-".join(("xoxb", os.urandom(12).hex())),
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }

    def response_url(self, number: int) -> str:
        """Return the address to which the answer number *number* goes."""
        return f"{self.origin}/response/{number}"

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        said = dict(request.query)
        if request.can_read_body and "json" in request.content_type:
            said |= await request.json()
        if method == "auth.test":
            return _ok(team_id=TEAM, team="trial", user_id=BOT, bot_id="B0TRIAL")
        if method == "users.info":
            return _ok(user={"id": said.get("user"), "locale": "en-US"})
        self.posted += 1
        self.heard(Said(method, said))
        channel = str(said.get("channel", ""))
        return _ok(channel=channel, ts=f"1700000000.{self.posted:06}")

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.heard(Said("response", body, request.match_info["number"]))
        return web.Response(text="ok")


def _ok(**more: Any) -> web.Response:
    body = json.dumps({"ok": True, **more}).encode()
    return web.Response(body=body, content_type="application/json")
