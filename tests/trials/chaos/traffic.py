"""What people ask for while replicas are hurt, and waiting until all is told."""

import asyncio
import time

from tests.trials.chaos.judge import History
from tests.trials.truth.people import URL
from tests.trials.truth.stage import HOST, PEOPLE

CHANNELS = 60  # each takes one new message a second
STILL = 20.0  # seconds in which nothing comes any more
MENTIONS = 0.1  # the share of starts that is written to the bot, not typed as a command
STOPS = 0.1
TRIED = 70.0  # seconds, by which Slack has sent again what nobody took at once


class Traffic:
    """Starts, and now and then a stop; `reader` follows what is known of each."""

    def __init__(self, stage):
        self.stage, self.people, self.dice = stage, stage.people, stage.dice
        self._history, self._read = History(), 0
        self._channel = 0

    @property
    def history(self):
        """Return what the record tells by now."""
        record = self.stage.record
        for entry in record[self._read :]:
            self._history.take(entry)
        self._read = len(record)
        return self._history

    async def start(self, user="", **options):
        """Let *user*, or anybody, ask for one start; return its room."""
        self._channel += 1
        where = f"C0ROUND{self._channel % CHANNELS:02}"
        user = user or self.dice.choice(PEOPLE)
        return await self.people.start(user, channel=where, **options)

    async def mention(self):
        """Ask for one start in a message."""
        room = self.people.new_room()
        url = URL.format(host=HOST, room=room)
        self._channel += 1
        where = f"C0ROUND{self._channel % CHANNELS:02}"
        number = self.stage.slack.number
        await self.stage.slack.mention(
            self.dice.choice(PEOPLE),
            f"relay start {room} type=text url={url} --go",
            channel=where,
            ts=f"{1700000000 + self._channel}.{number % 10**6:06}",
            about={"does": "start", "room": room, "may": True},
        )

    async def stop(self):
        """Stop one of those that run, if somebody has seen its handle."""
        history = self.history
        running = [c.room for c in history.cases.values() if c.last == "runs"]
        if running:
            room = self.dice.choice(running)
            await self.people.stop(self.dice.choice(PEOPLE), room)

    async def anything(self):
        """Ask for something."""
        chance = self.dice.random()
        if chance < MENTIONS:
            await self.mention()
        else:
            await self.start()
        if self.dice.random() < STOPS:
            await self.stop()

    async def flows(self, rate, seconds, over=lambda: None):
        """Offer *rate* starts a second for so many *seconds*; then call *over*."""
        self.stage.note("load", of="begins", rate=rate)
        began, asked = time.monotonic(), []
        while (passed := time.monotonic() - began) < seconds:
            while len(asked) < passed * rate:
                asked.append(asyncio.create_task(self.anything()))
            await asyncio.sleep(0.5 / rate)
        self.stage.note("load", of="ends")
        over()
        await asyncio.wait(asked, timeout=TRIED)  # or one is cut off as it is taken
        for one in asked:
            one.cancel()

    def open(self):
        """Return how many still wait, and for what."""
        cases = self.history.cases.values()
        waiting = sum(one.is_open for one in cases)
        ended = (one for one in cases if one.last not in {"", "passing"})
        lacking = sum(one.is_late or not one.settled for one in ended)
        return waiting, lacking

    async def settled(self, still=STILL):
        """Wait until everybody is told, or nothing has come for *still* seconds."""
        seen, since = self.open(), time.monotonic()
        while seen != (0, 0) and time.monotonic() - since < still:
            await asyncio.sleep(0.2)
            now = self.open()
            if now != seen:
                seen, since = now, time.monotonic()
        await asyncio.sleep(1.5)  # what follows a last word: a second card, say
