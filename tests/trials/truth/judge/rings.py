"""Whom alerts call: once for each outage, again until somebody has it, nobody muted.

Told from docs/alerts.md, and from what was true; what stands in messages only says
which relay and which cause they are about.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from tests.trials.truth.judge.alerts import (
    FLAPS_AT,
    FLAPS_IN,
    may_be_settled,
    slack,
    was_well,
)
from tests.trials.truth.judge.facts import MARGIN
from tests.trials.truth.judge.subject import Subject
from tests.trials.truth.judge.undone import Fault

CAUSES = {
    "went": "failed",
    "not live": "never-live",
    "room is empty": "room-empty",
    "unknown": "unknown",
    "no such task": "unknown",
    "may run": "stop",
    "not stopped by this": "stop",
    "stop is stuck": "stop",
}  # of what rings, by the kind of its first line
WORDS = {
    "a target failed": "failed",
    "not live after 60 s": "never-live",
    "nobody in the room": "room-empty",
    "unknown, and not settled": "unknown",
    "a stop did not get through": "stop",
}
SHORT = re.compile(r"(-\S+)…(\S+)")  # a TaskId
BESIDE = {"alert": "over", "nobody has it": "again", "flapping": "flaps"}
MOST = 4  # calls of one outage: the first, and three more
POST, UPDATE = "chat.postMessage", "chat.update"
WRONGLY = "called wrongly"


@dataclass(frozen=True)
class Bell:
    """A message about an outage of *room* for *cause*, as it was shown.

    *how*: "rings", "again", "flaps", or "over". *raised* is as of when it speaks.
    """

    entry: dict = field(repr=False)
    room: str
    cause: str
    how: str
    raised: float

    @property
    def seq(self):
        return self.entry["seq"]

    @property
    def t(self):
        return self.entry["t"]

    @property
    def is_new(self):
        return self.entry["way"].startswith(POST)

    @property
    def calls(self):
        return bool(self.entry.get("calls"))

    @property
    def key(self):
        return self.room, self.cause


def bell(facts, entry, claims, rooms):
    """Return the bell that the message *entry* with these *claims* is, or None."""
    way = entry.get("way", "")
    if not claims or entry["only"] or not way.startswith((POST, UPDATE)):
        return None
    first, *others = claims
    marks = [one for one in others if one.kind == "as of"]
    raised = facts.when(marks[0].found["time"], entry["seq"]) if marks else entry["t"]
    if first.kind in BESIDE:
        cause = next(c for words, c in WORDS.items() if words in first.line)
        how = BESIDE[first.kind]
    elif marks and (causes := _causes(first)):
        cause, how = causes[0], "rings"
    else:
        return None
    return Bell(entry, _room(facts, claims, rooms), cause, how, raised)


def _room(facts, claims, rooms):
    """Return the room that a message is about: by its handle, else by its TaskId.

    In a first line that may be short: its beginning and its end.
    """
    if handle := claims[0].found.get("handle"):
        return rooms.get(handle, "")
    whole = [one.found["task"] for one in claims if one.found.get("task")]
    short = SHORT.search(claims[0].line)
    for task in facts.tasks.values():
        ends = short and task.id.startswith(short[1]) and task.id.endswith(short[2])
        if ends or task.id in whole:
            return task.room
    return ""


def _causes(claim):
    if claim.kind == "went" and claim.found["word"] != "failed":
        return []
    return [CAUSES[kind] for kind in claim.kind.split(" + ") if kind in CAUSES]


class Rings:
    """The bells of a history, as its *facts* have it."""

    def __init__(self, facts, bells):
        self.facts, self.bells = facts, bells
        began = next(e for e in facts.record if e["kind"] == "began")
        self.wanted = began.get("alerts") or {}
        self.again = self.wanted.get("minutes", 0) * 60.0
        self.of = defaultdict(list)  # new ones, by relay and cause
        for one in bells:
            if one.is_new and one.room and not self.is_copy(one):
                self.of[one.key].append(one)
        self.takes = list(self._answered("taken"))
        self.mutes = list(self._mutes())

    def is_copy(self, one):
        """Tell whether it stands in a channel that is told of alerts, and no more."""
        channel = one.entry["channel"]
        return channel != self.wanted.get("channel") and not channel.startswith("D")

    def subject(self, room, seq, t):
        return Subject(self.facts, seq, t, room=room)

    # ── what people did ─────────────────────────────────────────────────────────

    def _answered(self, word):
        """Yield (seq, t, room, the ask's t) of answers that say *word* of a room."""
        ends = {
            "taken": " · taken; nobody is called again",
            "muted": " · muted until ",
        }
        does = {"taken": {"take", "eyes"}, "muted": {"mute"}}[word]
        for entry in self.facts.record:
            if entry["kind"] != "shown" or not entry["lines"]:
                continue
            if entry["only"] and ends[word] in entry["lines"][0]:
                asks = [
                    ask
                    for ask in self.facts.asks.values()
                    if ask.get("does") in does
                    and ask["seq"] < entry["seq"]
                    and ask["user"] == entry["only"]
                    and ask.get("room")
                    and (ask.get("handle") or "") in entry["lines"][0]
                ]
                if asks and entry.get("ask") in {None, asks[-1]["n"]}:
                    yield entry["seq"], entry["t"], asks[-1]["room"], asks[-1]

    def _mutes(self):
        """Yield (room, from seq, until when) in which surely nobody is called."""
        for seq, _t, room, ask in self._answered("muted"):
            ends = ask["t"] + ask["seconds"] - self.facts.unsure - 1
            yield room, seq, ends

    def is_muted(self, room, seq, t):
        """Tell whether *room* is surely muted at that moment."""
        return any(
            of == room
            and since < seq
            and t < until
            and self.facts.knows(since, seq)
            and not self._asked(room, since, seq, "mute", "unmute")
            for of, since, until in self.mutes
        )

    def _asked(self, room, since, until, *does):
        """Return the asks about *room* between two entries, in doubt all."""
        return [
            ask
            for ask in self.facts.asks.values()
            if ask.get("does") in does
            and since < ask["seq"] < until
            and ask.get("room") in {None, "", room}
        ]

    def may_be_muted(self, room, since, seq, t):
        """Tell whether it may have been muted between *since* and *t*."""
        unsure = 2 * self.facts.unsure + JOBS_LATE
        return any(
            ask.get("seconds") and ask["t"] + ask["seconds"] + unsure >= since
            for ask in self._asked(room, -1, seq, "mute")
            if ask["t"] <= t
        )

    def may_be_taken(self, room, seq):
        """Tell whether somebody may have taken what rings of *room* before *seq*."""
        return bool(self._asked(room, -1, seq, "take", "eyes"))

    # ── what is known of an outage ──────────────────────────────────────────────

    def is_noted(self, one):
        """Tell whether the bot surely noted that *one* was shown.

        Where Slack took a message, and the bot did not hear that, it is sent again.
        """
        after = self.facts.record[one.seq + 1 : one.seq + 2]
        lost = after and after[0]["kind"] == "unanswered"
        return not lost and self.facts.survives(one.seq, one.t)

    def may_end(self, first, then):
        """Tell whether the outage of *first* may be over by the bell *then*."""
        then_seq, then_t = then.seq, max(then.raised, then.t)
        subject = self.subject(first.room, then_seq, then_t)
        if may_be_settled(subject):
            return True
        if first.cause == "unknown":
            attached = self._asked(first.room, -1, then_seq, "attach", "close")
            return bool(subject.news("event", "started", certain=False) or attached)
        if first.cause == "stop":
            return bool(subject.news("stopped", "gone", certain=False))
        return was_well(subject, first.raised - MARGIN - self.facts.unsure)


JOBS_LATE = 30.0


def rung(facts, bells):
    """Yield what is wrong with the calls of a history."""
    rings = Rings(facts, bells)
    yield from _places(rings)
    for ring in rings.of.values():
        yield from _one_by_one(rings, ring)
        yield from _flaps(rings, ring)
        for one in ring:
            yield from _forbidden(rings, one)


def _blame(one, why):
    return Fault(WRONGLY, why, one.seq, one.t, one.entry["lines"][0])


def _places(rings):
    """Find calls in edits, elsewhere, of others, or about nothing that rings."""
    known = {one.seq: one for one in rings.bells}
    for entry in rings.facts.record:
        if entry["kind"] != "shown" or not entry.get("calls"):
            continue
        if why := _misplaced(rings, entry, known.get(entry["seq"])):
            line = entry["lines"][0] if entry["lines"] else ""
            yield Fault(WRONGLY, why, entry["seq"], entry["t"], line)


def _misplaced(rings, entry, one):
    """Return why the message *entry*, which is the bell *one*, is not to call."""
    if not entry.get("way", "").startswith(POST):
        return "a change of a message calls"
    if entry["calls"] != [rings.wanted.get("group")]:
        return f"{entry['calls']} are called"
    if one is None:
        return "a call is about no outage"
    if rings.is_copy(one):
        return f"{entry['channel']} is told, and called"
    return "" if one.how in {"rings", "again"} else f"what says “{one.how}” calls"


def _one_by_one(rings, ring):
    """Find an outage that rings twice, too soon, or too often."""
    last, calls = None, 0
    for one in ring:
        if one.how == "rings" and not one.calls:
            last, calls = None, 0
        if not one.calls:
            continue
        doubtful = last is not None and not rings.is_noted(last)
        if one.how == "rings":
            if last and not doubtful and not rings.may_end(last, one):
                yield _blame(one, f"{one.key} rings twice in one outage")
            calls = 0
        elif last and not doubtful and not _waited(rings, last, one):
            yield _blame(one, f"called again after {one.t - last.t:.0f} s")
        calls += not doubtful
        if calls > MOST:
            yield _blame(one, f"called {calls} times for one outage")
        last = one


def _waited(rings, last, one):
    return one.t - last.t >= rings.again - slack(rings.facts)


def _flaps(rings, ring):
    """Find a third outage within a quarter of an hour that rings as a new one."""
    fresh = [one for one in ring if one.how == "rings" and rings.is_noted(one)]
    for n, third in enumerate(fresh[FLAPS_AT - 1 :]):
        first = fresh[n]
        within = FLAPS_IN - slack(rings.facts)
        known = rings.facts.knows(first.seq, third.seq)
        if third.cause in {"unknown", "stop"}:
            continue
        if known and third.raised - first.raised < within:
            yield _blame(third, "the third outage in 15 minutes rings as a new one")


def _forbidden(rings, one):
    """Find a call about what is muted, over, or somebody's."""
    if not one.calls:
        return
    if any("Taken by @" in line for line in one.entry["lines"]):
        yield _blame(one, "calls, and says who has it")
    if rings.is_muted(one.room, one.seq, one.t):
        yield _blame(one, "called while it is muted")
    if one.how == "again" and _is_over(rings, one):
        yield _blame(one, "called again, and it is over")
    if any(_is_taken(rings, one, *take) for take in rings.takes):
        yield _blame(one, "called after somebody took it")


def _is_taken(rings, one, seq, t, room, _ask):
    """Tell whether the outage of *one* was taken by the answer at *seq*."""
    if room != one.room or seq > one.seq or not rings.facts.knows(seq, one.seq):
        return False
    if one.how == "rings" and one.raised > t - rings.facts.unsure - 2:
        return False  # it began after that
    return not any(
        other.how in {"rings", "over"} and seq < other.seq < one.seq
        for other in rings.of[one.key]
    )


def _is_over(rings, one):
    """Tell whether the relay of *one* is surely known to be over."""
    subject = rings.subject(one.room, one.seq, one.t - MARGIN)
    return subject.over(certain=True) is not None
