"""More than can be done: a burst of starts, and ten times what the bot can serve.

Tencent's limits hold here: it is the bot as it runs. What counts is that all of a
burst is served, that an overload leaves what can be served, and that stops get through.
What it can serve is measured just before, of the same commands: an overload is one on
every machine.
"""

import asyncio
import math
import time
from dataclasses import dataclass, field
from time import perf_counter

from tests.bench.load import FULL, Load, Slack, at
from tests.bench.process import subject
from tests.bench.raw import connect
from tests.bench.table import Goal, Section, grid
from tests.bench.world import STOPPED, world
from tests.trials.load_rig import Mix, click

GIVEN_UP = 3.0  # seconds after which Slack shows an error, whatever comes
STOP_EVERY = 0.1  # seconds
LAST_STOP = 30.0  # seconds that a stop is waited for


@dataclass
class Rush:
    """What came of commands that were sent whatever the bot made of those before."""

    sent: int = 0
    acks: list = field(default_factory=list)  # seconds, of those in time
    kept: list = field(default_factory=list)  # of those, which were not turned away
    busy: float = 0.0  # share of a core that the world took
    late: float = 0.0  # seconds by which the world itself was behind, at most
    seconds: float = 0.0
    stops: list = field(default_factory=list)  # seconds from the click to Tencent
    lost: int = 0  # stops that never came

    @property
    def served(self):
        return len(self.kept)

    @property
    def waits(self):
        """The seconds of every stop; one that never came took for ever."""
        return [*self.stops, *[math.inf] * self.lost]


async def pressure(scale):
    """Measure a burst and an overload, with stops among them; return the section."""
    section, rows = Section("More than can be done"), []
    for turn in range(scale.rushes):
        async with world() as one:
            one.clicks = True
            async with subject("bot", one) as process:
                rush = _Rush(one, process.port, seed=turn)
                await rush.relays(scale.relays)
                burst = await rush.offered(rush.start, *scale.burst)
                await asyncio.sleep(scale.warm)
                mixed = _mixed(rush.slack, rush.mix)
                load = Load(rush.slack, process)
                free = await load.in_flight(
                    64, warm=scale.warm, seconds=scale.seconds, make=mixed,
                    answered=False,
                )  # fmt: skip
                await rush.relays(scale.relays)
                times, seconds = scale.overload
                count = math.ceil(times * free.rate * seconds)
                over = await rush.offered(rush.any, count, seconds)
                rows.append((free, burst, over))
    _judge(section, *rows[len(rows) // 2])
    section.lines.append(_table(rows))
    return section


def _mixed(slack, mix):
    def make(_number):
        typed = mix.any()
        body = typed.body(slack.world.response_url(typed.number))
        return slack.signed(body.decode())

    return make


class _Rush:
    """Sends commands when they are due, and stops among them."""

    def __init__(self, world, port, seed):
        self.world, self.port = world, port
        self.slack, self.mix = Slack(world, port), Mix(seed)
        self._free = []

    async def relays(self, many):
        """Have so *many* relays that can be stopped, started as fast as is allowed."""
        while len(self.world.buttons) < many:
            number = self.slack.next_number()
            end = self.world.wait_for(number)
            await self._ask(self.slack.start(number), LAST_STOP)
            await self.world.ended(end, LAST_STOP)

    def start(self):
        return self.slack.start(self.slack.next_number())

    def any(self):
        """Return one command of a busy day."""
        return _mixed(self.slack, self.mix)(0)

    async def offered(self, make, count, seconds):
        """Send *count* commands within *seconds*; return what came of them."""
        rush, flying, clicked = Rush(), set(), {}
        stopping = asyncio.create_task(self._stops(clicked))
        began, own = perf_counter(), time.process_time()
        for number in range(count):
            due = began + number * seconds / count
            if (wait := due - perf_counter()) > 0:
                await asyncio.sleep(wait)
            rush.late = max(rush.late, perf_counter() - due)
            task = asyncio.create_task(self._sent(rush, make(), due))
            flying.add(task)
            task.add_done_callback(flying.discard)
        while flying:
            await asyncio.gather(*flying)
        rush.busy = (time.process_time() - own) / (perf_counter() - began)
        rush.seconds, rush.sent = seconds, count
        stopping.cancel()
        await self._count_stops(rush, clicked)
        return rush

    async def _sent(self, rush, data, due):
        status, said = await self._ask(data, GIVEN_UP - (perf_counter() - due))
        took = perf_counter() - due
        if status == 200 and took <= GIVEN_UP:
            rush.acks.append(took)
            if FULL not in said:
                rush.kept.append(took)

    async def _ask(self, data, patience):
        """Send *data* on a line that is free; status 0 if no answer comes in time."""
        line = self._free.pop() if self._free else None
        try:
            async with asyncio.timeout(max(patience, 0)):
                line = line if line and line.usable else await connect(self.port)
                status, said = await line.ask(data)
        except (TimeoutError, OSError):
            if line:
                line.close()
            return 0, b""
        if line.usable:
            self._free.append(line)
        return status, said

    async def _stops(self, clicked):
        """Press a button again and again; note in *clicked* when, by room."""
        flying = set()
        while True:
            if self.world.buttons:
                room = next(iter(self.world.buttons))
                body = click(self.slack.next_number(), *self.world.buttons.pop(room))
                clicked[room] = perf_counter()
                data = self.slack.signed(body.decode())
                task = asyncio.create_task(self._ask(data, LAST_STOP))
                flying.add(task)
                task.add_done_callback(flying.discard)
            await asyncio.sleep(STOP_EVERY)

    async def _count_stops(self, rush, clicked):
        missing = self.world.wait_for(STOPPED)
        self.world.awaited = clicked.keys()
        if not clicked.keys() <= self.world.stopped.keys():
            await self.world.ended(missing, LAST_STOP)
        came = clicked.keys() & self.world.stopped.keys()
        rush.stops = [self.world.stopped[room] - clicked[room] for room in came]
        rush.lost = len(clicked) - len(came)


def _judge(section, free, burst, over):
    """Add the goals of the round in the middle."""
    share = 100 * burst.served / burst.sent  # to be turned away is not to be served
    section.add(Goal("burst of starts: served in 3 s", 100, " %", at_least=True), share)
    section.add(
        Goal("burst of starts: ack p99", 250, " ms"), 1e3 * at(0.99, burst.kept)
    )
    section.add(Goal("burst of starts: worst stop", 0.5, " s"), _worst(burst))
    name = _overload(free, over)
    could = min(free.rate, over.sent / over.seconds)
    section.add(
        Goal(f"{name}: carried out ÷ capacity", 0.8, "", at_least=True),
        over.served / over.seconds / could,
        f"{over.served / over.seconds:.0f}/s of {could:.0f}/s",
    )
    section.add(Goal(f"{name}: stop p99", 0.3, " s"), _p99(over.waits))
    section.add(Goal(f"{name}: worst stop", 1, " s"), _worst(over))


def _overload(free, rush):
    """Return what an overload is called: by how many times what is served was sent."""
    return f"overload, {rush.sent / rush.seconds / free.rate:.0f} times what is served"


def _worst(rush):
    return max(rush.waits, default=math.nan)


def _p99(times):
    """Return the time within which 99 of 100 came; that of one that was measured."""
    return sorted(times)[math.ceil(0.99 * len(times)) - 1] if times else math.nan


def _table(rows):
    head = [
        "",
        "sent",
        "acked in 3 s",
        "turned away",
        "ack p50 / p99 ms",
        "stops",
        "never came",
    ]
    head += ["stop p50 / worst s", "world busy", "behind ms"]
    cells = [
        _cells(name, rush)
        for free, burst, over in rows
        for name, rush in (("burst", burst), (_overload(free, over), over))
    ]
    rates = ", ".join(f"{free.rate:.0f}" for free, *_rushes in rows)
    return f"{grid(head, cells)}\n\nUnhurried, 64 in flight: {rates} acks a second.\n"


def _cells(name, rush):
    acks = (f"{1e3 * at(share, rush.acks):.0f}" for share in (0.5, 0.99))
    return [
        name,
        str(rush.sent),
        str(len(rush.acks)),
        str(len(rush.acks) - rush.served),
        " / ".join(acks),
        str(len(rush.stops)),
        str(rush.lost),
        f"{at(0.5, rush.stops):.2f} / {_worst(rush):.2f}",
        f"{rush.busy:.0%}",
        f"{1e3 * rush.late:.0f}",
    ]
