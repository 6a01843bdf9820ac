"""The bot with fail-points at its database: `python -m tests.trials.crash_bot`.

`CRASH_AT=journal.commit:3` ends the process, as kill -9 would, right before the third
commit. Nothing of the bot is changed: SQLAlchemy tells of what the writer does.
"""

import os
import signal
import sys
import threading

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from bot.__main__ import main

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


def arm(point):
    """Listen to what the journal's writer does."""
    event.listen(Engine, "begin", lambda *_a: point.passed("journal.begin"))
    event.listen(Engine, "commit", lambda *_a: point.passed("journal.commit"))
    event.listen(
        Engine, "before_cursor_execute", lambda *_a: point.passed("journal.execute")
    )
    event.listen(Pool, "checkin", lambda *_a: point.passed("journal.committed"))


if __name__ == "__main__":
    wanted, _colon, count = os.environ.pop("CRASH_AT", "").partition(":")
    if wanted in POINTS:
        arm(FailPoint(wanted, int(count)))
    sys.exit(main(["run"]))
