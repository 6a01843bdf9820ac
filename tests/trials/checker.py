"""Was anything lost, done twice, left unanswered or untrue? A judge that trusts nobody.

It shares no code with the bot: it reads the record (what people did, what the cloud
did, what Slack was shown) and the journal's file with SQLite alone; words are judged
as in `make truth`. Run as `python -m tests.trials.checker FOLDER`; prints one JSON
object. Every submission has a room of its own, by which the witnesses are matched.
"""

import json
import sqlite3
import sys
from collections import Counter, defaultdict
from pathlib import Path

from tests.trials.truth.judge.facts import UPDATE
from tests.trials.truth.judge.reading import words
from tests.trials.truth.judge.verdict import judge

GRACE = 5.0  # seconds: processes share the cores, and a message may be under way
QUIET = 1.0  # seconds at the end, after which a stop that was asked for is lost
PASSING = {"neutral", "requested", "sending"}  # kinds of claims that are no end


def entries(folder):
    file = folder / "record.jsonl"
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text().splitlines() if line]


def journal(path):
    """Return the relays that the bot knows, by room, and whether the file is whole."""
    if not path.exists():
        return {}, "ok"
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
        rows = connection.execute(
            "SELECT room, state, ref FROM intents WHERE about IS NULL"
        ).fetchall()
    finally:
        connection.close()
    known = defaultdict(list)
    for room, state, ref in rows:
        known[room].append((state, ref))
    return known, whole


def shown(record, vocabulary):
    """Return how Slack said last that each room stands, and every TaskId in that."""
    last, text = {}, defaultdict(str)
    for entry in record:
        for line in entry.get("lines", ()):
            claim = vocabulary.read(line)
            if claim and "room" in claim.found and claim.kind != "neutral":
                last[claim.found["room"]] = claim
                text[claim.found["room"]] += " ".join(entry["lines"])
    return last, text


class Case:
    """One submission, as each of the witnesses tells of it."""

    def __init__(self, room, asked, known, shown):
        self.room = room
        self.acked, self.failed, self.told = asked
        self.started = shown[0]  # TaskIds in the cloud's ledger
        self.known = known  # (state, TaskId) in the journal
        self.text = shown[2]  # all that Slack ever showed
        last = shown[1]
        self.word = last.kind if last and last.kind not in PASSING else ""

    def faults(self):
        if len(self.started) > 1:
            yield "double"
        if len(self.known) > 1:
            yield "accepted twice"
        yield from self._lost()
        if not self._answered():
            yield "unanswered"
        if any(state in {"queued", "sending"} for state, _ref in self.known):
            yield "unfinished"

    def _lost(self):
        stored = {ref for _state, ref in self.known}
        unknown = any(state == "unknown" for state, _ref in self.known)
        for task in self.started:
            if task in stored or task in self.text:
                continue
            if not (unknown and self.word == "unknown"):
                yield "silent loss"

    def _answered(self):
        if self.word or (self.told and not self.known):
            return True
        return not (self.known or self.acked)


def cases(record, known, vocabulary):
    """Return every submission, and the rooms of relays that nobody asked for."""
    started = defaultdict(list)
    acked, told, rooms = set(), defaultdict(list), {}
    for entry in record:
        if entry["kind"] == "ledger" and entry["what"] == "start":
            started[entry["room"]].append(entry["task"])
        elif entry["kind"] == "acked":
            acked.add(entry["n"])
        elif entry["kind"] == "asked" and entry.get("does") == "start":
            rooms[entry["room"]] = entry["n"]
        elif entry["kind"] == "shown" and entry.get("ask"):
            told[entry["ask"]] += entry["lines"]
    last, text = shown(record, vocabulary)
    found = []
    for room, number in rooms.items():
        asked = number in acked, number not in acked, told[number]
        seen = started[room], last.get(room), text[room]
        found.append(Case(room, asked, known.get(room, []), seen))
    return found, [room for room in started if room not in rooms]


def open_stops(record):
    """Return the TaskIds of relays that run though somebody may stop them, and did."""
    running, asked, acked = {}, [], set()
    for entry in record:
        if entry["kind"] == "ledger" and entry["what"] == "start":
            running[entry["task"]] = entry["room"]
        elif entry["kind"] == "ledger" and entry["what"] in {"stop", "end"}:
            running.pop(entry["task"], None)
        elif entry["kind"] == "acked":
            acked.add(entry["n"])
        elif entry.get("does") == "stop" and entry.get("sure"):
            asked.append(entry)
    wanted = {entry.get("room") for entry in asked if entry["n"] in acked}
    return [task for task, room in running.items() if room in wanted]


def calls(record):
    """Yield the TaskIds that one life of the bot has stopped more than once."""
    times = Counter(
        (entry["life"], entry["task"])
        for entry in record
        if entry["kind"] == "received"
        and entry.get("task")
        and entry["action"] != UPDATE
    )
    yield from (task for (_life, task), count in times.items() if count > 1)


def outnumbered(record):
    """Yield the TaskIds of which a change came under a number that had been there."""
    last = {}
    for entry in record:
        if entry["kind"] == "received" and entry["action"] == UPDATE:
            task, number = entry["task"], entry["number"]
            if number <= last.get(task, 0):
                yield task
            last[task] = max(number, last.get(task, 0))


def check(folder, vocabulary=None, *, words_too=False):
    """Return the counts of every fault, with the rooms, and some figures."""
    record, vocabulary = entries(folder), vocabulary or words()
    file = folder / "patchbay.db"
    known, whole = journal(file)
    found, strange = cases(record, known, vocabulary)
    faults = [(fault, case.room) for case in found for fault in case.faults()]
    faults += [("nobody's", room) for room in strange]
    faults += [("stopped twice", task) for task in calls(record)]
    faults += [("a number twice", task) for task in outnumbered(record)]
    if whole != "ok":
        faults.append(("broken file", whole))
    statements = 0
    if words_too:
        verdict = judge(record, vocabulary, file, quiet=QUIET, grace=GRACE)
        statements = verdict.statements
        faults += [(one.fault, f"{one.why}: {one.line}") for one in verdict.faults]
    states = Counter(state for rows in known.values() for state, _ref in rows)
    stored = {ref for rows in known.values() for _state, ref in rows}
    started = [task for case in found for task in case.started]
    return {
        "submitted": len(found),
        "acked": sum(case.acked for case in found),
        "started": len(started),
        "changes sent": sum(entry.get("action") == UPDATE for entry in record),
        "stops asked for": sum(entry.get("does") == "stop" for entry in record),
        "statements": statements,
        "states": dict(states),
        "task ids not in the journal": len([t for t in started if t not in stored]),
        "faults": dict(Counter(fault for fault, _where in faults)),
        "rooms": [f"{fault}: {where}" for fault, where in faults[:20]],
    }


if __name__ == "__main__":
    found = check(Path(sys.argv[1]), words_too="--words" in sys.argv)
    sys.stdout.write(json.dumps(found) + "\n")
