"""How soon an ack comes, one command at a time, beside Bolt that does nothing else."""

import json
from statistics import median
from time import perf_counter
from urllib.parse import quote_plus

from tests.bench.load import PATIENCE, STARTERS, Figures, Load, Slack, at
from tests.bench.process import subject
from tests.bench.raw import connect
from tests.bench.table import Goal, Section, grid, ratio
from tests.bench.world import FIRST_ROOM, PEOPLE, world
from tests.trials.slackish import TEAM

A1, A2, BOT = "A1", "A2", "bot"
PEERS = {
    A1: ("tests.bench.peers.bare",),
    A2: ("tests.bench.peers.bare", "before"),
    BOT: ("tests.bench.ours",),
}
TYPED = {
    "look-up": ("/lookup", "FailedOperation.SlowDown"),
    "help": ("/patchbay", "help"),
}
START, FORM = "start", "form"
LIMITS = {START: 0.2, FORM: 0.25, "look-up": 0.05, "help": None}  # against A1


async def acks(scale):
    """Measure acks of starts, forms, look-ups and help; return the section."""
    times = {kind: {peer: [] for peer in PEERS} for kind in LIMITS}
    async with world() as one:
        form = await a_form(one)
        for turn in range(scale.rounds):
            for peer in [*PEERS][::-1] if turn % 2 else PEERS:
                module, *arguments = PEERS[peer]
                async with subject(module, one, *arguments) as process:
                    load = Load(Slack(one, process.port), process)
                    for kind in LIMITS:
                        work = _measure(load, scale, kind, form, peer)
                        times[kind][peer].append(at(0.5, (await work).acks))
    return _section(times)


async def _measure(load, scale, kind, form, peer):
    """Return the figures of *kind*; what a start or a form does later is waited for."""
    how = {"warm": scale.warm / 2, "seconds": scale.seconds / 2}
    if kind == START:
        return await load.in_flight(1, answered=peer == BOT, **how)
    if kind in TYPED:
        slack, typed = load.slack, TYPED[kind]
        return await load.in_flight(
            1, make=lambda n: slack.command(n, *typed), answered=False, **how
        )
    return await _forms(load, form if peer != BOT else None, **how)


async def _forms(load, form, *, warm, seconds):
    """Send forms in, one at a time: *form* again and again, or one opened for each."""
    figures, slack = Figures(), load.slack
    line = await connect(slack.port)
    began = perf_counter()
    while (now := perf_counter()) < began + warm + seconds or not figures.acks:
        number = slack.next_number()
        view = form or await _opened(load, line, number)
        data = submitted(slack, number, view)
        end = slack.world.wait_for(number)
        asked = perf_counter()
        status, said = await line.ask(data)
        took = perf_counter() - asked
        if status != 200 or b"errors" in said:
            raise RuntimeError(f"the form was not taken: {said}")
        if now > began + warm:
            figures.acks.append(took)
        if not form:
            await slack.world.ended(end, PATIENCE)
    line.close()
    return figures


async def a_form(one):
    """Return the view of a start, as the bot opens it."""
    async with subject("tests.bench.ours", one) as process:
        load = Load(Slack(one, process.port), process)
        line = await connect(process.port)
        return await _opened(load, line, load.slack.next_number())


async def _opened(load, line, number):
    """Ask for the form *number* and return the view that the bot opens."""
    opened = load.slack.world.wait_for(number)
    room = FIRST_ROOM + number
    text = f"start {room} url=rtmp://push.example.com/live/s{number}"
    await line.ask(load.slack.command(number, "/relay", text))
    return await load.slack.world.ended(opened, PATIENCE)


def submitted(slack, number, view):
    """Return the request with which Slack sends *view* in, as it was opened."""
    user = {"id": PEOPLE[number % STARTERS], "team_id": TEAM, "name": "somebody"}
    payload = {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "bench"},
        "user": user,
        "api_app_id": "A0BENCH",
        "trigger_id": f"t{number}.1",
        "view": {
            **view,
            "id": f"V{number}",
            "team_id": TEAM,
            "hash": f"{number}.abc",
            "state": {"values": state(view)},
        },
    }
    return slack.signed(f"payload={quote_plus(json.dumps(payload))}")


def state(view):
    """Return the values of *view* as it was opened, with the last of each choice."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _value(block["element"])}
        for block in view["blocks"]
        if block["type"] == "input"
    }


def _value(element):
    selected = {
        name.replace("initial_", "selected_"): value
        for name, value in element.items()
        if name.startswith("initial_") and name != "initial_value"
    }
    if "options" in element and not selected:
        selected = {"selected_option": element["options"][-1]}
    text = {"value": element["initial_value"]} if "initial_value" in element else {}
    return {"type": element["type"], **selected, **text}


def _section(times):
    section = Section("Acks, one at a time")
    rows = []
    for kind, limit in LIMITS.items():
        theirs, ours = times[kind][A1], times[kind][BOT]
        seen = f"{1e3 * median(ours):.2f} ms to {1e3 * median(theirs):.2f} ms"
        goal = Goal(f"ack p50 of {kind}, alone, against A1", limit)
        section.add(goal, ratio(ours, theirs), seen)
        middles = (f"{1e3 * median(times[kind][peer]):.2f}" for peer in PEERS)
        rows.append([kind, *middles, f"{ratio(ours, times[kind][A2]):.2f}×"])
    head = ["ack p50, ms", *PEERS, "bot against A2"]
    section.lines.append(grid(head, rows))
    return section
