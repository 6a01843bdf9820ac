"""Writes docs/transcripts.txt: what people read in five hard cases, word by word.

`python -m tests.tools.transcripts [FILE]`. A whole bot plays in virtual time between a
Slack and a Tencent on loopback; the same words come out on every machine.
"""

import sys
from itertools import groupby
from pathlib import Path

from tests.trials.truth.runner import played_scene

FILE = Path(__file__).parents[2] / "docs" / "transcripts.txt"
SCENES = (
    "a target that fails, and is stopped",
    "sixty people stop one relay",
    "an edited mention",
    "fifty starts in one channel",
    "a restore, and an old button",
    "away for ninety seconds",
)
STATUSES = ("idle", "connecting", "running", "recovering", "failed", "disconnecting")
TOLD = {"asked", "shown", "received", "ledger", "killed", "born", "copied", "restored"}
EVENTS = {
    "killed": "the bot is killed",
    "born": "the bot starts",
    "copied": "a backup is made",
    "restored": "the backup is put back",
}
MOST = 3  # of entries that say the same, one after the other


def transcript(record):
    """Yield the lines of *record*; what is said many times over is said thrice."""
    told = [entry for entry in record if entry["kind"] in TOLD]
    for _same, some in groupby(told, _alike):
        entries = list(some)
        for entry in entries[:MOST]:
            yield from _lines(entry)
        if len(entries) > MOST:
            yield f"{'':9}  … and {len(entries) - MOST} more like these"


def summed(record):
    """Yield what the numbers of *record* come to."""
    kinds = [entry["kind"] for entry in record]
    calls = {}
    for entry in record:
        if entry["kind"] == "received":
            calls[entry["action"]] = calls.get(entry["action"], 0) + 1
    said = ", ".join(f"{action}: {times}" for action, times in calls.items())
    yield f"asks {kinds.count('asked')}; calls of Tencent: {said or 'none'}"
    if waits := [wait for wait in told_after(record).values() if wait is not None]:
        yield f"the slowest was told after {max(waits):.1f} s"


def told_after(record):
    """Return after how many seconds each start was told to its asker; None: never."""
    asked = {
        entry["room"]: entry
        for entry in record
        if entry["kind"] == "asked" and entry.get("does") == "start"
    }
    waits = dict.fromkeys(asked)
    for entry in record:
        for room, ask in asked.items():
            about = entry.get("ask") == ask["n"] or any(
                f"room {room}" in line for line in entry.get("lines", ())
            )
            if entry["kind"] == "shown" and about and waits[room] is None:
                waits[room] = entry["t"] - ask["t"]
    return waits


def _alike(entry):
    """Return what is equal for entries of which three stand for all."""
    kind, second = entry["kind"], int(entry["t"])
    if kind == "asked":
        return kind, second, entry.get("does"), entry["typed"].split()[0]
    if kind == "shown":
        words = " ".join(entry["lines"])
        return kind, second, "".join("#" if c.isdigit() else c for c in words)[:30]
    if kind == "ledger":
        return kind, entry["what"], entry.get("status"), second
    return kind, entry.get("action"), second


def _lines(entry):
    at = f"{int(entry['t'] // 60):4}:{entry['t'] % 60:04.1f}"
    match entry["kind"]:
        case "asked":
            yield f"{at}  @{entry['user']} > {_short(entry['typed'])}"
        case "received":
            yield f"{at}      Tencent is called: {entry['action']}"
        case "ledger":
            yield f"{at}      {_happened(entry)}"
        case "shown":
            yield f"{at}  {_where(entry)}"
            yield from (f"{'':9}    | {_short(line)}" for line in entry["lines"])
            if entry["buttons"]:
                yield f"{'':9}    | [{'] ['.join(entry['buttons'])}]"
        case kind:
            yield f"{at}  ── {EVENTS[kind]}"


def _happened(entry):
    if entry["what"] == "status":
        return f"a target of {entry['room']} is {STATUSES[entry['status']]}"
    word = {"start": "runs", "stop": "is stopped", "end": "ends"}[entry["what"]]
    return f"the relay of {entry['room']} {word}"


def _where(entry):
    way = str(entry["way"]).split()[0]
    place = entry["channel"] or "form"
    thread = ", in its thread" if entry["thread"] else ""
    only = f", to @{entry['only']} alone" if entry["only"] else ""
    edited = ", in place of what stood there" if way == "chat.update" else ""
    return f"{place}{thread}{only}{edited}"


def _short(text, most=150):
    return text if len(text) <= most else f"{text[: most - 1]}…"


def written():
    """Return all transcripts as one text."""
    parts = [
        "What people read, word by word. Made by python -m tests.tools.transcripts"
    ]
    for name in SCENES:
        record = played_scene(name, anew=True).record
        lines = [*transcript(record), *(f"═ {line}" for line in summed(record))]
        parts.append("\n".join((f"\n━━ {name}\n", *lines)))
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.write_text(written(), encoding="utf-8")
