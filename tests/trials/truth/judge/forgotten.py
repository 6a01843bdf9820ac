"""Alerts that did not ring: troubles of which nobody was told, or not as promised.

What is asked for is what is certain: news that the bot took for good, of a relay that
runs. How soon, only where nothing else was broken meanwhile; else by the end.
"""

from bisect import bisect_left

from tests.trials.truth.judge.alerts import slack
from tests.trials.truth.judge.facts import FAILED, RUNNING, START, STOP
from tests.trials.truth.judge.reading import NOBODY
from tests.trials.truth.judge.rings import MOST, Rings
from tests.trials.truth.judge.rooms import IN
from tests.trials.truth.judge.undone import Fault

FORGOTTEN = "not called"
SOON = 60.0  # seconds in which a message is there, if nothing is broken
LATE = 5.0  # seconds: what is shown so late waited for Slack
GIVEN_UP = 400.0  # seconds in which a stop is given up, or told as stuck
UNSETTLED = 420.0  # seconds until a start has been unknown for long enough
BROKEN = {
    "unshown",
    "unanswered",
    "killed",
    "journal away",
    "journal back",
    "restored",
    "slept",
    "stepped",
}
LOST = {"restored", "slept"}  # after which a journal may know something else


def forgotten(facts, bells):
    """Yield what should have rung in a history, and did not."""
    rings = Rings(facts, bells)
    if any(entry["kind"] in LOST for entry in facts.record):
        return
    breaks = [e["t"] for e in facts.record if e["kind"] in BROKEN]
    yield from _failures(rings, breaks)
    yield from _quiet(rings)
    yield from _not_again(rings, breaks)
    yield from _stops(rings)
    yield from _copies(rings)
    yield from _left_alone(rings, breaks)


def _calm(breaks, begin, end):
    """Tell whether nothing was broken between two moments."""
    return bisect_left(breaks, begin) == bisect_left(breaks, end)


def _told(rings, key, since, until):
    """Return the messages about an outage that came, or were changed, in that time."""
    return [
        one
        for one in rings.bells
        if one.key == key and since <= one.t <= until and not rings.is_copy(one)
    ]


def _failures(rings, breaks):
    """Find targets that were given up, and nobody was told."""
    facts = rings.facts
    for one in facts.news:
        if one.what != "event" or one.status != FAILED or not one.certain:
            continue
        task = facts.tasks.get(one.task)
        if task is None or not _matters(rings, task, one):
            continue
        key, calm = (task.room, "failed"), _calm(breaks, one.t - SOON, one.t + SOON)
        until = one.t + SOON if calm else facts.end
        if one.t + (SOON if calm else GIVEN_UP) > facts.end:
            continue
        before = _told(rings, key, 0, until)
        if not before:
            yield Fault(FORGOTTEN, f"{task.room} failed, and nobody is told", one.seq)


def _matters(rings, task, one):
    """Tell whether the failure *one* of a task is news: it is the last that is known.

    What came late, or of what had ended before, is not.
    """
    facts = rings.facts
    if not task.agent.startswith("pb_") or not facts.survives(one.seq, one.t):
        return False
    subject = rings.subject(task.room, one.seq, one.t)
    known = subject.vouched(certain=True) and not subject.asked("change")
    others = [e.at for e in subject.news("event", certain=False)]
    late = any(at > one.at for at in others)
    return known and not late and subject.over(certain=False) is None


def _quiet(rings):
    """Find a new alert that calls nobody, and nobody muted it, took it, or ended it."""
    for ring in rings.of.values() if rings.wanted.get("group") else ():
        for one in ring:
            if one.how != "rings" or one.calls or _says_so(one.entry):
                continue
            if rings.may_be_muted(one.room, one.raised, one.seq, one.t):
                continue
            if rings.may_be_taken(one.room, one.seq):
                continue
            why = f"an alert of {one.key} calls nobody"
            yield Fault(FORGOTTEN, why, one.seq, one.t, one.entry["lines"][0])


def _says_so(entry):
    """Tell whether it says that nobody could be called, where only one reads it."""
    alone = entry.get("only") or entry.get("channel", "").startswith("D")
    return alone and any(line.startswith(NOBODY) for line in entry["lines"])


def _not_again(rings, breaks):
    """Find what goes on, and calls nobody again, though nobody took it."""
    for ring in rings.of.values() if rings.again else ():
        calls = [one for one in ring if one.calls]
        for number, one in enumerate(calls):
            if _is_due_again(rings, breaks, calls, number):
                why = f"nobody is called again about {one.key}"
                yield Fault(FORGOTTEN, why, one.seq, one.t)


def _is_due_again(rings, breaks, calls, number):
    """Tell whether a call was to follow that of this *number*, and did not."""
    facts, one = rings.facts, calls[number]
    due = one.t + rings.again + slack(facts) + SOON
    seq = _seq_at(facts, due)
    if due > facts.end or not _calm(breaks, one.t - SOON, due):
        return False
    followed = number + 1 < len(calls) and calls[number + 1].t <= due
    fresh = [n for n, two in enumerate(calls[: number + 1]) if two.how == "rings"]
    replies = number - fresh[-1] if fresh else number + 1
    excused = rings.may_be_taken(one.room, seq) or rings.may_be_muted(
        one.room, one.t - SOON, seq, due
    )
    goes_on = _goes_on(rings, *one.key, one.t, due) and one.t - one.raised <= LATE
    return goes_on and not (followed or excused) and replies < MOST - 1


def _seq_at(facts, t):
    return next((e["seq"] for e in facts.record if e["t"] > t), len(facts.record))


def _goes_on(rings, room, cause, since, until):
    """Tell whether it surely was as bad as that all the time between these moments."""
    seq = _seq_at(rings.facts, until)
    subject = rings.subject(room, seq, until)
    if subject.over(certain=False) is not None:
        return False
    if subject.asked("close") or subject.asked("attach"):
        return False
    if cause in {"failed", "never-live"}:
        return not _may_have_been_live(subject, since)
    if cause == "unknown":
        return not subject.news("event", "started", certain=False)
    if cause == "room-empty":
        there = [e for e in rings.facts.of_rooms if e["room"] == room]
        last = max((e["t"] for e in there if e["does"] in IN), default=0.0)
        return last < rings.of[room, cause][0].raised
    return not subject.news("stopped", "gone", certain=False)


def _may_have_been_live(subject, since):
    """Tell whether it may have been live at any time after *since*."""
    events = subject.news("event", certain=False)
    between = any(one.status == RUNNING and one.t > since for one in events)
    last = events and any(RUNNING in one for one in subject.allowed().values())
    return between or last


def _stops(rings):
    """Find stops that are sent in vain, and nobody is told."""
    facts = rings.facts
    for task in facts.tasks.values():
        if not task.agent.startswith("pb_") or task.ended is not None:
            continue
        sent = [t for _seq, t, action, _life in facts.sent[task.id] if action == STOP]
        if not sent or sent[0] + GIVEN_UP > facts.end:
            continue
        subject = rings.subject(task.room, len(facts.record), facts.end)
        if subject.over(certain=False) is None and not _told(
            rings, (task.room, "stop"), 0, facts.end
        ):
            why = f"the stop of {task.room} is in vain, and nobody is told"
            yield Fault(FORGOTTEN, why, -1, sent[0])


def _copies(rings):
    """Find alerts of which a channel is not told that is subscribed to them."""
    facts = rings.facts
    for ask in facts.asks.values():
        if ask.get("does") != "subscribe" or not ask.get("may"):
            continue
        taken = [
            e
            for e in facts.record
            if e["kind"] == "shown"
            and e.get("ask") == ask["n"]
            and e["lines"][:1] == ["This channel is told of alerts"]
        ]
        if taken:
            yield from _not_copied(rings, ask, taken[0])


def _not_copied(rings, ask, taken):
    facts, channel = rings.facts, ask["channel"]
    changes = [
        other["seq"]
        for other in facts.asks.values()
        if other.get("does") in {"subscribe", "unsubscribe"}
        and other["channel"] == channel
        and other["seq"] > ask["seq"]
    ]
    until = min(changes, default=10**9)
    copied = {(one.key) for one in rings.bells if one.entry["channel"] == channel}
    for (room, cause), ring in rings.of.items():
        for one in ring:
            late = one.raised < taken["t"] + facts.unsure
            if one.how != "rings" or late or one.seq > until:
                continue
            if ask["causes"] and cause not in ask["causes"]:
                continue
            if one.key not in copied and one.t + GIVEN_UP < facts.end:
                why = f"{channel} is not told of {room}, {cause}"
                yield Fault(FORGOTTEN, why, one.seq, one.t)


def _left_alone(rings, breaks):
    """Find rooms that were left while a relay ran there, and nobody is told."""
    facts = rings.facts
    wait = SOON + slack(facts) + SOON
    for entry in facts.of_rooms:
        if entry["kind"] != "room taken" or entry["does"] != "leaves":
            continue
        room, end = entry["room"], entry["t"] + wait
        if end > facts.end or not _is_empty(facts, breaks, entry, end):
            continue
        seq = _seq_at(facts, end)
        subject = rings.subject(room, seq, end)
        runs = subject.vouched(certain=True) and subject.over(certain=False) is None
        began = min(subject.sent(START), default=10**9)
        if not runs or began > entry["t"] or subject.asked("stop"):
            continue
        if not _told(rings, (room, "room-empty"), 0, end):
            why = f"{room} is empty, and nobody is told"
            yield Fault(FORGOTTEN, why, entry["seq"], entry["t"])


def _is_empty(facts, breaks, entry, end):
    """Tell whether the bot heard all of a room, until by *entry* its last guest left.

    It was made in this life of the bot, each event came in its order, and none until
    the *end*.
    """
    mine = [one for one in facts.of_rooms if one["room"] == entry["room"]]
    made = [o["at"] for o in mine if o["kind"] == "room taken" and o["does"] == "makes"]
    born = facts.alive[facts.life_at(entry["seq"])][2]
    first = min(made, default=0.0)
    return (
        first > born + 1
        and {one["user"] for one in mine if one["does"] in IN} == {entry["user"]}
        and all(first <= one["at"] <= entry["at"] for one in mine)
        and not any(entry["t"] < one["t"] <= end for one in mine)
        and _calm(breaks, first - SOON, end)
    )
