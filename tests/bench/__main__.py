"""`python -m tests.bench [section …]`: the bot beside its peers, as ratios.

Sections: start. Without one, all of them.
"""

import argparse
import asyncio
import logging
import sys
from dataclasses import replace

import structlog

from tests.bench.acks import acks
from tests.bench.alone import client, parts
from tests.bench.life import life
from tests.bench.pressure import pressure
from tests.bench.process import CORES, pin
from tests.bench.questions import questions
from tests.bench.scale import FULL
from tests.bench.table import markdown
from tests.bench.upkeep import upkeep
from tests.bench.whole import start, start_tls

SECTIONS = {
    "start": start,
    "tls": start_tls,
    "acks": acks,
    "client": client,
    "parts": parts,
    "life": life,
    "pressure": pressure,
    "questions": questions,
    "upkeep": upkeep,
}


def main():
    """Run the sections that are asked for; return the number of goals missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []])
    parser.add_argument("--rounds", type=int, default=FULL.rounds)
    parser.add_argument("--seconds", type=float, default=FULL.seconds)
    options = parser.parse_args()
    scale = replace(FULL, rounds=options.rounds, seconds=options.seconds)
    pin()
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    if CORES[0] is None:
        sys.stderr.write(
            "One core: nothing is pinned, and the world takes its share.\n"
        )
    wanted = options.sections or [*SECTIONS]
    sections = [asyncio.run(SECTIONS[name](scale)) for name in wanted]
    sys.stdout.write(f"{markdown(sections)}\n")
    for section in sections:
        lines = "\n".join(section.lines)
        sys.stdout.write(f"\n## {section.title}\n\n{lines}\n")
    return sum(not one.kept for section in sections for one in section.results)


if __name__ == "__main__":
    sys.exit(bool(main()))
