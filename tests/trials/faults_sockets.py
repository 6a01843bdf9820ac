"""F27: sockets that are quiet, and sockets that are deaf."""

from contextlib import AsyncExitStack

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.loopback import LoopbackSlack
from bot.slack.inbound.sockets import Sockets
from tests.trials.faults_bench import claim
from tests.trials.faults_kinds import CHILD, Told, Trial
from tests.trials.faults_process import on_ground

QUIET = 600.0  # seconds

# The bot, with a minute of two seconds.
HURRIED = """
import sys
from bot.slack.inbound import sockets
sockets.DEAF_SECONDS = 2.0
from bot.__main__ import main
sys.exit(main(["run"]))
"""


class Enough(Exception):
    """It was quiet for long enough."""


async def try_quiet(path, haste):
    """Hear nothing but pongs for ten minutes: that is no reason to stop."""
    at = [1_000_000.0]

    async def sleep(seconds):
        at[0] += seconds
        for client in sockets._clients:
            client.last_ping_pong_time = at[0]
        if at[0] > 1_000_000.0 + QUIET:
            raise Enough

    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LoopbackSlack())
        web = AsyncWebClient(
            token=slack.bot_token.get_secret_value(), base_url=slack.api_url
        )
        sockets = Sockets(None, web, slack.app_token, clock=lambda: at[0], sleep=sleep)
        await sockets.start()
        stack.push_async_callback(sockets.close)
        try:
            await sockets.watch()
        except Enough:
            return Told("stays")
    claim(False, "it gave up in a quiet hour")  # noqa: FBT003 - it did
    return Told("")


@on_ground
async def try_deaf(ground):
    """Reaction Slack away: the process stops, and says so by its exit code."""
    await ground.lay()
    life = await ground.bot(code=HURRIED)
    await ground.slack.close()
    code = await life.over()
    claim(code == 1, "exit code", code)
    claim(any("sockets.deaf" in line for line in life.log), "it does not say why")
    return Told("exits with 1")


def trials():
    """Return the trials of this file."""
    yield Trial(id="F27", what="no envelope for 10 min", run=try_quiet)
    what = "pings are not answered"
    yield Trial(id="F27", what=what, run=try_deaf, throttle=CHILD)
