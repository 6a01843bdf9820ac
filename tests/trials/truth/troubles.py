"""Steps of histories that are about alerts: what breaks for long, and who sees to it.

Each is a coroutine method of `TroubleSteps`, whose name stands in `STEPS` with its
weight.
"""

import asyncio
import random

from tests.trials.truth.cloud import (
    CONNECTING,
    FAILED,
    IDLE,
    RECOVERING,
    RUNNING,
    START,
    STOP,
    Fault,
)
from tests.trials.truth.stage import ALERTS, READER

CHANNELS = ("C0SHOW", "C0SPORT")  # that may be told as well
LENGTHS = ("1m", "3m", "10m", "1h", "off")
UP = (20, 90, 310, 400)  # seconds: an outage is over after 300
DOWN = (30, 130)
ALONE = (20, 90, 400)
OFTEN = 40  # so many stops fail that one is given up

STEPS = {
    "breaks_off": 10,
    "is_left_alone": 8,
    "stays_silent": 4,
    "start_unheard": 2,
    "stop_in_vain": 4,
    "take": 2,
    "press_take": 4,
    "eyes": 4,
    "mute": 4,
    "press_mute": 4,
    "reader_takes": 1,
    "subscribe": 2,
    "unsubscribe": 0.5,
    "stay": 10,
}


def alerts_of(seed):
    """Return where alerts ring in the history of *seed*, and when again."""
    dice = random.Random(f"alerts {seed}")  # noqa: S311 - not for secrets
    return dice.choice((ALERTS[0], "C0LIVE", "C0CALL")), dice.choice((1, 2, 10))


class TroubleSteps:
    """Needs what `DaySteps` needs, and the guests of rooms."""

    async def breaks_off(self):
        """Let a target be given up, and come back, once or some times."""
        if task := self._task():
            way = []
            for _time in range(self.dice.choice((1, 1, 2, 3))):
                down, up = self.dice.choice(DOWN), self.dice.choice(UP)
                way += [(up, RECOVERING), (5, FAILED), (down, CONNECTING), (1, RUNNING)]
            if self.dice.random() < 0.5:
                way = [*way[:-2], (1, IDLE)]
            self.cloud.go(task, (0, RUNNING), *way, urls=task.urls[:1])

    async def is_left_alone(self):
        """Let a room be made, and left; perhaps somebody comes back."""
        if room := self._room():
            happens = self.guests.happens
            for one in ("", "makes"), ("alice", "joins"), ("alice", "leaves"):
                await happens(room, one)
                await asyncio.sleep(1)
            self._later(self._comes_back(room))

    async def _comes_back(self, room):
        await asyncio.sleep(self.dice.choice(ALONE))
        if self.dice.random() < 0.6:
            await self.guests.happens(room, ("alice", "joins"))
        if self.dice.random() < 0.4:
            await asyncio.sleep(self.dice.choice(UP))
            await self.guests.happens(room, ("alice", "leaves"))

    async def stays_silent(self):
        """Start what never gets live, while another does."""
        before, self.cloud.plan = self.cloud.plan, "silent"
        await self.people.start(self._someone())
        self.cloud.plan = before
        await asyncio.sleep(1)
        await self.start()

    async def start_unheard(self):
        """Start what nobody hears of."""
        before, self.cloud.plan = self.cloud.plan, "silent"
        self.cloud.fail_next(START, *[Fault("after")] * 3)
        await self.people.start(self._someone())
        self.cloud.plan = before

    async def stop_in_vain(self):
        """Stop what cannot be stopped, for a while or for good."""
        how = self.dice.choice(("before", "refused"))
        fault = Fault(how, "AuthFailure.SecretIdNotFound")
        self.cloud.fail_next(STOP, *[fault] * self.dice.choice((8, OFTEN)))
        await self.stop()

    async def take(self):
        await self.people.take(self._someone(), self._room())

    async def reader_takes(self):
        await self.people.take(READER, self._room())

    async def press_take(self):
        await self._press(self.people.buttons("Take it"))

    async def press_mute(self):
        await self._press(self.people.buttons("Mute 1 h"))

    async def eyes(self):
        if there := self.people.alerts():
            await self.people.eyes(self._someone(), self.dice.choice(there[-5:]))

    async def mute(self):
        length = self.dice.choice(LENGTHS)
        await self.people.mute(self._someone(), self._room(), length)

    async def subscribe(self):
        causes = self.dice.choice(((), ("failed",), ("room-empty", "stop")))
        channel = self.dice.choice(CHANNELS)
        await self.people.subscribe(self._someone(), channel, *causes)

    async def unsubscribe(self):
        await self.people.unsubscribe(self._someone(), self.dice.choice(CHANNELS))

    async def stay(self):
        """Let time pass over an escalation, a mute, or the end of an outage."""
        await asyncio.sleep(self.dice.choice((75.0, 190.0, 330.0, 700.0)))
