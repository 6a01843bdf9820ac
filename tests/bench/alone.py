"""The client, the models and the signature alone, beside the vendor's own SDK."""

import json
import logging
from statistics import median

from tests.bench.process import printed
from tests.bench.table import Goal, Section, grid, ratio
from tests.bench.world import world
from tests.tools import speed

CALLER = "tests.bench.peers.caller"
IN_FLIGHT = 8
SYNC, ASYNC, LEAN, BOT = "SDK, sync", "SDK, async", "lean", "bot"
CALLERS = {SYNC: "sync", ASYNC: "async", LEAN: "lean", BOT: "ours"}
LIMITS = {"signature": 1.3, "request build": 0.3, "models": 0.4}


async def client(scale):
    """Measure calls of Tencent's API, eight at once; return the section."""
    runs = {peer: [] for peer in CALLERS}
    section = Section("The client alone")
    async with world() as one:
        for turn in range(scale.rounds):
            for peer in [*runs][::-1] if turn % 2 else [*runs]:
                runs[peer].append(await _called(one, CALLERS[peer], scale))
    _judge(section, runs)
    return section


async def _called(world, kind, scale):
    """Return the calls a second of one process, and the CPU seconds of each."""
    printed_ = await printed(CALLER, world, kind, str(IN_FLIGHT), str(scale.seconds))
    calls, seconds, cpu = json.loads(printed_)
    if world.forged or world.check or world.calls.total() < calls:
        raise RuntimeError(f"{kind}: {calls} calls, of which not all came, or signed")
    return calls / seconds, cpu / calls


def _judge(section, runs):
    rates = {peer: [rate for rate, _cpu in some] for peer, some in runs.items()}
    cpus = {peer: [cpu for _rate, cpu in some] for peer, some in runs.items()}
    section.add(
        Goal("client alone, calls a second, against the SDK's", 3, at_least=True),
        ratio(rates[BOT], rates[SYNC]),
        f"{median(rates[BOT]):.0f} to {median(rates[SYNC]):.0f}",
    )
    section.add(
        Goal("client alone, CPU of a call, against the SDK's", 0.3),
        ratio(cpus[BOT], cpus[SYNC]),
        f"{1e3 * median(cpus[BOT]):.2f} ms to {1e3 * median(cpus[SYNC]):.2f} ms",
    )
    head = [f"{IN_FLIGHT} at once", "calls/s", "CPU ms"]
    rows = [
        [peer, f"{median(rates[peer]):.0f}", f"{1e3 * median(cpus[peer]):.2f}"]
        for peer in runs
    ]
    section.lines.append(grid(head, rows))


async def parts(scale):
    """Measure the signature, the request's build and its models; return the section."""
    logging.disable()  # the SDK writes each request down
    work = {
        "signature": ("bare hashing", speed.signing),
        "request build": ("the SDK", speed.building),
        "models": ("the SDK", speed.modelling),
    }
    section = Section("Signature, models")
    for name, (beside, made) in work.items():
        ours, theirs = speed.in_turns(*made(), rounds=scale.turns, calls=scale.calls)
        goal = Goal(f"{name}, against {beside}", LIMITS[name])
        seen = f"{1e6 * ours:.1f} µs to {1e6 * theirs:.1f} µs"
        section.add(goal, ours / theirs, seen)
    logging.disable(logging.NOTSET)
    return section
