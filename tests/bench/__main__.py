"""`python -m tests.bench [section …]`: the bot beside its peers, as ratios.

Without a section, all of them. The exit code is 1 if a goal was missed.
"""

import argparse
import asyncio
import logging
import math
import sys
import traceback
from dataclasses import replace

import structlog

from tests.bench.acks import acks
from tests.bench.alone import client, parts
from tests.bench.life import life
from tests.bench.long import long
from tests.bench.pressure import pressure
from tests.bench.process import pin
from tests.bench.profile import profile
from tests.bench.questions import questions
from tests.bench.report import FILE, text
from tests.bench.scale import FULL
from tests.bench.table import Goal, Section
from tests.bench.upkeep import upkeep
from tests.bench.whole import start, start_tls

SECTIONS = {
    "start": start,
    "tls": start_tls,
    "profile": profile,
    "acks": acks,
    "client": client,
    "parts": parts,
    "life": life,
    "pressure": pressure,
    "questions": questions,
    "upkeep": upkeep,
    "long": long,
}


def measured(names, scale):
    """Return the sections of these *names*, in their order."""
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)  # where the bot runs in this process
    return [_section(name, scale) for name in names]


def _section(name, scale):
    """Measure the section *name*; where it breaks off, nothing of it was reached."""
    sys.stderr.write(f"{name} …\n")
    try:
        return asyncio.run(SECTIONS[name](scale))
    except Exception as error:  # noqa: BLE001 - the others are measured all the same
        traceback.print_exc()
        section = Section(name.capitalize(), lines=[f"It broke off: {error!r}."])
        section.add(Goal(f"all of {name}", math.inf), math.nan)
        return section


def main():
    """Run the sections that are asked for; return the number of goals missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, default=FULL.rounds)
    parser.add_argument("--seconds", type=float, default=FULL.seconds)
    parser.add_argument("--write", action="store_true", help=f"into {FILE.name}")
    options = parser.parse_args()
    names = options.sections or [*SECTIONS]
    if unknown := {*names} - {*SECTIONS}:
        parser.error(f"no section: {', '.join(sorted(unknown))}")
    if options.write and names != [*SECTIONS]:
        parser.error("the page has all sections")
    scale = replace(FULL, rounds=options.rounds, seconds=options.seconds)
    pin()
    sections = measured(names, scale)
    page = text(sections, scale)
    if options.write:
        FILE.write_text(page, encoding="utf-8")
    sys.stdout.write(page)
    return sum(not one.kept for section in sections for one in section.results)


if __name__ == "__main__":
    sys.exit(bool(main()))
