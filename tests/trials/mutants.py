"""How much the tests notice: `python -m tests.trials.mutants [part of a file's name]`.

Small faults are put into what decides about money and secrets, one at a time, and its
tests are run. What no test notices is a survivor; `survivors.toml` says of each that
is known why it may live. It counts as a survivor all the same. The exit code is 1 if
less than 85 % of a part's faults are noticed, or one lives that the list lacks.
SHARE=0.1 tries every tenth fault only.
"""

import importlib
import os
import signal
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.trials.mutants_make import Mutant, mutants_of
from tests.trials.mutants_run import Found, Group, hunt

TOP = Path(__file__).parent.parent.parent
SURVIVORS = Path(__file__).parent / "survivors.toml"
LEAST = 85  # per cent

# What takes long to import and has no fault in it: each child finds it ready.
READY = (
    *("aiohttp", "alembic.command", "alembic.autogenerate", "cachetools"),
    *("cryptography.fernet", "hypothesis.stateful", "pydantic_settings", "pytest"),
    *("slack_bolt.async_app", "slack_sdk.web.async_client"),
    *("sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "structlog"),
    *("ulid", "yaml"),
)


def _files(*patterns: str) -> list[Path]:
    return sorted(path for one in patterns for path in TOP.glob(one))


GROUPS = {
    "pacer": Group(
        _files("bot/tencent/pacer.py"), _files("tests/bot/tencent/test_pacer.py")
    ),
    "redactor": Group(
        _files("bot/runtime/redact.py"), _files("tests/bot/runtime/test_redact.py")
    ),
    "escaper": Group(
        _files("bot/slack/render/escape.py"),
        _files("tests/bot/slack/render/test_escape.py"),
    ),
    "policy": Group(
        _files("bot/access/policy.py"), _files("tests/bot/access/test_policy.py")
    ),
    "classifier": Group(
        _files("bot/tencent/retry.py"), _files("tests/bot/tencent/test_retry.py")
    ),
    "journal": Group(
        [
            file
            for file in _files("bot/journal/*.py", "bot/journal/sqlite/*.py")
            if file.stem != "schema"
        ],
        _files(
            *(
                "tests/bot/journal/**/test_*.py",
                "tests/bot/operations/test_callbacks.py",
            ),
            "tests/bot/operations/test_jobs.py",
        ),
        without="random_walk",  # half a minute for each survivor
    ),
    "journal's tables": Group(
        _files("bot/journal/schema.py"), _files("tests/bot/journal/test_migrate.py")
    ),
}


@dataclass(slots=True)
class Score:
    """How many faults were made, and how many of them noticed."""

    made: int = 0
    noticed: int = 0

    def add(self, found: Found) -> None:
        """Count one more."""
        self.made += 1
        self.noticed += bool(found.by)

    @property
    def percent(self) -> float:
        """What was noticed of a hundred."""
        return 100 * self.noticed / self.made if self.made else 100.0

    def __str__(self) -> str:
        return f"{self.noticed:>5} of {self.made:>5}  {self.percent:5.1f} %"


def named(mutant: Mutant) -> tuple[str, str]:
    """Return what a mutant is called in `survivors.toml`: where, and which change."""
    file = mutant.file.relative_to(TOP) if TOP in mutant.file.parents else mutant.file
    return f"{file} {mutant.where}", mutant.change


def reasons(file: Path) -> dict[tuple[str, str], str]:
    """Read why the survivors in *file* may live."""
    listed = tomllib.loads(file.read_text("utf-8")).get("survivor", [])
    return {(one["where"], one["change"]): one["why"] for one in listed}


def prepare() -> None:
    """Import what every child needs, and let hypothesis do the same every time."""
    for name in READY:
        importlib.import_module(name)
    hypothesis = importlib.import_module("hypothesis")
    hypothesis.settings.register_profile(
        "mutants",
        database=None,
        deadline=None,
        derandomize=True,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")


def write(line: object = "") -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def trial(name: str, group: Group, known: dict[tuple[str, str], str]) -> bool:
    """Try all faults of one part; show what lives; return whether all is well."""
    began = time.monotonic()
    scores = {file: Score() for file in group.files}
    unlisted = 0

    def heard(found: Found) -> None:
        nonlocal unlisted
        scores[found.mutant.file].add(found)
        if not found.by:
            why = known.get(named(found.mutant))
            unlisted += why is None
            write(_living(found.mutant, why))

    mutants = [one for file in group.files for one in mutants_of(file)]
    hunt(group, mutants[:: round(1 / float(os.environ.get("SHARE", "1")))], heard)
    whole = Score(
        sum(one.made for one in scores.values()),
        sum(one.noticed for one in scores.values()),
    )
    for file, score in scores.items():
        if len(scores) > 1 and score.made:
            write(f"  {file.name:<18} {score}")
    seconds = time.monotonic() - began
    write(f"{name:<20} {whole}  {seconds:4.0f} s, {unlisted} not listed")
    return whole.percent >= LEAST and not unlisted


def _living(mutant: Mutant, why: str | None) -> str:
    where, change = named(mutant)
    reason = why or "NOT LISTED"
    return f"  lives, line {mutant.lines[0]}: {where}: {change}\n    {reason}"


def main(wanted: Sequence[str]) -> int:
    """Try the parts whose name, or a file's, has a word of *wanted*; all without."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and clear up
    prepare()
    known = reasons(SURVIVORS)
    well = True
    for name, group in GROUPS.items():
        files = [
            file
            for file in group.files
            if not wanted
            or any(word in f"{name} {file.relative_to(TOP)}" for word in wanted)
        ]
        if files:
            chosen = Group(files, group.tests, group.without)
            well = trial(name, chosen, known) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
