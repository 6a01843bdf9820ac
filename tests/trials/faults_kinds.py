"""The faults F01 to F40: what each is called, and how it is tried.

`TRIALS` try one fault alone, `TROUBLES` put one in force so that it can meet another.
Both are filled by the decorators, when the files of the faults are imported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

TRIALS: list["Trial"] = []
TROUBLES: list["Trouble"] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One fault, tried alone: *run* gets a folder and the haste of deadlines.

    *slow*: it takes more than a second, or measures the whole process. *mounts*: it
    needs the right to mount a disk. *later* says what has to be there first.
    """

    id: str
    what: str
    run: Callable[..., Any] | None = None
    slow: bool = False
    mounts: bool = False
    later: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault that can meet another one. *arm* puts it in force on a bench.

    *words* are those of a start that meets it alone; *again*: a start may be sent once
    more after it, and then ends as the next road has it. *road*: it is one, rather
    than something at Slack, the journal, the clock or in the bot itself.
    """

    id: str
    what: str
    arm: Callable[..., Any]
    words: str = "S"
    again: bool = False
    road: bool = False


def _registers(kinds: list[Any], kind: Callable[..., Any], field: str) -> Any:
    def register(number: str, what: str, *args: Any, **more: Any) -> Any:
        def add(act: Callable[..., Any]) -> Callable[..., Any]:
            more[field] = partial(act, *args)
            kinds.append(kind(id=number, what=what, **more))
            return act

        return add

    return register


# @fault("F01", "what happens", *args, …) registers a trial, whose first arguments are
# *args*; @trouble(…) what puts a fault in force.
fault = _registers(TRIALS, Trial, "run")
trouble = _registers(TROUBLES, Trouble, "arm")


for number, reason in {
    "F28": "two replicas at once",
    "F31": "PostgreSQL away",
    "F32": "Redis away",
    "F35": "SIGSTOP 90 s, and a peer takes over",
}.items():
    TRIALS.append(Trial(id=number, what=reason, later="needs replicas"))
