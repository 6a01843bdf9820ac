"""Was anything lost, done twice or left unanswered? A judge that trusts nobody.

It shares no code with the bot: it reads the fake cloud's own ledger, the journal's
file with SQLite alone, what a fake Slack was shown, and what was submitted. Run as
`python -m tests.trials.checker FOLDER`; prints one JSON object.

Every submission has a room of its own, by which the four are matched.
"""

import json
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from pathlib import Path

FINAL = {"started", "not started", "unknown", "stopped", "ended", "closed"}
REFUSED = "Nothing was sent"
WORDS = re.compile(r"· (" + "|".join(sorted(FINAL, key=len, reverse=True)) + r")\b")


def lines(path):
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line]


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


def shown(entries):
    """Return the last thing that Slack showed of each room, and every TaskId in it."""
    last, text = {}, defaultdict(str)
    for entry in entries:
        for room in set(re.findall(r"\bq\d+x\d+q\b", entry["text"])):
            last[room] = entry["text"]
            text[room] += entry["text"]
    return last, text


class Case:
    """One submission, as each of the witnesses tells of it."""

    def __init__(self, submitted, started, known, last, text):
        self.room = submitted["room"]
        self.acked = submitted["acked"]
        self.told = " ".join(submitted.get("told", ()))  # in the ack itself
        self.started = started  # TaskIds in the cloud's ledger
        self.known = known  # (state, TaskId) in the journal
        self.last = last  # what Slack shows now
        self.text = text  # all that Slack ever showed
        self.word = (match := WORDS.search(last)) and match[1]

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
        refused = self.word == "not started" or REFUSED in self.told
        for task in self.started:
            if task in stored:
                continue
            if task not in self.text and not (unknown and self.word == "unknown"):
                yield "silent loss"
            if refused:
                yield "told as not started"

    def _answered(self):
        if self.word or (self.told and not self.known):
            return True
        return not (self.known or self.acked)


def check(folder):
    """Return the counts of every fault, with the rooms, and some figures."""
    started = defaultdict(list)
    for entry in lines(folder / "ledger.jsonl"):
        if entry["what"] == "start":
            started[entry["room"]].append(entry["task_id"])
    known, whole = journal(folder / "patchbay.db")
    last, text = shown(lines(folder / "slack.jsonl"))
    submitted = {one["room"]: one for one in lines(folder / "submitted.jsonl")}
    cases = [
        Case(one, started[room], known.get(room, []), last.get(room, ""), text[room])
        for room, one in submitted.items()
    ]
    faults = [(fault, case.room) for case in cases for fault in case.faults()]
    faults += [("nobody's", room) for room in started if room not in submitted]
    if whole != "ok":
        faults.append(("broken file", whole))
    states = Counter(state for rows in known.values() for state, _ref in rows)
    lost = sum(
        task not in {ref for _state, ref in case.known}
        for case in cases
        for task in case.started
    )
    return {
        "submitted": len(cases),
        "acked": sum(case.acked for case in cases),
        "started": sum(map(len, started.values())),
        "states": dict(states),
        "task ids not in the journal": lost,
        "faults": dict(Counter(fault for fault, _room in faults)),
        "rooms": [f"{fault}: {room}" for fault, room in faults[:20]],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(check(Path(sys.argv[1]))) + "\n")
