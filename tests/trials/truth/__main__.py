"""`make truth`: thousands of random histories, every statement judged from outside.

`python -m tests.trials.truth [SEED | SCENE …]`: HISTORIES (2000) of them from SEED on,
by PROCESSES (as many as there are cores); with seeds or scenes given, only these, told
in full. Ends with 1 if anything was untrue, more than the evidence, left undone or not
understood.
"""

import os
import random
import sys
import time

from tests.trials.truth.runner import Sum, many, played_by_chance, played_scene
from tests.trials.truth.scenes import SCENES


def tell(found):
    """Print a history in full: what happened, what was shown, what is wrong with it."""
    faults = {}
    for fault in found.faults:
        faults.setdefault(fault.seq, []).append(fault)
    sys.stdout.write(f"── {found.name}\n")
    for entry in found.record:
        sys.stdout.write(f"{entry['t']:10.1f}  {described(entry)}\n")
        for fault in faults.pop(entry["seq"], ()):
            why = f"{fault.fault}: {fault.why}"
            sys.stdout.write(f"            ✗ {why}  “{fault.line}”\n")
    for fault in (one for rest in faults.values() for one in rest):
        sys.stdout.write(f"            ✗ {fault.fault}: {fault.why}\n")


def described(entry):
    """Return *entry* of a record in a line or some."""
    left_out = {"seq", "t", "kind", "life", "lines", "buttons", "drawn", "thread"}
    facts = " ".join(f"{k}={v}" for k, v in entry.items() if k not in left_out and v)
    lines = "".join(f"\n              | {line}" for line in entry.get("lines", ()))
    buttons = "".join(f" [{caption}]" for caption in entry.get("buttons", ()))
    pressed = f"\n              |{buttons}" if buttons else ""
    return f"{entry['kind']} {facts}{lines}{pressed}"


def main(arguments):
    """Play what is asked for; return 1 if anything is wrong with it."""
    if arguments:
        total = Sum()
        for one in arguments:
            found = played_scene(one) if one in SCENES else played_by_chance(int(one))
            tell(found)
            total.add(found)
    else:
        seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
        histories = int(os.environ.get("HISTORIES") or 2000)
        sys.stdout.write(f"SEED={seed} HISTORIES={histories}\n")
        began = time.monotonic()
        total = many(seed, histories)
        took = time.monotonic() - began
        sys.stdout.write(f"{took:.0f} s, {histories / took:.1f} histories a second\n")
    for line in total.told():
        sys.stdout.write(f"{line}\n")
    return int(bool(total.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
