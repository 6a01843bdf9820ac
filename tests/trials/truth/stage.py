"""Where a history plays: one Slack, one Tencent, and one life of the bot after another.

A kill is what kill -9 is: the next life begins with the files as they were at that
moment, whatever the dead one still wanted to do; nothing of that reaches anybody.
"""

import asyncio
import random
import shutil
import sqlite3
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from functools import partial

from tests.fakes.sqlite import heard
from tests.trials.truth import cloud as tencent
from tests.trials.truth.clock import LIFE, VirtualLoop, WallClock, counted
from tests.trials.truth.slack import Slack

PEOPLE = ("U0ANA", "U0BEN", "U0CID")  # may do everything
CROWD = tuple(f"U1{n:03}" for n in range(60))  # may do everything, too
READER = "U0DAN"  # may look only
HOST = "push.example.com"
ALERTS = ("C0OPS", 10)  # the channel in which alerts ring, and minutes until the next
GROUP = "S0ONCALL"  # whom they call
SUPERVISED = 2.0  # seconds after which a bot is started again that did not start


class Stillborn(Exception):
    """The bot refused to start; a supervisor tries again."""


class Stage:
    """One history: `record` is all that happened, in order.

    *birth* builds a bot: a coroutine function of the stage, the folder of its files and
    a stack that takes it apart; it returns the bot's port, and what it runs, or raises
    `Stillborn`.
    *called_back*: its app has a callback key. *most_live*: so many relays may run.
    *alerts*: where they ring, and after how many minutes again.
    *template*: the files of the first life, if it does not make its own.
    """

    def __init__(  # noqa: PLR0913 - what a history can be told to play in
        self,
        folder,
        seed,
        birth,
        *,
        called_back=True,
        most_live=10_000,
        alerts=ALERTS,
        template=None,
    ):
        self.folder, self.seed, self.birth = folder, seed, birth
        self.template, self.alerts = template, alerts
        self.called_back, self.most_live = called_back, most_live
        self.loop = asyncio.get_running_loop()
        self.clock = WallClock(self.loop)
        self.dice = random.Random(f"{seed}")  # noqa: S311 - not for secrets
        self.record = []
        self.life = 0
        self.fuse = None  # rounds of the loop until the bot is killed
        self.mine = None  # the note of the edge at which it is
        self.journal_away = False
        self.copies = []  # older copies of the journal, for restores
        self.until = ExitStack()
        self._running = None
        self._died = asyncio.Event()

    async def __aenter__(self):
        channel, minutes = self.alerts
        alerts = {"channel": channel, "group": GROUP, "minutes": minutes}
        self.note("began", unix=self.clock.unix, alerts=alerts)
        self.cloud = tencent.Tencent(self.clock, self.dice, self.note)
        self.slack = Slack(self.clock, self.note)
        await self.cloud.start()
        await self.slack.start()
        self.loop.on_step = self._step
        self.driver = self.until.enter_context(heard())
        self.driver.listeners.append(self._journal_is_asked)
        return self

    async def __aexit__(self, *_error):
        self.until.close()
        self.loop.on_step = None
        if self._running:
            await self._bury()
        await self.cloud.close()
        await self.slack.close()

    def note(self, kind, **facts):
        """Enter what happened into the record, with the true time of it."""
        entry = {"seq": len(self.record), "t": round(self.clock.seconds, 3)}
        self.record.append(entry | {"kind": kind, "life": self.life} | facts)
        if self.mine and kind == self.mine:
            self.mine = None
            self._die()

    # ── lives ───────────────────────────────────────────────────────────────────

    @property
    def home(self):
        """Where the files of this life are."""
        return self.folder / f"life{self.life}"

    async def start(self, files=None):
        """Begin a life with *files*, or with what the last one left.

        A bot that refuses to start is started again, as a supervisor does.
        """
        while not await self._begins(files):
            files = None
            await asyncio.sleep(SUPERVISED)

    async def _begins(self, files):
        files = files or (self.home if self.life else self.template)
        self.life += 1
        if files:
            shutil.copytree(files, self.home)
        else:
            self.home.mkdir()
        self._died.clear()
        self.note("born")
        ready = self.loop.create_future()
        token = LIFE.set(self.life)
        self._running = asyncio.ensure_future(self._live(ready))
        LIFE.reset(token)
        try:
            port = await ready
        except Stillborn:
            await self.kill()
            return False
        if not self.alive:  # killed before it listened
            return True
        self.slack.url = f"http://127.0.0.1:{port}/slack/events"
        self.cloud.url = f"http://127.0.0.1:{port}/tencent/callbacks/live-main"
        return True

    async def _live(self, ready):
        with suppress(asyncio.CancelledError):
            async with AsyncExitStack() as stack:
                try:
                    port, work = await self.birth(self, self.home, stack)
                except asyncio.CancelledError:
                    ready.set_result(0)
                    raise
                except Exception as error:  # noqa: BLE001 - for whoever started it
                    ready.set_exception(error)
                    return
                ready.set_result(port)
                await asyncio.gather(*work)
                await asyncio.Event().wait()

    @property
    def alive(self):
        return self._running is not None and not self._died.is_set()

    async def kill(self):
        """Kill the bot now, unless it is dead."""
        if self.alive:
            self._die()
        await self.buried()

    async def buried(self):
        """Wait until nothing of a dead life is left."""
        if self._running and self._died.is_set():
            await self._bury()

    def _die(self):
        """Cut all that the bot is connected to, and keep its files as they are."""
        if not self.alive:
            return
        self.fuse = self.mine = None
        self._died.set()
        self.note("killed")
        dead = self.folder / f"dead{self.life}"
        shutil.copytree(self.home, dead)
        self.slack.url = self.cloud.url = ""
        for task in self.loop.of_life(self.life):
            task.cancel()
        self.cloud.abort()
        self.slack.abort()

    async def _bury(self):
        if not self._died.is_set():
            self._die()
        while tasks := self.loop.of_life(self.life):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._running = None
        dead = self.folder / f"dead{self.life}"
        shutil.rmtree(self.home, ignore_errors=True)
        dead.rename(self.home)

    def step(self, by):
        """Let the bot's clock step *by* so much, on top of what it has."""
        self.clock.ahead += by
        self.note("stepped", ahead=self.clock.ahead.total_seconds())

    async def pass_days(self, days):
        """Let days pass in which nothing happens, and the bot sleeps."""
        await asyncio.sleep(150)
        self.loop.now += days * 86_400
        self.note("slept")
        await asyncio.sleep(0)

    @contextmanager
    def without_journal(self):
        """Let nothing be written to the journal."""
        self.journal_away = True
        self.note("journal away")
        try:
            yield
        finally:
            self.journal_away = False
            self.note("journal back")

    def copy(self):
        """Keep a copy of the journal, as a backup does."""
        if self.alive:
            kept = self.folder / f"copy{len(self.copies)}"
            shutil.copytree(self.home, kept)
            self.copies.append(kept)
            self.note("copied")

    async def restore(self):
        """Kill the bot, and begin again with an older copy of the journal."""
        await self.kill()
        old = self.dice.choice(self.copies)
        self.note("restored", copy=self.copies.index(old))
        await self.start(old)

    def _step(self):
        if self.fuse is None or not self.alive:
            return
        self.fuse -= 1
        if self.fuse <= 0:
            self._die()

    def _journal_is_asked(self, _connection, statement, _parameters):
        if self.journal_away and statement.startswith("BEGIN"):
            raise sqlite3.OperationalError("disk I/O error")


@contextmanager
def stopped_time():
    """Let event loops be made whose time is virtual."""
    with counted():
        yield partial(asyncio.Runner, loop_factory=VirtualLoop)


def play(history, folder, seed, birth, **more):
    """Let the coroutine function *history* play on a stage; return the record."""

    async def run():
        async with Stage(folder, seed, birth, **more) as stage:
            await history(stage)
            return stage.record

    with stopped_time() as runner, runner() as loop:
        return loop.run(run())
