"""Children of this process, each of which tries one thing and is gone.

A child talks line by line through a pipe. Its own output goes nowhere, unless
MUTANTS_LOUD is set.
"""

import os
import select
import signal
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO

TIMES_AS_LONG = 3  # as without a fault, and the test counts as failed …
PATIENCE = 5.0  # … but for so many seconds in any case
IMPORT_SECONDS = 60.0
SURVIVED, KILLED, NOT_MADE = 0, 1, 99

Run = Callable[[IO[str]], int]


def say(out: IO[str], line: str) -> None:
    """Write *line* at once."""
    out.write(f"{line}\n")
    out.flush()


def judged(run: Run, seconds: Mapping[str, float]) -> str:
    """Run tests in a child; return which one failed, "" if none did.

    The child tells the name of each test before it runs it; *seconds* says how long
    each may take.
    """
    last = "importing"

    def told(line: str) -> float:
        nonlocal last
        last = line
        return TIMES_AS_LONG * seconds.get(line, 0.0) + PATIENCE

    result = in_child(run, told, IMPORT_SECONDS)
    if result == NOT_MADE:
        raise LookupError("a mutant could not be put into its function's place")
    return "" if result == SURVIVED else last


def in_child(run: Run, told: Callable[[str], float], patience: float) -> int:
    """Return what *run* returns in a child, or -1 if that crashed or took too long.

    Each line that the child writes is *told*, which says how many seconds the next
    one may take.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_child(run, writing)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as lines:
        waiting = b""
        while select.select([lines], [], [], patience)[0]:
            read = lines.read(65536)
            if not read:
                break
            *whole, waiting = (waiting + read).split(b"\n")
            for line in whole:
                patience = told(line.decode())
        else:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else -1


def _be_child(run: Run, writing: int) -> None:
    result = -1
    try:
        os.setpgid(0, 0)
        if not os.environ.get("MUTANTS_LOUD"):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
        with os.fdopen(writing, "w") as out:
            result = run(out)
    except BaseException:  # noqa: BLE001 - a child has nobody to raise to
        traceback.print_exc()
        result = KILLED
    finally:
        os._exit(result & 0xFF)
