"""Two bots on one PostgreSQL, walked at random beside the model that one is.

Whatever is asked comes to one of both by chance. What is sent is sent, and answered, by
whoever has it in its hands; of both one dies, and the other finds what it left.
"""

import asyncio
import random

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.bot.journal.machine import APP, Machine
from tests.fakes.journal import opened

EACH = "json_each(targets)"
EACH_THERE = "json_array_elements_text(targets::json) AS json_each(value)"


class Pair(Machine):
    """The walk of two, on the PostgreSQL *server*."""

    server = None

    @property
    def journal(self):
        """Return one of both, by chance."""
        return self.dice.choice(self.both) if hasattr(self, "both") else None

    @journal.setter
    def journal(self, _none):
        """Nothing is open yet."""

    def rows(self, text):
        return self.eye.execute(text.replace(EACH, EACH_THERE)).fetchall()

    def at(self, intent):
        owner = self.get(intent).owner
        return next((one for one in self.both if one.boot == owner), self.both[0])

    def open(self):
        self.dice = random.Random(0)  # noqa: S311 - not for secrets
        self.url = self.server.database()
        self.eye = self.server.connected(self.url)
        self.both = [self.run(opened(self.url, self.clock)) for _each in range(2)]

    @precondition(lambda self: getattr(self, "told", None))
    @rule(data=st.data())
    def call_both_back(self, data):
        """Tell both at once, of one relay or of two; each is taken in."""
        events = data.draw(st.lists(st.sampled_from(self.told), min_size=2, max_size=2))
        works = [
            one.apply_event(event, APP)
            for one, event in zip(self.both, events, strict=True)
        ]
        self.run(self.all_of(works))
        refs = {self.get(intent).subject.ref for intent in self.runs}
        assert {event.task_id for event in events} <= refs

    async def all_of(self, works):
        return await asyncio.gather(*works)

    def die(self):
        """Let one of both die, be declared dead, and another one live."""
        number = self.dice.randrange(2)
        dead = self.both[number]
        dead.close()
        self.eye.execute(f"DELETE FROM lives WHERE boot = '{dead.boot}'")  # noqa: S608 - its own name
        self.both[number] = self.run(opened(self.url, self.clock))

    def teardown(self):
        if hasattr(self, "both"):
            for one in self.both:
                one.close()
            self.eye.close()
            self.server.drop(self.url)
            self.folder.cleanup()
            self.loop.close()


def pair_on(server):
    """Return the walk of two on *server*."""
    return type("PairThere", (Pair,), {"server": server})
