"""Where replicas are hurt: their PostgreSQL, the ways to it, a Slack and a Tencent.

Each replica is a process of its own. All that people did, that the cloud did, that
Slack showed and that was done to replicas goes to `record.jsonl`, for the judge.
"""

import asyncio
import json
import os
import random
import signal
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import psycopg

from bot.sandbox.run import free_port
from tests.trials.chaos.edges import Cloud, Workspace, calling
from tests.trials.chaos.proxy import Proxy
from tests.trials.crash_stage import REPEATS, TrueClock
from tests.trials.truth import cloud as tencent
from tests.trials.truth.people import People
from tests.trials.truth.slack import SECRET

TOP = Path(__file__).parents[3]
LOOK_EVERY = 0.3  # seconds between two looks of the balancer
LOOKS_FOR = 1.0  # seconds that a replica has to answer the balancer
BOOT = 60.0  # seconds that a start may take on a busy machine
OURS = ("SLACK_", "TENCENTCLOUD_", "BOT_")
GENEROUS = "[policy.limits]\nlive_relays = 1000000\nstarts_per_person_a_day = {most}\n"
PACE = "[pace]\nreads = 1000000\nchanges = 1000000\n"
ROWS = "SELECT room, state, ref FROM intents WHERE about IS NULL"
LEFT = (
    "SELECT room FROM intents WHERE about IS NULL AND owner = %(boot)s"
    " AND state IN ('queued', 'sending') UNION SELECT room FROM outbox"
    " JOIN intents ON intents.id = outbox.intent WHERE outbox.state = 'pending'"
    " AND held_by = %(boot)s AND held_until > 0"
)


class Replica:
    """One of them: `tree` is the code that it runs, `skew` how wrong its clock is."""

    def __init__(self, house, name, tree):
        self.house, self.name, self.tree = house, name, tree
        self.folder = house.folder / name
        self.folder.mkdir()
        self.proxy = Proxy(("127.0.0.1", house.server.port))
        self.port = free_port()
        self.skew = 0.0
        self.is_well = False
        self.more = {}  # environment
        self.process: asyncio.subprocess.Process | None = None

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self):
        return self.process is not None and self.process.returncode is None

    async def start(self, *, wait=True):
        """Start it; return how many seconds it took until it was ready."""
        began = self.house.clock.seconds
        self.house.note("born", by=self.name)
        program = (
            (Path(__file__).with_name("replica.py"),)
            if self.skew
            else ("-m", "bot", "run")
        )
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", *program),
                env=self._environment(),
                cwd=self.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if wait:
            await self.ready()
        return self.house.clock.seconds - began

    async def ready(self):
        """Wait until the balancer takes it for well.

        Raises:
            RuntimeError: it ended instead, or took too long.
        """
        deadline = self.house.clock.seconds + BOOT
        while not self.is_well:
            if not self.runs or self.house.clock.seconds > deadline:
                raise RuntimeError(f"{self.name} does not start: {self.log()[-2000:]}")
            await asyncio.sleep(0.02)
            await self.look()

    async def look(self):
        """Ask it how it is, as a balancer does."""
        timeout = aiohttp.ClientTimeout(total=LOOKS_FOR)
        is_well = False
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self.house.session.get(
                f"{self.origin}/readyz", timeout=timeout
            ) as answer:
                is_well = answer.status == 200
        if is_well != self.is_well:
            self.is_well = is_well
            self.house.note("well" if is_well else "unwell", by=self.name)

    async def says(self, *words):
        """Run another command of the bot, as it is set up; return code and text."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "bot", *words),
            env=self._environment(),
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        text, _nothing = await process.communicate()
        return process.returncode, text.decode(errors="replace").strip()[-500:]

    def send(self, what):
        """Send it the signal *what*, and write that down."""
        if self.runs:
            self.house.note(SAID[what], by=self.name)
            with suppress(ProcessLookupError):
                self.process.send_signal(what)

    async def kill(self):
        self.send(signal.SIGKILL)
        await self.gone()

    @property
    def boot(self):
        """The name of its life, as its log has it; "" if that does not say."""
        ready = [line for line in self.log().splitlines() if '"bot.ready"' in line]
        return json.loads(ready[-1]).get("boot", "") if ready else ""

    async def gone(self):
        if self.process:
            await self.process.wait()
        self.is_well = False

    def log(self):
        file = self.folder / "bot.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def _environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        (self.folder / "bot.toml").write_text(self._config(), encoding="utf-8")
        url = self.house.url.replace(
            f":{self.house.server.port}/", f":{self.proxy.port}/"
        )
        if (self.tree / "bot/journal/engine.py").exists():  # SQLAlchemy has to be told
            url = url.replace("postgresql://", "postgresql+psycopg://")
        example = (self.tree / ".env.example").read_text(encoding="utf-8")
        keys = {"BOT_SEAL_KEY": self.house.key, "BOT_AUDIT_KEY": self.house.key}
        return {
            **kept,
            **self.house.edges(),
            **{name: key for name, key in keys.items() if name in example},
            "PYTHONPATH": str(self.tree),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHON_DOTENV_DISABLED": "1",
            "BOT_CONFIG": str(self.folder / "bot.toml"),
            "BOT_DATABASE_URL": url,
            "BOT_PORT": str(self.port),
            "BOT_ALLOW_ALL": "true",
            "SKEW": str(self.skew),
            **self.more,
        }

    def _config(self):
        example = (self.tree / "bot.example.toml").read_text(encoding="utf-8")
        pace = PACE if "[pace]" in example else ""
        return GENEROUS.format(most=self.house.most_a_day) + pace


SAID = {
    signal.SIGKILL: "killed",
    signal.SIGTERM: "told to end",
    signal.SIGSTOP: "frozen",
    signal.SIGCONT: "thawed",
}


class Stage:
    """Replicas of the bot in *tree* on a database of *server*, and all around them.

    *most_a_day*: so many relays may a person start.
    """

    def __init__(self, folder, server, *, tree=TOP, replicas=3, seed=0, **options):
        self.folder, self.server, self.seed = folder, server, seed
        self.most_a_day = options.pop("most_a_day", 1_000_000)
        self.dice = random.Random(seed)  # noqa: S311 - not for secrets
        self.clock = TrueClock()
        self.record = []
        self.key = "".join(self.dice.choices("abcdefghijkmnpqrstuvwxyz", k=43)) + "="
        self.url = server.database()
        self.cloud = Cloud(self)
        self.cloud.plan, self.cloud.repeats = "quick", REPEATS
        self.slack = Workspace(self, **options)
        self.people = People(self)
        self.replicas = [Replica(self, name, tree) for name in "abcdefghij"[:replicas]]
        self._file = (folder / "record.jsonl").open("a", encoding="utf-8")

    async def __aenter__(self):
        self.note("began", unix=self.clock.unix, most_a_day=self.most_a_day)
        await self.cloud.start()
        await self.slack.start()
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True)
        )
        for one in self.replicas:
            await one.proxy.start()
        self._balancer = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_error):
        self._balancer.cancel()
        for one in self.replicas:
            one.send(signal.SIGCONT)
            await one.kill()
            await one.proxy.close()
        await self.session.close()
        await self.cloud.close()
        await self.slack.close()
        self._file.close()
        self.server.drop(self.url)

    async def start(self):
        """Start the first, which makes the tables, then all others."""
        first, *others = self.replicas
        await first.start()
        await asyncio.gather(*(one.start() for one in others))

    async def start_together(self):
        """Start all at once; what does not start is entered into the record."""
        await asyncio.gather(*map(self._start_if, self.replicas))

    async def _start_if(self, one):
        try:
            await one.start()
        except RuntimeError as error:
            self.note("stillborn", by=one.name, says=str(error)[-300:])

    async def kill(self, one):
        """Kill *one*, and note which starts it had in its hands, by the journal."""
        await one.kill()
        rooms = await asyncio.to_thread(self._left, one.boot)
        self.note("left", of=one.name, rooms=rooms)

    def _left(self, boot):
        with psycopg.connect(self.url) as connection:
            return [room for (room,) in connection.execute(LEFT, {"boot": boot})]

    def well(self):
        """Return those that the balancer takes for well."""
        return [one for one in self.replicas if one.is_well and one.runs]

    def pids(self):
        """Return the names of those that run, by process."""
        return {one.process.pid: one.name for one in self.replicas if one.runs}

    def note(self, kind, **facts):
        """Enter what happened into the record, and into its file."""
        entry = {"seq": len(self.record), "t": round(self.clock.seconds, 4)}
        entry |= {"kind": kind, "by": calling.get()} | facts
        self.record.append(entry)
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()

    async def keep_rows(self):
        """Enter what the journal has of each start, and whether its trail is whole."""
        self.note("journal", rows=await asyncio.to_thread(self._rows))
        code, says = await self.replicas[0].says("audit", "verify")
        self.note("audit", whole=code == 0, says=says)

    def _rows(self):
        with psycopg.connect(self.url) as connection:
            return [list(map(str, row)) for row in connection.execute(ROWS)]

    def edges(self):
        """Return what leads a replica to its Slack and its Tencent."""
        endpoints = (f"BOT_{name}_ENDPOINT" for name in ("TRTC", "CAR", "GS"))
        way_in = (
            {"SLACK_APP_TOKEN": "xapp-none"}
            if self.slack.sockets
            else {"SLACK_SIGNING_SECRET": SECRET}
        )
        return {
            **dict.fromkeys(endpoints, self.cloud.endpoint),
            **way_in,
            "BOT_TRTC_CALLBACK_KEY": tencent.KEY,
            "BOT_TRTC_SDK_APP_ID": str(tencent.APP),
            "BOT_TRTC_USERSIG_KEY": "k" * 64,
            "TENCENTCLOUD_SECRET_ID": "AKIDtrial",
            "TENCENTCLOUD_SECRET_KEY": "secret",
            "SLACK_API_URL": f"{self.slack.origin}/api/",
            "SLACK_BOT_TOKEN": "xoxb-none",
        }

    async def _look(self):
        while True:
            await asyncio.gather(
                *(one.look() for one in self.replicas if one.runs and one.port)
            )
            await asyncio.sleep(LOOK_EVERY)
