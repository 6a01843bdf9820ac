"""Commands as Slack sends them: so many in flight, or so many a second."""

import asyncio
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter
from urllib.parse import quote_plus

from tests.bench.raw import connect
from tests.bench.world import FIRST_ROOM, PEOPLE
from tests.trials.slackish import TEAM

PATIENCE = 20.0  # seconds
IN_FLIGHT = 16
LEAST = 8  # commands that a figure is made of, however long they take
STARTERS = 20  # people who start relays
CHANNELS = 10_000  # a channel takes one new message a second
PATH = "/slack/events"
FULL = b"Too many requests at"  # a command that is turned away, whatever it was
REFUSED = (FULL, b"Nothing was sent", b"not started")  # a start that is none


@dataclass
class Figures:
    """What came of some seconds of load; times in seconds, counts of commands."""

    seconds: float = 0.0
    done: int = 0  # acked and answered
    refused: int = 0
    lost: int = 0  # no ack or no answer
    cpu: float = 0.0  # of the process under test
    busy: float = 0.0  # share of a core that the world took
    acks: list = field(default_factory=list)
    ends: list = field(default_factory=list)  # from the key press to the answer
    odd: str = ""  # what was said of one that was refused or lost

    @property
    def rate(self):
        return self.done / self.seconds

    @property
    def cpu_each(self):
        return self.cpu / max(self.done, 1)


def at(share, times):
    """Return the time below which *share* of *times* lie; nan if there are none."""
    if len(times) < 2:
        return times[0] if times else float("nan")
    return quantiles(times, n=1000, method="inclusive")[round(share * 1000) - 1]


class Slack:
    """Makes and signs what Slack posts, for the bot on *port*.

    A command has a number of its own; in a journal that is *kept*, also among those of
    earlier runs.
    """

    def __init__(self, world, port, *, kept=False):
        self.world = world
        self.port = port
        self._number = round(time.time() * 1000) % 10**9 if kept else 0

    def next_number(self):
        self._number += 1
        return self._number

    def start(self, number):
        """Return the start of a relay in a room of its own."""
        room = FIRST_ROOM + number
        text = f"start {room} url=rtmp://push.example.com/live/s{number} --go"
        return self.command(number, "/relay", text)

    def command(self, number, command, text):
        """Return the request of a slash command, whole and signed."""
        url = quote_plus(self.world.response_url(number))
        user = PEOPLE[number % STARTERS]
        return self.signed(
            f"team_id={TEAM}&team_domain=bench&channel_id=C{number % CHANNELS:06}"
            f"&channel_name=ops&user_id={user}&user_name=somebody&api_app_id=A0BENCH"
            f"&command={quote_plus(command)}&text={quote_plus(text)}"
            f"&response_url={url}&trigger_id=t{number}.1&is_enterprise_install=false"
        )

    def signed(self, form):
        """Return *form* as a signed POST."""
        body, stamp = form.encode(), int(time.time())
        base = b"v0:%d:%s" % (stamp, body)
        signature = hmac.digest(self.world.secret.encode(), base, hashlib.sha256).hex()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Slack-Request-Timestamp: {stamp}\r\n"
            f"X-Slack-Signature: v0={signature}\r\n\r\n"
        )
        return head.encode() + body


class Load:
    """Offers commands of *slack* to the process *subject*."""

    def __init__(self, slack, subject):
        self.slack = slack
        self.subject = subject
        self._is_over = False
        self._counts = False
        self._enough: asyncio.Future | None = None  # done when LEAST commands are
        self.figures = Figures()
        self.done = set()  # numbers of the commands that were answered, of all runs

    async def in_flight(self, many, *, warm, seconds, make=None, answered=True):
        """Keep *many* commands in flight; return the figures of the last *seconds*.

        *make* makes a request of a number; by default it starts a relay. Unless
        *answered*, the ack is all that is waited for.
        """
        self.figures, self._counts = Figures(), False
        self._enough = asyncio.get_running_loop().create_future()
        self._is_over = False
        work = [self._work(make or self.slack.start, answered) for _ in range(many)]
        tasks = [asyncio.ensure_future(one) for one in work]
        await asyncio.sleep(warm)
        began, cpu, own = perf_counter(), self.subject.cpu(), time.process_time()
        self._counts = True
        await asyncio.sleep(seconds)
        await asyncio.wait([self._enough], timeout=PATIENCE)
        self._counts, self._is_over = False, True
        self.figures.seconds = perf_counter() - began
        self.figures.cpu = self.subject.cpu() - cpu
        self.figures.busy = (time.process_time() - own) / self.figures.seconds
        await asyncio.gather(*tasks)
        return self.figures

    async def some(self, many):
        """Carry out *many* commands, one by one, before anything is measured."""
        line = await connect(self.slack.port)
        for _ in range(many):
            await self.one(line, self.slack.start)
        line.close()

    async def _work(self, make, answered):
        line = await connect(self.slack.port)
        while not self._is_over:
            if not line.usable:
                line = await connect(self.slack.port)
            await self.one(line, make, answered=answered)
        line.close()

    async def one(self, line, make, *, answered=True):
        """Send one command and wait for its ack, and its answer."""
        number, waiting = self.slack.next_number(), self.slack.world.waiting
        data = make(number)
        if answered:
            end = self.slack.world.wait_for(number)
        began = perf_counter()
        if answered:
            end.add_done_callback(lambda _end: self._ended(perf_counter() - began))
        status, said = await line.ask(data)
        acked = perf_counter() - began
        words = REFUSED if answered else (FULL,)
        refused = status != 200 or any(word in said for word in words)
        if refused and answered:
            waiting.pop(number, None)
        elif answered:
            state = await self.slack.world.ended(end, PATIENCE)
            refused = state not in {"answered", "accepted"}
        if answered and not refused:
            self.done.add(number)
        self._count(acked, refused, said)

    def _ended(self, took):
        if self._counts:
            self.figures.ends.append(took)

    def _count(self, acked, refused, said):
        if not self._counts:
            return
        if refused:
            self.figures.refused += 1
            self.figures.odd = said[:300].decode("utf-8", "replace")
            return
        self.figures.done += 1
        self.figures.acks.append(acked)
        if self.figures.done == LEAST:
            self._enough.set_result(None)


async def window(load, scale):
    """Let *load* start relays, IN_FLIGHT at once; return its figures."""
    many = min(IN_FLIGHT, scale.many)
    return await load.in_flight(many, warm=scale.warm, seconds=scale.seconds)


async def in_turns(loads, scale):
    """Let *loads* start relays in turns; return the figures of each one's rounds.

    Every other round goes the other way round: a neighbour that gets busy says nothing.
    """
    runs = [[] for _load in loads]
    for turn in range(scale.rounds):
        pairs = list(zip(loads, runs, strict=True))
        for load, figures in pairs[::-1] if turn % 2 else pairs:
            figures.append(await window(load, scale))
    return runs
