"""One bot on a bench for one fault: real parts, a Tencent and a Slack that may fail.

The clock of the bench is the bot's and Slack's, and can be pushed; Tencent's own is
the true one. `Ended` holds what is compared: the journal, the cloud's own ledger and
what a person in Slack sees.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import wraps
from typing import Any

from pydantic import SecretStr

from bot.__main__ import COMMANDS
from bot.dialogue.outcome import Outcome
from bot.journal.model import Intent, State
from bot.operations.delivery import Delivery
from bot.operations.recovery import recover
from bot.routing.router import Router
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.grants import ResponseUrl
from bot.settings import Limits, Policy, Rule
from bot.slack.outbound.web import Web
from bot.tencent.models.base import Deadline
from tests.world import live_again

START = "/relay start {room} url=rtmp://push.example.com/live/key{room} --go"
LOOK = "/gs 1326515201117065216"
LOOK_2 = "/gs 1326515201117065217"
SESSION = "/car start user={user} ip=125.127.178.228 --go"
RELAY, RENDER, READ = (
    "StartPublishCdnStream",
    "CreateSession",
    "DescribeCloudPhoneMultipleStreamSessionSlaves",
)

KEY = "a-key-of-callbacks"
SHORT = 0.001  # seconds of a nap: the loop goes round, and nothing is waited for

WORDS = {
    State.NOT_STARTED: "N",
    State.UNKNOWN: "U",
    State.STARTED: "S",
    State.DONE: "S",
}
SHOWN = {
    State.NOT_STARTED: "not started",
    State.UNKNOWN: "unknown",
    State.STARTED: "started",
}
FREE = Policy(
    rules=(Rule(name="all", actions=("*",), users=("U0ANA",)),),
    push_hosts=("push.example.com",),
    limits=Limits(live_relays=10_000, starts_per_person_a_day=10_000),
)


class Failed(AssertionError):
    """What was promised was not held."""


def claim(held: object, *why: object) -> None:
    """Fail the trial with *why* unless *held*."""
    if not held:
        raise Failed(" ".join(map(str, why)))


@dataclass(frozen=True, slots=True)
class Ended:
    """How one ask ended: *state* by the journal, *ran* by the ledger, *told* by Slack.

    *tries* counts what the executor sent for it.
    """

    handle: str
    intent: Intent | None
    ran: tuple[str, ...]
    told: tuple[str, ...]
    direct: str
    tries: int

    @property
    def word(self) -> str:
        """N, U or S; "refused" before anything was accepted; else the state."""
        if self.intent is None:
            return "refused"
        return WORDS.get(self.intent.state, self.intent.state.value)

    def check(self) -> None:
        """Check what has to hold whatever went wrong.

        Raises:
            Failed: an answer is missing or doubled, or money and words disagree.
        """
        answers = (*self.told, *filter(None, [self.direct]))
        claim(len(answers) == 1, self.handle, "answers:", answers)
        claim(self.word in {"N", "U", "S", "refused"}, self.handle, "is", self.word)
        claim(len(self.ran) <= 1, self.handle, "runs", len(self.ran), "times")
        if self.word in {"N", "refused"}:
            claim(not self.ran, self.handle, "is told as failed, and runs")
        intent = self.intent
        if intent is None or intent.action != RELAY:
            return
        if self.word == "S":
            claim(self.ran, self.handle, "is told as started, and does not run")
        claim(SHOWN[intent.state] in answers[0], answers, "but is", intent.state)


@dataclass
class Roads:
    """Stands in the executor for its client: each try takes the road that is next.

    *scripts* are clients by action; the last one stays. What has no script takes
    *fine*. *haste* shortens the deadlines of *slow* roads, on which no answer comes.
    """

    fine: Any
    haste: float = 1.0
    scripts: dict[str, list[Any]] = field(default_factory=dict)
    tries: Counter = field(default_factory=Counter)
    took: dict[str, float] = field(default_factory=dict)  # the longest try, seconds
    used: set[Any] = field(default_factory=set)
    slow: set[Any] = field(default_factory=set)

    async def send(self, request, *, region, language=""):
        """Send *request* by the next road."""
        script = self.scripts.get(request.action) or [self.fine]
        client = script.pop(0) if len(script) > 1 else script[0]
        self.used.add(client)
        self.tries[request.action] += 1
        begun = time.monotonic()
        haste = self.haste if client in self.slow else 1.0
        try:
            return await client.send(
                hurried(request, haste), region=region, language=language
            )
        finally:
            took = time.monotonic() - begun
            self.took[request.action] = max(took, self.took.get(request.action, 0))

    def correct_clock(self) -> None:
        """Let every client sign by Tencent's clock, as its own last answer told it."""
        for client in self.used:
            client.correct_clock()


def hurried(request, haste, kinds={}):  # noqa: B006 - the classes are made once
    """Return *request* with its deadlines made shorter by the factor *haste*."""
    if haste == 1.0:
        return request
    kind = type(request)
    if (kind, haste) not in kinds:
        given = kind.deadline
        deadline = Deadline(
            attempt=max(given.attempt * haste, given.connect),
            connect=given.connect,  # a busy machine takes that long for good roads too
            read=given.read * haste,
            overall=given.overall,
        )
        named = {"deadline": deadline, "__module__": __name__}
        kinds[kind, haste] = type(f"Hurried{kind.__name__}", (kind,), named)
    fields = {name: getattr(request, name) for name in request.model_fields_set}
    return kinds[kind, haste].model_construct(**fields)


class Cloud(LoopbackCloud):
    """Starts another relay for a robot that has one: nothing hides a double start."""

    def _start(self, fields, region):
        before, self.state.relays = self.state.relays, {}
        try:
            return super()._start(fields, region)
        finally:
            self.state.relays = before | self.state.relays


class Bench:
    """A service, its delivery, a Slack and a Tencent; `live_again` is its next life."""

    def __init__(self, stack, path, cloud, slack, *, haste=1.0):
        self.stack, self.path, self.cloud, self.slack = stack, path, cloud, slack
        self.haste = haste
        self.lives = 0
        self.naps: list[Callable[[], Awaitable[None]]] = []  # before each SENDING
        self.asked = 0
        self.times = 1  # how often one submission is delivered
        self.drains: list[Any] = []  # other tasks that are waited for
        self.ahead = timedelta()

    async def live_again(self, *, policy=None):
        """Begin another life on the same journal, with good roads."""
        self.lives += 1
        self.world = await live_again(
            self.stack,
            self.path,
            self.cloud,
            policy=policy or FREE,
            boot=f"boot-{self.lives}",
            key=KEY,
        )
        self.world.clock.ahead = self.ahead
        self.clock = self.world.clock
        self.roads = Roads(self.world.executor.client, self.haste)
        self.fit(client=self.roads, sleep=self._nap)
        web = await self.stack.enter_async_context(
            Web(self.slack.bot_token, self.slack.api_url)
        )
        self.web = web
        self.delivery = Delivery(
            self.world.journal.outbox, web, now=self.clock, ops_channel="C0OPS"
        )

    def fit(self, **parts):
        """Put other *parts* into the executor."""
        world = self.world
        world.executor = replace(world.executor, **parts)
        world.service = replace(world.service, executor=world.executor)
        world.router = Router(COMMANDS, world.service)

    async def _nap(self, seconds):
        self.world.waits.append(seconds)
        for one in tuple(self.naps):
            await one()
        await asyncio.sleep(SHORT)

    @property
    def journal(self):
        """The journal of this life."""
        return self.world.journal

    async def die(self):
        """End this life of the bot wherever it is."""
        await self.world.tasks.drain(0)
        self.ahead = self.clock.ahead
        self.world.journal.close()

    # ── asking ──────────────────────────────────────────────────────────────────

    def ask(self, line, key=None):
        """Return *line* as a slash command in #ops, with an address to answer at."""
        self.asked += 1
        asked = self.world.ask(line, key=key or f"slash:T:{self.lives}:{self.asked}")
        ticket = self.slack.space.grants.response_url(
            ResponseUrl(channel="C0OPS", user="U0ANA")
        )
        url = SecretStr(f"{self.slack.space.origin}/response/{ticket}")
        return replace(asked, answer_url=url)

    async def typed(self, line, *, times=1, settle=True):
        """Type *line*, delivered *times* at once; return the answers given at once."""
        ask = self.ask(line)
        house = self.world.router
        answers = await asyncio.gather(*(house.answer(ask) for _ in range(times)))
        if settle:
            await self.settled()
        return [one.plain for one in answers if isinstance(one, Outcome)]

    async def settled(self):
        """Wait until nothing is being carried."""
        for tasks in (*self.drains, self.world.tasks):
            await tasks.drain(60)

    async def deliver(self, rounds=80):
        """Deliver all letters; the clock is pushed to when each is due."""
        for _ in range(rounds):
            if not await self.deliver_once():
                return
        claim(not await self.journal.outbox.waiting(), "letters still wait")

    async def deliver_once(self):
        """Push the clock to when the next letter is due and try it; False: none is."""
        due = await self.journal.outbox.next_due()
        if due is None:
            return False
        late = due - self.clock() + timedelta(seconds=1)
        self.clock.ahead += max(late, timedelta(seconds=1))
        await self.delivery.deliver()
        return True

    async def recovered(self):
        """End this life and begin the next, which takes up what is left."""
        await self.die()
        self.naps.clear()
        self.drains.clear()
        await self.live_again()
        await recover(self.world.executor, self.clock())
        await self.settled()

    # ── what came of it ─────────────────────────────────────────────────────────

    def seen(self, handle):
        """Return every message that a person in Slack sees of *handle*."""
        space = self.slack.space
        shown = (*space.messages.values(), *space.whispers.values())
        return tuple(m.text for m in shown if re.search(rf"\b{handle} ·", m.text))

    async def ended(self, handle, *, direct="", tries=0):
        """Return how the ask that made *handle* ended; all letters delivered."""
        intent = await self.journal.by_handle(handle)
        if intent is None and (found := await self.journal.history(handle, 1)):
            intent = found[0]
        ran = tuple(
            one.task_id
            for one in self.cloud.state.relays.values()
            if intent is None or one.agent == intent.agent
        )
        return Ended(handle, intent, ran, self.seen(handle), direct, tries)


async def make_bench(stack: AsyncExitStack, path, *, haste=1.0, policy=None) -> Bench:
    """Return a bench whose journal is at *path*; *stack* takes it apart."""
    cloud = Cloud()
    await cloud.start()
    stack.push_async_callback(cloud.close)
    made = Bench(stack, path, cloud, None, haste=haste)

    def now():
        return made.clock()

    def clock():
        ahead = made.clock.ahead if made.lives else timedelta()
        return time.monotonic() + ahead.total_seconds()

    made.slack = await stack.enter_async_context(LoopbackSlack(now=now, clock=clock))
    await made.live_again(policy=policy)
    stack.push_async_callback(made.die)
    return made


def on_bench(trial):
    """Return *trial* as the runner calls it: it gets a bench of its own."""

    @wraps(trial)
    async def run(*given):
        *first, path, haste = given
        async with AsyncExitStack() as stack:
            bench = await make_bench(stack, path / "trial.db", haste=haste)
            return await trial(bench, *first)

    return run
