"""The verdict on a whole history: every statement, and what was left undone."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from tests.trials.truth.judge import (  # noqa: F401 - they register their judges
    details,
    silence,
)
from tests.trials.truth.judge.claims import JUDGES
from tests.trials.truth.judge.facts import GRACE, STOP, Facts
from tests.trials.truth.judge.subject import DEFINITE, Subject

NEUTRAL, AS_OF, UNREAD = "neutral", "as of", "unread statement"
SILENT = {NEUTRAL, AS_OF}  # kinds that claim nothing
QUIET_SECONDS = 300.0  # at the end, in which everything can be reached
SECOND = 1.0  # what a moment that is shown may be cut by
READS_SECONDS = 10.0  # in which a question is answered


@dataclass
class Fault:
    """One thing that is wrong: what, why, and the words that it is in."""

    fault: str
    why: str
    seq: int = -1
    t: float = 0.0
    line: str = ""
    kind: str = ""


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
    _whole(facts, verdict, journal, quiet)
    return verdict


class Reader:
    """Reads what is shown, in order; `rooms` are those of handles, as last seen."""

    def __init__(self, facts, words, verdict):
        self.facts, self.words, self.verdict = facts, words, verdict
        self.rooms, self.given, self.first = {}, {}, {}

    def read(self, entry):
        """Judge every line of the message *entry*."""
        claims = []
        for line in entry["lines"]:
            if claim := self.words.read(line):
                claims.append(claim)
            else:
                self._blame(entry, UNREAD, "no pattern takes it", line)
        self._learn(entry, claims)
        about = self._about(entry, claims)
        moments = self._drawn(entry, claims)
        for claim, drawn in zip(claims, moments, strict=True):
            if room := self.rooms.get(claim.found.get("handle", "")):
                about = {"room": room, "task": ""}  # several may share a message
            self._judge(claim, entry, drawn, about)

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


def _kinds(claim):
    kinds = claim.kind.split(" + ")
    if "🟢" in claim.found.get("sign", ""):
        kinds.append("green")
    return kinds


# ── what was left undone ─────────────────────────────────────────────────────────


def _whole(facts, verdict, journal, quiet):
    shown = [entry for entry in facts.record if entry["kind"] == "shown"]
    said = "\n".join(line for entry in shown for line in entry["lines"])
    for fault in (
        *_doubles(facts),
        *_unanswered(facts, shown),
        *_lost_stops(facts, quiet),
        *_misdirected(facts),
        *_unkept(facts, said, journal),
    ):
        verdict.faults.append(fault)


def _doubles(facts):
    by_agent = Counter(task.agent for task in facts.tasks.values() if _ours(task))
    starts = Counter(
        ask["room"] for ask in facts.asks.values() if ask.get("does") == "start"
    )
    rooms = Counter(task.room for task in facts.tasks.values() if _ours(task))
    for agent, times in by_agent.items():
        if times > 1:
            yield Fault("double", f"{agent} runs {times} times")
    for room, times in rooms.items():
        if times > max(starts[room], 1):
            yield Fault("double", f"{room} was asked for {starts[room]} times")


def _ours(task):
    return task.agent.startswith("pb_")


def _unanswered(facts, shown):
    for number, ask in facts.asks.items():
        if number in facts.failed or number not in facts.acked:
            continue  # Slack itself tells the person that nobody answered
        if ask.get("does") == "edit":
            continue  # the message as it was first sent is the ask
        if _reads(ask) and _is_moot(facts, ask):
            continue  # a question is not kept, and can be asked again
        if not any(_answers(entry, number, ask) for entry in shown):
            why = f"{ask['user']} typed “{ask['typed']}” and heard nothing"
            yield Fault("unanswered", why, ask["seq"], ask["t"])


def _reads(ask):
    changes = {"start", "attach", "close"}
    return ask.get("does") not in changes and not ask.get("sure")


def _is_moot(facts, ask):
    """Tell whether the bot died, or Slack was away, when *ask* was to be answered."""
    until = ask["t"] + READS_SECONDS
    return not facts.survives(ask["seq"], until) or any(
        entry["kind"] == "unshown"
        and ask["t"] <= entry["t"] <= until
        and entry["error"] in {"away", "lost"}
        for entry in facts.record
    )


def _answers(entry, number, ask):
    if entry["seq"] < ask["seq"]:
        return False
    if entry.get("ask") == number or entry.get("trigger") == f"t{number}":
        return True
    if entry["only"] not in {"", ask["user"]}:
        return False
    to_them = ask["user"] in {entry["only"], f"U{entry['channel'][1:]}"}
    if _reads(ask) and to_them and entry["t"] <= ask["t"] + READS_SECONDS:
        return True
    if ask.get("ts") and entry["thread"] == ask["ts"]:
        return True
    about = " ".join(entry["lines"])
    names = [ask.get("room"), ask.get("ref"), ask.get("handle")]
    return any(name and name in about for name in names)


def _lost_stops(facts, quiet):
    for task in facts.tasks.values():
        if task.ended is not None or not _known(facts, task):
            continue
        for number, ask in facts.asks.items():
            if number not in facts.acked or not _wants_stop(ask, task):
                continue
            if task.ended_since(ask["t"]) or _is_excused(facts, task, ask):
                continue
            life = facts.life_at(facts.acked[number]["seq"])
            if life >= 0 and facts.end - ask["t"] > quiet:
                why = f"{ask['user']} stopped {task.room} and it runs"
                yield Fault("stop refused or lost", why, ask["seq"], ask["t"])
                break


def _is_excused(facts, task, ask):
    """Tell whether the stop *ask* cannot have been carried out, or be known still.

    While the journal is away nothing can be accepted, and that is said. And what stood
    in a journal that was put aside for an older copy is known to nobody.
    """
    return (
        _refused_for_good(facts, task, ask)
        or any(gone <= ask["t"] <= back for gone, back in facts.away)
        or not facts.knows(ask["seq"], len(facts.record))
    )


def _refused_for_good(facts, task, ask):
    """Tell whether Tencent refused the stop in a word after which it did nothing."""
    return any(
        one.what == "stop refused"
        and one.task == task.id
        and one.t >= ask["t"]
        and one.code.startswith(DEFINITE)
        for one in facts.news
    )


def _wants_stop(ask, task):
    if ask.get("does") != "stop" or not ask.get("may") or not ask.get("sure"):
        return False
    return ask.get("ref") == task.id or (ask.get("room") or "-") == task.room


def _known(facts, task):
    last = len(facts.record)
    return any(
        one.task == task.id and one.certain and facts.knows(one.seq, last)
        for one in facts.news
    )


def _misdirected(facts):
    """Find stops of tasks that nobody asked to stop."""
    for entry in facts.record:
        if entry["kind"] != "received" or entry["action"] != STOP:
            continue
        task = facts.tasks.get(entry["task"])
        asks = [a for a in facts.asks.values() if a.get("does") == "stop"]
        asks = [a for a in asks if a["seq"] < entry["seq"]]
        if task and not any(_meant(ask, task) for ask in asks):
            why = f"that of {task.room} was stopped, which nobody asked for"
            yield Fault("misdirected stop", why, entry["seq"], entry["t"])


def _meant(ask, task):
    return ask.get("ref") == task.id or (ask.get("room") or "-") == task.room


def _unkept(facts, said, journal):
    if journal is None:
        return
    kept = _texts(journal)
    last = len(facts.record)
    for one in facts.news:
        if not (one.task and one.certain and one.agent.startswith("pb_")):
            continue
        if not facts.knows(one.seq, last):
            continue
        if one.task not in kept and one.task not in said:
            yield Fault("unkept TaskId", f"{one.task} came and is nowhere", one.seq)


def _texts(journal):
    """Return all text in the file *journal*, whatever its tables are."""
    connection = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        found = []
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - its own
            found += [str(value) for row in rows for value in row if value]
        return "\n".join(found)
    finally:
        connection.close()
