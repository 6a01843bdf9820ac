"""What stands on both sides of the sockets in tests."""

import asyncio

from slack_bolt.response import BoltResponse

from bot.slack.inbound.lanes import Lanes
from tests.bot.slack.inbound.front import Router


class Listeners:
    """Answers every envelope alike, once it may, and remembers what came."""

    def __init__(self):
        self.lanes = Lanes(Router())
        self.came = []
        self.response = BoltResponse(status=200, body="")
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def dispatch(self, request, body):
        self.came.append(body.get("command") or body.get("type"))
        await self.may_answer.wait()
        return self.response


class Naps:
    """A sleep from which nobody wakes but by hand; the seconds that were slept."""

    def __init__(self, wakes=0):
        self.slept = []
        self.may_wake = asyncio.Event()
        self._wakes = wakes

    async def __call__(self, seconds):
        if seconds:
            self.slept.append(seconds)
            if len(self.slept) > self._wakes:
                await self.may_wake.wait()
