"""F01 to F24: what can go wrong between the bot and Tencent.

The class of a fault decides what a start, a look-up and a session come to:

    N  never sent        L  the same, and another try is in vain
    G  refused           C  refused for our clock       R  refused for the rate
    V  vague answer      D  no answer to trust          A  the same, TaskId whole
"""

import re
from dataclasses import dataclass
from functools import partial
from itertools import count as count_up
from pathlib import Path
from time import process_time

from tests.bot.tencent.servers import reset_at_once
from tests.trials import stage
from tests.trials.faults_answers import ANSWERS
from tests.trials.faults_bench import (
    LOOK,
    LOOK_2,
    READ,
    RELAY,
    RENDER,
    SESSION,
    START,
    claim,
    on_bench,
)
from tests.trials.faults_kinds import fault, trouble
from tests.trials.faults_tls import DAYS, certified_road
from tests.trials.faults_wire import (
    answering,
    bomb,
    dripping,
    error,
    http,
    nameless_road,
    raw_road,
    refusing_road,
    reset_when_done,
    silent_road,
    stale,
    then_silence,
)

# word and tries: a start, a look-up that always meets it or once, a session likewise
EXPECTED = {
    "N": (("N", 3), ("N", 4), ("S", 2), ("N", 3), ("S", 2)),
    "L": (("N", 1), ("N", 1), ("N", 1), ("N", 1), ("N", 1)),
    "G": (("N", 1), ("N", 1), ("N", 1), ("N", 1), ("N", 1)),
    "C": (("N", 2), ("N", 2), ("S", 2), ("N", 2), ("S", 2)),
    "R": (("N", 3), ("N", 4), ("S", 2), ("N", 3), ("S", 2)),
    "V": (("U", 1), ("N", 4), ("S", 2), ("U", 1), ("U", 1)),
    "D": (("U", 1), ("N", 4), ("S", 2), ("U", 2), ("S", 2)),
    "O": (("S", 1), ("S", 1), ("S", 1), ("S", 1), ("S", 1)),
    "A": (("S", 1), ("N", 4), ("S", 2), ("U", 2), ("S", 2)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """One way to break the wire. *make* builds the road, or *act* is what it does."""

    id: str
    what: str
    sort: str
    act: object = None
    make: object = None
    slow: bool = False
    reads: bool = True
    ran: int | None = None  # relays that run after a start; None: as the word says
    longest: float = 0.0  # seconds that one try of a session may take

    @property
    def expected(self):
        return EXPECTED[self.sort]


def _acts(number, what, sort, act, **more):
    return Wire(id=number, what=what, sort=sort, act=act, **more)


def _cut_chunk(body):
    head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head.encode() + f"{len(body):x}\r\n".encode() + body[:-20]


_cut = answering(lambda body: http(body[:-20], Content_Length=len(body)))
_cut_id = answering(lambda body: http(body[:40], Content_Length=len(body)))
_cut_id_chunk = answering(lambda body: _cut_chunk(body[:40] + b" " * 20))
_silence = then_silence(lambda _body: b"")
_head_only = then_silence(lambda body: http(body)[: -len(body)])

ROADS = (
    Wire(id="F01", what="the name is not found", sort="N", make=nameless_road),
    Wire(id="F02", what="the connection is refused", sort="N", make=refusing_road),
    Wire(id="F03", what="SYNs vanish", sort="N", make=silent_road, slow=True),
)


SECURE = tuple(
    Wire(id="F04", what=what, sort="L", make=make)
    for what, make in {
        "a certificate that nobody vouches for": partial(certified_road, trusted=False),
        "a certificate for another host": partial(certified_road, host="a.example.com"),
        "a certificate that is over": partial(certified_road, days=-DAYS),
    }.items()
)
LOST = (
    _acts("F05", "RST on accept", "D", reset_at_once, ran=0),
    _acts("F06", "RST when the task runs", "D", reset_when_done, ran=1),
    _acts("F07", "FIN without a byte", "D", answering(lambda _body: b""), ran=1),
    _acts("F08", "half-open silence", "D", _silence, slow=True, longest=7),
    _acts("F09", "headers, then silence", "D", _head_only, slow=True),
    _acts("F10", "a byte every 300 ms", "D", dripping(0.3), slow=True),
    _acts("F11", "cut short, TaskId whole", "A", _cut),
    _acts("F12", "chunks cut, TaskId whole", "A", answering(_cut_chunk)),
    _acts("F13", "cut in the TaskId", "D", _cut_id, ran=1),
    _acts("F13", "chunks cut in the TaskId", "D", _cut_id_chunk, ran=1),
)
WIRES = (*ROADS, *SECURE, *LOST, *(Wire(**one) for one in ANSWERS))


async def road_of(wire, bench):
    """Return a client whose tries meet *wire*, and the far end if there is one."""
    if wire.make:
        client, far = await wire.make(bench), None
    else:
        client, far = await raw_road(bench, wire.act)
    if wire.slow:
        bench.roads.slow.add(client)
    return client, far


@dataclass(frozen=True, slots=True)
class _Asked:
    """One ask of a trial, what it must come to, and how often it may be sent."""

    handle: str
    line: str
    action: str
    word: str
    tries: int


def _asked(wire):
    start, look, look_once, session, session_once = wire.expected
    always = [_Asked("R1", START.format(room=1), RELAY, *start)]
    once = []
    if start[0] == "N" and start[1] > 1:
        once.append(_Asked("R2", START.format(room=2), RELAY, "S", 2))
    if wire.reads:
        lines = LOOK, SESSION.format(user="cg1"), SESSION.format(user="cg2")
        always.append(_Asked("G1", lines[0], READ, *look))
        always.append(_Asked("S1", lines[1], RENDER, *session))
        once.append(_Asked("G2", LOOK_2, READ, *look_once))
        once.append(_Asked("S2", lines[2], RENDER, *session_once))
    return always, once


@on_bench
async def try_wire(wire, bench):
    """Try a start, a look-up and a session on *wire*."""
    client, far = await road_of(wire, bench)
    always, once = _asked(wire)
    ends = await _ask_all(bench, always, [client])
    _check_start(ends["R1"], wire, far)
    if wire.longest and bench.haste == 1.0:
        took = bench.roads.took[RENDER]
        claim(took <= wire.longest, "a try took", took)
    await _ask_all(bench, once, [client, bench.roads.fine])


async def _ask_all(bench, asked, script):
    for one in asked:
        bench.roads.scripts[one.action] = list(script)
        bench.roads.tries[one.action] = 0
        await bench.typed(one.line, settle=False)
    await bench.settled()
    await bench.deliver()
    return {one.handle: await _checked(bench, one) for one in asked}


async def _checked(bench, asked):
    sent = bench.roads.tries[asked.action]
    ended = await bench.ended(asked.handle)
    ended.check()
    claim(ended.word == asked.word, asked, "ended", ended.word, ended.told)
    # the deadline over all tries may come before the last one
    fewest = min(asked.tries, 2)
    claim(fewest <= sent <= asked.tries, asked, "was sent", sent, "times")
    if asked.word == "N":
        claim(ended.intent.settlement.error_text, asked, "failed without a word")
    return ended


def _check_start(ended, wire, far):
    if wire.ran is not None:
        claim(len(ended.ran) == wire.ran, "the ledger has", len(ended.ran))
    if ended.word == "S":
        claim(len(ended.ran) == 1, "the ledger has", len(ended.ran))
        kept = ended.intent.subject.ref == ended.ran[0]
        claim(kept or not wire.reads, "another TaskId is kept")
    if wire.sort == "V":
        claim(ended.intent.settlement.request_id, "no RequestId is kept")
    if ended.word == "U" and far:
        seen = sum(RELAY.encode() in one for one in far.requests)
        claim(seen <= 1, seen, "requests were seen")


STARTS, WHOLE = 300, 15  # sent in all, and of those through the whole bot


@fault("F24", "stale kept connections", slow=True)
@on_bench
async def try_stale(bench):
    client, far = await raw_road(bench, stale)
    bench.roads.scripts = {RELAY: [client], READ: [client]}
    seconds = count_up()
    bench.cloud.state.clock = lambda: next(seconds)  # no rate is held up to it
    for number in range(WHOLE):
        await bench.typed(START.format(room=number), settle=False)
    await bench.settled()
    for _ in range(3):
        await bench.typed(LOOK)
    counts = await bench.journal.find.counts()
    words = {state.value: n for state, n in counts.items()}
    claim(words == {"started": WHOLE, "done": 3}, words)
    claim(len(bench.cloud.state.relays) == WHOLE, "the ledger differs")
    request = await stage.signed(bench.world, "R1")
    for _ in range(STARTS - WHOLE):
        bench.cloud.state.relays.clear()  # one robot is in a room once
        await client.send(request, region="ap-singapore")
    claim(far.connections > STARTS, "a start shared a connection")


@fault("F21", "RequestLimitExceeded once")
@on_bench
async def try_slow_down(bench):
    too_fast = answering(lambda _: error("RequestLimitExceeded"), done=False)
    client, _far = await raw_road(bench, too_fast)
    line = START.format(room=1)
    script = [client, bench.roads.fine]
    await _ask_all(bench, [_Asked("R1", line, RELAY, "S", 2)], script)
    claim(max(bench.world.waits) > 0, "it did not wait")


MOST_CPU, MOST_MIB = 1.0, 20.0
PEAK, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


async def try_measured(wire, path, haste):
    """Try *wire* while nothing else runs, and measure this process."""
    bomb()  # made beforehand: it is the far end's
    _forget_peak()
    before, cpu = _peak_mib(), process_time()
    await try_wire(wire, path, haste)
    spent, grown = process_time() - cpu, _peak_mib() - before
    claim(wire.id != "F16" or spent < MOST_CPU, "CPU", f"{spent:.2f} s")
    claim(grown <= MOST_MIB, f"RSS +{grown:.0f} MiB")


def _forget_peak():
    CLEAR.write_text("5")


def _peak_mib():
    found = re.search(r"VmHWM:\s+(\d+) kB", PEAK.read_text())
    return int(found[1]) / 1024


async def arm(wire, bench):
    """Let the next try of everything take the road of *wire*."""
    client, _far = await road_of(wire, bench)
    for action in (RELAY, READ, RENDER):
        bench.roads.scripts.setdefault(action, []).append(client)


for wire in WIRES:
    measured = wire.id in {"F16", "F17"} and CLEAR.exists()
    run = try_measured if measured else try_wire
    fault(wire.id, wire.what, wire, slow=wire.slow or measured)(run)
    again, words = wire.sort in {"N", "R", "C"}, wire.expected[0][0]
    trouble(wire.id, wire.what, wire, words=words, again=again, road=True)(arm)
