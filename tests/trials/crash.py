"""Kill the bot wherever it hurts, start it again, and let the checker look.

`python -m tests.trials.crash` (or `make crash`): every named fail-point, on its 1st,
2nd, … hit, until a run completes, with a start and something else under way; then
KILLS random ones (50), with 10 submissions at once, a fifth of them delivered twice,
beside 8 stops, forms and look-ups, and Slack away in a third of the rounds; both with
callbacks and without. Every word that was shown is judged. SEED prints with the result
and can be given, and where faults are found their folder is kept and named. In the end
two bad designs are run the same way, which the checker has to catch.
"""

import asyncio
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tests.trials import checker
from tests.trials.crash_bot import POINTS
from tests.trials.crash_stage import EDGES, TOP, Stage

WINDOW = 0.4  # seconds after a burst in which the kill falls
MANY = 10_000  # rows that a restart has to cope with
STANDSTILL = 6.0  # seconds; Slack takes one new message a second in a channel
BAD = {"call_then_post": "silent loss", "call_then_save": "double"}


async def checked(folder, *options):
    """Let the checker, a process of its own, look at *folder*."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.trials.checker",
        str(folder),
        *options,
        cwd=TOP,
        stdout=asyncio.subprocess.PIPE,
    )
    told, _nothing = await process.communicate()
    return dict(json.loads(told))


def waits(stage):
    """Return what of the verdict will still change, looked at from in here."""
    verdict = checker.check(stage.folder)
    left = {"unanswered", "unfinished"} & verdict["faults"].keys()
    lost = verdict["task ids not in the journal"] if stage.called_back else 0
    stops = len(checker.open_stops(stage.record))
    more = {"lost": lost, "stops": stops}
    return {name: verdict["faults"][name] for name in left} | {
        name: number for name, number in more.items() if number
    }


async def settled(stage):
    """Wait until nothing is to come, or nothing has come for long."""
    seen, since = waits(stage), time.monotonic()
    while seen and time.monotonic() - since < STANDSTILL:
        await asyncio.sleep(0.1)
        now = waits(stage)
        if now != seen:
            seen, since = now, time.monotonic()


async def verdict_on(stage):
    """Return the verdict once all has settled: every word too."""
    await settled(stage)
    await asyncio.sleep(1.5 * checker.QUIET)
    return await checked(stage.folder, "--words")


async def at_every_hit(stage, point, most=1000):
    """Crash at the 1st, 2nd, … hit of *point*; return how many hits there were."""
    for number in range(1, most + 1):
        inside = point in POINTS
        stage.fired, stage.edge = False, None if inside else (point, number)
        await stage.start(f"{point}:{number}" if inside else "")
        if stage.alive:
            await asyncio.gather(
                stage.submit(1, lambda _number: True), stage.everything(1)
            )
            await dead_or_done(stage)
        fired = not stage.alive
        stage.edge = None
        if fired:
            await stage.gone()
            await stage.start()
        await settled(stage)
        stage.kill()
        await stage.gone()
        if not fired:
            return number - 1
    return most


async def dead_or_done(stage):
    """Wait until the bot has died, or has nothing left to do."""
    since = time.monotonic()
    while stage.alive and waits(stage) and time.monotonic() - since < STANDSTILL:  # noqa: ASYNC110 - a file is looked at
        await asyncio.sleep(0.05)
    if stage.alive:
        await asyncio.sleep(0.5)  # what follows an answer: noting that it arrived


async def at_random(stage, kills, dice):
    """Kill *kills* times, soon after a burst; return how long the restarts took."""
    restarts = []
    stage.answer_after = 0.05
    for _kill in range(kills):
        restarts.append(await stage.start())
        stage.slack_down = dice.random() < 0.3
        submitted = stage.submit(10, lambda _number: dice.random() < 0.2)
        others = () if stage.is_bad else (stage.everything(8),)
        burst = asyncio.gather(submitted, *others)
        await asyncio.sleep(dice.uniform(0, WINDOW))
        stage.kill()
        await stage.gone()
        await burst
        stage.slack_down = False
    restarts.append(await stage.start())
    stage.answer_after = 0.0
    return restarts


async def told(what, trial):
    """Print what *trial* came to, and return it."""
    began = time.monotonic()
    found = await trial
    took = time.monotonic() - began
    sys.stdout.write(f"{what}: {json.dumps(found)} in {took:.0f} s\n")
    sys.stdout.flush()
    return found


@contextmanager
def a_folder(verdict, *, is_bad=False):
    """Give a folder, which stays for a look at it if *verdict* comes to name faults."""
    folder = Path(tempfile.mkdtemp(prefix="patchbay-crash-"))
    yield folder
    if verdict.get("faults") and not is_bad:
        sys.stdout.write(f"  what happened is in {folder}\n")
    else:
        shutil.rmtree(folder)


async def systematic(*, called_back, points, most=1000):
    """Crash at every hit (*most*) of *points*; return the checker's verdict."""
    verdict = {}
    with a_folder(verdict) as folder:
        async with Stage(folder, called_back=called_back) as stage:
            hits = {
                point: await told(
                    f"  hits of {point}", at_every_hit(stage, point, most)
                )
                for point in points
            }
            await stage.start()
            verdict |= await verdict_on(stage)
    return {**verdict, "hits": hits}


async def by_chance(*, called_back, kills, seed, design=""):
    """Kill at random; return the checker's verdict and the slowest restart."""
    verdict = {}
    with a_folder(verdict, is_bad=bool(design)) as folder:
        async with Stage(
            folder, design=design, called_back=called_back, seed=seed
        ) as stage:
            restarts = await at_random(stage, kills, random.Random(seed))  # noqa: S311
            verdict |= await verdict_on(stage)
    return {**verdict, "slowest restart, s": round(max(restarts), 2)}


async def where_it_must_show(design):
    """Return the verdict on a bad *design* that is made to lose and to double.

    Killed when the cloud has carried a call out and nobody has its TaskId, it loses
    that relay. Two deliveries of one submission, neither answered before both have
    called, start two.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with Stage(Path(folder), design=design, called_back=False) as stage:
            stage.edge = ("cloud.done", 1)
            await stage.start()
            await stage.submit(1, lambda _number: False)
            await stage.gone()
            stage.edge, stage.meeting = None, asyncio.Barrier(2)
            await stage.start()
            await stage.submit(1, lambda _number: True)
            await stage.met.wait()
            return await checked(stage.folder)


async def with_many_rows(rows=MANY):
    """Kill a bot whose journal is long; return how long its restart takes."""
    with tempfile.TemporaryDirectory() as folder:
        async with Stage(Path(folder), called_back=False) as stage:
            stage.edge = ("cloud.done", 10)
            await stage.start()
            await stage.submit(10, lambda _number: False)
            await stage.gone()
            with sqlite3.connect(Path(folder) / "patchbay.db") as file:
                lengthen(file, rows)
            file.close()
            seconds = await stage.start()
            await settled(stage)
            verdict = await checked(stage.folder)
            return {"faults": verdict["faults"], "restart, s": round(seconds, 2)}


def lengthen(file, rows):
    """Fill the journal with copies of its first row, over for long."""
    names = [column[1] for column in file.execute("PRAGMA table_info(intents)")]
    first = file.execute("SELECT * FROM intents LIMIT 1").fetchone()
    row = dict(zip(names, first, strict=True))
    marks = ", ".join("?" * len(names))
    own = {"id": "x{n:025}", "key": "x{n}", "handle": "R9{n}", "room": "x{n}"}
    own |= {"ref": "-x{n}", "state": "stopped"}
    copies = (
        row | {name: value.format(n=n) for name, value in own.items()}
        for n in range(rows)
    )
    file.executemany(
        f"INSERT INTO intents VALUES ({marks})",  # noqa: S608 - only question marks
        (tuple(copy.values()) for copy in copies),
    )


async def main():
    """Run everything; return 1 if the bot failed, or a bad design did not."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    kills = int(os.environ.get("KILLS") or 50)
    sys.stdout.write(f"SEED={seed} KILLS={kills}\n")
    failed = False
    for called_back in (False, True):
        calls = f"callbacks {'on' if called_back else 'off'}"
        trial = systematic(called_back=called_back, points=POINTS + EDGES)
        found = await told(f"every fail-point, {calls}", trial)
        failed |= bool(found["faults"])
        trial = by_chance(called_back=called_back, kills=kills, seed=seed)
        found = await told(f"{kills} random kills, {calls}", trial)
        failed |= bool(found["faults"])
        failed |= called_back and bool(found["task ids not in the journal"])
    found = await told(f"a restart with {MANY} rows", with_many_rows())
    failed |= bool(found["faults"])
    for design, fault in BAD.items():
        trial = by_chance(called_back=False, kills=kills, seed=seed, design=design)
        found = await told(f"a bad design, {design}", trial)
        failed |= fault not in found["faults"]
    sys.stdout.write("FAILED\n" if failed else "nothing lost, nothing twice\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
