"""The walk of one command through the files of the bot, counted.

`python -m tests.tools.walk [--root DIR] [--check] [--list]` builds a whole bot between
a loopback Slack (over HTTP, signed) and a loopback Tencent, profiles every thread, and
lets somebody type LINE once. It counts what is entered of `bot/` (without the sandbox)
and `commands/`, from the POST until the card is in the channel.

An entry is a call of a function, of a comprehension or a lambda, too; not what
dataclasses and pydantic generate, the body of a module or class, or a coroutine that
goes on after an await. A pair of caller and callee counts once in a stretch (in the
writer thread once in a commit), so that a loop is as long as its body. The caller is
the next function of the bot up the stack. An entry belongs to the stretch of the
writer if it is not in the main thread, else by the file of its task's outermost
function: see TASKS.

files       distinct files
functions   distinct code objects that were entered
moves       entries in another file than the entry before, within one stretch
returns     those moves that lead to a file which the stretch had been in before

The row *all* is the stretches one after the other, in the order printed: distinct
files and functions of them together, moves also from stretch to stretch.

With --check the exit code is 1 if *all* exceeds GOALS.
"""

import argparse
import asyncio
import dis
import inspect
import os
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager
from functools import cache
from pathlib import Path

LINE = "/relay start 7 url=rtmp://a.example.com/b/c --go"
GOALS = {"files": 60, "functions": 250, "moves": 200, "returns": 120}
STRETCHES = ("request to ack", "executor to outcome", "journal's writer", "delivery")
REQUEST, EXECUTOR, WRITER, DELIVERY = STRETCHES
TASKS = {
    "bot/operations/delivery.py": DELIVERY,
    "bot/operations/executor.py": EXECUTOR,
}
WRAPPERS = {"bot/runtime/tasks.py"}
THREAD_AND_COMMIT = 2  # functions on the stack of the writer thread: its loop, a commit
HERE = Path(__file__).parents[2]


class Recorder:
    """Keeps the code objects entered, by stretch, while it is on."""

    def __init__(self, root):
        self.entries = {name: [] for name in STRETCHES}
        self._pairs = {name: set() for name in STRETCHES}
        self._root = f"{root}{os.sep}"
        self._main = threading.get_ident()
        self._on = False

    def profile(self, frame, event, _arg):
        """Take one event of `sys.setprofile`."""
        if self._on and event == "call" and self._is_entry(frame):
            callers = list(self._callers(frame))
            stretch = self._stretch(callers)
            pair = tuple(map(id, callers[:2]))
            if stretch == WRITER and len(callers) <= THREAD_AND_COMMIT:
                self._pairs[WRITER].clear()
            if pair not in self._pairs[stretch]:
                self._pairs[stretch].add(pair)
                self.entries[stretch].append(frame.f_code)

    @contextmanager
    def recording(self):
        """Keep what is entered inside."""
        self._on = True
        try:
            yield
        finally:
            self._on = False

    def _is_entry(self, frame):
        code = frame.f_code
        return (
            ours(code.co_filename, self._root)
            and code.co_flags & inspect.CO_NEWLOCALS  # no body of a module or class
            and frame.f_lasti <= first_step(code)
        )

    def _callers(self, frame):
        while frame:
            if ours(frame.f_code.co_filename, self._root):
                yield frame.f_code
            frame = frame.f_back

    def _stretch(self, callers):
        if threading.get_ident() != self._main:
            return WRITER
        files = (code.co_filename.removeprefix(self._root) for code in callers[::-1])
        outermost = next((file for file in files if file not in WRAPPERS), "")
        return TASKS.get(outermost, REQUEST)


@cache
def ours(filename, root):
    """Say whether the file is one that ships with the bot."""
    inside = filename.removeprefix(root)
    return (
        inside != filename
        and inside.startswith(("bot/", "commands/"))
        and not inside.startswith("bot/sandbox/")
    )


@cache
def first_step(code):
    """Return the offset at which a frame of *code* begins; later ones go on."""
    steps = dis.get_instructions(code)
    return next((one.offset for one in steps if one.opname == "RESUME"), 0)


def figures(entries):
    """Return what there is to count of a sequence of code objects."""
    seen, here, moves, returns = set(), None, 0, 0
    for code in entries:
        if here is not None and code.co_filename != here:
            moves += 1
            returns += code.co_filename in seen
        here = code.co_filename
        seen.add(here)
    return {
        "files": len(seen),
        "functions": len(set(map(id, entries))),  # equal code may stand in two files
        "moves": moves,
        "returns": returns,
        "entries": len(entries),
    }


@contextmanager
def profiled(recorder):
    """Profile this thread, and every one begun inside."""
    threading.setprofile(recorder.profile)
    sys.setprofile(recorder.profile)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def report(recorder, goals=GOALS):
    """Return the table as lines of text."""
    names = [*goals, "entries"]
    yield f"{'':22}" + "".join(f"{name:>11}" for name in names)
    rows = {name: figures(codes) for name, codes in recorder.entries.items()}
    for name, row in {**rows, "all": total(recorder)}.items():
        yield f"{name:22}" + "".join(f"{row[one]:>11}" for one in names)
    yield f"{'goal':22}" + "".join(f"{goals[name]:>11}" for name in goals)


def total(recorder):
    """Return the figures of all stretches, one after the other."""
    return figures([code for codes in recorder.entries.values() for code in codes])


def busiest(recorder, root):
    """Return, by stretch, how often each file was entered: lines of text."""
    for name, codes in recorder.entries.items():
        yield f"\n{name}"
        files = Counter(os.path.relpath(code.co_filename, root) for code in codes)
        yield from (f"{count:>6}  {file}" for file, count in files.most_common())


def main(arguments=None):
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, default=HERE)
    parser.add_argument("--check", action="store_true", help="fail above the goals")
    parser.add_argument("--list", action="store_true", help="entries by file, too")
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    sys.path.insert(0, str(root))
    from tests.tools.drive import drive  # noqa: PLC0415 - only now is its bot found

    recorder = Recorder(root)
    with tempfile.TemporaryDirectory() as directory, profiled(recorder):
        asyncio.run(drive(directory, LINE, recorder.recording))
    lines = [*report(recorder), *(busiest(recorder, root) if options.list else ())]
    sys.stdout.write("\n".join(lines) + "\n")
    over = [name for name, most in GOALS.items() if total(recorder)[name] > most]
    return 1 if options.check and over else 0


if __name__ == "__main__":
    sys.exit(main())
