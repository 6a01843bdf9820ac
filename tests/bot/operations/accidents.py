"""Crashes before and while sending, files that refuse writes, and full queues."""

import asyncio
import math
import sqlite3
from contextlib import closing

from aiohttp import web

from bot.journal.evidence import FactKind
from bot.journal.former import left_changes
from bot.sandbox.cloud import LoopbackCloud
from tests.fakes.clock import FakeClock
from tests.fakes.journal import claimed, handed
from tests.world import TEAM


class JournalFile:
    """The file at *path*, as somebody else on the same machine may change it."""

    def __init__(self, path) -> None:
        self.path = path

    def run(self, *statements: str) -> None:
        """Commit *statements*, one by one."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, query: str) -> list[tuple]:
        """Return the rows that *query* asks for."""
        with closing(sqlite3.connect(self.path)) as connection:
            try:
                return connection.execute(query).fetchall()
            except sqlite3.OperationalError:  # the table is away
                return []

    def columns(self, table: str) -> list[str]:
        """Return the names of the columns of *table*."""
        return [row[1] for row in self.rows(f"PRAGMA table_info({table})")]

    def refuse_state(self, state: str, *, intent: str = "") -> None:
        """Take no move to *state* (of *intent*), until `mend`."""
        only = f"AND NEW.id = '{intent}'" if intent else ""
        self._refuse(f"UPDATE ON intents WHEN NEW.state = '{state}' {only}")

    def refuse_owners(self) -> None:
        """Let nobody take anything over, until `mend`."""
        self._refuse("UPDATE OF owner ON intents")

    def refuse_facts(self) -> None:
        """Take nothing that becomes known, until `mend`."""
        self._refuse("INSERT ON facts")

    def refuse_lives(self) -> None:
        """Take no sign of life, until `mend`."""
        self._refuse("INSERT ON lives")

    def refuse_sent(self) -> None:
        """Take no word that a notice arrived, until `mend`."""
        self._refuse("DELETE ON outbox")

    def _refuse(self, what: str) -> None:
        self.run(
            f"CREATE TRIGGER refused BEFORE {what}"
            " BEGIN SELECT RAISE(ABORT, 'gone'); END"
        )

    def mend(self) -> None:
        """Take everything again."""
        self.run("DROP TRIGGER refused")


class CountingClock(FakeClock):
    """Does *then* once somebody has slept *count* times since `after`."""

    def after(self, count, then) -> None:
        self._left, self._then = count, then

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        self._left = getattr(self, "_left", 0) - 1
        if self._left == 0:
            self._then()


async def accepted(world, line, handle="R1", **more):
    """Type *line* and let nothing be sent; return the intent that it became."""
    world.clock.hold()
    await world.router.answer(world.ask(line, **more))
    return (await world.journal.find.history(handle, TEAM))[0]


async def left_sending(world, line, handle="R1"):
    """Return an intent that was being sent when the bot died."""
    queued = await accepted(world, line, handle)
    return await claimed(world.journal, queued.id)


async def given_up(world, sending):
    """Settle what was being sent as what a run died over."""
    sending = await handed(world.journal, sending, "then")
    left = (sending, FactKind.NO_ANSWER, left_changes(sending))
    await world.journal.former.settle([left])


async def released(world):
    """Let what is held go on, to its end."""
    world.clock.release()
    await world.settled()


async def request_of(world, intent):
    """Return the request of *intent*, read back from the journal."""
    kind = world.resources.request_of(intent)
    return kind.of_json(await world.journal.find.request_of(intent.id))


def busy(world, action, seconds=100):
    """Take all slots of *action* for the next *seconds*."""
    rate = world.resources.requests[action].rate
    for _slot in range(round(rate * seconds)):
        world.executor.throttles.of(action).pacer.wait(math.inf)


class GatedCloud(LoopbackCloud):
    """Carries out *action* at once, and answers it when `go` is set."""

    def __init__(self, action):
        self.done, self.go = asyncio.Event(), asyncio.Event()
        super().__init__(middlewares=[self._gate(action)])

    def _gate(self, action):
        @web.middleware
        async def gate(request, handler):
            answer = await handler(request)
            if request.headers["X-TC-Action"] == action:
                self.done.set()
                await self.go.wait()
            return answer

        return gate


async def until(world, handle, state):
    """Wait until the thing *handle* is in *state*."""
    async with asyncio.timeout(10):
        while (await world.handle(handle)).state is not state:  # noqa: ASYNC110 - the journal has no event for it
            await asyncio.sleep(0)
