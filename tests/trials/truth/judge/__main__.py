"""`python -m tests.trials.truth.judge RECORD WORDS`: judge a history from its file."""

import json
import sys
from pathlib import Path

from tests.trials.truth.judge.reading import Words
from tests.trials.truth.judge.verdict import judge

if __name__ == "__main__":
    record, words = map(Path, sys.argv[1:3])
    found = judge(json.loads(record.read_text()), Words(words.read_text()))
    for fault in found.faults:
        sys.stdout.write(f"{fault.t:9.1f} {fault.fault}: {fault.why}\n")
        if fault.line:
            sys.stdout.write(f"          “{fault.line}”\n")
    sys.stdout.write(f"{found.statements} statements, {len(found.faults)} faults\n")
    sys.exit(bool(found.faults))
