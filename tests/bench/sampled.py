"""The bot of `tests.bench.ours`, looked at while it works: `… tests.bench.sampled`.

From one SIGUSR1 to the next it looks what each thread is at, once a millisecond of the
processor's time; then it writes into the file SAMPLES how many seconds went where. What
is written in C, as SQLite is, is charged to the line of Python that called it.
"""

import json
import os
import signal
import sys
import sysconfig
import threading
import time
from collections import Counter
from pathlib import Path

from tests.bench.ours import main

SAMPLES = "samples.json"  # in BENCH_FOLDER
EVERY = 0.001  # seconds of the processor
ROOT = Path(__file__).parents[2]
LIBRARIES, STANDARD = map(sysconfig.get_path, ("purelib", "stdlib"))
ELSEWHERE, LOOKS = "Python", "tests"
OURS = ("bot", "commands")


class Sampler:
    """Notes where the time of the processor goes, of all threads."""

    def __init__(self, file):
        self._file = file
        self._own, self._for = Counter(), Counter()  # part of the code → seconds
        self._each = Counter()  # function → seconds
        self._before = None

    def turn(self, *_signal):
        """Begin, or end and write what was seen."""
        if self._before is None:
            self._before = _clocks()
            signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
            return
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._before = None
        seen = {"own": self._own, "for": self._for, "each": self._each}
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(seen), encoding="utf-8")
        part.replace(self._file)

    def look(self, _signal, frame):
        """Charge what each thread took since the last look to what it is at."""
        if self._before is None:
            return
        now, frames = _clocks(), sys._current_frames()
        frames[threading.get_ident()] = frame  # and not this one
        for thread, seconds in now.items():
            took = seconds - self._before.get(thread, seconds)
            if took > 0 and thread in frames:
                self._charge(frames[thread], took)
        self._before = now

    def _charge(self, frame, took):
        code = frame.f_code
        own = part = _part(code.co_filename)
        if own == LOOKS:
            return
        self._each[f"`{code.co_qualname}` ({own})"] += took
        while not part.startswith(OURS) and (frame := frame.f_back):
            part = _part(frame.f_code.co_filename)
        self._own[own] += took
        self._for[part if part.startswith(OURS) else ELSEWHERE] += took


def _clocks():
    """Return the seconds of the processor that each thread has taken."""
    threads = (one.ident for one in threading.enumerate())
    return {one: time.clock_gettime(time.pthread_getcpuclockid(one)) for one in threads}


def _part(file):
    """Return the package that *file* is of; of the bot the one within."""
    for top in (LIBRARIES, ROOT):  # which may be within it
        if file.startswith(f"{top}{os.sep}"):
            path = Path(file).relative_to(top).parts
            depth = 2 if path[0] == "bot" and len(path) > 2 else 1
            return "/".join(path[:depth]).removesuffix(".py")
    name = (
        Path(file).relative_to(STANDARD).parts[0] if file.startswith(STANDARD) else ""
    )
    return "asyncio" if name == "asyncio" else ELSEWHERE


if __name__ == "__main__":
    SAMPLER = Sampler(Path(os.environ["BENCH_FOLDER"]) / SAMPLES)
    signal.signal(signal.SIGPROF, SAMPLER.look)
    signal.signal(signal.SIGUSR1, SAMPLER.turn)
    sys.exit(main())
