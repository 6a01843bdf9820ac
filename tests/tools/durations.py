"""Which tests are long: `python -m tests.tools.durations REPORT.xml …` writes the list.

The reports are what `pytest --junitxml` writes of whole runs. Of several the quickest
counts: what a test waited for its neighbours says nothing. A file most of whose tests
take long is long as a whole; so is a function whose tests do on the average. Where a
few set up what all of a file share, no figure says so: such a file is marked `long`.

`make test` leaves out what is on the list; `make long` runs that, and CI runs both.
What is marked `short` is never left out: the short versions of the trials. Nor is what
hypothesis plays: there `make test` plays fewer examples.
"""

import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean, median
from xml.etree import ElementTree as ET

TOP = Path(__file__).parents[2]
KEPT = TOP / "tests/long.txt"
LONG = 0.25  # seconds, with what is set up for it


def listed(kept=KEPT):
    """Return what is on the list: files, functions, and tests, as pytest names them."""
    return frozenset(kept.read_text(encoding="utf-8").splitlines())


def is_long(name, lines):
    """Tell whether the test *name* is in *lines*, or its function, or its file."""
    return not lines.isdisjoint((name, _function(name), _file(name)))


def seconds(report):
    """Return how long each test took, by its name: of one *report* of pytest."""
    return {
        _name(one.get("classname"), one.get("name")): float(one.get("time"))
        for one in ET.parse(report).iter("testcase")  # noqa: S314 - pytest's own
    }


def _name(module, test):
    """Return how pytest names *test* of *module*, which may be a class of a module."""
    parts = module.split(".")
    while parts and not (TOP / "/".join(parts)).with_suffix(".py").exists():
        parts.pop()
    within = module.split(".")[len(parts) :]
    return "::".join(("/".join(parts) + ".py", *within, test))


def long_ones(took):
    """Return the lines of the list, in order, of tests that *took* so many seconds.

    Of the tests of one function the first may have set up what the others use: one
    alone is not listed.
    """
    rest, lines = dict(took), set()
    for part, middle in ((_file, median), (_function, mean)):
        for group, names in _grouped(rest, part):
            if middle([rest[name] for name in names]) >= LONG:
                lines.add(group)
                rest = {name: s for name, s in rest.items() if name not in {*names}}
    for _each, names in _grouped(rest, _function):
        each = [name for name in names if rest[name] >= LONG]
        lines.update(each if len(each) > 1 else ())
    return sorted(lines)


def _grouped(took, part):
    groups = defaultdict(list)
    for name in took:
        groups[part(name)].append(name)
    return list(groups.items())


def _file(name):
    return name.partition("::")[0]


def _function(name):
    return name.partition("[")[0]


def main():
    """Write the list, of the reports that are named."""
    reports = [seconds(report) for report in sys.argv[1:]]
    if not reports:
        sys.exit(__doc__)
    names = set.intersection(*map(set, reports))
    took = {name: min(report[name] for report in reports) for name in names}
    KEPT.write_text("".join(f"{one}\n" for one in long_ones(took)), encoding="utf-8")
    sought = listed()
    left = [s for name, s in took.items() if not is_long(name, sought)]
    whole = sum(took.values())
    sys.stdout.write(f"{len(left)} of {len(took)}, {sum(left):.0f} of {whole:.0f} s\n")


if __name__ == "__main__":
    main()
