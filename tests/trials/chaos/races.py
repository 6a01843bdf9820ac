"""Two replicas that want the same row at the same moment, as often as one likes.

Whoever is about to commit waits until the other is, too, for a moment. Where a row is
locked before it is read the other never comes so far, and nothing goes wrong.
"""

import asyncio
import re
from itertools import cycle

from tests.trials.chaos.judge import verdict
from tests.trials.chaos.rows import judged
from tests.trials.truth.cloud import IDLE, PLANS, RUNNING, Fault

WAITS = 0.08  # seconds that a COMMIT waits for the other one
ROUND = 1.6  # seconds that one waits with its tables, or letters; 2 would be too long
TOLD = 10.0  # seconds that a round's answer may take
HOLDS = r"\bfree as.*update outbox set held_by"  # the statement that claims letters
NEVER_MET = {"update lives", "delete from lives", "nothing"}
LOCK = re.compile(
    r"\s+FOR\s+(?:NO\s+KEY\s+)?UPDATE(?:\s+OF\s+\w+)?(?:\s+SKIP\s+LOCKED)?",
    re.IGNORECASE,
)


class Meeting:
    """Lets COMMITs wait for one another; `met` counts how often they did.

    *waits* are the seconds that a transaction waits, by a pattern of its statements; no
    others wait then.
    """

    def __init__(self, replicas, waits=None):
        self._here, self._waits = {}, waits or {}
        self.met = 0
        for one in replicas:
            one.proxy.on_commit = self._before(one.name)

    def _before(self, name):
        async def before(transaction):
            if not self._seconds(transaction):
                return
            others = [event for who, event in self._here.items() if who != name]
            if others:
                self.met += 1
                for event in others:
                    event.set()
                return
            mine = self._here[name] = asyncio.Event()
            try:
                await asyncio.wait_for(mine.wait(), self._seconds(transaction))
            except TimeoutError:
                pass
            finally:
                self._here.pop(name, None)

        return before

    def _seconds(self, transaction):
        if not self._waits:
            return 0.0 if transaction.summary in NEVER_MET else WAITS
        fits = (s for what, s in self._waits.items() if transaction.says(what))
        return next(fits, 0.0)


def without_lock(pattern):
    """Return what takes the lock clause out of the statement that fits *pattern*."""

    def rewrite(text):
        fits = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
        return LOCK.sub("", text) if fits else text

    return rewrite


async def race(trial, scene, rounds, rewrite=None, **options):
    """Play *scene* so many times on two replicas; return the judge's verdict."""
    async with trial.stage(replicas=2, starts=False, **options) as (stage, traffic):
        for one in stage.replicas:
            one.proxy.rewrite = rewrite
        await stage.start()
        stage.slack.twice, stage.slack.aims = 0.0, cycle(stage.replicas)
        stage.cloud.aims = cycle(stage.replicas)
        meeting = Meeting(stage.replicas)
        for _round in range(rounds):
            await scene(stage, traffic)
        verdict = await judged(stage, traffic, TOLD)
        return {"rounds": rounds, "met": meeting.met} | verdict


async def same_key(stage, traffic):
    """Deliver one submission to both."""
    stage.slack.twice = 1.0
    await traffic.start()


async def limit(stage, traffic):
    """Let somebody who may start one relay a day ask both of them for one."""
    user = f"U1{stage.slack.number:06}"
    await asyncio.gather(traffic.start(user), traffic.start(user))


async def two_targets(stage, traffic):
    """Tell each of them that one of two targets is over."""
    stage.cloud.plan = "silent"
    room = await traffic.start(targets=2)
    await until(lambda: traffic.people.task(room))
    task = traffic.people.task(room)
    await asyncio.gather(*(stage.cloud.turn(task, url, RUNNING) for url in task.urls))
    stage.cloud.end(task, "end")
    await asyncio.gather(*(stage.cloud.turn(task, url, IDLE) for url in task.urls))


async def answer_and_callback(stage, traffic):
    """Answer one of them while the other hears the callback of the same start."""
    stage.cloud.plan, stage.cloud.answer_after = "quick", PLANS["quick"][0][0]
    await traffic.start()


async def letters(stage, traffic):
    """Let both have the same messages to deliver."""
    await asyncio.gather(*(traffic.start() for _each in range(4)))


async def until(held, seconds=20.0):
    """Wait until *held*, or for so many seconds; return whether it does."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not held() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return held()


# What may go wrong in each, if a lock is missing; of the code before replicas.
SCENES = {
    "same key": (same_key, {}),
    "limit": (limit, {"most_a_day": 1}),
    "two targets": (two_targets, {}),
    "answer and callback": (answer_and_callback, {}),
    "letters": (letters, {}),
}


async def races(trial):
    """Play every scene, as often as the trial has rounds."""
    for name, (scene, options) in SCENES.items():
        yield name, await race(trial, scene, trial.rounds, **options)
    yield "one letter", await one_letter(trial)
    yield "boot together", await boot_together(trial)
    yield "boot beside", await boot_beside(trial)
    if (trial.tree / "bot/lifecycle.py").exists():  # else its clock cannot be set
        yield "alarm", await alarm(trial)


async def boot_together(trial):
    """Let both make the tables of an empty database; return the judge's verdict."""
    async with trial.stage(replicas=2, starts=False) as (stage, _traffic):
        Meeting(stage.replicas, {"create table": ROUND})
        await stage.start_together()
        return verdict(stage.record)


async def one_letter(trial, rewrite=None, most=1):
    """Let both claim the letters of one start; return the judge's verdict.

    Who has claimed one waits before its COMMIT until the other wants it, too. Up to
    *most* starts are made, until a card came twice: the other may be late, too.
    """
    async with trial.stage(replicas=2, starts=False) as (stage, traffic):
        for one in stage.replicas:
            one.proxy.rewrite = rewrite
        await stage.start()
        stage.slack.twice = 0.0
        stage.cloud.plan = "silent"  # else what is told is soon another thing
        Meeting(stage.replicas, {HOLDS: ROUND})
        for number in range(1, most):
            await traffic.start()
            if await until(lambda many=number: len(_posted(stage)) > many, TOLD):
                break
        else:
            await traffic.start()
        return await judged(stage, traffic, TOLD)


def _posted(stage):
    """Return what was posted in the channels for all to see, not below something."""
    return [
        one
        for one in stage.slack.shown
        if one.channel.startswith("C") and not (one.thread or one.only)
    ]


async def boot_beside(trial, count=60):
    """Let one replica boot while starts of the other wait for their slot."""
    async with trial.stage(replicas=2, starts=False) as (stage, traffic):
        one, other = stage.replicas
        await one.start()
        stage.slack.twice, stage.slack.aims = 0.0, cycle([one])
        booting = asyncio.create_task(other.start())
        await asyncio.sleep(1.0)
        await asyncio.gather(*(traffic.start() for _each in range(count)))
        await booting
        return await judged(stage, traffic, TOLD)


async def alarm(trial, skew=400.0):
    """Let both find that a start has been unknown for five minutes."""
    async with trial.stage(replicas=2) as (stage, traffic):
        stage.cloud.called_back = False
        stage.cloud.fail_next("StartPublishCdnStream", *[Fault("after")] * 5)
        await asyncio.gather(*(traffic.start() for _each in range(5)))
        await traffic.settled(TOLD)
        for one in stage.replicas:
            one.send(15)
            await one.gone()
            one.skew = skew
        await stage.start_together()
        await asyncio.sleep(TOLD)
        return await judged(stage, traffic, TOLD)
