"""The bot's whole inside, fed payload by payload, with everything it says kept.

It stands on the tests' world: a clock that can be pushed, waits that do not wait, and
a cloud that can be told its answers byte by byte.
"""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from pydantic import SecretStr
from slack_bolt.async_app import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.http.server import Server
from bot.ids import TeamId
from bot.journal.model import State
from bot.operations.delivery import Delivery
from bot.sandbox.cloud import LoopbackCloud
from bot.settings import Policy
from bot.slack.directory import SlackDirectory
from bot.slack.inbound import http as slack_http
from bot.slack.inbound.guard import Admitted, admit
from bot.slack.inbound.listeners import Listeners
from bot.slack.outbound.replies import Replies
from bot.slack.outbound.web import Web
from bot.tencent import webhook
from tests.trials.fuzz_kit import fit_to_tell
from tests.trials.rawhttp import FORM, slack_headers
from tests.trials.slackish import TEAM, Said, Slackish
from tests.world import World, live_again

CALLBACK_KEY = secrets.token_hex(16)
ANA, BOB = "U0ANA", "U0BOB"
STEP = timedelta(seconds=2)  # by which letters become due
SERVER_ERROR = 500
BROKE = {
    "listeners.broke",
    "ask.failed",
    "task.failed",
    "letter.unshowable",
    "message.unshowable",
}
REFUSALS = ("InvalidParameter", "MissingParameter", "UnknownParameter", "Unsupported")

Json = dict[str, Any]
Raw = tuple[int, bytes, str]  # status, body, content type


class ScriptedCloud(LoopbackCloud):
    """A loopback cloud that answers with *script*, if there is one, to every call.

    *refused* has the codes with which it refused what the bot thought sound.
    """

    script: Raw | None = None

    def listen(self) -> None:
        """Begin to note what is refused."""
        self.refused: list[str] = []

    def _front(
        self, product: str
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        usual = super()._front(product)

        async def answer(request: web.Request) -> web.StreamResponse:
            if self.script is None:
                return await usual(request)
            await request.read()
            self.state.calls.append((0.0, request.headers.get("X-TC-Action", "")))
            status, body, kind = self.script
            headers = {"Content-Type": kind} if kind else {}
            return web.Response(status=status, body=body, headers=headers)

        return answer

    def _reply(self, *given: Any) -> Json:
        reply = super()._reply(*given)
        if code := reply.get("Error", {}).get("Code", ""):
            self.refused.append(code)
        return reply


@dataclass
class Front:
    """The bot, and what it said since `take` was last called."""

    world: World
    cloud: ScriptedCloud
    slack: Slackish
    listeners: Listeners
    delivery: Delivery
    logs: list[Mapping[str, Any]]
    port: int = 0
    said: list[Said] = field(default_factory=list)
    acked: Any = None
    took: float = 0.0
    forgiving: bool = False  # an incident is only counted: Slack never sends such
    incidents: dict[str, int] = field(default_factory=dict)
    _number: int = 0

    def number(self) -> int:
        """Return a number that was not there before."""
        self._number += 1
        return self._number

    def command(self, typed: str, command: str = "/relay", user: str = "") -> Json:
        """Return the payload of a slash command: key, channel and *user* of its own."""
        number = self.number()
        return {
            "team_id": TEAM,
            "channel_id": f"C{number:06}",
            "user_id": user or f"U{number:06}",
            "command": command,
            "text": typed,
            "response_url": self.slack.response_url(number),
            "trigger_id": f"t{number}.1",
        }

    def interaction(self, kind: str, user: str = ANA, **more: Any) -> Json:
        """Return an interactive payload of a *kind* (view_submission …)."""
        return {
            "type": kind,
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "api_app_id": "A0TRIAL",
            "trigger_id": f"t{self.number()}.1",
            **more,
        }

    async def deliver(self, payload: Json) -> None:
        """Bring *payload* through the guard and Bolt; check all that comes of it."""
        fields = payload if "command" in payload else {"payload": json.dumps(payload)}
        await self.posted(urlencode(fields, errors="replace").encode())

    async def posted(self, raw: bytes, kind: str = FORM) -> int:
        """Post *raw*, signed; return the status, or 0 if no event was made of it."""
        began = time.process_time()
        signed = slack_headers(raw, self.slack.signing_secret, self._now())
        given = {name.lower(): [one] for name, one in signed.items()}
        given["content-type"] = [kind]
        secret = self.slack.signing_secret
        decided = admit(given, raw, secret=secret, now=self._now())
        if not isinstance(decided, Admitted):
            self.took = time.process_time() - began
            return decided.status
        request = AsyncBoltRequest(body=decided.text, query={}, headers=given)
        response = await self.listeners.dispatch(request, decided.body)
        self.took = time.process_time() - began
        assert response.status < SERVER_ERROR, f"HTTP {response.status}"
        self.acked = _read(response.body)
        await self.settled()
        left = await self.world.journal.unfinished("another life")
        self.examine()
        assert not left, f"left {left[0].state} for ever: {left[0].action}"
        return response.status

    async def settled(self) -> None:
        """Let everything end that was begun, and deliver every letter."""
        await self.world.tasks.drain(30)
        while self.world.rang:
            self.world.rang.clear()
            self.world.clock.ahead += STEP
            await self.delivery.deliver()
            await self.world.tasks.drain(30)

    def examine(self) -> None:
        """Assert that nothing broke, and that all that was said may be told."""
        broke = [one for one in self.logs if one.get("event") in BROKE]
        self.logs.clear()
        lost = [one for one in broke if one["event"] == "task.failed"]
        assert not lost, f"work was lost: {_why(lost[0])}"
        for one in broke:
            why = _why(one)
            assert self.forgiving, f"an incident: {why}"
            self.incidents[why] = self.incidents.get(why, 0) + 1
        wrong = [code for code in self.cloud.refused if code.startswith(REFUSALS)]
        self.cloud.refused.clear()
        assert not wrong, f"the cloud refused what the bot let through: {wrong[0]}"
        fit_to_tell(self.acked)
        for said in self.said:
            shown = {
                k: v for k, v in said.body.items() if k in {"text", "blocks", "view"}
            }
            fit_to_tell(shown)

    def take(self) -> tuple[list[Said], list[str]]:
        """Return what was said and which actions were called, and forget both."""
        said, calls = self.said, [name for _at, name in self.cloud.state.calls]
        self.said, self.acked = [], None
        self.cloud.state.calls.clear()
        return said, calls

    def hear(self, said: Said) -> None:
        """Keep what the bot said."""
        self.said.append(said)

    def fresh(self) -> None:
        """Forget what a case before this one left behind."""
        self.take()
        self.forgiving = False

    async def tidy(self) -> None:
        """End all relays in the journal, so that no case meets another one's."""
        journal = self.world.journal
        for one in await journal.unfinished("another life"):
            lost = State.NOT_STARTED if one.state is State.QUEUED else State.UNKNOWN
            await journal.move(one.id, lost)
        for one in await journal.live(TeamId(TEAM)):
            end = State.CLOSED if one.state is State.UNKNOWN else State.STOPPED
            await journal.move(one.id, end)
        self.cloud.state.relays.clear()
        self.cloud.state.renders.clear()
        self.logs.clear()
        self.cloud.refused.clear()

    def _now(self) -> float:
        return self.world.clock().timestamp()


def heard(stack: AsyncExitStack) -> list[Mapping[str, Any]]:
    """Return the list into which the bot logs from now on, until *stack* closes."""
    for name in ("slack_bolt", "aiohttp"):
        library = logging.getLogger(name)
        stack.callback(library.setLevel, library.level)
        library.setLevel(logging.CRITICAL)
    return stack.enter_context(capture_logs())


async def make_front(
    stack: AsyncExitStack,
    folder: Path,
    logs: list[Mapping[str, Any]],
    policy: Policy | None = None,
) -> Front:
    """Build a front with a journal in *folder*; *stack* takes it apart again."""
    cloud, slack = ScriptedCloud(), Slackish()
    cloud.listen()
    for one in (cloud, slack):
        await one.start()
        stack.push_async_callback(one.close)
    world = await live_again(
        stack, folder / "fuzz.db", cloud, policy=policy, key=CALLBACK_KEY
    )
    world.directory.team = TEAM
    cloud.clock = cloud.state.clock = lambda: world.clock().timestamp()
    said = slack.environment
    token = SecretStr(said["SLACK_BOT_TOKEN"])
    link = await stack.enter_async_context(Web(token, said["SLACK_API_URL"]))
    people = SlackDirectory(link, world.tasks)
    await people.identify(token.get_secret_value())
    listeners = Listeners(world.router, Replies(link), people, world.tasks)
    delivery = Delivery(world.journal.outbox, link, now=world.clock)
    front = Front(world, cloud, slack, listeners, delivery, logs)
    slack.heard = front.hear
    secret = SecretStr(slack.signing_secret)
    routes = slack_http.routes(listeners, secret, front._now)
    routes += webhook.routes(world.callbacks.hear)
    server = Server(routes=routes, ready=_ready)
    front.port = await server.start("127.0.0.1", 0)
    stack.push_async_callback(server.close)
    return front


async def _ready() -> Mapping[str, bool]:
    await asyncio.sleep(0)
    return {"journal": True}


def _read(body: str | None) -> Any:
    try:
        return json.loads(body or "null")
    except ValueError:
        return {"text": body}


def _why(entry: Mapping[str, Any]) -> str:
    error = entry.get("exc_info")
    told = f"{type(error).__name__}: {error}" if error else ""
    return f"{entry['event']} {told}"[:200]
