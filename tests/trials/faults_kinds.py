"""What a fault is, and what a trial of one tells."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

QUICK, SLOW, CHILD = "quick", "slow", "child"  # < 1 s; mostly waits; a whole process


@dataclass(frozen=True, slots=True)
class Told:
    """How a trial ended: the word of the start, and of the read; figures if any."""

    start: str
    read: str = "–"
    figures: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One fault, tried alone. *run* gets a folder and the haste of deadlines.

    *throttle* says what it costs. *alone*: it measures or limits the whole
    process, so nothing else may run meanwhile. *mounts*: it needs a disk of its own,
    and so the right to mount one. *later* says what has to be there
    first.
    """

    id: str
    what: str
    run: Callable[..., Awaitable[Told]] | None = None
    throttle: str = QUICK
    alone: bool = False
    mounts: bool = False
    later: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault that can meet another one. *arm* puts it in force on a bench.

    *arm* returns a coroutine function that takes it away again. *words* are those of a
    start that meets it alone; *again*: a start may be sent once more after it, and
    then ends as the next road has it. *road*: it is one, rather than something at
    Slack, the journal, the clock or in the bot itself.
    """

    id: str
    what: str
    arm: Callable[..., Awaitable[Any]]
    words: str = "S"
    again: bool = False
    road: bool = False
