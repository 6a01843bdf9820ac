"""Runs tests against mutants, each in a child of its own, none on the disk.

Importing and collecting takes longer than most tests. So they are done once: a child
of that process gets the faulty code put into the function that has it, and runs the
tests that pass through those lines, the quickest first, until one fails. What happens
at import is tried in a child that imports everything anew.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.trials.mutants_child import in_child, judged
from tests.trials.mutants_make import Mutant
from tests.trials.mutants_pytest import (
    Instead,
    Killers,
    Normal,
    Playing,
    Plugin,
    Swapping,
    Watching,
)

LONGEST_RUN = 600.0  # seconds for all tests, watched
MEMORY = Path("/dev/shm")  # noqa: S108 - journals here are not waited for a disk
OPTIONS = (
    *("-q", "--tb=no", "-p", "no:cov", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Files that the same tests are about; *without* is what `-k` leaves out."""

    files: Sequence[Path]
    tests: Sequence[Path]
    without: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a mutant; *by* is the test that found it, or how it ended."""

    mutant: Mutant
    by: str = ""


def hunt(
    group: Group, mutants: Sequence[Mutant], tell: Callable[[Found], None]
) -> None:
    """Try *mutants* one by one and *tell* what became of each.

    Raises:
        RuntimeError: a test fails without any fault.
    """
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        bench = _Bench(group, Path(folder))
        normal = bench.normal()
        if normal.failed or not normal.seconds:
            raise RuntimeError(f"without a fault: {normal.failed or 'no test ran'}")
        swapped = [one for one in mutants if one.function and normal.passing(one)]
        bench.swap_all(swapped, normal, tell)
        later = [one for one in mutants if one not in swapped]
        bench.import_all(later, normal, tell)


class _Bench:
    """Where the tests of one group are run."""

    def __init__(self, group: Group, folder: Path) -> None:
        self._group = group
        self._folder = folder
        tests = [str(path) for path in group.tests]
        chosen = ["-k", f"not ({group.without})"] if group.without else []
        self._options = [*OPTIONS, *chosen, *tests]

    def normal(self) -> Normal:
        """Run everything once and watch."""
        normal = Normal()

        def told(line: str) -> float:
            said = json.loads(line)
            normal.seconds[said["test"]] = said["seconds"]
            normal.lines[said["test"]] = {
                file: set(lines) for file, lines in said["lines"].items()
            }
            if said["failed"]:
                normal.failed.append(said["test"])
            return LONGEST_RUN

        files = {str(path) for path in self._group.files}
        plugin = Watching(files)
        in_child(lambda out: self._pytest(plugin, out), told, LONGEST_RUN)
        return normal

    def swap_all(
        self, mutants: list[Mutant], normal: Normal, tell: Callable[[Found], None]
    ) -> None:
        """Collect once, then put each of *mutants* into a function's place."""
        told = 0

        def heard(line: str) -> float:
            nonlocal told
            tell(Found(mutants[told], json.loads(line)))
            told += 1
            return LONGEST_RUN

        if mutants:
            plugin = Swapping(mutants, normal)
            in_child(lambda out: self._pytest(plugin, out), heard, LONGEST_RUN)
        if told < len(mutants):
            raise RuntimeError(f"not tried: {mutants[told]}")

    def import_all(
        self, mutants: list[Mutant], normal: Normal, tell: Callable[[Found], None]
    ) -> None:
        """Import everything anew for each of *mutants*."""
        killers = Killers()
        for mutant in mutants:
            names = killers.first(normal.touching(mutant))
            by = self._imported(mutant, names, normal)
            killers.add(by)
            tell(Found(mutant, by))

    def _imported(self, mutant: Mutant, names: list[str], normal: Normal) -> str:
        def run(out: IO[str]) -> int:
            sys.meta_path.insert(0, Instead(mutant))
            return self._pytest(Playing(names), out)

        return judged(run, normal.seconds)

    def _pytest(self, plugin: Plugin, out: IO[str]) -> int:
        shutil.rmtree(self._folder / "base", ignore_errors=True)
        plugin.out = out
        base = ["--basetemp", str(self._folder / "base")]
        return int(pytest.main([*base, *self._options], plugins=[plugin]))
