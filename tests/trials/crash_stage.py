"""Where a bot is crashed: a Slack and a Tencent that outlive it, and write it down.

The bot is a process of its own. All that people did, that the cloud did and that Slack
showed goes to `record.jsonl`, which the checker reads.
"""

import asyncio
import json
import random
import signal
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.sandbox.run import free_port
from tests.trials import stage
from tests.trials.truth import cloud as tencent
from tests.trials.truth.people import People
from tests.trials.truth.slack import SECRET, Slack
from tests.trials.truth.stage import PEOPLE

CHANNELS = 10
TOP = Path(__file__).parents[2]
EDGES = ("cloud.received", "cloud.done", "cloud.answered", "slack.called", "slack.done")
REPEATS = (0.0, *(0.3,) * 60)  # seconds before each further try of a callback


class TrueClock:
    """The time as it is; `seconds` since this was made."""

    def __init__(self):
        self._began = time.monotonic()
        self._unix = time.time()

    @property
    def seconds(self):
        return time.monotonic() - self._began

    @property
    def unix(self):
        return self._unix + self.seconds

    @property
    def true(self):
        return datetime.fromtimestamp(self.unix, UTC)


class Stage:
    """Starts, kills and restarts a bot, and lets people ask it for things.

    *design* names one of `bad_bot`, which is run in the bot's place. *called_back*: the
    cloud sends callbacks. `edge` is the point at the edge, and how often it is passed
    before the bot is killed there; `slack_down` lets every call to Slack fail. Calls
    wait at the barrier `meeting`, if there is one, until the cloud has carried out as
    many as it takes; `met` is set then.
    """

    def __init__(self, folder, *, called_back, design="", seed=0):
        self.folder = folder
        self.program = ("bad_bot", design) if design else ("crash_bot",)
        self.is_bad = bool(design)
        self.called_back = called_back
        self.dice = random.Random(seed)  # noqa: S311 - not for secrets
        self.clock = TrueClock()
        self.record = []
        self.life = 0
        self.edge: tuple[str, int] | None = None
        self.fired = False
        self.meeting: asyncio.Barrier | None = None
        self.met = asyncio.Event()
        self.answer_after = 0.0  # seconds between the cloud's deed and its answer
        self._bot: asyncio.subprocess.Process | None = None

    async def __aenter__(self):
        self.note("began", unix=self.clock.unix)
        self.cloud = tencent.Tencent(
            self.clock, self.dice, self.note, [self._cloud_edge]
        )
        self.cloud.plan, self.cloud.repeats = "quick", REPEATS
        self.slack = Slack(self.clock, self.note, [self._slack_edge])
        self.people = People(self)
        await self.cloud.start()
        await self.slack.start()
        port = free_port()
        self.slack.url = f"http://127.0.0.1:{port}/slack/events"
        if self.called_back:
            self.cloud.url = f"http://127.0.0.1:{port}/tencent/callbacks/default"
        self._environment = stage.variables(self.folder, port, self._edges())
        self._ready = f"http://127.0.0.1:{port}/readyz"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_error):
        self.kill()
        await self.gone()
        await self._session.close()
        await self.cloud.close()
        await self.slack.close()

    def _edges(self):
        """Return what leads a bot to its Slack and its Tencent."""
        endpoints = (f"BOT_{name}_ENDPOINT" for name in ("TRTC", "CAR", "GS"))
        return {
            **dict.fromkeys(endpoints, self.cloud.endpoint),
            **({"BOT_TRTC_CALLBACK_KEY": tencent.KEY} if self.called_back else {}),
            "BOT_TRTC_SDK_APP_ID": str(tencent.APP),
            "BOT_TRTC_USERSIG_KEY": "k" * 64,
            "TENCENTCLOUD_SECRET_ID": "AKIDtrial",
            "TENCENTCLOUD_SECRET_KEY": "secret",
            "SLACK_API_URL": f"{self.slack.origin}/api/",
            "SLACK_BOT_TOKEN": "xoxb-none",
            "SLACK_SIGNING_SECRET": SECRET,
        }

    def note(self, kind, **facts):
        """Enter what happened into the record, and into its file."""
        entry = {"seq": len(self.record), "t": round(self.clock.seconds, 3)}
        entry |= {"kind": kind, "life": self.life} | facts
        self.record.append(entry)
        with (self.folder / "record.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    # ── lives ───────────────────────────────────────────────────────────────────

    async def start(self, crash_at=""):
        began = asyncio.get_running_loop().time()
        self.life += 1
        self.note("born")
        with (self.folder / "bot.log").open("ab") as log:
            self._bot = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", f"tests.trials.{self.program[0]}", *self.program[1:]),
                env={**self._environment, "CRASH_AT": crash_at},
                cwd=TOP,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while self._bot.returncode is None and not await self.ready():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return asyncio.get_running_loop().time() - began

    async def ready(self):
        with suppress(aiohttp.ClientError, OSError):
            async with self._session.get(self._ready) as answer:
                return all((await answer.json()).values())
        return False

    def kill(self):
        self.fired = True
        if self.alive:
            self.note("killed")
            with suppress(ProcessLookupError):
                self._bot.send_signal(signal.SIGKILL)

    async def gone(self):
        if self._bot:
            await self._bot.wait()
            own = (one for one in reversed(self.record) if one["life"] == self.life)
            if not any(one["kind"] == "killed" for one in own):  # at a fail-point
                self.note("killed")

    @property
    def alive(self):
        return self._bot is not None and self._bot.returncode is None

    @property
    def slack_down(self):
        return self.slack.away

    @slack_down.setter
    def slack_down(self, down):
        self.slack.away = down

    # ── what people ask for ─────────────────────────────────────────────────────

    async def submit(self, count, redelivered):
        """Submit *count* starts at once; some are delivered twice, as Slack may."""
        await asyncio.gather(
            *(self._start(number, 1 + redelivered(number)) for number in range(count))
        )

    async def everything(self, count):
        """Let people do *count* things at once: starts, forms, stops, look-ups."""
        await asyncio.gather(*(self._anything(number) for number in range(count)))

    async def _start(self, number, times=1):
        channel = f"C0ROUND{number % CHANNELS}"
        await self.people.start(PEOPLE[0], times=times, channel=channel)

    async def _anything(self, number):
        some = ("start", "start", "stop", "stop", "press", "id", "form", "look", "look")
        some += ("change", "change", "change", "timer", "copy")
        what, rooms = self.dice.choice(some), self.people.rooms
        user = self.dice.choice(PEOPLE)
        task = self.people.task(self.dice.choice(rooms)) if rooms else None
        pressed = self.people.buttons("Stop")[-20:]
        match what:
            case "stop" if task:
                await self.people.stop(user, task.room)
            case "change" if task:
                kbps = self.dice.randrange(500, 1500)
                await self.people.change(user, task.room, kbps)
            case "timer" | "copy" if task:
                await self._of_a_day(what, user, task.room)
            case "press" if pressed:
                await self.people.press(user, *self.dice.choice(pressed))
            case "id" if task:
                await self.people.stop_by_id(user, task.id)
            case "form":
                await self.people.start_by_form(user)
            case "look":
                line = f"/lookup {self.people.handle(task.room)}" if task else "/lookup"
                await self.people.look(user, line)
            case _:
                await self._start(number)

    async def _of_a_day(self, what, user, room):
        """Let *user* set a timer of a relay, or start a copy that takes its place."""
        if what == "copy":
            await self.people.copy(user, room)
            return
        length = self.dice.choice(("1h", "2h", "off"))
        await self.people.timer(user, room, length)
        await self.people.start_for(user, "1h")

    # ── edges ───────────────────────────────────────────────────────────────────

    def _passes(self, name):
        if self.edge is None or self.edge[0] != name:
            return
        left = self.edge[1] - 1
        self.edge = (name, left)
        if left == 0:
            self.kill()

    @web.middleware
    async def _cloud_edge(self, request, handler):
        self._passes("cloud.received")
        answer = await handler(request)
        self._passes("cloud.done")
        if self.meeting:
            await self.meeting.wait()
            self.met.set()
        if self.answer_after:
            await asyncio.sleep(self.answer_after)
        with suppress(ConnectionError):
            await answer.prepare(request)
            await answer.write_eof()
        self._passes("cloud.answered")
        return answer

    @web.middleware
    async def _slack_edge(self, request, handler):
        self._passes("slack.called")
        answer = await handler(request)
        self._passes("slack.done")
        return answer
