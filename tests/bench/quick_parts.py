"""Prints what signature, request build and models cost, beside their yardsticks.

The modules are those of the tree that PYTHONPATH names: its own yardsticks, too.
"""

import json
import logging
import sys

from tests.tools import speed

WORK = {
    "signature": speed.signing,
    "request build": speed.building,
    "models": speed.modelling,
}

if __name__ == "__main__":
    logging.disable()  # the SDK writes each request down
    rounds, calls = map(int, sys.argv[1:])
    found = {}
    for name, made in WORK.items():
        ours, theirs = speed.in_turns(*made(), rounds=rounds, calls=calls)
        found[f"{name}, of its yardstick"] = ours / theirs
    json.dump(found, sys.stdout)
