"""The front door, between fakes."""

import asyncio
import time

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.server.delivery import ACK_TIMEOUT
from bot.slack.inbound.admission import Admission
from bot.slack.inbound.sockets import Sockets
from bot.slack.outbound.line import ACK_SECONDS, CLOSE_SECONDS
from tests.bot.slack.inbound.front import Front
from tests.bot.slack.inbound.socket_kit import Listeners


@pytest.fixture
def front():
    return Front()


@pytest.fixture
async def slack(request):
    patience = getattr(request, "param", ACK_TIMEOUT)
    async with LoopbackSlack(patience=patience) as made:
        yield made


@pytest.fixture
async def connect(slack):
    """Connect, with what the test says; closed at its end."""
    opened = []

    async def connect(admission=None, **more):
        listeners = Listeners()
        web = AsyncWebClient(
            token=slack.bot_token.get_secret_value(), base_url=slack.api_url
        )
        admission = admission or Admission(time.time, time.monotonic)
        sockets = Sockets(listeners, web, slack.app_token, admission, **more)
        await sockets.start()
        opened.append(sockets)
        return sockets, listeners

    yield connect
    for sockets in opened:
        await asyncio.wait_for(sockets.close(), ACK_SECONDS + CLOSE_SECONDS)


@pytest.fixture
async def connected(connect):
    return await connect()
