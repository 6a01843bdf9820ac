"""The process under test: started, pinned, measured, ended; on Linux."""

import asyncio
import os
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from bot.sandbox.run import PREFIXES, free_port
from tests.bench.raw import connect

ROOT = Path(__file__).parents[2]
ABSENT = Path(__file__).parent / "absent"  # in the way of what only developers have
SCHED = 2  # CPUCLOCK_SCHED of <linux/posix-timers.h>
PAGE = os.sysconf("SC_PAGE_SIZE")
BOOT = 300.0  # seconds, that a long journal may take
LOOK, MOST_LOOKS = 0.2, 25  # seconds between two looks at a process that comes to rest
READY = (200, 404)  # a peer has no /readyz

# Group policy, one rule; what one person may do a minute is not what is measured.
CONFIG = """\
[[policy.rules]]
name = "on-call"
actions = ["*"]
groups = ["S0ONCALL"]

[policy.limits]
live_relays = 10000000
starts_per_person_a_day = 10000000

[pace]
reads = 1000000
changes = 1000000

[exits]
push = ["push.example.com"]
"""


class Subject:
    """A process under test, that listens on *port*."""

    def __init__(self, process, port, folder, took):
        self.process = process
        self.port = port
        self.folder = folder
        self.took = took  # seconds from its start to its first answer

    def cpu(self):
        """Return the seconds of the processor that it has taken, with all threads.

        To the nanosecond, by its own clock: man 3 clock_getcpuclockid.
        """
        return time.clock_gettime(~self.process.pid << 3 | SCHED)

    async def end(self):
        """End it as it ends by itself: in order."""
        self.process.terminate()
        await self.process.wait()

    async def rests(self):
        """Wait until it takes next to nothing of the processor."""
        for _ in range(MOST_LOOKS):
            before = self.cpu()
            await asyncio.sleep(LOOK)
            if self.cpu() - before <= LOOK / 10:
                return

    def rss(self):
        """Return the bytes of memory that it has in use."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * PAGE


def cores():
    """Return the core for what is tested and the one for the world; or None, None."""
    has = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (has[0], has[1]) if len(has) > 1 else (None, None)


CORES = cores()


def pin():
    """Keep this process, the world, on its core."""
    if CORES[1] is not None:
        os.sched_setaffinity(0, {CORES[1]})


async def printed(module, world, *arguments, tree=None):
    """Run the module *module* beside *world* to its end; return what it prints.

    The bot and the tests that it imports are those of *tree*.

    Raises:
        RuntimeError: it ended with an error, which is what is told.
    """
    world.forget()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        variables = _variables(world, Path(name), 0)
        command = (*_command(module, tree), *arguments)
        process = await _spawned(command, variables, tree, PIPE)
        out, _none = await process.communicate()
        if process.returncode:
            log = (Path(name) / "log").read_text(encoding="utf-8")
            raise RuntimeError(log.strip().rpartition("\n")[2])
        return out.decode()


@asynccontextmanager
async def subject(module, world, *arguments, home=None, tree=None):
    """Run the module *module* between Slack and Tencent of *world* until it answers.

    It has the folder *home*, or one that is thrown away. The bot that it imports is
    that of *tree*.
    """
    world.forget()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, port = Path(home or name), free_port()
        began = perf_counter()
        command = (*_command(module, tree), *arguments)
        variables = _variables(world, folder, port)
        process = await _spawned(command, variables, tree)
        try:
            await _ready(process, port, folder)
            yield Subject(process, port, folder, perf_counter() - began)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


def _command(module, tree):
    """Return what runs *module*: of another *tree* by its path, as that may lack it."""
    if tree is None:
        return ("-m", module)
    return ("-P", str(ROOT / f"{module.replace('.', '/')}.py"))


def _path(tree):
    """Return PYTHONPATH with *tree*, and what is absent, before all that is in it."""
    before = (str(tree), str(ABSENT))
    return os.pathsep.join(filter(None, (*before, os.environ.get("PYTHONPATH"))))


async def _spawned(command, variables, tree, out=None):
    with (Path(variables["BENCH_FOLDER"]) / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            cwd=tree or ROOT,
            env=variables | {"PYTHONPATH": _path(tree or ROOT)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out or log,
            stderr=log,
        )
    if CORES[0] is not None and os.sched_getaffinity(0) == {CORES[1]}:
        os.sched_setaffinity(process.pid, {CORES[0]})
    return process


def _variables(world, folder, port):
    config = folder / "bot.toml"
    config.write_text(CONFIG, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **kept,
        **world.variables,
        "BOT_CONFIG": str(config),
        "BOT_DATABASE_URL": f"sqlite:///{folder}/patchbay.db",
        "BOT_PORT": str(port),
        "BENCH_FOLDER": str(folder),
    }


async def _ready(process, port, folder):
    asking = b"GET /readyz HTTP/1.1\r\nHost: bot\r\nContent-Length: 0\r\n\r\n"
    end = perf_counter() + BOOT
    while perf_counter() < end and process.returncode is None:
        try:
            line = await connect(port)
        except OSError:
            await asyncio.sleep(0.002)
            continue
        status, _body = await line.ask(asking)
        line.close()
        if status in READY:
            return
        await asyncio.sleep(0.002)
    raise RuntimeError((folder / "log").read_text(encoding="utf-8")[-4000:])
