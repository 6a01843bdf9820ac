"""Bad input for the whole bot: `python -m tests.trials.fuzz [part of a class's name]`.

SEED=… repeats a run, SHARE=0.1 makes a tenth of the cases. Each class prints how many
cases it had, how long they took, the slowest, and the smallest example of each fault.
The exit code is 1 if there was a fault.
"""

import asyncio
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bot.journal.machine import Machine
from tests.trials import (
    fuzz_answers,
    fuzz_config,
    fuzz_forms,
    fuzz_http,
    fuzz_laws,
    fuzz_shapes,
    fuzz_urls,
    fuzz_words,
)
from tests.trials.fuzz_front import CALLBACK_KEY, Front, heard, make_front
from tests.trials.fuzz_kit import Case, Result, run, write
from tests.trials.rawhttp import Lines

MEMORY = Path("/dev/shm")  # noqa: S108 - journals here are not waited for a disk


def fast_folder(stack: AsyncExitStack) -> Path:
    """Return a folder, in memory where there is such a place, until *stack* closes."""
    within = MEMORY if MEMORY.is_dir() else None
    made = tempfile.TemporaryDirectory(dir=within)
    return Path(stack.enter_context(made))


async def all_cases(stack: AsyncExitStack, folder: Path) -> tuple[list[Case], Front]:
    """Build the bots that the classes need, and return the classes."""
    logs = heard(stack)
    for name in ("open", "strict", "config"):
        (folder / name).mkdir()
    front = await make_front(stack, folder / "open", logs)
    strict = await make_front(stack, folder / "strict", logs, fuzz_urls.POLICY)
    lines = Lines(f"http://127.0.0.1:{front.port}", keep=False)
    stack.callback(lines.close)
    routes = [
        fuzz_http.slack_route(front),
        fuzz_http.callback_route("live-main", CALLBACK_KEY),
    ]
    cases = [
        *fuzz_laws.cases(),
        *fuzz_words.cases(front),
        *fuzz_forms.cases(front, fuzz_forms.Forms(front)),
        *fuzz_answers.cases(front),
        *fuzz_http.cases(front, lines, routes),
        *fuzz_urls.cases(strict),
        *fuzz_config.cases(folder / "config"),
        *fuzz_shapes.cases(front),
    ]
    return cases, front


def walk(runs: int, steps: int = 50) -> int:
    """Walk the journal at random, *runs* times *steps*; return 1 if that failed."""
    began = time.monotonic()
    limits = settings(max_examples=runs, stateful_step_count=steps, deadline=None)
    try:
        run_state_machine_as_test(Machine, settings=limits)
    except AssertionError as error:
        write(f"the journal at random: {error!r}")
        return 1
    took = time.monotonic() - began
    write(f"the journal at random: {runs} runs of {steps} steps in {took:.0f} s, ok")
    return 0


async def main(wanted: list[str]) -> int:
    """Run the classes that have a word of *wanted* in their name; all without one."""
    seed = int(os.environ.get("SEED") or secrets.randbelow(10**6))
    share = float(os.environ.get("SHARE", "1"))
    write(f"SEED={seed}")
    results: list[Result] = []
    async with AsyncExitStack() as stack:
        cases, front = await all_cases(stack, fast_folder(stack))
        for case in cases:
            if wanted and not any(word in case.name for word in wanted):
                continue
            results.append(await run(case, max(int(case.count * share), 1), seed))
            write(results[-1])
            told = Counter(front.incidents)
            front.incidents.clear()
            for why, times in told.most_common(5):
                write(f"    counted only: {times} × {why}")
    failed = sum(result.failed for result in results)
    if not wanted:
        failed += await asyncio.to_thread(walk, int(500 * share) or 1)
    write(f"{sum(r.count for r in results)} cases, {failed} failed, SEED={seed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
