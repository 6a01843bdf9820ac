"""Strangers hold the port: `python -m tests.trials.flood`.

They open 1,200 connections, say half a request on each, and wait. Meanwhile some
relays are stopped on a connection that stood before, and some on new ones.
"""

import asyncio
import itertools
import re
import resource
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bot.runtime.descriptors import raise_limit
from bot.sandbox.cloud import LoopbackCloud
from bot.sandbox.run import free_port
from tests.trials import stage
from tests.trials.rawhttp import FORM, Lines, request, slack_headers
from tests.trials.slackish import TEAM, Slackish

TOP = Path(__file__).parents[2]
PATH = "/slack/events"
HALF = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX"
STRANGERS, OURSELVES = "127.0.0.2", "127.0.0.1"
HELD = 1200  # connections
TRIES = 3  # stops on each connection
PATIENCE = 10.0  # seconds that an answer may take
SOON = 60.0  # seconds that anything else may take on a busy machine
START = "start {room} url=rtmp://push.example.com/live/key{room} --go"
RSS = re.compile(r"VmRSS:\s+(\d+) kB")


@dataclass(frozen=True, slots=True)
class Siege:
    """Who holds the port, from where, and what the bot has against it."""

    what: str
    source: str = STRANGERS
    trusted: str = ""  # a proxy
    descriptors: int = 1024  # that the bot may have


SIEGES = (
    Siege("strangers"),
    Siege("strangers behind our proxy", source=OURSELVES, trusted=OURSELVES),
    Siege("and few descriptors", source=OURSELVES, trusted=OURSELVES, descriptors=160),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it: seconds, bytes, and how many connections stay open for ever."""

    calm: float  # from the click to the cloud, before they come
    standing: float  # the same while they are there, on a standing connection
    new: float  # and on a new one; the soonest of a few: a busy machine only adds to it
    log: int
    grown: int
    left: int


@dataclass
class Ground:
    """The bot as a process, with a Slack and a cloud that only count."""

    stack: AsyncExitStack
    folder: Path
    siege: Siege
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def lay(self):
        self.cloud, self.slack = LoopbackCloud(), Slackish()
        for one in (self.cloud, self.slack):
            await one.start()
            self.stack.push_async_callback(one.close)
        self.port, self.log = free_port(), self.folder / "bot.log"
        edges = self.slack.environment, self.cloud.environment
        environment = stage.variables(self.folder, self.port, *edges)
        config = self.folder / "bot.toml"
        trusted = f'trusted_proxies = ["{self.siege.trusted}"]\n'
        text = config.read_text(encoding="utf-8")
        config.write_text((trusted if self.siege.trusted else "") + text)
        await self._start(environment)
        self.standing = Lines(f"http://127.0.0.1:{self.port}")
        self.stack.callback(self.standing.close)
        async with asyncio.timeout(SOON):
            asking = request("/readyz", b"", method="GET")
            while (await self.standing.ask(asking, PATIENCE)).status != 200:  # noqa: ASYNC110 - it is not ours to tell
                await asyncio.sleep(0.05)

    async def _start(self, environment):
        most = self.siege.descriptors

        def limited():
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

        with self.log.open("wb") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                env=environment,
                cwd=TOP,
                stderr=log,
                preexec_fn=limited,
            )
        self.stack.push_async_callback(self._end)

    async def _end(self):
        self.process.kill()
        await self.process.wait()

    async def typed(self, lines, text):
        """Type `/relay` *text* over *lines*; it has to be taken."""
        number = next(self.numbers)
        fields = {
            "team_id": TEAM,
            "channel_id": f"C{number:06}",
            "user_id": "U0ANA",
            "command": "/relay",
            "text": text,
            "response_url": self.slack.response_url(number),
            "trigger_id": f"t{number}.1",
        }
        body = urlencode(fields).encode()
        head = {"Content-Type": FORM, **slack_headers(body, self.slack.signing_secret)}
        answer = await lines.ask(request(PATH, body, head), PATIENCE)
        assert answer.status == 200, f"{text} was answered with {answer}"

    async def relays(self, count):
        """Start *count* relays, and wait until they run."""
        for room in range(1, count + 1):
            await self.typed(self.standing, START.format(room=room))
        await self._until(lambda: len(self.cloud.state.relays) == count)

    async def stopped(self, lines, handle):
        """Stop a relay over *lines*; return the seconds until the cloud heard of it."""
        at = time.time()
        await self.typed(lines, f"stop {handle} --yes")
        relays = self.cloud.state.relays.values()
        room = handle[1:]
        (relay,) = [one for one in relays if one.room == room]
        await self._until(lambda: relay.stopped_at is not None)
        return relay.stopped_at - at

    async def soonest(self, lines, first):
        """Stop some relays over *lines*, from R*first* on; return the least seconds."""
        return min(
            [
                await self.stopped(lines, f"R{number}")
                for number in range(first, first + TRIES)
            ]
        )

    def memory(self):
        """Return the bytes that the bot has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(RSS.search(status)[1]) * 1024

    async def _until(self, true):
        async with asyncio.timeout(SOON):
            while not true():  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.005)


async def half(port, source):
    """Open a connection from *source* and say half a request; return its reader."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(source, 0)
    )
    writer.write(HALF)
    return reader, writer


async def ended(reader):
    """Wait until the other side has closed what *reader* reads."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def besieged(stack, folder, siege):
    """Let *siege* happen to a bot in *folder*; return the figures."""
    raise_limit()  # of this process, which has the other end of all of them
    ground = Ground(stack, folder, siege)
    await ground.lay()
    await ground.relays(1 + 2 * TRIES)
    calm = await ground.stopped(ground.standing, "R1")
    before, written = ground.memory(), ground.log.stat().st_size
    opened = [half(ground.port, siege.source) for _ in range(HELD)]
    held = await asyncio.gather(*opened, return_exceptions=True)
    strangers = [one for one in held if isinstance(one, tuple)]
    for _reader, writer in strangers:
        stack.callback(writer.close)
    fresh = Lines(f"http://127.0.0.1:{ground.port}", keep=False)
    standing = await ground.soonest(ground.standing, 2)
    new = await ground.soonest(fresh, 2 + TRIES)
    grown = ground.memory() - before
    over = [asyncio.ensure_future(ended(reader)) for reader, _writer in strangers]
    _done, left = await asyncio.wait(over, timeout=SOON)
    for one in left:
        one.cancel()
    log = ground.log.stat().st_size - written
    return Figures(calm, standing, new, log, grown, len(left))


async def main():
    """Try every siege, and print its figures."""
    for siege in SIEGES:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            figures = await besieged(stack, folder, siege)
            sys.stdout.write(
                f"{siege.what:<28} stop on a standing connection {figures.standing:.2f}"
                f" s, on a new one {figures.new:.2f} s, before {figures.calm:.2f} s;"
                f" log {figures.log} B,"
                f" memory {figures.grown / 2**20:+.1f} MiB, left {figures.left}\n"
            )


if __name__ == "__main__":
    asyncio.run(main())
