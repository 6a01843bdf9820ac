"""A Slack that only counts: it takes every call at once and keeps what was said.

The loopback Slack of the sandbox checks and draws; under load that would be measured
instead of the bot. This one knows who was answered, and nothing else.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TEAM = "T0TRIAL"
BOT = "U0PATCHBAY"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot: a Web API method, or `response` and its number."""

    method: str
    body: Json
    number: str = ""


@dataclass
class Slackish:
    """Listens on loopback. *on_call* gets every call but look-ups."""

    on_call: Callable[[Call], None] = lambda _call: None
    signing_secret: str = field(default_factory=lambda: os.urandom(16).hex())
    token: str = field(default_factory=lambda: "-".join(("xoxb", os.urandom(12).hex())))
    origin: str = ""
    posted: int = 0
    _runner: web.AppRunner | None = None

    async def start(self):
        app = web.Application(client_max_size=16 * 1024**2)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{number}", self._response)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024).start()
        self.origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self):
        if self._runner:
            await self._runner.cleanup()

    @property
    def environment(self):
        return {
            "SLACK_API_URL": f"{self.origin}/api/",
            "SLACK_BOT_TOKEN": self.token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }

    def response_url(self, number):
        """Return the address to which the answer number *number* goes."""
        return f"{self.origin}/response/{number}"

    async def _api(self, request):
        method = request.match_info["method"]
        body = dict(request.query)
        if request.can_read_body and "json" in request.content_type:
            body |= await request.json()
        if method == "auth.test":
            return _ok(team_id=TEAM, team="trial", user_id=BOT, bot_id="B0TRIAL")
        if method == "users.info":
            return _ok(user={"id": body.get("user"), "locale": "en-US"})
        self.posted += 1
        self.on_call(Call(method, body))
        channel = str(body.get("channel", ""))
        return _ok(channel=channel, ts=f"1700000000.{self.posted:06}")

    async def _response(self, request):
        number = request.match_info["number"]
        self.on_call(Call("response", await request.json(), number))
        return web.Response(text="ok")


def _ok(**more):
    return web.json_response({"ok": True, **more})
