"""What is done to replicas: each row is a trial of its own, and yields verdicts."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.trials.chaos.proxy import Road
from tests.trials.chaos.stage import TOP, Stage
from tests.trials.chaos.traffic import Traffic

KILL_EVERY = 5.0  # seconds
BACK_AFTER = 1.0  # seconds until a supervisor starts it again
LEFT = 85.0  # seconds in which what a dead replica left is told
CLAIM = r"update\s+intents\s+set\b[^;]*\bsend_by\s*="  # and no move of another kind
SENDING = b"sending"


@dataclass
class Trial:
    """What every row is given: the PostgreSQL, the code, how long, how much, how often.

    *seconds* are the lengths of what a row does several times; its own, if empty.
    *before* is the code of another release.
    """

    server: object
    tree: Path = TOP
    before: Path | None = None
    minutes: float = 1.0
    rate: float = 20.0
    rounds: int = 200
    seed: int = 0
    seconds: tuple = ()
    keep: Path | None = None  # where records and logs are kept, for whoever looks

    @asynccontextmanager
    async def stage(self, *, starts=True, **options):
        """Set up a stage, and start its replicas."""
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
            options = {"tree": self.tree, "seed": self.seed, **options}
            server = options.pop("server", self.server)
            async with Stage(Path(folder), server, **options) as stage:
                stage.slack.twice = 0.1
                try:
                    if starts:
                        await stage.start()
                    yield stage, Traffic(stage)
                finally:
                    if self.keep:
                        shutil.copytree(folder, self.keep / Path(folder).name)

    def lengths(self, *usual):
        return self.seconds or usual

    def most(self, usual):
        """Return how many starts a second there are, *usual* at most."""
        return min(self.rate, usual)


async def judged(stage, traffic, still=20.0):
    """Wait until all has settled; return the judge's verdict, a process of its own."""
    await traffic.settled(still)
    await stage.keep_rows()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.trials.chaos.judge", str(stage.folder)),
        cwd=TOP,
        stdout=asyncio.subprocess.PIPE,
    )
    text, _nothing = await process.communicate()
    return dict(json.loads(text))


# ── replicas that die, freeze or are alone ──────────────────────────────────────────


async def kills(trial):
    """Kill a random replica every 5 s, and start it again."""
    async with trial.stage() as (stage, traffic):
        stage.cloud.answer_after = 0.05
        await _under_kills(stage, traffic, trial.rate, trial.minutes * 60)
        yield f"{trial.minutes:g} min", await judged(stage, traffic, LEFT)


async def _under_kills(stage, traffic, rate, seconds):
    """Let traffic flow under kills, which end with it; Slack's later tries follow."""
    killing = asyncio.create_task(_kill_on(stage))
    await traffic.flows(rate, seconds, killing.cancel)
    await asyncio.gather(killing, return_exceptions=True)
    await _all_back(stage)


async def _kill_on(stage):
    while True:
        await asyncio.sleep(KILL_EVERY)
        await _all_back(stage)
        one = stage.dice.choice(stage.well() or stage.replicas)
        await stage.kill(one)


async def _all_back(stage):
    """Start again whoever does not run, as a supervisor does."""
    await asyncio.gather(*(one.start() for one in stage.replicas if not one.runs))


async def freezes(trial):
    """Freeze a replica between its claim of a start and its call, and thaw it."""
    for seconds in trial.lengths(5, 59, 61, 90):
        async with trial.stage() as (stage, traffic):
            one = stage.replicas[0]
            one.proxy.on_committed = _freezing(one)
            flows = asyncio.create_task(traffic.flows(2, seconds + 10))
            frozen = await _frozen(stage, one)
            await asyncio.sleep(seconds if frozen else 0)
            one.proxy.on_committed = lambda _transaction: False
            one.send(signal.SIGCONT)
            await flows
            yield f"{seconds:g} s", await judged(stage, traffic, LEFT)


def _freezing(one):
    """Return what freezes *one* when a claim of it is committed, before it knows."""
    frozen = set()

    def after(transaction):
        if one.name not in frozen and transaction.says(CLAIM, SENDING):
            frozen.add(one.name)  # threads of it may have asked for more
            one.send(signal.SIGSTOP)
        return False

    return after


async def _frozen(stage, one, seconds=20.0):
    """Wait until *one* is frozen, and tell whether it is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(e["kind"] == "frozen" and e["by"] == one.name for e in stage.record):
            return True
        await asyncio.sleep(0.05)
    return False


async def cuts(trial):
    """Cut a replica off from PostgreSQL, in each way, while the others work on."""
    for seconds in trial.lengths(1, 30, 120):
        for road in (Road.CUT, Road.STALLED, Road.HALF_OPEN):
            async with trial.stage() as (stage, traffic):
                stage.cloud.answer_after = 0.2
                one = stage.replicas[0]
                flows = asyncio.create_task(traffic.flows(trial.most(5), seconds + 6))
                await asyncio.sleep(3)
                _turn(stage, one, road)
                await asyncio.sleep(seconds)
                _turn(stage, one, Road.FINE)
                await flows
                verdict = await judged(stage, traffic, LEFT)
                yield f"{road.value}, {seconds:g} s", verdict


def _turn(stage, one, road):
    one.proxy.turn(road)
    facts = {"by": one.name, "road": road.value}
    stage.note("healed" if road is Road.FINE else "cut off", **facts)


# ── answers that are lost ───────────────────────────────────────────────────────────


async def commits(trial):
    """Lose the answer of the 1st, 2nd, … COMMIT of one start's life, each once."""
    async with trial.stage(replicas=2) as (stage, traffic):
        number, lost = 0, True
        while lost:
            number += 1
            lost = await _one_lost(stage, traffic, number)
        label = f"each of {number - 1}"
        yield label, await judged(stage, traffic, LEFT)


async def _one_lost(stage, traffic, number):
    """Lose the answer of the *number*-th COMMIT from here; tell if there was one."""
    one, other = stage.replicas
    left = [number]

    def after(transaction):
        if transaction.summary in {"update lives", "nothing"}:
            return False
        left[0] -= 1
        if left[0]:
            return False
        stage.note("answer lost", by=one.name, of=transaction.summary)
        return True

    one.proxy.on_committed, other.is_well = after, False
    await traffic.start()
    await traffic.settled(5.0)
    one.proxy.on_committed = lambda _transaction: False
    await one.ready()
    return left[0] <= 0


# ── PostgreSQL itself ───────────────────────────────────────────────────────────────


async def restarts(trial):
    """Restart PostgreSQL, and kill its postmaster, under load."""
    for what in ("restart", "kill -9"):
        async with trial.stage() as (stage, traffic):
            flows = asyncio.create_task(traffic.flows(trial.most(5), 20))
            await asyncio.sleep(6)
            stage.note("database away")
            how = trial.server.stop if what == "restart" else trial.server.kill
            await asyncio.to_thread(how)
            await asyncio.sleep(2)
            await asyncio.to_thread(trial.server.start)
            stage.note("database back")
            await flows
            yield what, await judged(stage, traffic, LEFT)


# ── clocks, boots, upgrades ─────────────────────────────────────────────────────────


async def clocks(trial):
    """Let the clocks of the replicas be 120 s apart, and kill one of them."""
    async with trial.stage(starts=False) as (stage, traffic):
        for one, skew in zip(stage.replicas, (-120.0, 0.0, 120.0), strict=True):
            one.skew = skew
        await stage.start()
        flows = asyncio.create_task(traffic.flows(trial.most(10), trial.minutes * 60))
        await asyncio.sleep(trial.minutes * 30)
        await stage.kill(stage.replicas[2])
        await stage.replicas[2].start()
        await flows
        yield "-120, 0, 120 s", await judged(stage, traffic, LEFT)


async def boots(trial):
    """Start all three at once on an empty database."""
    for number in range(1, 4):
        async with trial.stage(starts=False) as (stage, traffic):
            await stage.start_together()
            await traffic.flows(5, 2)
            yield f"{number}.", await judged(stage, traffic)


async def upgrades(trial):
    """Go from one release to the other and back, one replica at a time, under load."""
    before = trial.before or trial.tree
    async with trial.stage(tree=before) as (stage, traffic):
        every = trial.minutes * 10  # seconds between two replicas
        flows = asyncio.create_task(
            traffic.flows(trial.most(5), trial.minutes * 60 + 10)
        )
        for tree in (trial.tree, before):
            await _migrated(stage, trial.tree)
            for one in stage.replicas:
                await asyncio.sleep(every)
                one.is_well = False  # the balancer is told first
                one.send(signal.SIGTERM)
                await one.gone()
                one.tree = tree
                await one.start()
        await flows
        yield f"{before.name} and {trial.tree.name}", await judged(stage, traffic, LEFT)


async def _migrated(stage, tree):
    """Bring the tables to where *tree* has them, beside those that run; no way back."""
    one = stage.replicas[0]
    there, one.tree = one.tree, tree
    code, says = await one.says("migrate")
    one.tree = there
    stage.note("migrated", code=code, says=says)
    if code:
        raise RuntimeError(f"the tables are not brought up to date: {says}")


async def sockets(trial):
    """Kill the replica that has a socket, while envelopes come over it."""
    async with trial.stage(sockets=True) as (stage, traffic):
        await _under_kills(stage, traffic, trial.most(5), trial.minutes * 60)
        yield f"{trial.minutes:g} min", await judged(stage, traffic, LEFT)
