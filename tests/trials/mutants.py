"""How much the tests notice: `python -m tests.trials.mutants` runs mutmut.

`[tool.mutmut]` of pyproject.toml names the modules and their tests. What no test
notices is listed at the end; `mutmut show NAME` prints its difference. The exit code
is 1 if less than 85 % of a package's mutants are noticed.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

COPY = Path(__file__).parents[2] / "mutants"  # where mutmut works
LEAST = 85  # per cent
UNNOTICED = {0, 5, 33, None}  # survived, no tests, no tests, not run


def figures(folder):
    """Return, by package, how many mutants below *folder* were noticed and were not."""
    packages: dict[str, Counter[bool]] = {}
    for file in sorted(folder.rglob("*.meta")):
        codes = json.loads(file.read_text("utf-8"))["exit_code_by_key"].values()
        counts = packages.setdefault(str(file.parent.relative_to(folder)), Counter())
        counts.update(code not in UNNOTICED for code in codes)
    return packages


def mutmut(*words):
    """Run mutmut; its output is shown as it comes.

    By a pipe, since a test of the journal limits the size of files that are written.
    """
    command = [sys.executable, "-m", "mutmut", *words]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=COPY.parent, **pipe) as process:  # noqa: S603 - our own words
        for chunk in iter(lambda: process.stdout.read1(4096), b""):
            sys.stdout.buffer.write(chunk)
            sys.stdout.flush()
    if process.returncode:
        sys.exit(process.returncode)


def main():
    """Run every mutant that has no result yet; return the exit code."""
    mutmut("run")
    mutmut("results")
    low = False
    for package, counts in figures(COPY).items():
        if counts:
            share = 100 * counts[True] / counts.total()
            low = low or share < LEAST
            line = f"{package:<40} {counts[True]:>4} of {counts.total():>4}"
            sys.stdout.write(f"{line}  {share:5.1f} %\n")
    return int(low)


if __name__ == "__main__":
    sys.exit(main())
