"""The verdict on a whole history: every statement, and what was left undone."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from tests.trials.truth.judge import (  # noqa: F401 - they register their judges
    alerts,
    details,
    rooms,
    silence,
)
from tests.trials.truth.judge.claims import JUDGES
from tests.trials.truth.judge.facts import GRACE, Facts
from tests.trials.truth.judge.forgotten import forgotten
from tests.trials.truth.judge.rings import bell, rung
from tests.trials.truth.judge.subject import Subject
from tests.trials.truth.judge.undone import Fault, left_undone

NEUTRAL, AS_OF, UNREAD = "neutral", "as of", "unread statement"
SILENT = {NEUTRAL, AS_OF}  # kinds that claim nothing
QUIET_SECONDS = 300.0  # at the end, in which everything can be reached
OTHER = re.compile(r"\bcopy(?: of|:) (R\d+) \(([^)]*)\)")
BELOW = re.compile(r"room (q\w+)(?: → |$)")
SECOND = 1.0  # what a moment that is shown may be cut by


@dataclass
class Verdict:
    """What a history came to."""

    faults: list = field(default_factory=list)
    kinds: Counter = field(default_factory=Counter)

    @property
    def statements(self):
        return sum(n for kind, n in self.kinds.items() if kind not in SILENT)

    @property
    def counts(self):
        return Counter(one.fault for one in self.faults)


def judge(record, words, journal=None, *, quiet=QUIET_SECONDS, grace=GRACE):
    """Return the verdict on *record*; *journal* is the file that is left, if any.

    A stop that was asked for *quiet* seconds before the end has had time enough; what
    is said has to have certain news *grace* seconds after it came.
    """
    facts, verdict = Facts(record, grace), Verdict()
    reader = Reader(facts, words, verdict)
    for entry in record:
        if entry["kind"] == "shown":
            reader.read(entry)
    verdict.faults += rung(facts, reader.bells)
    verdict.faults += forgotten(facts, reader.bells)
    verdict.faults += left_undone(facts, journal, quiet)
    return verdict


class Reader:
    """Reads what is shown, in order; `rooms` are those of handles, as last seen."""

    def __init__(self, facts, words, verdict):
        self.facts, self.words, self.verdict = facts, words, verdict
        self.rooms, self.given, self.first = {}, {}, {}
        self.bells = []  # what is told of outages

    def read(self, entry):
        """Judge every line of the message *entry*."""
        claims = []
        for line in entry["lines"]:
            if claim := self.words.read(line):
                claims.append(claim)
            else:
                self._blame(entry, UNREAD, "no pattern takes it", line)
        claims = list(_with_rooms(claims))
        self._learn(entry, claims)
        about = self._about(entry, claims)
        if rings := bell(self.facts, entry, claims, self.rooms):
            self.bells.append(rings)
            about["room"] = about["room"] or rings.room
        moments = self._drawn(entry, claims)
        for claim, drawn in zip(claims, moments, strict=True):
            if room := self.rooms.get(claim.found.get("handle", "")):
                about = {"room": room, "task": ""}  # several may share a message
            self._judge(claim, entry, drawn, about)
            for other in self._of_others(claim):
                self._judge(other, entry, drawn, {"room": "", "task": ""})

    def _of_others(self, claim):
        """Yield what *claim* says of a copy, or of what it is one of: its headline."""
        for handle, standing in OTHER.findall(claim.line):
            said = self.words.read(f"{handle} · {standing}")
            if handle in self.rooms and said:
                yield said

    def _learn(self, entry, claims):
        """Keep which room a handle belongs to, as people see it."""
        ask = self.facts.asks.get(entry.get("ask"), {})
        started = ask.get("room") if ask.get("does") == "start" else None
        for claim in claims:
            handle, room = claim.found.get("handle"), claim.found.get("room", started)
            if not (handle and room):
                continue
            if self.given.setdefault(handle, room) != room:
                why = f"{handle} was that of {self.given[handle]}, and is of {room}"
                self._blame(entry, "handle given twice", why, claim.line)
                self.given[handle] = room
            self.rooms[handle] = room
            self.first.setdefault(handle, entry["seq"])

    def _about(self, entry, claims):
        """Return the room and the TaskId that a message is about as a whole."""
        found = {}
        for claim in claims:
            for name in ("room", "task", "handle"):
                if name in claim.found:
                    found.setdefault(name, claim.found[name])
        room = found.get("room") or self.rooms.get(found.get("handle", ""), "")
        ask = self.facts.asks.get(entry.get("ask"), {})
        if not room and not found.get("task"):
            return {"room": ask.get("room", ""), "task": ask.get("ref", "")}
        return {"room": room, "task": found.get("task", "")}

    def _drawn(self, entry, claims):
        """Return for each claim when it was drawn, or the moment that it speaks of.

        That moment stands below what is said as of it. It is shown to the second, and
        in which part of that second something was drawn is not: so each is a pair, the
        first moment that it may be, and the last.
        """
        drawn = entry["drawn"]
        at, moments = (drawn, drawn), []
        for claim in reversed(claims):
            if claim.kind == AS_OF:
                named = self.facts.when(claim.found["time"], entry["seq"])
                at = min(drawn, named), min(drawn, named + SECOND)
            moments.append(at)
        return reversed(moments)

    def _judge(self, claim, entry, drawn, about):
        own = {k: claim.found[k] for k in ("room", "task") if k in claim.found}
        if not own and (handle := claim.found.get("handle")):
            own = {"room": self.rooms.get(handle, about["room"])}
        whose = own or about
        for kind in _kinds(claim):
            self.verdict.kinds[kind] += 1
            if kind in SILENT or (kind == "nothing sent" and not self._starts(entry)):
                continue
            if kind in OF_ONE and not any(whose.values()):
                continue
            given = self.first.get(claim.found.get("handle"))
            first, last = drawn
            more = {**whose, "given": given, "earliest": first}
            subject = Subject(self.facts, entry["seq"], last, **more)
            for fault, why in JUDGES[kind](subject, claim):
                self._blame(entry, fault, why, claim.line, kind)

    def _starts(self, entry):
        ask = self.facts.asks.get(entry.get("ask"), {})
        return ask.get("does", "start") == "start"

    def _blame(self, entry, fault, why, line, kind=""):
        at = entry["seq"], entry["t"]
        self.verdict.faults.append(Fault(fault, why, *at, line, kind))


OF_ONE = JUDGES.keys() - {"none runs", "none has arrived"}


def _with_rooms(claims):
    """Yield *claims*; what is a row of a list has the room that stands below it."""
    for claim, below in zip_longest(claims, claims[1:]):
        room = below and BELOW.match(below.line)
        if room and "handle" in claim.found and "room" not in claim.found:
            yield replace(claim, found={**claim.found, "room": room[1]})
        else:
            yield claim


def _kinds(claim):
    kinds = claim.kind.split(" + ")
    if "🟢" in claim.found.get("sign", ""):
        kinds.append("green")
    return kinds
