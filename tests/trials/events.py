"""Events of rooms beside commands: `python -m tests.trials.events`.

A process of its own sends signed room and media events, RATE (2,000) a second for
SECONDS (60), on kept connections from one address; meanwhile people type commands and
relays start, go live and are stopped, of which the cloud tells. A goal marked “must”
that is missed makes the exit code 1.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.trials.load import PATIENCE, Table
from tests.trials.load_rig import CALLBACKS, make_rig
from tests.trials.rawhttp import Lines, request

TOP = Path(__file__).parents[2]
ROOMS, PEOPLE = 2000, 50  # of each room
CONNECTIONS = 200  # of the one that sends; nobody knows how many Tencent has
GOAL = 0.05  # seconds
TAKEN = b'{"code": 0}'
KINDS = (103, 104, 105, 201, 202, 203, 204, 205, 206)
COMMANDS_A_SECOND = 20.0
ANSWER_IN = 5.0  # seconds that Tencent waits


@dataclass(frozen=True, slots=True)
class Scale:
    """How many events a second, for how many seconds."""

    rate: float = 2000
    seconds: float = 60


# ── the process that sends ──────────────────────────────────────────────────────────


def body(any_of, number):
    """Return an event of some room, which happens now."""
    kind, now = any_of.choice(KINDS), round(time.time() * 1000)
    info = {
        "RoomId": any_of.randrange(ROOMS),
        "EventTs": now // 1000,
        "EventMsTs": now,
        "UserId": f"user-{any_of.randrange(PEOPLE)}",
        "Role": any_of.choice((20, 21)),
        "UniqueId": number,
    }
    event = {"EventGroupId": kind // 100, "EventType": kind, "CallbackTs": now}
    return json.dumps({**event, "EventInfo": info}, indent="\t").encode()


async def offer(url, key, scale):
    """Send events to *url*; print as JSON how long each answer took, or -1."""
    lines = Lines(url, most=CONNECTIONS)
    any_of, took = random.Random(1), []  # noqa: S311 - not for secrets

    async def send(number, due):
        raw = body(any_of, number)
        sign = base64.b64encode(hmac.digest(key.encode(), raw, hashlib.sha256))
        head = {"Content-Type": "application/json", "Sign": sign.decode()}
        answer = await lines.ask(request(CALLBACKS, raw, head), ANSWER_IN)
        taken = answer.status == 200 and answer.body == TAKEN
        took.append(round(monotonic() - due, 4) if taken else -1)

    began, flying, count = monotonic(), set(), round(scale.rate * scale.seconds)
    for number in range(count):
        due = began + number / scale.rate
        if (wait := due - monotonic()) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(send(number, due))
        flying.add(task)
        task.add_done_callback(flying.discard)
    offered = count, monotonic() - began
    await asyncio.gather(*flying)
    lines.close()
    sys.stdout.write(json.dumps({"took": took, "offered": offered}))


def spent(pid):
    """Return the seconds of CPU that the process *pid* has taken."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


# ── the trial ───────────────────────────────────────────────────────────────────────


async def trial(rig, url, scale):
    """Send events beside commands; return the figures."""
    table = Table()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.trials.events", "offer"),
        *(url, rig.cloud.callbacks.key, str(scale.rate), str(scale.seconds)),
        cwd=TOP,
        stdout=asyncio.subprocess.PIPE,
    )
    stopping, began = asyncio.create_task(rig.stopping()), spent(rig.bot.pid)
    before, count = rig.mix.next_number(), int(COMMANDS_A_SECOND * scale.seconds)
    try:
        printed, _late = await asyncio.gather(
            process.communicate(), rig.offer(rig.mix.any, COMMANDS_A_SECOND, count)
        )
        cpu = spent(rig.bot.pid) - began
        await rig.landed()
        await rig.until(lambda: not rig.awaited(before), PATIENCE)
        await rig.until(lambda: not rig.cloud.callbacks.busy, PATIENCE)
    finally:
        stopping.cancel()
    _events(table, json.loads(printed[0]))
    _commands(table, [one for number, one in rig.sent.items() if number > before])
    _relays(table, rig.cloud)
    table.add("bot: share of one core", f"{cpu / scale.seconds:.0%}")
    return table


def _events(table, printed):
    number, seconds = printed["offered"]
    took = sorted(one for one in printed["took"] if one >= 0)
    table.add("events: sent", number, f"{number / seconds:.0f}/s")
    refused = number - len(took)
    table.must("events: turned away or late", refused, "0", kept=not refused)
    _shares(table, "events: answered", took)


def _commands(table, sent):
    acks = sorted(one.ack for one in sent if one.ack >= 0)
    table.add("commands", len(sent))
    missing = len(sent) - len(acks)
    table.must("commands: no ack in 3 s", missing, "0", kept=not missing)
    _shares(table, "commands: acked", acks)


def _shares(table, name, took):
    for share in (0.5, 0.99, 1):
        last = took[min(int(share * len(took)), len(took) - 1)] if took else -1.0
        goal = share == 0.99
        kept = last <= GOAL if goal else None
        words = f"{name}, {share:.0%} of them"
        table.add(words, f"{last * 1000:.0f} ms", "≤ 50 ms" if goal else "", kept=kept)


def _relays(table, cloud):
    """Show that every event of a relay was taken, with 2,000 others a second."""
    calls = cloud.callbacks
    table.add("relays: started", len(cloud.state.relays))
    taken = len(calls.accepted)
    table.must("relays: events taken", taken, "some", kept=taken > 0)
    lost = len(calls.lost) + len(calls.waiting)
    table.must("relays: events lost", lost, "0", kept=not lost)


async def main():
    """Run the trial in a folder of its own; return the exit code."""
    rate, seconds = os.environ.get("RATE", "2000"), os.environ.get("SECONDS", "60")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rig = await make_rig(stack, folder, 1, called_back=True)
        table = await trial(rig, rig.lines.url, Scale(float(rate), float(seconds)))
    for goal in table.missed:
        sys.stdout.write(f"missed: {goal}\n")
    return 1 if table.missed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["offer"]:
        _offer, where, secret, *numbers = sys.argv[1:]
        asyncio.run(offer(where, secret, Scale(*map(float, numbers))))
    else:
        sys.exit(asyncio.run(main()))
