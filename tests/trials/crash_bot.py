"""The bot with fail-points at its database: `python -m tests.trials.crash_bot`.

`CRASH_AT=journal.commit:3` ends the process, as kill -9 would, right before the third
commit. Nothing of the bot is changed: Python's driver tells of what the writer does.
"""

import os
import signal
import sys
import threading

from bot.__main__ import main
from tests.fakes.sqlite import heard

POINTS = ("journal.begin", "journal.execute", "journal.commit", "journal.committed")


class FailPoint:
    """Kills this process at the *number*-th time that *name* is passed."""

    def __init__(self, name, number):
        self.name = name
        self.left = number

    def passed(self, name):
        if threading.current_thread().name != "journal" or name != self.name:
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


PASSED = {"BEGIN IMMEDIATE": "journal.begin", "COMMIT": "journal.commit"}


def arm(point):
    """Return a listener to what the journal's writer does; a commit is told twice."""
    committing = False

    def listen(_connection, statement, _parameters):
        nonlocal committing
        if committing:
            point.passed("journal.committed")
        point.passed(PASSED.get(statement, "journal.execute"))
        committing = statement == "COMMIT"

    return listen


if __name__ == "__main__":
    wanted, _colon, count = os.environ.pop("CRASH_AT", "").partition(":")
    with heard() as driver:
        if wanted in POINTS:
            driver.listeners.append(arm(FailPoint(wanted, int(count))))
        sys.exit(main(["run"]))
