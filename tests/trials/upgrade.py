"""The release before works on the tables of now: `make upgrade-trial AT=v0.4.0`.

Its wheel is built from that commit. The tables are made by the code of now, on a file
and on a PostgreSQL; then that wheel, in a process of its own, goes through all that a
journal can do, as its own tests do.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.postgres import server, why_not

TOP = Path(__file__).parents[2]
KEYS = {"BOT_SEAL_KEY": "k" * 32, "BOT_AUDIT_KEY": "a" * 32}
MADE = "import sys; from bot.__main__ import main; sys.exit(main(['migrate']))"
TOURED = """
import asyncio, itertools, sys
import bot
from bot.journal.migrate import newest
from tests.bot.journal.conftest import new_intent
from tests.bot.journal.tour import Tour
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened

class Asks(Tour):
    async def ask(self, name, *args, **kwargs):
        if name == "rotation.add_key" and sys.argv[1].startswith("postgresql"):
            return None  # there the keys are the operator's to change
        return await super().ask(name, *args, **kwargs)

async def go():
    clock, numbers = FakeClock(), itertools.count()
    journal = await opened(sys.argv[1], clock)
    tour = Asks(journal, lambda **of: new_intent(clock(), next(numbers), **of), clock)
    try:
        await tour.go()
    finally:
        journal.close()
    return f"{bot.__file__}: {len(tour.asked)} methods, its tables are {newest()}"

print(asyncio.run(go()))
"""


def run(*words, **how):
    """Run *words*, and return what it said; what goes wrong is shown, and ends this."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, **how)  # noqa: S603 - our own words
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise SystemExit(f"broken: {' '.join(last)}")
    return done.stdout.strip()


def say(line):
    sys.stdout.write(f"{line}\n")


def built(commit, folder):
    """Build the wheel of *commit*; return its folder, and that of its tests."""
    source, wheel = folder / "source", folder / "wheel"
    source.mkdir()
    run("git", "archive", "-o", str(folder / "s.tar"), commit, cwd=TOP)
    run("tar", "-xf", str(folder / "s.tar"), "-C", str(source))
    pip = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps")
    run(*pip, "-w", str(folder), ".", cwd=source)
    (made,) = folder.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        archive.extractall(wheel)
    return wheel, source


def tried(url, wheel, source):
    """Let the code of now make the tables at *url*, and the *wheel* work on them."""
    bare = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BOT_", "SLACK_", "TENCENT"))
    }
    now = {**bare, "PYTHONPATH": str(TOP), "BOT_DATABASE_URL": url, **KEYS}
    of_file = url.startswith("sqlite")
    if of_file:
        now = {name: value for name, value in now.items() if name not in KEYS}
    folder = wheel.parent / "var"
    folder.mkdir(mode=0o700, exist_ok=True)
    say(run(sys.executable, "-c", MADE, env=now, cwd=folder))
    before = {**bare, "PYTHONPATH": f"{wheel}{os.pathsep}{source}"}
    script = wheel.parent / "toured.py"
    script.write_text(TOURED)
    toured = run(sys.executable, str(script), url, env=before, cwd=folder)
    say(toured.splitlines()[-1])


def main(commit):
    """Try the wheel of *commit*, on each database that there is."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        wheel, source = built(commit, folder)
        tried(f"sqlite:///{folder}/var/p.db", wheel, source)
        if reason := why_not():
            say(f"not on PostgreSQL: {reason}")
            return
        with server() as one:
            tried(one.database(), wheel, source)


if __name__ == "__main__":
    main(sys.argv[1])
