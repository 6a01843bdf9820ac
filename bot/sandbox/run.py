"""`python -m bot sandbox`: the real bot between a Slack and a Tencent on loopback.

The bot is a process of its own, started as anybody would start it, with variables
that point at the two. So what is tried here is what runs elsewhere.
"""

import asyncio
import os
import secrets
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TextIO

from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.console import Console, Panel
from bot.sandbox.console.cloudlog import CloudLog, MovableClock
from bot.sandbox.knobs import BotKnobs, CloudKnobs
from bot.sandbox.slack.loopback import LoopbackSlack
from bot.sandbox.slack.terminal.metacommands import MetaCommand
from bot.sandbox.slack.terminal.repl import repl
from bot.sandbox.slack.terminal.script import play

PREFIXES = ("SLACK_", "TENCENTCLOUD_", "BOT_")  # variables that the bot reads
WATCHED = ("BOT_METRICS_HOST", "BOT_METRICS_PORT")  # which it is told all the same
START_ATTEMPTS = 6  # of 10 s each, for a machine that is busy with other things
NEVER_GIVEN = range(20_000, 32_768)  # ports: callers get those above, by default
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
TAKEN = "Port {port} is taken, so the console has another (BOT_SANDBOX_PORT, --port)."
NO_TERMINAL = """\
There is no terminal to type at. The console is at {address}
It is served until SIGINT or SIGTERM (Ctrl-C, kill) comes."""
# Whoever tries things out asks faster than a bot lets one person ask.
# Nobody waits to be let in; somebody is on call; and there is something to be approved
# by a second person.
PLAYED = """
[pace]
reads = 1000
changes = 1000

[live]
seconds = 1

[alerts]
channel = "C0OPS"
group = "S0ONCALL"
still = true

[[policy.second]]
name = "many at once"
actions = ["relay.stop"]
stops_above = 4
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


async def run(script: str | None, *, port: int = 0, browse: bool = False) -> int:
    """Run the sandbox: play the file *script*, or talk on the terminal.

    Both share their Slack with the web console, for as long as they last: on *port*,
    or on another if that is taken; *browse* opens it in the browser.
    """
    lines = None
    if script:
        try:
            lines = _lines(script)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text in UTF-8"
            sys.stderr.write(f"--script {script}: {why}\n")
            return 2
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopped.set)
    playing = asyncio.ensure_future(_run(lines, port=port, browse=browse))
    stopping = asyncio.ensure_future(stopped.wait())
    await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if playing.done():
        return playing.result()
    playing.cancel()
    await asyncio.wait({playing})
    _print("\nGood-bye.")
    return 0


async def _run(lines: Sequence[str] | None, *, port: int, browse: bool) -> int:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log, clock = CloudLog(), MovableClock()
        cloud = LoopbackCloud(clock=clock, middlewares=[log.middleware()])
        await cloud.start()
        stack.push_async_callback(cloud.close)
        bots_port = free_port()
        cloud.call_back(f"http://127.0.0.1:{bots_port}/tencent/callbacks/default")
        slack = await stack.enter_async_context(LoopbackSlack(commands=COMMANDS))
        slack.space.feed.also_busy.append(lambda: cloud.under_way > 0)
        bot = Bot(_environment(slack, cloud, folder, bots_port), folder / "bot.log")
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
        wished = 0 if lines is not None else port
        console = await _console(stack, slack, panel, wished)
        await start()
        stack.push_async_callback(bot.stop)
        if not slack.sockets.connections:
            sys.stderr.write((folder / "bot.log").read_text(encoding="utf-8"))
            return 1
        knobs: dict[str, MetaCommand] = {
            "cloud": CloudKnobs(cloud),
            "bot": BotKnobs(bot.kill, start),
        }
        if lines is not None:
            return await play(slack.client, lines, _print, mask=True, commands=knobs)
        if wished and not console.address.endswith(f":{wished}/"):
            _print(TAKEN.format(port=wished))
        return await _talk(slack, knobs, console.address, browse=browse)


async def _console(
    stack: AsyncExitStack, slack: LoopbackSlack, panel: Panel, port: int
) -> Console:
    """Serve the console on *port*, or on another if somebody has that."""
    console = Console(slack.client, panel, commands=COMMANDS, port=port)
    try:
        return await stack.enter_async_context(console)
    except OSError:
        await console.close()
        if not port:
            raise
    return await _console(stack, slack, panel, 0)


async def _talk(
    slack: LoopbackSlack,
    knobs: dict[str, MetaCommand],
    address: str,
    *,
    browse: bool,
) -> int:
    _print(WELCOME.format(address=address))
    if browse:
        webbrowser.open(address)
    typed = Typed(sys.stdin)
    await repl(slack.client, typed, sys.stdout, commands=knobs)
    if not (typed.lines or typed.isatty()):
        _print(NO_TERMINAL.format(address=address))
        await asyncio.Event().wait()  # until a signal ends it
    return 0


class Typed:
    """The lines of *source*, counted: a script that is piped in ends, nothing does not.

    It is what `repl` reads from.
    """

    def __init__(self, source: TextIO) -> None:
        self._source = source
        self.lines = 0

    def isatty(self) -> bool:
        """Tell whether somebody types."""
        return self._source.isatty()

    def __iter__(self) -> Iterator[str]:
        for line in self._source:
            self.lines += 1
            yield line


def _lines(script: str) -> list[str]:
    return Path(script).read_text(encoding="utf-8").splitlines()


def _environment(
    slack: LoopbackSlack, cloud: LoopbackCloud, folder: Path, port: int
) -> dict[str, str]:
    config = folder / "bot.toml"
    config.write_text(PLAYED, encoding="utf-8")
    return {
        **slack.environment(),
        **cloud.environment,
        # a `.env` and a bot.toml beside it are for the real bot
        "PYTHON_DOTENV_DISABLED": "1",
        "BOT_CONFIG": str(config),
        "BOT_DATABASE_URL": f"sqlite:///{folder}/patchbay.db",
        "BOT_PORT": str(port),
        "BOT_ALLOW_ALL": "true",
        **{name: os.environ[name] for name in WATCHED if name in os.environ},
    }


def free_port() -> int:
    """Return a loopback port that nobody listens on: the bot keeps it for all lives.

    It is none of those that a system gives to whoever calls out, who could have it
    between two lives.
    """
    while True:
        port = secrets.choice(NEVER_GIVEN)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


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
