"""The bot's whole inside, fed payload by payload, with everything it says kept.

It has a clock that can be pushed, waits that do not wait, and a cloud that can be
told its answers byte by byte.
"""

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from hypothesis import event
from structlog.testing import capture_logs

from bot.sandbox.cloud import LoopbackCloud
from tests.trials import stage
from tests.trials.fuzz_kit import ANA, check_shown
from tests.trials.rawhttp import FORM, Lines, request, slack_headers
from tests.trials.slackish import TEAM, Call, Slackish
from tests.world import World

CALLBACK_KEY = secrets.token_hex(16)
STEP, ROUNDS = 2.0, 50  # seconds by which notices become due; how often at most
PATIENCE = 30.0  # seconds
REFUSED, SERVER_ERROR = 400, 500
SLACK_PATH = "/slack/events"
BROKE = {"listeners.broke", "ask.failed", "task.failed", "message.unshowable"}
REFUSALS = ("InvalidParameter", "MissingParameter", "UnknownParameter", "Unsupported")

Json = dict[str, Any]
Raw = tuple[int, bytes, str]  # status, body, content type


class ScriptedCloud(LoopbackCloud):
    """A loopback cloud that answers with *script*, if there is one, to every call.

    *refused* has the codes with which it refused what the bot thought sound.
    """

    script: Raw | None = None

    def __post_init__(self):
        super().__post_init__()
        self.refused: list[str] = []
        self.middlewares.append(self._scripted)

    @web.middleware
    async def _scripted(self, request, handler):
        if self.script is None:
            return await handler(request)
        self.state.calls.append((0.0, request.headers.get("X-TC-Action", "")))
        status, body, kind = self.script
        headers = {"Content-Type": kind} if kind else {}
        return web.Response(status=status, body=body, headers=headers)

    def _reply(self, *args):
        reply = super()._reply(*args)
        if code := reply.get("Error", {}).get("Code", ""):
            self.refused.append(code)
        return reply


@dataclass
class Front:
    """The bot, and what it said since `take` was last called.

    *forgiving*: an incident is only counted, since Slack never sends such payloads.
    """

    world: World
    cloud: ScriptedCloud
    slack: Slackish
    logs: list[Mapping[str, Any]]
    lines: Lines
    port: int
    calls: list[Call] = field(default_factory=list)
    acked: Any = None
    forgiving: bool = False
    _number: int = 0

    def number(self):
        self._number += 1
        return self._number

    def command(self, text, command="/relay", user=""):
        """Return the payload of a slash command: key, channel and *user* of its own."""
        number = self.number()
        return {
            "team_id": TEAM,
            "channel_id": f"C{number:06}",
            "user_id": user or f"U{number:06}",
            "command": command,
            "text": text,
            "response_url": self.slack.response_url(number),
            "trigger_id": f"t{number}.1",
        }

    def interaction(self, kind, user=ANA, **more):
        """Return an interactive payload of a *kind* (view_submission …)."""
        return {
            "type": kind,
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "api_app_id": "A0TRIAL",
            "trigger_id": f"t{self.number()}.1",
            **more,
        }

    async def typed(self, text, command="/relay", user=""):
        await self.fresh()
        await self.deliver(self.command(text, command, user))
        return self.take()

    async def deliver(self, payload):
        """Send *payload* to the bot as Slack does; check all that comes of it.

        What the guard refuses does not get any further.
        """
        fields = payload if "command" in payload else {"payload": json.dumps(payload)}
        raw = urlencode(fields, errors="replace").encode()
        signed = slack_headers(raw, self.slack.signing_secret, self.now())
        wire = request(SLACK_PATH, raw, signed | {"Content-Type": FORM})
        answer = await self.lines.ask(wire, PATIENCE)
        assert answer.status, "no answer at all"
        assert answer.status < SERVER_ERROR, f"HTTP {answer.status}"
        if answer.status >= REFUSED:
            return
        self.acked = _read(answer.body.decode())
        await self.settled()
        left = await stage.unfinished(self.world)
        self.examine()
        assert not left, f"left {left[0]} for ever"

    async def settled(self):
        await self.world.tasks.drain(30)
        for _ in range(ROUNDS):
            if not await self.world.journal.outbox.waiting():
                return
            self.world.clock.push(seconds=STEP)
            await self.world.bot.delivery.deliver()
            await self.world.tasks.drain(30)
        raise AssertionError("notices wait for ever")

    def examine(self):
        broke = [entry for entry in self.logs if entry.get("event") in BROKE]
        self.logs.clear()
        for entry in broke:
            why = _why(entry)
            assert entry["event"] != "task.failed", f"work was lost: {why}"
            assert self.forgiving, f"an incident: {why}"
            event(f"incident: {why}")
        wrong = [code for code in self.cloud.refused if code.startswith(REFUSALS)]
        self.cloud.refused.clear()
        assert not wrong, f"the cloud refused what the bot let through: {wrong[0]}"
        check_shown(self.acked)
        for call in self.calls:
            parts = {"text", "blocks", "view"} & call.body.keys()
            check_shown({part: call.body[part] for part in parts})

    def take(self):
        calls, self.acked = list(self.calls), None
        actions = [name for _at, name in self.cloud.state.calls]
        self.calls.clear()
        self.cloud.state.calls.clear()
        return calls, actions

    async def fresh(self):
        await stage.end_all(self.world, TEAM)
        await self.settled()
        self.cloud.state.relays.clear()
        self.cloud.state.renders.clear()
        self.cloud.refused.clear()
        self.logs.clear()
        self.take()
        self.forgiving = False

    def now(self):
        return self.world.clock().timestamp()


async def make_front(stack, folder, policy=None):
    """Build a front with a journal in *folder*; *stack* takes it apart again."""
    for name in ("slack_bolt", "aiohttp"):
        library = logging.getLogger(name)
        stack.callback(library.setLevel, library.level)
        library.setLevel(logging.CRITICAL)
    logs = stack.enter_context(capture_logs())
    cloud, slack = ScriptedCloud(), Slackish()
    for server in (cloud, slack):
        await server.start()
        stack.push_async_callback(server.close)
    world = await stage.live(
        stack,
        folder / "fuzz.db",
        cloud,
        slack.environment,
        policy=policy,
        key=CALLBACK_KEY,
    )
    port = await world.bot.server.start("127.0.0.1", 0)
    stack.push_async_callback(world.bot.server.close)
    lines = Lines(f"http://127.0.0.1:{port}")
    stack.callback(lines.close)
    front = Front(world, cloud, slack, logs, lines, port)
    cloud.clock = cloud.state.clock = front.now
    slack.on_call = front.calls.append
    return front


def _read(body):
    try:
        return json.loads(body or "null")
    except ValueError:
        return {"text": body}


def _why(entry):
    error = entry.get("exc_info")
    text = f"{type(error).__name__}: {error}" if error else ""
    return f"{entry['event']} {text}"[:200]
