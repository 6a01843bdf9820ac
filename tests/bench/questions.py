"""What people ask, of a short journal and of a long one, and how long the loop stood.

While a question is asked, the bot is asked every few milliseconds how it is: what that
takes at most is how long the question kept everybody waiting.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from itertools import chain
from statistics import median
from time import perf_counter
from urllib.parse import quote_plus

from tests.bench.load import PATIENCE, STARTERS, Load, Slack, in_turns
from tests.bench.past import past, request_of, task_of
from tests.bench.process import subject
from tests.bench.raw import connect
from tests.bench.table import Goal, Section, grid, ratio
from tests.bench.world import PEOPLE, world
from tests.trials.load_rig import LATE
from tests.trials.slackish import TEAM

LOOK = 0.005  # seconds between two looks at how the bot is
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: bot\r\nContent-Length: 0\r\n\r\n"


def typed(text, command="/relay"):
    """Return what makes the command from the number of something past."""
    return lambda slack, number, n: slack.command(
        number, command, text.format(n=n, task=task_of(n), request=request_of(n))
    )


def picked(text):
    """Return what makes a key press in a select of relays."""

    def make(slack, number, n):
        user = {"id": PEOPLE[number % STARTERS], "team_id": TEAM}
        payload = {
            "type": "block_suggestion",
            "team": {"id": TEAM, "domain": "bench"},
            "user": user,
            "api_app_id": "A0BENCH",
            "action_id": "pick:relay:relays:relay",
            "block_id": "relay",
            "value": text.format(n=n, room=2_000_000_000 + n),
            "view": {"private_metadata": ""},
        }
        return slack.signed(f"payload={quote_plus(json.dumps(payload))}")

    return make


QUESTIONS = {
    "/lookup, a handle": typed("R{n}", "/lookup"),
    "/lookup, a TaskId": typed("{task}", "/lookup"),
    "/lookup, a part of one": typed("past{n:08}za", "/lookup"),
    "/lookup, a RequestId": typed("{request}", "/lookup"),
    "/lookup, an unknown room": typed("4{n:09}", "/lookup"),
    "select, nothing typed": picked(""),
    "select, a room": picked("{room}"),
    "select, nothing found": picked("4{n:09}"),
    "/relay list": typed("list"),
    "/relay recent": typed("recent"),
    "/relay recent mine": typed("recent mine"),
    "/relay recent failed": typed("recent failed"),
    "/relay recent room=…": typed("recent room=4{n:09}"),
    "/relay stop, an unknown room": typed("stop 4{n:09}"),
    "/patchbay history": typed("history", "/patchbay"),
    "/patchbay history mine": typed("history mine", "/patchbay"),
}
START = "a start"


async def questions(scale):
    """Ask everything of both journals, in turns; return the section."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(world())
        folders = [await past(one, many) for many in scale.journals]
        loads = [await _opened(stack, one, folder) for folder in folders]
        asked = await _all(loads, scale)
        starts = await in_turns(loads, scale)
        for load in loads:
            await load.subject.end()
    section = Section("Questions of a long journal")
    _judge(section, scale.journals, asked)
    of = _of(scale.journals)
    short, long = ([one.cpu_each for one in figures] for figures in starts)
    seen = f"{1e3 * median(long):.2f} ms to {1e3 * median(short):.2f} ms"
    section.add(Goal(f"CPU of a start, {of}", 1.3), ratio(long, short), seen)
    of = f"start-up, {scale.journals[1]:,} rows"
    section.add(Goal(of, 0.8, " s"), loads[1].subject.took)
    return section


async def _opened(stack, world, folder):
    """Run the bot in *folder*; return what asks it."""
    running = subject("tests.bench.ours", world, home=folder)
    process = await stack.enter_async_context(running)
    load = Load(Slack(world, process.port, kept=True), process)
    await load.some(STARTERS)  # who they are is known then
    return load


async def _all(loads, scale):
    """Return the seconds of each question, and for how many the loop stood."""
    lines = [
        (await connect(load.slack.port), await connect(load.slack.port))
        for load in loads
    ]
    found = {name: [] for name in [*QUESTIONS, START]}
    for name, turns in found.items():
        for turn in range(scale.asks + 1):
            shares = (1 + many // (scale.asks + 1) * turn for many in scale.journals)
            turns.append(
                [
                    await _one(load, pair, QUESTIONS.get(name), n)
                    for load, pair, n in zip(loads, lines, shares, strict=True)
                ]
            )
        del turns[0]  # it found a cold cache
    for line in chain(*lines):
        line.close()
    return found


async def _one(load, lines, make, n):
    """Ask once; return its seconds, and those of the slowest look meanwhile."""
    slack, (line, beside) = load.slack, lines
    number = slack.next_number()
    data = make(slack, number, n) if make else slack.start(number)
    end = slack.world.wait_for(number)
    looking = asyncio.create_task(_looks(beside))
    await asyncio.sleep(2 * LOOK)
    began = perf_counter()
    status, said = await line.ask(data)
    if LATE.encode() in said:
        await slack.world.ended(end, PATIENCE)
    took = perf_counter() - began
    if status != 200:
        raise RuntimeError(f"{status}: {said}")
    if make is None:
        await slack.world.ended(end, PATIENCE)
    looking.cancel()
    held = (await asyncio.gather(looking, return_exceptions=True))[0]
    return took, held if isinstance(held, float) else 0.0


async def _looks(line):
    """Ask how the bot is until cancelled; return the longest that it took to answer."""
    longest = asked = 0.0
    try:
        while True:
            asked = perf_counter()
            await line.ask(HEALTH)
            longest = max(longest, perf_counter() - asked)
            await asyncio.sleep(LOOK)
    except asyncio.CancelledError:
        return longest


def _of(journals):
    short, long = journals
    return f"{long:,} rows against {short:,}"


def _judge(section, journals, asked):
    """Add the goals: what the long journal costs against the short one."""
    ratios = {
        name: ratio([long for _short, (long, _) in turns], [s for (s, _), _l in turns])
        for name, turns in asked.items()
    }
    held = {
        name: median(stood for _short, (_took, stood) in turns)
        for name, turns in asked.items()
    }
    start = ratios.pop(START)
    worst, slowest = (max(some, key=some.__getitem__) for some in (ratios, held))
    of = _of(journals)
    section.add(Goal(f"slowest question, {of}", 1.3), ratios[worst], worst)
    section.add(Goal(f"ack of a start, {of}", 1.3), start)
    goal = Goal(f"loop held, {journals[1]:,} rows", 25, " ms")
    section.add(goal, 1e3 * held[slowest], slowest)
    head = ["ms (the loop stood)", *(f"{many:,} rows" for many in journals), ""]
    ratios[START] = start
    rows = [
        [name, *map(_cell, zip(*asked[name], strict=True)), f"{ratios[name]:.2f}×"]
        for name in asked
    ]
    section.lines.append(grid(head, rows))


def _cell(times):
    took, stood = (1e3 * median(some) for some in zip(*times, strict=True))
    return f"{took:.1f} ({stood:.1f})"
