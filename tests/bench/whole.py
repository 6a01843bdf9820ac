"""The whole command: a start, its signed call, its answer in Slack."""

import sys
from dataclasses import dataclass, field
from statistics import median

from tests.bench.load import Load, Slack, at
from tests.bench.process import subject
from tests.bench.table import Goal, Section, grid, ratio
from tests.bench.world import world

B, EACH, LEAN, BOT = "B", "B′", "lean + row", "bot"
PEERS = {
    B: ("tests.bench.peers.obvious",),
    EACH: ("tests.bench.peers.obvious", "each"),
    LEAN: ("tests.bench.peers.lean",),
    BOT: ("tests.bench.ours",),
}
LEAST = 2.0  # times as many commands as B, or a lean prototype is none


@dataclass
class Case:
    """So *many* commands in flight; *delay* is Tencent's, in seconds.

    *cpu*, *rate* and *lean* are the goals: of the processor's time and of the commands
    a second against B, and of the latter against lean + row.
    """

    name: str
    many: int
    delay: float = 0.0
    cpu: float | None = None
    rate: float | None = None
    lean: float | None = None
    runs: dict = field(default_factory=dict)  # peer → figures, one of each round

    def of(self, peer, figure):
        """Return *figure* of *peer* in each round."""
        return [figure(one) for one in self.runs[peer]]


def plain():
    return [
        Case("1 in flight", 1),
        Case("16 in flight", 16, cpu=0.6, rate=2, lean=0.6),
        Case("64 in flight", 64, rate=2, lean=0.6),
        Case("64 in flight, API 50 ms", 64, delay=0.05, rate=4, lean=0.7),
    ]


async def start(scale, cases=None, peers=(B, LEAN, BOT), *, tls=False):
    """Measure whole commands; return the section."""
    cases = cases or plain()
    async with world(tls=tls) as one:
        for turn in range(scale.rounds):
            for peer in peers[::-1] if turn % 2 else peers:
                await _round(one, scale, cases, peer)
    section = Section("Whole commands" + (", TLS" if tls else ""))
    for case in cases:
        _judge(section, case)
    section.lines.append(_absolute(cases))
    return section


async def start_tls(scale):
    """Measure whole commands over TLS, beside a client for each command too."""
    cases = [Case("16 in flight, TLS", 16, cpu=0.4, rate=2, lean=0.6)]
    return await start(scale, cases, (B, EACH, LEAN, BOT), tls=True)


async def _round(world, scale, cases, peer):
    """Let one process of *peer* go through all *cases*."""
    module, *arguments = PEERS[peer]
    async with subject(module, world, *arguments) as process:
        load = Load(Slack(world, process.port), process)
        for case in cases:
            world.delay = case.delay
            figures = await load.in_flight(
                min(case.many, scale.many), warm=scale.warm, seconds=scale.seconds
            )
            case.runs.setdefault(peer, []).append(figures)
            sys.stderr.write(f"{case.name}: {peer}: {told(figures)}\n")
    world.vouch(load.done)


def _judge(section, case):
    """Add the goals of *case*."""
    against = B if B in case.runs else None
    cpu, rate = (lambda one: one.cpu_each), (lambda one: one.rate)
    if case.cpu and against:
        ours, theirs = case.of(BOT, cpu), case.of(B, cpu)
        goal = Goal(f"CPU of a start, {case.name}, against B", case.cpu)
        seen = f"{_ms(median(ours))} to {_ms(median(theirs))}"
        section.add(goal, ratio(ours, theirs), seen)
    if case.rate and against:
        _rate(section, case, B, case.rate)
    if case.lean and LEAN in case.runs and against:
        lean = ratio(case.of(LEAN, rate), case.of(B, rate))
        _rate(section, case, LEAN, None if lean < LEAST else case.lean)
        if lean < LEAST:
            section.lines.append(
                f"{case.name}: lean + row made {lean:.2f}× the commands of B, "
                f"less than {LEAST:.0f}×: it does not count.\n"
            )


def _rate(section, case, peer, limit):
    ours, theirs = (case.of(one, lambda f: f.rate) for one in (BOT, peer))
    goal = Goal(f"starts a second, {case.name}, against {peer}", limit, at_least=True)
    seen = f"{median(ours):.0f} to {median(theirs):.0f}"
    section.add(goal, ratio(ours, theirs), seen)


def _absolute(cases):
    """Return the medians of each peer, as a table."""
    head = ["", "", "starts/s", "CPU ms", "ack p50 / p99 ms", "end p50 / p99 ms"]
    head += ["refused", "world busy"]
    rows = [
        [case.name, peer, *cells(figures)]
        for case in cases
        for peer, figures in case.runs.items()
    ]
    return grid(head, rows)


def cells(runs):
    """Return the medians of *runs*, the rounds of one peer in one case, as texts."""

    def middle(figure):
        return median(figure(one) for one in runs)

    return [
        f"{middle(lambda f: f.rate):.0f}",
        f"{middle(lambda f: 1e3 * f.cpu_each):.2f}",
        " / ".join(f"{middle(lambda f, s=s: _at(s, f.acks)):.1f}" for s in (0.5, 0.99)),
        " / ".join(f"{middle(lambda f, s=s: _at(s, f.ends)):.1f}" for s in (0.5, 0.99)),
        f"{sum(f.refused + f.lost for f in runs)}",
        f"{middle(lambda f: f.busy):.0%}",
    ]


def _at(share, times):
    return 1e3 * at(share, times)


def told(figures):
    """Return one round in a line."""
    rate, cpu, acks, ends, refused, busy = cells([figures])
    return (
        f"{rate}/s, {cpu} ms CPU, ack {acks}, end {ends}, refused {refused}, "
        f"world {busy} {figures.odd}"
    )


def _ms(seconds):
    return f"{1e3 * seconds:.2f} ms"
