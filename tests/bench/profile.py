"""Where the CPU of a start goes: by whose code, and on whose behalf."""

import asyncio
import json
import signal
from pathlib import Path

from tests.bench.load import Load, Slack
from tests.bench.process import subject
from tests.bench.sampled import OURS, SAMPLES
from tests.bench.table import Goal, Section, grid
from tests.bench.world import world

IN_FLIGHT = 16
LEAST = 0.01  # of all: what takes less is summed up
TOP = 5
PATIENCE = 60.0  # seconds until it is written
REST = "the rest"


async def profile(scale):
    """Look at the bot while it starts relays; return the section."""
    async with world() as one, subject("tests.bench.sampled", one) as process:
        load = Load(Slack(one, process.port), process)
        many = min(IN_FLIGHT, scale.many)
        await load.in_flight(many, warm=scale.warm, seconds=scale.warm)
        process.process.send_signal(signal.SIGUSR1)
        figures = await load.in_flight(many, warm=0, seconds=scale.seconds)
        process.process.send_signal(signal.SIGUSR1)
        seen = await _written(Path(process.folder) / SAMPLES)
    return _told(seen, figures)


async def _written(file):
    async with asyncio.timeout(PATIENCE):
        while not file.exists():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
    return json.loads(file.read_text(encoding="utf-8"))


def _told(seen, figures):
    """Return the section of what was *seen* while *figures* were measured."""
    own, total = seen["own"], sum(seen["own"].values())
    ours = sum(took for part, took in own.items() if _is_ours(part))
    section = Section("Where the CPU of a start goes")
    goal = Goal("CPU of a start that is in the bot's own lines", unit=" %")
    each = 1e3 * figures.cpu_each
    section.add(goal, 100 * ours / total, f"of {each:.2f} ms, {IN_FLIGHT} in flight")
    head = ["", "in its own lines", "with what these call that is not the bot's"]
    rows = [
        [f"`{part}`" if _is_ours(part) else part, *(_share(one, each) for one in two)]
        for part, two in _rows(own, seen["for"], total)
    ]
    section.lines += [grid(head, rows), "", _spread(seen["each"])]
    return section


def _spread(each):
    """Return the sentence that names the costliest functions, of all that were seen."""
    total = sum(each.values())
    most = sorted(each, key=each.get, reverse=True)[:TOP]
    named = ", ".join(f"{one} {each[one] / total:.1%}" for one in most)
    return f"The costliest of {len(each)} functions, each in its own lines: {named}."


def _rows(own, on_behalf, total):
    """Yield each part with its shares of *total*, the largest first."""
    parts = {*own, *on_behalf}
    shares = {
        one: (own.get(one, 0) / total, on_behalf.get(one, 0) / total) for one in parts
    }
    large = [one for one in parts if max(shares[one]) >= LEAST]
    yield from (
        (one, shares[one]) for one in sorted(large, key=shares.get, reverse=True)
    )
    rest = [shares[one] for one in parts if one not in large]
    yield REST, tuple(map(sum, zip(*rest, strict=True))) if rest else (0.0, 0.0)


def _share(share, each):
    return f"{share:.1%}, {share * each:.2f} ms" if share else ""


def _is_ours(part):
    return part.partition("/")[0] in OURS
