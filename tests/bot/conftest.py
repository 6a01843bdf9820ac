"""The whole bot, between a Slack and a Tencent on loopback, and who types to it."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from bot.app import Ports, build
from bot.lifecycle import begin, greet, take_up
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model import seed
from bot.sandbox.slack.model.objects import Message, View
from bot.settings import load
from commands import COMMANDS
from tests.fakes.journal import laid
from tests.judge import judged

START = "/relay start 295066 url=rtmp://push.example.com/live/the-secret-key --go"
ACCEPTED = "🔵 R1 · accepted, callbacks are off · room 295066"
REQUESTED = "🟡 R1 requested…"
ROUNDS = 20  # of the loop, on which the bot, its Slack and its cloud all are
SETTLE = 0.02  # seconds; what is under way is asked about, and not waited out


class Clock:
    """The real time, but for what is waited for in a queue: that passes at once."""

    def __init__(self):
        self.ahead = 0.0

    def time(self):
        return time.time() + self.ahead

    def monotonic(self):
        return time.monotonic() + self.ahead

    def now(self):
        return datetime.fromtimestamp(self.time(), UTC)

    def ports(self):
        return Ports(now=self.now, monotonic=self.monotonic)

    def of_slack(self):
        return {"now": self.now, "clock": self.monotonic}


class Bot:
    """A running bot, and hands on the keyboard of its Slack.

    Its *clock* is put forward while Slack takes nothing more into a channel: a message
    a second.
    """

    def __init__(self, parts, slack, cloud, url, clock):
        self.url = url
        self.clock = clock
        self.parts = parts
        self.slack = slack
        self.cloud = cloud
        self.space = slack.space
        self.space.feed.settle = SETTLE
        self.hands = slack.client

    @property
    def ops(self):
        return self.space.channels[seed.OPS.id]

    async def typed(self, line, who=seed.ANA, channel=None):
        await self.hands.command(who, channel or self.ops, line)
        await self.settled()

    async def settled(self):
        while await self._restless():
            pass
        for change in self.space.feed.changes:
            self.judge(change.subject)

    async def _restless(self):
        """Wait for all that is under way; tell whether anything came of it.

        What is on a wire shows in a few rounds of the loop, however slow they are.
        """
        before = len(self.space.feed.changes)
        await self.parts.tasks.drain(10)
        while await self.parts.journal.outbox.waiting():
            if not await self.space.feed.stirred(0.05):
                self.clock.ahead += 1
                self.parts.delivery.wake()
        await self.space.feed.quiet()
        for _round in range(ROUNDS):
            await asyncio.sleep(0)
        return len(self.space.feed.changes) > before or self._is_busy()

    def _is_busy(self):
        calls = self.cloud.callbacks
        told = calls is not None and calls.busy and not calls.is_cut
        return bool(self.parts.tasks) or self.cloud.under_way > 0 or told

    @staticmethod
    def judge(subject):
        """Show what the bot sent to the outside judges."""
        if isinstance(subject, View):
            judged(subject.body, subject.body["type"])
        elif isinstance(subject, Message) and subject.blocks:
            judged({"text": subject.text, "blocks": list(subject.blocks)}, "message")

    def seen(self, channel=seed.OPS.id):
        return [
            one.text
            for (where, _), one in self.space.messages.items()
            if where == channel
        ]

    def whispered(self, user=seed.ANA.id):
        return [one for one in self.space.whispers.values() if one.only_for == user]


async def begun(parts):
    """Let the bot listen, be greeted by Slack, and take up what a crash left."""
    for step in (begin, greet, take_up):
        await step(parts)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def start(tmp_path, monkeypatch, clock):
    """Start a bot over Socket Mode or HTTP; again means after a crash."""
    async with AsyncExitStack() as outer:
        cloud = LoopbackCloud(clock=clock.time)
        await cloud.start()
        outer.push_async_callback(cloud.close)

        async def live(stack, *, port=0, slack=None, called_back=False, rules=""):
            port = port or free_port()
            if rules:  # of bot.toml, in place of "everybody may do everything"
                config = tmp_path / "bot.toml"
                config.write_text(rules)
                monkeypatch.setenv("BOT_CONFIG", str(config))
            if called_back and not cloud.callbacks:
                url = f"http://127.0.0.1:{port}/tencent/callbacks/default"
                cloud.call_back(url, pauses=(0.05,) * 40)
            for name, value in {
                **slack.environment(),
                **cloud.environment,
                "BOT_DATABASE_URL": f"sqlite:///{laid(tmp_path / 'patchbay.db')}",
                "BOT_ALLOW_ALL": "false" if rules else "true",
                "BOT_PORT": str(port),
            }.items():
                monkeypatch.setenv(name, value)
            settings = load()
            parts = await build(settings, clock.ports(), COMMANDS, stack)
            delivering = asyncio.create_task(parts.delivery.run())
            stack.callback(delivering.cancel)
            stack.push_async_callback(parts.server.close)
            if parts.sockets:
                stack.push_async_callback(parts.sockets.close)
            await begun(parts)
            url = f"http://127.0.0.1:{port}/slack/events"
            return Bot(parts, slack, cloud, url, clock)

        yield live


@pytest.fixture
async def by_socket(start, clock):
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        yield await start(stack, slack=slack)


@pytest.fixture
async def by_http(start, clock, unused_tcp_port):
    async with AsyncExitStack() as stack:
        url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
        slack = LoopbackSlack(bot_url=url, **clock.of_slack())
        await stack.enter_async_context(slack)
        yield await start(stack, slack=slack, port=unused_tcp_port)


ORG_RULES = f"""\
ops_channel = "{seed.NEWS_OPS.id}"
[exits]
push = ["push.example.com"]
car_parameters = ["*"]
[[policy.rules]]
name = "news"
teams = ["{seed.NEWS.id}"]
actions = ["*"]
groups = ["{seed.NEWS_ON_CALL}"]
[[policy.rules]]
name = "sport"
teams = ["{seed.SPORT.id}"]
actions = ["*"]
groups = ["{seed.SPORT_ON_CALL}"]
[[workspaces]]
team = "{seed.SPORT.id}"
ops_channel = "{seed.SPORT_OPS.id}"
"""


@pytest.fixture
async def org(start, clock):
    """A bot that is installed for an organisation, in both of its workspaces."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack(**clock.of_slack()))
        seed.org_wide(slack.space)
        yield await start(stack, slack=slack, rules=ORG_RULES)


@pytest.fixture(params=["by_socket", "by_http"])
def bot(request):
    return request.getfixturevalue(request.param)
