"""`python -m bot sandbox`: the real bot between a Slack and a Tencent on loopback.

The bot is a process of its own, started as anybody would start it, with variables
that point at the two. So what is tried here is what runs elsewhere.
"""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.console import Console, Panel
from bot.sandbox.console.cloudlog import CloudLog, MovableClock
from bot.sandbox.knobs import BotKnobs, CloudKnobs
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.terminal.metacommands import MetaCommand
from bot.sandbox.slack.terminal.repl import repl
from bot.sandbox.slack.terminal.script import play

PREFIXES = ("SLACK_", "TENCENTCLOUD_", "BOT_")  # variables that the bot reads
START_ATTEMPTS = 6  # of 10 s each, for a machine that is busy with other things
COMMANDS = ("/relay", "/car", "/gs", "/lookup", "/patchbay")

WELCOME = """\
Patchbay sandbox: nothing here is real, and nothing costs money.
You are ana in #ops. Type a command as you would in Slack:

  /patchbay                      what there is
  /relay start                   a form; answer its questions, Enter keeps what is shown
  /lookup FailedOperation        what an error means
  :cloud fail start timeout      let the next start go wrong, then try one
  :help                          everything else, :quit

Or with windows and buttons, in a browser on this machine: {address}
"""


class Bot:
    """The bot's process. *environment* is all that it is told; it logs to *log*."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)}
        self._environment = kept | environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process's number while it runs, else None."""
        runs = self._process and self._process.returncode is None
        return self._process.pid if self._process and runs else None

    async def start(self) -> None:
        """Start it, unless it runs."""
        if self.pid is not None:
            return
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End it as *sign* does, and wait until it has ended."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(sign)
            await self._process.wait()

    async def kill(self) -> None:
        """End it as a crash would."""
        await self.stop(signal.SIGKILL)


async def run(script: str | None) -> int:
    """Run the sandbox: play the file *script*, or talk on the terminal.

    Both share their Slack with the web console, for as long as they last.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log, clock = CloudLog(), MovableClock()
        cloud = LoopbackCloud(clock=clock, middlewares=[log.middleware()])
        await cloud.start()
        stack.push_async_callback(cloud.close)
        port = free_port()
        cloud.call_back(f"http://127.0.0.1:{port}/tencent/callbacks/default")
        slack = await stack.enter_async_context(LoopbackSlack(commands=COMMANDS))
        slack.space.feed.also_busy.append(lambda: cloud.under_way > 0)
        bot = Bot(_environment(slack, cloud, folder, port), folder / "bot.log")
        start = _starter(bot, slack)
        panel = Panel(
            cloud=cloud,
            bot=bot,
            start=start,
            connections=lambda: slack.sockets.connections,
            space=slack.space,
            log=log,
            clock=clock,
        )
        console = Console(slack.client, panel, commands=COMMANDS)
        await stack.enter_async_context(console)
        await start()
        stack.push_async_callback(bot.stop)
        if not slack.sockets.connections:
            sys.stderr.write((folder / "bot.log").read_text(encoding="utf-8"))
            return 1
        knobs: dict[str, MetaCommand] = {
            "cloud": CloudKnobs(cloud),
            "bot": BotKnobs(bot.kill, start),
        }
        return await _play(slack, script, knobs, console.address)


async def _play(
    slack: LoopbackSlack,
    script: str | None,
    knobs: dict[str, MetaCommand],
    address: str,
) -> int:
    if script:
        lines = _lines(script)
        return await play(slack.client, lines, _print, mask=True, commands=knobs)
    _print(WELCOME.format(address=address))
    await repl(slack.client, sys.stdin, sys.stdout, commands=knobs)
    return 0


def _lines(script: str) -> list[str]:
    return Path(script).read_text(encoding="utf-8").splitlines()


def _environment(
    slack: LoopbackSlack, cloud: LoopbackCloud, folder: Path, port: int
) -> dict[str, str]:
    config = folder / "bot.toml"
    config.touch()
    return {
        **slack.environment(),
        **cloud.environment,
        # a `.env` and a bot.toml beside it are for the real bot
        "PYTHON_DOTENV_DISABLED": "1",
        "BOT_CONFIG": str(config),
        "BOT_DATABASE_URL": f"sqlite:///{folder}/patchbay.db",
        "BOT_PORT": str(port),
        "BOT_ALLOW_ALL": "true",
    }


def free_port() -> int:
    """Return a loopback port that nobody listens on: the bot keeps it for all lives."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _starter(bot: Bot, slack: LoopbackSlack) -> Callable[[], Awaitable[None]]:
    async def start() -> None:
        """Start the bot and wait until it hears, or has given up."""
        await bot.start()
        for _attempt in range(START_ATTEMPTS):
            if bot.pid is None or await slack.sockets.connected():
                return

    return start


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
