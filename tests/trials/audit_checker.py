"""Is the audit trail whole? A judge that shares no code with the bot.

It reads the journal's file with SQLite alone, the anchors as text and the key as bytes:
`python -m tests.trials.audit_checker JOURNAL KEY ANCHORS` prints every fault.
"""

import hashlib
import hmac
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

ZERO = "0" * 64


def mac(key, fields):
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def rows(journal, query):
    return [dict(row) for row in journal.execute(query)]


def chains(journal, key):
    """Return the hashes of each chain, by number, and what is wrong with them."""
    found, faults, allowed = {}, [], beginnings(journal)
    for row in rows(journal, "SELECT * FROM audit ORDER BY chain, number"):
        begins = row["previous"] if row["previous"] in allowed else None
        before = found.setdefault(row["chain"], {0: begins})
        stored = row.pop("hash")
        if row["previous"] != before.get(row["number"] - 1) or stored != mac(key, row):
            faults.append(f"{row['chain']} {row['number']}")
        before[row["number"]] = stored
    return found, faults


def beginnings(journal):
    """Return what the first record of a chain may name as the one before it.

    The end of the trail without a key; where the installation's own chain began after
    nothing, a release from before that rule began it, and others may have begun so.
    """
    last = rows(journal, "SELECT hash FROM audit_unkeyed ORDER BY number DESC LIMIT 1")
    end = last[0]["hash"] if last else ZERO
    begun = rows(
        journal,
        "SELECT previous FROM audit WHERE chain = 'installation' AND number = 1",
    )
    return {end} if begun and begun[0]["previous"] == end else {end, ZERO}


def lines(anchors, key):
    """Return the anchors as a list, and what is wrong with them."""
    if not anchors.exists():
        return [], ["no anchors"]
    if anchors.is_symlink():
        return [], ["a link"]
    found, faults, previous = [], [], ZERO
    for number, text in enumerate(anchors.read_text().splitlines(), 1):
        line = json.loads(text)
        stored = line.pop("mac")
        if (line["line"], line["previous"]) != (number, previous):
            faults.append(f"line {number} is out of order")
        if stored != mac(key, line):
            faults.append(f"line {number} is not signed")
        previous = stored
        found.append({**line, "mac": stored})
    return found, faults


def check(file, key, anchors):
    """Return every fault, as text."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as journal:
        journal.row_factory = sqlite3.Row
        return checked(journal, key, anchors)


def checked(journal, key, anchors):
    """Return every fault of the open *journal*."""
    found, faults = chains(journal, key)
    anchored, more = lines(anchors, key)
    faults += more
    for line in anchored:
        if found.get(line["chain"], {}).get(line["count"]) != line["head"]:
            faults.append(f"line {line['line']}: {line['chain']} lacks {line['count']}")
    heads = rows(journal, "SELECT * FROM audit_heads")
    ends = {name: (max(of), of[max(of)]) for name, of in found.items()}
    if {row["chain"]: (row["count"], row["head"]) for row in heads} != ends:
        faults.append("heads")
    named = rows(journal, "SELECT value FROM known WHERE name = 'audit-anchor'")
    if not {row["value"] for row in named} <= {line["mac"] for line in anchored}:
        faults.append("the journal names a line that is not there")
    return faults + closed(journal, found)


def closed(journal, found):
    """Yield what is wrong with the trail that was there before there was a key."""
    number, previous = 0, ZERO
    for row in rows(journal, "SELECT * FROM audit_unkeyed ORDER BY number"):
        stored = row.pop("hash")
        text = json.dumps(row, sort_keys=True, separators=(",", ":"))
        if (row["number"], row["previous"]) != (number + 1, previous):
            return [f"unkeyed {row['number']}"]
        if hashlib.sha256(text.encode()).hexdigest() != stored:
            return [f"unkeyed {row['number']}"]
        number, previous = row["number"], stored
    begun = rows(
        journal, "SELECT * FROM audit WHERE chain = 'installation' AND number = 1"
    )
    said = [(row["action"], row["why"].split()[0], row["digest"]) for row in begun]
    return [] if said == [("audit.begun", str(number), previous)] else ["not closed"]


if __name__ == "__main__":
    file, secret, beside = map(Path, sys.argv[1:])
    wrong = check(file, secret.read_bytes(), beside)
    sys.stdout.write("".join(f"{one}\n" for one in wrong))
    sys.exit(1 if wrong else 0)
