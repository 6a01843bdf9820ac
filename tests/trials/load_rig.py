"""The bot as a process of its own, with a Slack and a cloud that count."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.cloud.state import Relay
from bot.sandbox.run import Bot
from tests.trials.load_mix import Mix, Typed, click
from tests.trials.rawhttp import FORM, Answer, Lines, request, slack_headers
from tests.trials.slackish import Said, Slackish

PATIENCE = 3.0  # seconds that Slack waits for an ack
BOOT_SECONDS = 30.0
PATH = "/slack/events"
LATE = "Still working on it"
MOST_LIVE = 40  # relays that are left running; those above are stopped, oldest first
STOP_EVERY, STOP_SOON = 2.0, 0.1  # seconds

CONFIG = """\
[policy.limits]
live_relays = 1000000
starts_per_person_a_day = 1000000
"""
CARD = re.compile(r"R\d+ · (?P<state>[a-z ]+?)\s+room (?P<room>\d+)")
OVER = {"started", "not started", "unknown", "stopped", "stopping"}


@dataclass(slots=True)
class Sent:
    """A command that was sent: when it was due, its ack, and its answer."""

    typed: Typed
    due: float
    ack: float = -1.0  # seconds after it was due; -1: none came in time
    status: int = 0
    answered: float = -1.0  # the same, for what the person sees


@dataclass(slots=True)
class Click:
    """A stop that was clicked: when, on which room's card, and how its ack went."""

    at: float  # Unix time
    room: int
    status: int = 0


@dataclass
class Rig:
    """Offers load and keeps what came of it."""

    cloud: LoopbackCloud
    slack: Slackish
    lines: Lines
    mix: Mix
    sent: dict[int, Sent] = field(default_factory=dict)
    by_room: dict[int, Sent] = field(default_factory=dict)
    ended: dict[int, str] = field(default_factory=dict)  # room: started, not started
    buttons: dict[int, tuple[dict[str, str], tuple[str, str]]] = field(
        default_factory=dict
    )
    clicks: list[Click] = field(default_factory=list)
    _flying: set[asyncio.Task[None]] = field(default_factory=set)

    # ── what the bot says ───────────────────────────────────────────────────────

    def heard(self, said: Said) -> None:
        """Note who was answered by *said*."""
        if said.number:
            self._answered(int(said.number))
        elif said.method == "views.open":
            number = str(said.body.get("trigger_id", "t0.1"))
            self._answered(int(number[1:].partition(".")[0]))
        elif said.method.startswith("chat."):
            self._card(said)

    def _card(self, said: Said) -> None:
        match = CARD.search(str(said.body.get("text", "")))
        if not match:
            return
        room, state = int(match["room"]), match["state"].strip()
        if state not in OVER:
            return
        if room in self.by_room:
            self._answered(self.by_room[room].typed.number)
            self.ended.setdefault(room, state)
        self.buttons.pop(room, None)
        if state == "started" and (button := _danger(said.body)):
            ts = str(said.body.get("ts", f"1700000000.{self.slack.posted:06}"))
            self.buttons[room] = button, (str(said.body["channel"]), ts)

    def _answered(self, number: int) -> None:
        sent = self.sent.get(number)
        if sent and sent.answered < 0:
            sent.answered = _clock() - sent.due

    # ── what people do ──────────────────────────────────────────────────────────

    async def offer(self, make: Callable[[], Typed], rate: float, count: int) -> None:
        """Send *count* commands at *rate* a second, whatever the bot makes of it."""
        began = _clock()
        for number in range(count):
            due = began + number / rate
            if (wait := due - _clock()) > 0:
                await asyncio.sleep(wait)
            self._fly(self._send(make(), due))

    async def stopping(self) -> None:
        """Stop a relay every few seconds, sooner when many run, until cancelled."""
        while True:
            many = len(self.buttons) > MOST_LIVE
            await asyncio.sleep(STOP_SOON if many else STOP_EVERY)
            if self.buttons:
                room = next(iter(self.buttons))
                button, place = self.buttons.pop(room)
                self._fly(self._click(room, button, place))

    async def landed(self) -> None:
        """Wait until everything that was sent has its ack, or never gets one."""
        while self._flying:
            await asyncio.gather(*self._flying)

    async def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait until *true*, at most *seconds*; return whether it came true."""
        end = _clock() + seconds
        while not true() and _clock() < end:  # noqa: ASYNC110 - it is not ours to tell
            await asyncio.sleep(0.02)
        return true()

    def unanswered(self, since: int = 0) -> list[Sent]:
        """Return the commands from number *since* on to which nothing was said."""
        later = (sent for number, sent in self.sent.items() if number > since)
        return [sent for sent in later if sent.answered < 0]

    def running(self) -> dict[int, list[Relay]]:
        """Return what the cloud has run, by room: more than one is a double start."""
        rooms: dict[int, list[Relay]] = {}
        for relay in self.cloud.state.relays.values():
            rooms.setdefault(int(relay.room), []).append(relay)
        return rooms

    def _fly(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)

    async def _send(self, typed: Typed, due: float) -> None:
        sent = self.sent[typed.number] = Sent(typed, due)
        if typed.room:
            self.by_room[typed.room] = sent
        left = PATIENCE - (_clock() - due)  # counted from when it was to be sent
        body = typed.body(self.slack.response_url(typed.number))
        answer = await self._post(body, max(left, 0))
        sent.status = answer.status
        took = _clock() - due
        if not answer.status or took > PATIENCE:
            return  # nobody sees an ack that comes later
        sent.ack = took
        if answer.body and LATE.encode() not in answer.body:
            self._answered(typed.number)

    async def _click(
        self, room: int, button: dict[str, str], place: tuple[str, str]
    ) -> None:
        clicked = Click(time.time(), room)
        self.clicks.append(clicked)
        answer = await self._post(click(self.mix.next_number(), button, place))
        clicked.status = answer.status

    async def _post(self, body: bytes, patience: float = PATIENCE) -> Answer:
        head = {"Content-Type": FORM, **slack_headers(body, self.slack.signing_secret)}
        return await self.lines.ask(request(PATH, body, head), patience)


async def make_rig(stack: AsyncExitStack, folder: Path, seed: int) -> Rig:
    """Start everything; *stack* ends it."""
    cloud, slack = LoopbackCloud(), Slackish()
    for one in (cloud, slack):
        await one.start()
        stack.push_async_callback(one.close)
    config = folder / "bot.toml"
    config.write_text(CONFIG, encoding="utf-8")
    port = _free_port()
    environment = {
        **slack.environment,
        **cloud.environment,
        "BOT_CONFIG": str(config),
        "BOT_DATABASE_URL": f"sqlite:///{folder}/patchbay.db",
        "BOT_PORT": str(port),
        "BOT_ALLOW_ALL": "true",
    }
    bot = Bot(environment, folder / "bot.log")
    await bot.start()
    stack.push_async_callback(bot.stop)
    await _ready(f"http://127.0.0.1:{port}/readyz", folder / "bot.log")
    lines = Lines(f"http://127.0.0.1:{port}")
    stack.callback(lines.close)
    rig = Rig(cloud, slack, lines, Mix(seed))
    slack.heard = rig.heard
    return rig


async def _ready(url: str, log: Path) -> None:
    end = _clock() + BOOT_SECONDS
    async with aiohttp.ClientSession() as session:
        while _clock() < end:
            try:
                async with session.get(url) as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
    raise RuntimeError(f"the bot did not start; see {log}")


def _danger(body: dict[str, Any]) -> dict[str, str] | None:
    """Return the red button of a card, as it comes back when it is pressed."""
    blocks = body.get("blocks") or []
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    for node in _nodes(blocks):
        if node.get("type") == "button" and node.get("style") == "danger":
            return {"action_id": node["action_id"], "value": node["value"]}
    return None


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for one in inside:
            yield from _nodes(one)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _clock() -> float:
    return time.monotonic()
