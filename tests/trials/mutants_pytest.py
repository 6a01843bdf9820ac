"""What runs inside pytest in the place of its own loop over the tests."""

import gc
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType, FrameType, FunctionType
from typing import IO

import pytest

from tests.trials.mutants_child import KILLED, NOT_MADE, SURVIVED, judged, say
from tests.trials.mutants_make import Mutant

MANY = 12  # tests that found something lately, which are tried first
MOST = 80  # tests of other files; slower ones hardly ever find anything


@dataclass(slots=True)
class Normal:
    """How the tests go without a fault: which fail, how long, through which lines."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def passing(self, mutant: Mutant) -> list[str]:
        """Return the tests to try on *mutant*: of those that pass through it."""
        first, last = mutant.lines
        needed = set(range(first, last + 1))
        through = [
            test
            for test, files in self.lines.items()
            if needed & files.get(str(mutant.file), set())
        ]
        return self.ordered(mutant, through)

    def touching(self, mutant: Mutant) -> list[str]:
        """Return the tests to try on it if it acts on import: any that use its file."""
        used = [test for test in self.lines if str(mutant.file) in self.lines[test]]
        return self.ordered(mutant, used or self.seconds)

    def ordered(self, mutant: Mutant, tests: Iterable[str]) -> list[str]:
        """Return those of *tests* that are named after its file, and `MOST` others.

        The quickest go first; of the others the quickest of each file.
        """
        own = f"/test_{mutant.file.stem}.py"
        seen: Counter[str] = Counter()
        ranks = {}
        for test in sorted(tests, key=self.seconds.__getitem__):
            file = test.partition("::")[0]
            seen[file] += 1
            ranks[test] = (0 if file.endswith(own) else seen[file], self.seconds[test])
        order = sorted(ranks, key=ranks.__getitem__)
        return order[: sum(not rank for rank, _ in ranks.values()) + MOST]


class Killers:
    """Tests that found something lately: they often find the next fault too."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def add(self, name: str) -> None:
        """Remember *name* as the last one."""
        self._names = [name, *(one for one in self._names if one != name)][:MANY]

    def first(self, names: list[str]) -> list[str]:
        """Return *names*, those that found something first."""
        known = [one for one in self._names if one in names]
        return list(dict.fromkeys([*known, *names]))


class Plugin:
    """Takes the place of pytest's own loop over the tests."""

    out: IO[str]

    def __init__(self) -> None:
        self._failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    def failed(self, item: pytest.Item, following: pytest.Item | None) -> bool:
        """Run one test and tell whether it failed."""
        self._failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return self._failed

    def play(self, items: list[pytest.Item], out: IO[str]) -> int:
        """Run *items* until one fails; tell each before it begins."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            say(out, item.nodeid)
            if self.failed(item, following):
                return KILLED
        return SURVIVED


class Watching(Plugin):
    def __init__(self, files: set[str]) -> None:
        super().__init__()
        self._files = files
        self._lines: dict[str, set[int]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = session.items
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        for item, following in zip(items, [*items[1:], None], strict=True):
            self._lines = {}
            began = time.monotonic()
            failed = self.failed(item, following)
            seconds = time.monotonic() - began
            lines = {file: sorted(seen) for file, seen in self._lines.items()}
            told = {"test": item.nodeid, "seconds": seconds, "failed": failed}
            say(self.out, json.dumps({**told, "lines": lines}))
        sys.settrace(None)
        threading.settrace(None)
        return True

    def _enter(self, frame: FrameType, event: str, argument: object) -> object:
        return self._line if frame.f_code.co_filename in self._files else None

    def _line(self, frame: FrameType, event: str, argument: object) -> object:
        seen = self._lines.setdefault(frame.f_code.co_filename, set())
        seen.add(frame.f_lineno)
        return self._line


class Swapping(Plugin):
    def __init__(self, mutants: list[Mutant], normal: Normal) -> None:
        super().__init__()
        self._mutants = mutants
        self._normal = normal
        self._killers = Killers()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        gc.collect()
        gc.freeze()  # or each child would copy all that is there by looking at it
        for mutant in self._mutants:
            chosen = [items[name] for name in self._normal.passing(mutant)]

            by = judged(partial(self._try, mutant, chosen), self._normal.seconds)
            say(self.out, json.dumps(by))
        return True

    def _try(self, mutant: Mutant, chosen: list[pytest.Item], out: IO[str]) -> int:
        try:
            _swap(mutant)
        except LookupError:
            return NOT_MADE
        return self.play(chosen, out)


class Playing(Plugin):
    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._names = names
        self._result = KILLED  # so be it if the tests cannot even be collected

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        missing = [name for name in self._names if name not in items]
        chosen = [items[name] for name in self._names if name in items]
        self._result = KILLED if missing else self.play(chosen, self.out)
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        session.exitstatus = self._result


class Instead(MetaPathFinder):
    """Gives out a mutant where its file is imported."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: object = None
    ) -> object:
        file = self._mutant.file
        folders = sys.path if path is None else path
        here = name.rpartition(".")[2] == file.stem and str(file.parent) in folders
        if not here:
            return None
        loader = _Faulty(name, self._mutant)
        found = spec_from_file_location(name, file, loader=loader)
        return found if isinstance(found, ModuleSpec) else None


class _Faulty(SourceFileLoader):
    def __init__(self, name: str, mutant: Mutant) -> None:
        super().__init__(name, str(mutant.file))
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        return self._mutant.code()


def _swap(mutant: Mutant) -> None:
    """Give the function that has the fault its faulty code, whoever holds it."""
    name, first = mutant.function or ("", 0)
    new = _code(mutant.code(), name, first)
    hits = 0
    gc.unfreeze()
    for one in gc.get_objects():
        if not isinstance(one, FunctionType) or one.__code__.co_name != name:
            continue
        code = one.__code__
        if (code.co_filename, code.co_firstlineno) == (str(mutant.file), first):
            one.__code__ = new
            hits += 1
    if not hits:
        raise LookupError(f"no function {name} in line {first} of {mutant.file}")


def _code(within: CodeType, name: str, first: int) -> CodeType:
    for one in within.co_consts:
        if isinstance(one, CodeType):
            if (one.co_name, one.co_firstlineno) == (name, first):
                return one
            if one.co_name != name:
                try:
                    return _code(one, name, first)
                except LookupError:
                    continue
    raise LookupError(name)
