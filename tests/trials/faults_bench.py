"""One bot on a bench for one fault: real parts, a Tencent and a Slack that may fail.

The clock of the bench is the bot's and Slack's; Tencent's own is the true one.
`Ended` holds what is compared: the journal, the cloud's own ledger and what a person in
Slack sees.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from pydantic import SecretStr

from bot.dialogue.outcome import Outcome
from bot.journal.model import Intent
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.grants import ResponseUrl
from bot.settings import Limits, Policy, Rule
from bot.states import State
from tests.fakes.clock import FakeClock
from tests.trials import stage
from tests.world import TEAM

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
    State.STARTED: "accepted",
}
FREE = Policy(
    teams=(TEAM,),
    rules=(Rule(name="all", actions=("*",), users=("U0ANA",)),),
    push_hosts=("push.example.com",),
    limits=Limits(live_relays=10_000, starts_per_person_a_day=10_000),
)
REQUESTED = re.compile(r"R\d+ requested…$")  # says that an answer will come


class Failed(AssertionError):
    """What was promised was not held."""


def claim(held, *why):
    """Fail the trial with *why* unless *held*."""
    if not held:
        raise Failed(" ".join(map(str, why)))


@dataclass(frozen=True, slots=True)
class Ended:
    """How an ask ended, by the journal; *ran* by the ledger, *told* by Slack."""

    handle: str
    intent: Intent | None
    ran: tuple[str, ...]
    told: tuple[str, ...]
    direct: str

    @property
    def word(self):
        if self.intent is None:
            return "refused"
        return WORDS.get(self.intent.state, self.intent.state.value)

    def check(self):
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
            claim(self.ran, self.handle, "is told as accepted, and does not run")
        shown = f"{self.handle} · {SHOWN[intent.state]}"
        claim(shown in answers[0], answers, "but is", intent.state)


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
    skew: float | None = None  # seconds, as the client of the last try has it

    def prepared(self, request):
        """Open nothing ahead: which road it takes is found out when it is sent."""
        return nullcontext()

    async def send(self, request, *, region, language="", ahead=None, last=None):
        """Send *request* by the next road."""
        script = self.scripts.get(request.action) or [self.fine]
        client = script.pop(0) if len(script) > 1 else script[0]
        self.used.add(client)
        self.tries[request.action] += 1
        begun = time.monotonic()
        haste = self.haste if client in self.slow else 1.0
        try:
            return await client.send(
                stage.hurried(request, haste),
                region=region,
                language=language,
                last=last,
            )
        finally:
            took = time.monotonic() - begun
            self.took[request.action] = max(took, self.took.get(request.action, 0))
            self.skew = client.skew

    def correct_clock(self):
        for client in self.used:
            client.correct_clock()


class Cloud(LoopbackCloud):
    """Starts another relay for a robot that has one: nothing hides a double start."""

    def _start(self, fields, region):
        before, self.state.relays = self.state.relays, {}
        try:
            return super()._start(fields, region)
        finally:
            self.state.relays = before | self.state.relays


class Clock(FakeClock):
    """The clock of the bot and of Slack. *before* is done whenever it is slept by."""

    def __init__(self):
        super().__init__(datetime.now(UTC))
        self.before: list[Callable[[], Awaitable[None]]] = []

    async def sleep(self, seconds):
        for one in tuple(self.before):
            await one()
        await asyncio.sleep(SHORT)
        await super().sleep(seconds)


class Bench:
    """A bot, a Slack and a Tencent; `live_again` is the bot's next life."""

    def __init__(self, stack, path, *, haste=1.0, policy=None):
        self.stack, self.path, self.haste = stack, path, haste
        self.policy = policy or FREE
        self.clock = Clock()
        self.naps = self.clock.before  # before each SENDING
        self.asked = 0
        self.times = 1  # how often one submission is delivered
        self.drains: list[Any] = []  # other tasks that are waited for

    async def lay(self):
        """Start the Slack, the Tencent and the bot's first life."""
        self.cloud = Cloud()
        await self.cloud.start()
        self.stack.push_async_callback(self.cloud.close)
        self.slack = await self.stack.enter_async_context(
            LoopbackSlack(now=self.clock, clock=self.clock.monotonic)
        )
        await self.live_again()

    async def live_again(self):
        self.life = await self.stack.enter_async_context(AsyncExitStack())
        self.world = await stage.live(
            self.life,
            self.path,
            self.cloud,
            self.slack.environment(),
            policy=self.policy,
            key=KEY,
            clock=self.clock,
        )
        self.roads = Roads(self.world.executor.client, self.haste)
        self.fit(client=self.roads)

    def fit(self, **parts):
        """Put other *parts* into the executor."""
        stage.exchange(self.world, **parts)

    @property
    def journal(self):
        return self.world.journal

    @property
    def delivery(self):
        return self.world.bot.delivery

    def ask(self, line):
        """Return *line* as a slash command in #ops, with an address to answer at."""
        self.asked += 1
        asked = self.world.ask(line, key=f"slash:T:{self.asked}")
        ticket = self.slack.space.grants.response_url(
            ResponseUrl(channel=stage.OPS, user="U0ANA")
        )
        url = SecretStr(f"{self.slack.space.origin}/response/{ticket}")
        return replace(asked, answer_url=url)

    async def typed(self, line, *, times=1, settle=True):
        """Type *line*, delivered *times* at once; return the answers given at once."""
        ask = self.ask(line)
        router = self.world.router
        answers = await asyncio.gather(*(router.answer(ask) for _ in range(times)))
        if settle:
            await self.settled()
        shown = [one.plain for one in answers if isinstance(one, Outcome)]
        return [one for one in shown if not REQUESTED.search(one)]

    async def settled(self):
        for tasks in (*self.drains, self.world.tasks):
            await tasks.drain(60)

    async def deliver(self, rounds=80):
        for _ in range(rounds):
            if not await self.deliver_once():
                return
        claim(not await self.journal.outbox.waiting(), "notices still wait")

    async def deliver_once(self):
        due = await self.journal.outbox.next_due()
        if due is None:
            return False
        late = (due - self.clock()).total_seconds()
        self.clock.push(seconds=max(late, 0) + 1)
        await self.delivery.deliver()
        return True

    async def recovered(self):
        """Die, and live again."""
        await self.life.aclose()
        self.naps.clear()
        self.drains.clear()
        await self.live_again()
        await stage.recovered(self.world)

    def seen(self, handle):
        """Return every message that a person in Slack sees of *handle*."""
        space = self.slack.space
        shown = (*space.messages.values(), *space.whispers.values())
        lines = (line for one in shown for line in one.text.splitlines())
        return tuple(line for line in lines if re.search(rf"\b{handle} ·", line))

    async def ended(self, handle, *, direct=""):
        """Return how the ask that made *handle* ended; all notices delivered."""
        intent = await self.world.handle(handle)
        ran = tuple(
            one.task_id
            for one in self.cloud.state.relays.values()
            if intent is None or one.agent == intent.subject.agent
        )
        return Ended(handle, intent, ran, self.seen(handle), direct)


async def make_bench(stack, folder, **more):
    """Return a bench whose journal is in *folder*; *stack* takes it apart."""
    bench = Bench(stack, folder / "trial.db", **more)
    await bench.lay()
    return bench


def on(make):
    """Let the runner, which gives a path and a haste, call trials on what is made."""

    def decorate(trial):
        @wraps(trial)
        async def run(*args):
            *first, path, haste = args
            async with AsyncExitStack() as stack:
                await trial(*first, await make(stack, path, haste=haste))

        return run

    return decorate


on_bench = on(make_bench)


async def check_both(bench, words="S"):
    await bench.deliver()
    start, look = await bench.ended("R1"), await bench.ended("G1")
    start.check()
    look.check()
    claim(start.word in words, "the start is", start.word)
    claim(look.word == "S", "the look-up is", look.word)
