"""Slots that several share, in memory: a pacer by a clock of the test."""

import asyncio
import math

from bot.errors import JournalUnavailable
from bot.runtime.slots import Slot


class FakeSlots:
    """Takes the place of the database's slots; remembers who asked for what.

    *timer* gives seconds. *lasts* is how long an answer takes, by *sleep*. While it is
    *away* every question raises; while it *hangs* none is answered.
    """

    def __init__(self, timer, sleep=asyncio.sleep, lasts=0.0):
        self.timer, self.sleep, self.lasts = timer, sleep, lasts
        self.away = self.hangs = False
        self.next_at, self.asked, self.slowed = {}, [], []

    async def take(self, name, pace, budget):
        """Take the next slot."""
        await self._answer("take", name)
        now, following = self.timer(), self.next_at.get(name, -math.inf)
        wait = max(following - pace.leeway - now, 0.0)
        if wait <= budget:
            rate = pace.rate / 2 if name in self.slowed else pace.rate
            self.next_at[name] = max(following, now) + 1 / rate
        return Slot(wait, taken=wait <= budget)

    async def give_back(self, name, pace):
        """Count one less."""
        await self._answer("give back", name)
        self.next_at[name] -= 1 / pace.rate

    async def close(self, name, pace, seconds):
        """Let none come before."""
        await self._answer("close", name)
        self.next_at[name] = self.timer() + seconds + pace.leeway

    async def slow_down(self, name, _pace):
        """Halve the rate for good."""
        await self._answer("slow down", name)
        self.slowed.append(name)

    async def _answer(self, what, name):
        self.asked.append((what, name))
        if self.hangs:
            await asyncio.Event().wait()
        if self.lasts:
            await self.sleep(self.lasts)
        if self.away:
            raise JournalUnavailable("the database is away")
