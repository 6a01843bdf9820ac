"""A busy day's mix of commands, for a bot that is a process of its own.

Its Slack and its cloud count, and do little else.
"""

import asyncio
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import Bot, free_port
from tests.trials import stage
from tests.trials.fuzz_kit import objects
from tests.trials.rawhttp import FORM, Lines, request, slack_headers
from tests.trials.slackish import TEAM, Slackish

PATIENCE = 3.0  # seconds that Slack waits for an ack
BOOT_SECONDS = 30.0
PATH = "/slack/events"
CALLBACKS = "/tencent/callbacks/default"
LATE, REFUSED = "Still working on it", "Too many requests at"
MOST_LIVE = 40  # relays that are left running; those above are stopped, oldest first
STOP_EVERY, STOP_SOON = 2.0, 0.1  # seconds

ENDS = "accepted|not started|unknown|stopped|stopping"
CARD = re.compile(
    rf"R\d+ · (?P<state>{ENDS})\b[^\n]*? · room (?P<room>\d+)",
)
REQUESTED = re.compile(r"R\d+ requested(?:…|\\u2026)")  # an answer will come

PEOPLE = 200
CHANNELS = 200  # a channel takes one new message a second, so cards need many
FIRST_ROOM = 100_000

CODES = (
    "FailedOperation.SlowDown", "AuthFailure.SignatureExpire", "RequestLimitExceeded",
    "InternalError", "NoSuch.Code",
)  # fmt: skip
GS = ("1326515201117065216", "1326515201117065217")


@dataclass(frozen=True, slots=True)
class Typed:
    """One slash command; *room* is the relay's room, if it starts one."""

    number: int
    command: str
    text: str
    room: int = 0

    def body(self, answer_url):
        fields = {
            "team_id": TEAM,
            "channel_id": f"C{self.number % CHANNELS:06}",
            "user_id": f"U{self.number % PEOPLE:06}",
            "command": self.command,
            "text": self.text,
            "response_url": answer_url,
            "trigger_id": f"t{self.number}.1",
        }
        return urlencode(fields).encode()


def click(number, button, place):
    """Return the form that Slack posts when *button*, on a card, is pressed."""
    channel, ts = place
    user = {"id": f"U{number % PEOPLE:06}", "team_id": TEAM, "name": "somebody"}
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "trial"},
        "user": user,
        "api_app_id": "A0TRIAL",
        "trigger_id": f"t{number}.1",
        "container": {"type": "message", "message_ts": ts, "channel_id": channel},
        "channel": {"id": channel, "name": "ops"},
        "message": {"type": "message", "ts": ts, "text": ""},
        "actions": [{"type": "button", "action_ts": f"{number}.2", **button}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


class Mix:
    """Makes commands in the proportions of a busy day; *seed* repeats them."""

    def __init__(self, seed):
        self._random = random.Random(seed)  # noqa: S311 - not for secrets
        self._numbers, self._rooms = count(1), count(FIRST_ROOM + 1)
        any_of, number = self._random.choice, self._random.randint
        self._kinds = {
            lambda: ("/lookup", any_of(CODES)): 30,
            lambda: ("/relay", "list"): 15,
            lambda: ("/relay", f"status R{number(1, 400)}"): 10,
            lambda: ("/relay", "recent mine"): 5,
            lambda: ("/relay", _start(number(1, 900_000), "--dry-run")): 10,
            lambda: ("/relay", "start 295066"): 5,
            lambda: ("/patchbay", "help"): 10,
            lambda: ("/relay", "statsu R1"): 5,
            lambda: ("/gs", any_of(GS)): 4,
            lambda: ("/lookup", f"R{number(1, 400)}"): 4,
            None: 2,  # a start
        }

    def any(self):
        (make,) = self._random.choices([*self._kinds], [*self._kinds.values()])
        return Typed(self.next_number(), *make()) if make else self.start()

    def start(self):
        room = next(self._rooms)
        return Typed(self.next_number(), "/relay", _start(room, "--go"), room)

    def next_number(self):
        return next(self._numbers)


def _start(room, flag):
    return f"start {room} url=rtmp://push.example.com/live/s{room} {flag}"


@dataclass(slots=True)
class Sent:
    """A command that was sent: when it was due, its ack, and its answer."""

    typed: Typed
    due: float
    ack: float = -1.0  # seconds after it was due; -1: none came in time
    status: int = 0
    answered: float = -1.0  # the same, for what the person sees
    served: bool = False  # the ack is no refusal


@dataclass
class Rig:
    """Offers load and keeps what came of it."""

    cloud: LoopbackCloud
    slack: Slackish
    lines: Lines
    mix: Mix
    bot: Bot
    sent: dict[int, Sent] = field(default_factory=dict)
    by_room: dict[int, Sent] = field(default_factory=dict)
    ended: dict[int, str] = field(default_factory=dict)  # room: how its start ended
    buttons: dict[int, Any] = field(default_factory=dict)  # by room, with its place
    clicks: list[tuple[float, int]] = field(default_factory=list)  # Unix time, room
    _flying: set[asyncio.Task[None]] = field(default_factory=set)

    def heard(self, call):
        """Note who was answered by *call*."""
        if call.number:
            self._answered(int(call.number))
        elif call.method == "views.open":
            number = str(call.body.get("trigger_id", "t0.1"))
            self._answered(int(number[1:].partition(".")[0]))
        elif call.method.startswith("chat."):
            self._card(call)

    def _card(self, call):
        cards = [*CARD.finditer(str(call.body.get("text", "")))]
        for match in cards:
            self._ended(call, match, alone=len(cards) == 1)

    def _ended(self, call, match, *, alone):
        room, state = int(match["room"]), match["state"]
        if room in self.by_room:
            self._answered(self.by_room[room].typed.number)
            self.ended.setdefault(room, state)
        self.buttons.pop(room, None)
        if alone and state == "accepted" and (button := _danger(call.body)):
            ts = str(call.body.get("ts", f"1700000000.{self.slack.posted:06}"))
            self.buttons[room] = button, (str(call.body["channel"]), ts)

    def _answered(self, number):
        sent = self.sent.get(number)
        if sent and sent.answered < 0:
            sent.answered = monotonic() - sent.due

    async def offer(self, make, rate, count):
        """Send *count* commands at *rate* a second, whatever the bot makes of it.

        Returns by how many seconds one of them was sent late, at most.
        """
        began, late = monotonic(), 0.0
        for number in range(count):
            due = began + number / rate
            if (wait := due - monotonic()) > 0:
                await asyncio.sleep(wait)
            late = max(late, monotonic() - due)
            self._fly(self._send(make(), due))
        return late

    async def served_at_most(self, people, seconds):
        """Return how many commands a second are served of *people* who take turns."""
        end, before = monotonic() + seconds, self.mix.next_number()

        async def asking():
            while monotonic() < end:
                await self._send(self.mix.any(), monotonic())

        await asyncio.gather(*(asking() for _ in range(people)))
        later = (sent for number, sent in self.sent.items() if number > before)
        return sum(sent.served for sent in later) / seconds

    async def stopping(self):
        while True:
            many = len(self.buttons) > MOST_LIVE
            await asyncio.sleep(STOP_SOON if many else STOP_EVERY)
            if self.buttons:
                room = next(iter(self.buttons))
                button, place = self.buttons.pop(room)
                self.clicks.append((time.time(), room))
                body = click(self.mix.next_number(), button, place)
                self._fly(self._post(body))

    async def landed(self):
        while self._flying:
            await asyncio.gather(*self._flying)

    async def until(self, true, seconds):
        """Wait until *true*, at most *seconds*; return whether it came true."""
        end = monotonic() + seconds
        while not true() and monotonic() < end:  # noqa: ASYNC110 - it is not ours to tell
            await asyncio.sleep(0.02)
        return true()

    def unanswered(self, since=0):
        """Return the commands from number *since* on to which nothing was call."""
        later = (sent for number, sent in self.sent.items() if number > since)
        return [sent for sent in later if sent.answered < 0]

    def awaited(self, since):
        """Return those of them to which something may come yet.

        Where Slack has given up, nobody sees the answer, but for the card of a start.
        """
        unseen = self.unanswered(since)
        return [sent for sent in unseen if sent.ack >= 0 or sent.typed.room]

    def doubled(self):
        """Return how many rooms have more than one relay."""
        rooms = Counter(relay.room for relay in self.cloud.state.relays.values())
        return sum(relays > 1 for relays in rooms.values())

    def _fly(self, work):
        task = asyncio.create_task(work)
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)

    async def _send(self, typed, due):
        sent = self.sent[typed.number] = Sent(typed, due)
        if typed.room:
            self.by_room[typed.room] = sent
        left = PATIENCE - (monotonic() - due)  # counted from when it was to be sent
        body = typed.body(self.slack.response_url(typed.number))
        answer = await self._post(body, max(left, 0))
        sent.status = answer.status
        took = monotonic() - due
        if not answer.status or took > PATIENCE:
            return  # nobody sees an ack that comes later
        sent.ack = took
        said = answer.body.decode()
        sent.served = REFUSED not in said
        if said and LATE not in said and not REQUESTED.search(said):
            self._answered(typed.number)

    async def _post(self, body, patience=PATIENCE):
        head = {"Content-Type": FORM, **slack_headers(body, self.slack.signing_secret)}
        return await self.lines.ask(request(PATH, body, head), patience)


async def make_rig(stack, folder, seed, *, called_back=False):
    """Start everything; *stack* ends it. The cloud tells of relays if *called_back*."""
    cloud, slack = LoopbackCloud(), Slackish()
    for one in (cloud, slack):
        await one.start()
        stack.push_async_callback(one.close)
    port = free_port()
    if called_back:
        cloud.call_back(f"http://127.0.0.1:{port}{CALLBACKS}")
    variables = stage.variables(folder, port, slack.environment, cloud.environment)
    bot = Bot(variables, folder / "bot.log")
    await bot.start()
    stack.push_async_callback(bot.stop)
    lines = Lines(f"http://127.0.0.1:{port}")
    stack.callback(lines.close)
    rig = Rig(cloud, slack, lines, Mix(seed), bot)
    asking = request("/readyz", b"", method="GET")
    end = monotonic() + BOOT_SECONDS
    while (await lines.ask(asking, PATIENCE)).status != 200:
        if monotonic() > end:
            raise RuntimeError(f"the bot did not start; see {folder}/bot.log")
        await asyncio.sleep(0.05)
    slack.on_call = rig.heard
    return rig


def _danger(body):
    blocks = body.get("blocks") or []
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    for node in objects(blocks):
        if node.get("type") == "button" and node.get("style") == "danger":
            return {"action_id": node["action_id"], "value": node["value"]}
    return None
