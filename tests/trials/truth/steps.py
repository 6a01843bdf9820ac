"""Steps of histories that are about timers, copies, second persons and rooms.

Each is a coroutine method of `DaySteps`, whose name stands in `STEPS` with its weight.
"""

import asyncio
from functools import cached_property

from tests.trials.truth.guests import KINDS, ROLES, Guests
from tests.trials.truth.troubles import STEPS as OF_ALERTS
from tests.trials.truth.troubles import TroubleSteps

LENGTHS = ("1m", "90s", "3m", "12m", "20m", "1h")
WAITS = (60.0, 200.0, 700.0, 1300.0)  # seconds: what is due meanwhile is done

GUESTS = ("alice", "bob", "carol")

STEPS = {
    "start_for_a_while": 4,
    "timer": 4,
    "timer_off": 1,
    "until": 1,
    "press_timer": 3,
    "copy_relay": 4,
    "keep": 1,
    "propose": 1,
    "decide": 3,
    "wait": 3,
    "guest": 6,
    "look_at_room": 4,
} | OF_ALERTS


class DaySteps(TroubleSteps):
    """Needs `stage`, `people`, `dice`, `_later`, `_room`, `_someone` and `_press`."""

    @cached_property
    def guests(self):
        return Guests(self.stage)

    async def guest(self):
        """Let somebody do something in a room; whoever is new there joins."""
        room, user = self._room(), self.dice.choice(GUESTS)
        does = self.dice.choice([*KINDS])
        if (room, user) not in self.guests.stays and does not in ROLES:
            does = "joins"
        await self.guests.happens(room, (user, does))

    async def look_at_room(self):
        room, flag = self._room(), self.dice.choice(("", " --public"))
        line = f"/lookup {room} --room{flag}"
        await self.people.look(self._someone(), line, room=room)

    async def start_for_a_while(self):
        length = self.dice.choice(LENGTHS)
        self._later(self.people.start_for(self._someone(), length))

    async def timer(self):
        length = self.dice.choice(LENGTHS)
        self._later(self.people.timer(self._someone(), self._room(), length))

    async def timer_off(self):
        await self.people.timer(self._someone(), self._room(), "off")

    async def until(self):
        minutes = self.dice.choice((2, 15))
        await self.people.until(self._someone(), self._room(), minutes)

    async def press_timer(self):
        captions = ("Extend 1 h", "Keep running")
        offered = [one for word in captions for one in self.people.buttons(word)]
        await self._press(offered)

    async def copy_relay(self):
        then = self.dice.choice(("stop", "stop", "stop", "keep"))
        self._later(self.people.copy(self._someone(), self._room(), then=then))

    async def keep(self):
        await self.people.keep(self._someone(), self._room())

    async def propose(self):
        await self.people.propose(self._someone())

    async def decide(self):
        word = self.dice.choice(("Approve", "Approve", "Deny"))
        await self.people.decide(self._someone(), word)

    async def wait(self):
        await asyncio.sleep(self.dice.choice(WAITS))
