"""`make chaos`: several replicas on one PostgreSQL, and everything that may go wrong.

ROW=name runs one row, MINUTES (1), RATE (20), ROUNDS (200) and SECONDS (5,59) say how
long and how much; SEED repeats what is drawn. AT=commit runs the races on the code of
that commit, BEFORE=commit is the release that an upgrade comes from. KEEP=folder has
the records and logs afterwards, WRITE=1 puts the results into docs/promises.md. Ends
with 1 if a row fails; with AT=, if none does.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tests.servers.postgres import server, why_not
from tests.trials.chaos import table
from tests.trials.chaos.databases import promotes, restores
from tests.trials.chaos.races import races
from tests.trials.chaos.rows import (
    Trial,
    boots,
    clocks,
    commits,
    cuts,
    freezes,
    kills,
    restarts,
    sockets,
    upgrades,
)
from tests.trials.chaos.stage import TOP

ROWS = (
    races,
    kills,
    sockets,
    freezes,
    cuts,
    commits,
    restarts,
    promotes,
    clocks,
    upgrades,
    boots,
    restores,
)
DURABLE = {"fsync": "on", "synchronous_commit": "on", "wal_level": "replica"}


@contextmanager
def checked_out(commit):
    """Yield the folder of the code of *commit*; of none, the code that is here."""
    if not commit:
        yield TOP
        return
    with tempfile.TemporaryDirectory(prefix=f"at-{commit[:7]}-") as folder:
        tree = Path(folder) / "tree"
        git = ("git", "-C", str(TOP), "worktree")
        added = (*git, "add", "-q", "--detach", str(tree), commit)
        subprocess.run(added, check=True)  # noqa: S603 - what the caller names
        if (tree / "bot/catalogues.py").exists():  # what it makes is not kept
            made = (sys.executable, "-m", "bot.catalogues")
            subprocess.run(made, check=True, cwd=tree)  # noqa: S603 - our own words
        try:
            yield tree
        finally:
            removed = (*git, "remove", "--force", str(tree))
            subprocess.run(removed, check=True)  # noqa: S603 - as above


async def results(trial, rows):
    """Run *rows*; print each result as it comes, and return all."""
    found = []
    for row in rows:
        began = time.monotonic()
        async for label, verdict in row(trial):
            took = time.monotonic() - began
            found.append(table.Result(row.__name__, label, verdict))
            sys.stdout.write(f"{found[-1]} ({took:.0f} s)\n")
            sys.stdout.flush()
            began = time.monotonic()
    return found


def main(environ):
    """Run what *environ* asks for; return the exit code."""
    if reason := why_not():
        sys.stdout.write(f"skipped: {reason}\n")
        return 0
    wanted, at = environ.get("ROW", ""), environ.get("AT", "")
    usual = (races,) if at else ROWS
    rows = [one for one in ROWS if one.__name__ == wanted] if wanted else usual
    if not rows:
        names = ", ".join(one.__name__ for one in ROWS)
        sys.stdout.write(f"ROW is one of {names}\n")
        return 2
    seed = int(environ.get("SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"SEED={seed}\n")
    with (
        server(**DURABLE) as one,
        checked_out(at) as tree,
        checked_out(environ.get("BEFORE", "")) as before,
    ):
        trial = Trial(
            one,
            tree=tree,
            before=before,
            minutes=float(environ.get("MINUTES") or 1),
            rate=float(environ.get("RATE") or 20),
            rounds=int(environ.get("ROUNDS") or 200),
            seed=seed,
            keep=Path(environ["KEEP"]) if environ.get("KEEP") else None,
            seconds=tuple(map(float, environ.get("SECONDS", "").split(",")))
            if environ.get("SECONDS")
            else (),
        )
        found = asyncio.run(results(trial, rows))
    if environ.get("WRITE"):
        table.write(found, seed)
    faulty = [one for one in found if one.faults]
    return int(not faulty if at else bool(faulty))


if __name__ == "__main__":
    sys.exit(main(os.environ))
