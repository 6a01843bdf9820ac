"""Plays histories and lets the judge look at them: one, a scene, or thousands.

A history is a folder while it plays. The journal of the bot's first life is a copy of
an empty one, which is made once: bringing a file up to date takes longer than a life.
"""

import json
import os
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import structlog

from tests.trials.truth import (  # noqa: F401 - they register their scenes
    scenes_alerts,
    scenes_day,
    scenes_rooms,
)
from tests.trials.truth.birth import born
from tests.trials.truth.histories import drawn
from tests.trials.truth.judge.reading import words
from tests.trials.truth.judge.verdict import UNREAD, judge
from tests.trials.truth.scenes import SCENES
from tests.trials.truth.stage import play
from tests.trials.truth.troubles import alerts_of

MEMORY = Path("/dev/shm")  # noqa: S108 - a disk would be waited for
FIRST = "life1"
CHUNK = 10  # histories that a process takes at once


def folder():
    """Return a folder in memory, if there is some, which goes when it is left."""
    place = MEMORY if MEMORY.is_dir() else None
    return tempfile.TemporaryDirectory(prefix="truth", dir=place)


@cache
def _template():
    """Return the folder of an empty journal, kept as long as this process."""
    kept = folder()
    home = Path(kept.name)

    async def begin(stage):
        await stage.start()
        await stage.kill()

    play(begin, home, "template", born)
    return kept, home / FIRST


@dataclass
class Found:
    """What one history came to."""

    name: str
    record: list
    verdict: object

    @property
    def faults(self):
        return self.verdict.faults


def played(history, seed, name="", *, anew=False, **stage):
    """Play *history*, on a journal *anew* or a copy; return what the judge finds."""
    with quiet(), folder() as place:
        home = Path(place)
        template = None if anew else _template()[1]
        record = play(history, home, seed, born, template=template, **stage)
        lives = sorted(home.glob("life*"), key=lambda one: int(one.name[4:]))
        verdict = judge(record, words(), lives[-1] / "patchbay.db")
    return Found(name or f"SEED={seed}", record, verdict)


def played_scene(name, *, anew=False):
    """Play the scene *name*; *anew*: its first relay is R1."""
    history, stage = SCENES[name]
    return played(history, name, name, anew=anew, **stage)


@cache
def scene(name):
    """Return what the scene *name* came to; however many ask, it is played once."""
    return played_scene(name)


def played_by_chance(seed):
    """Play the history that *seed* draws."""
    return played(drawn, seed, alerts=alerts_of(seed))


class quiet:  # noqa: N801 - used as a word
    """Keeps the bot's log to itself meanwhile."""

    def __enter__(self):
        self._kept = structlog.get_config()
        structlog.configure(processors=[_drop], cache_logger_on_first_use=False)

    def __exit__(self, *_error):
        structlog.configure(**self._kept)


def _drop(_logger, _name, _event):
    raise structlog.DropEvent


@dataclass
class Sum:
    """What many histories came to."""

    histories: int = 0
    statements: int = 0
    faults: Counter = field(default_factory=Counter)
    examples: dict = field(default_factory=dict)

    def add(self, found):
        self.histories += 1
        self.statements += found.verdict.statements
        for fault in found.faults:
            self.faults[fault.fault] += 1
            key = fault.line if fault.fault == UNREAD else _shape(fault.why)
            kind = (fault.fault, key)
            example = (found.name, fault.t, fault.line or fault.why)
            self.examples.setdefault(kind, [0, *example])[0] += 1

    def merge(self, other):
        self.histories += other.histories
        self.statements += other.statements
        self.faults += other.faults
        for kind, example in other.examples.items():
            if kind in self.examples:
                self.examples[kind][0] += example[0]
            else:
                self.examples[kind] = example

    def told(self):
        """Return the sum as lines, the commonest faults first."""
        counts = json.dumps(dict(self.faults))
        yield f"{self.histories} histories, {self.statements} statements: {counts}"
        ranked = sorted(self.examples.items(), key=lambda one: -one[1][0])
        for (fault, why), (times, name, at, line) in ranked:
            yield f"{times:6} {fault}: {why} — {name} at {at:.1f} s: “{line[:110]}”"


def some(seeds):
    """Play the histories of *seeds*; return what they come to."""
    total = Sum()
    for seed in seeds:
        try:
            total.add(played_by_chance(seed))
        except Exception as error:
            raise RuntimeError(f"SEED={seed} cannot be played") from error
    return total


def many(first, histories):
    """Play *histories* from seed *first* on, on all cores."""
    total = Sum()
    seeds = range(first, first + histories)
    chunks = [seeds[n : n + CHUNK] for n in range(0, histories, CHUNK)]
    processes = int(os.environ.get("PROCESSES") or os.cpu_count() or 1)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for part in pool.map(some, chunks):
            total.merge(part)
    return total


def _shape(why):
    """Return *why* without the numbers and names that make it one of a kind."""
    return "".join("#" if c.isdigit() else c for c in why)[:90]


def save(record, file):
    """Write *record* to *file*, for the judge as a process of its own."""
    file.write_text(json.dumps(record, ensure_ascii=False, default=str))
