"""A loopback Slack, and a small bot made of the official libraries to talk to it."""

import socket
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.model.objects import Message
from bot.sandbox.slack.model.seed import ANA, OPS

HOST = "127.0.0.1"


@dataclass
class Clock:
    """Stands still until it is moved."""

    at: float = 1000.0

    def __call__(self):
        return self.at


def plain(text):
    return {"type": "plain_text", "text": text}


def button(text, action="do", **more):
    return {"type": "button", "action_id": action, "text": plain(text), **more}


def section(text, **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def actions(*elements, **more):
    return {"type": "actions", "elements": list(elements), **more}


def option(label, value=None):
    return {"text": plain(label), "value": value or label.lower()}


def asked(name, element, **more):
    element = {"action_id": f"field:{name}", **element}
    block = {"type": "input", "block_id": name, "label": plain(name.capitalize())}
    return block | {"element": element} | more


def modal(*blocks, title="A form", **more):
    if any(block["type"] == "input" for block in blocks):
        more.setdefault("submit", plain("Send"))
    return {"type": "modal", "title": plain(title), "blocks": list(blocks), **more}


def message(text="Hello", **more):
    return Message(channel=OPS.id, user="U0PATCHBAY", text=text, **more)


def texts(slack):
    return [message.text for message in slack.space.messages.values()]


def whispers(slack):
    return [message.text for message in slack.space.whispers.values()]


def told(slack):
    changes = slack.space.feed.changes
    return [change.subject.text for change in changes if change.what == "told"]


def make_quick(slack):
    slack.space.feed.settle = 0.05
    slack.space.feed.limit = 5.0
    return slack


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def slack(clock):
    async with LoopbackSlack(paced=False, clock=clock) as slack:
        yield make_quick(slack)


@pytest.fixture
def space(slack):
    return slack.space


@pytest.fixture
def web_client(slack):
    return client_of(slack)


def client_of(slack, token=None):
    token = token or slack.bot_token.get_secret_value()
    return AsyncWebClient(token=token, base_url=slack.api_url, retry_handlers=[])


@dataclass
class Rig:
    """A Slack, and a Bolt app that answers it."""

    slack: LoopbackSlack
    app: AsyncApp
    heard: list = field(default_factory=list)

    @property
    def client(self):
        return self.slack.client

    def hear(self, body):
        self.heard.append(body)

    async def command(self, line, who=ANA, channel=OPS):
        await self.client.command(who, channel, line)
        await self.slack.space.feed.quiet()


@pytest.fixture(params=["socket", "http"])
async def rig(request):
    """A Bolt app, over Socket Mode and over HTTP."""
    opened = socket.create_server((HOST, 0))
    by_http = request.param == "http"
    url = f"http://{HOST}:{opened.getsockname()[1]}/slack/events" if by_http else ""
    async with LoopbackSlack(bot_url=url, paced=False, patience=0.5) as slack:
        app = AsyncApp(
            client=client_of(slack),
            signing_secret=slack.signing_secret.get_secret_value(),
        )
        rig = Rig(make_quick(slack), app)
        stop = await (_serve(app, opened) if by_http else _connect(rig, opened))
        yield rig
        await stop()


async def _serve(app, opened):
    runner = web.AppRunner(app.web_app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, opened).start()
    return runner.cleanup


async def _connect(rig, unused):
    unused.close()
    handler = AsyncSocketModeHandler(
        rig.app, rig.slack.app_token.get_secret_value(), ping_interval=1
    )
    await handler.connect_async()
    await rig.slack.sockets.connected()
    return handler.close_async
