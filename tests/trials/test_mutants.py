"""The faults that are made are the ones meant, and what nobody notices is told."""

import json
import os
import subprocess
import sys

import pytest

from tests.trials.mutants import GROUPS, LEAST, SURVIVORS, TOP, named, reasons
from tests.trials.mutants_make import mutants_of


def ran(*arguments, **environment):
    return subprocess.run(  # noqa: S603 - our own
        [sys.executable, *arguments],
        cwd=TOP,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# ── which faults are made ────────────────────────────────────────────────────────


def changes(tmp_path, source):
    file = tmp_path / "some.py"
    file.write_text(source)
    return [one.change for one in mutants_of(file)]


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("shorter = this < other", ["this < other → this <= other"]),
        ("within = one in others", ["one in others → one not in others"]),
        (
            "named = value == 'name'",
            [
                "value == 'name' → value != 'name'",
                "value == 'name' → value == 'XXname'",
            ],
        ),
        ("whole = one and other", ["one and other → one or other"]),
        ("smaller = min(one, two)", ["min(one, two) → max(one, two)"]),
        ("many_things = 7", ["many_things = 7 → many_things = 8"]),
        ("always_so = True", ["always_so = True → always_so = False"]),
        ("a_text = 'some text'", []),
        ("if waiting: go_on()", ["waiting → not waiting", "go_on() → (nothing)"]),
        ("thing.part = whole", ["thing.part = whole → (nothing)"]),
        ("name = whole", []),
        (
            "query.where(one, two)",
            [
                "query.where(one, two) → (nothing)",
                "query.where(one, two) → query.where(two)",
                "query.where(one, two) → query.where(one)",
            ],
        ),
        (
            "re.compile(r'[ab]{3,}')",
            [
                "re.compile('[ab]{3,}') → (nothing)",
                "pattern, after '[': 'a' → ''",
                "pattern, after '[a': 'b' → ''",
                "pattern, after '[ab]{': '3' → '4'",
            ],
        ),
        ("@wrap(True)\ndef some(one: Is[1]) -> Is[2]: pass", []),
    ],
)
def test_each_fault_is_one_small_change(tmp_path, source, made):
    assert changes(tmp_path, source) == made


def test_a_fault_knows_where_it_is_and_makes_code(tmp_path):
    file = tmp_path / "some.py"
    file.write_text("class A:\n    def b(self):\n        return self.c + 1\n")

    found = [(one.where, one.lines, one.function) for one in mutants_of(file)]
    names = {}
    exec(mutants_of(file)[1].code(), names)  # noqa: S102 - written above
    one = names["A"]()
    one.c = 5

    assert found == [("A.b", (3, 3), ("b", 2))] * 3
    assert one.b() == 4


# ── what becomes of them ─────────────────────────────────────────────────────────

SUMS = "MOST = 3\n\n\ndef capped(one):\n    return min(one, MOST)\n"
HUNT = """
import json, sys
from pathlib import Path
from tests.trials.mutants_make import mutants_of
from tests.trials.mutants_run import Group, hunt
folder = Path(sys.argv[1])
file = folder / "sums.py"
told = {}
group = Group([file], [folder / "test_sums.py"])
def tell(found):
    told[found.mutant.change] = found.by
hunt(group, mutants_of(file), tell)
print(json.dumps(told))
"""


def hunted(tmp_path, test):
    (tmp_path / "sums.py").write_text(SUMS)
    (tmp_path / "test_sums.py").write_text(f"from sums import capped\n\n\n{test}\n")
    return ran("-c", HUNT, str(tmp_path))


@pytest.mark.parametrize(
    ("test", "by"),
    [
        ("def test_it(): capped(2)", ""),
        ("def test_it(): assert (capped(2), capped(9)) == (2, 3)", "test_it"),
    ],
)
def test_what_tests_that_assert_nothing_let_live_is_told(tmp_path, test, by):
    done = hunted(tmp_path, test)

    told = json.loads(done.stdout.splitlines()[-1])
    assert {change: test.rpartition("::")[2] for change, test in told.items()} == {
        "MOST = 3 → MOST = 4": by,
        "return min(one, MOST) → return None": by,
        "min(one, MOST) → max(one, MOST)": by,
    }


def test_tests_that_fail_without_a_fault_prove_nothing(tmp_path):
    done = hunted(tmp_path, "def test_it(): assert capped(2) == 5")

    assert done.returncode == 1
    assert "RuntimeError: without a fault: ['" in done.stderr
    assert "test_sums.py::test_it']" in done.stderr


def test_a_sample_of_the_faults_of_the_pacer_is_noticed():
    done = ran("-m", "tests.trials.mutants", "pacer", SHARE="0.2")

    assert (done.returncode, "0 not listed" in done.stdout) == (0, True), done


def test_every_survivor_that_is_listed_is_a_fault_that_is_made():
    files = [file for group in GROUPS.values() for file in group.files]
    made = {named(one) for file in files for one in mutants_of(file)}

    assert reasons(SURVIVORS).keys() <= made
    assert all(reasons(SURVIVORS).values())
    assert LEAST >= 85
