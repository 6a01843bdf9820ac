"""Which tests `make test` leaves out, and that each of them is there."""

import ast
from functools import cache

import pytest

from tests.tools.durations import TOP, is_long, listed, long_ones, seconds

REPORT = """<testsuites><testsuite>
<testcase classname="tests.tools.test_durations" name="test_a[x-1]" time="0.5" />
<testcase classname="tests.bot.test_states.Walk" name="runTest" time="7.25" />
</testsuite></testsuites>
"""


@cache
def named_in(file):
    """Return every name that *file* makes or uses."""
    tree = ast.parse((TOP / file).read_text(encoding="utf-8"))
    return {getattr(one, "name", getattr(one, "id", "")) for one in ast.walk(tree)}


@pytest.mark.parametrize("line", sorted(listed()))
def test_what_is_listed_is_there(line):
    file, *within = line.partition("[")[0].split("::")

    assert set(within[:1]) <= named_in(file)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("tests/a.py::test_b", True),
        ("tests/c.py::test_d", True),
        ("tests/c.py::test_d[1-[x]]", True),
        ("tests/c.py::test_e[2]", True),
        ("tests/c.py::test_e[1]", False),
        ("tests/c.py::test_dd", False),
        ("tests/aa.py::test_b", False),
    ],
)
def test_a_test_is_long_by_its_own_line_or_that_of_its_function_or_file(name, found):
    lines = {"tests/a.py", "tests/c.py::test_d", "tests/c.py::test_e[2]"}

    assert is_long(name, lines) == found


@pytest.mark.parametrize(
    ("took", "lines"),
    [
        ({"a::x": 0.24, "a::y": 0.24, "a::z": 0.24}, []),
        ({"a::x": 0.4, "a::y": 0.5, "a::z": 0.1}, ["a"]),
        ({"a::x": 9.0, "a::y": 0.2, "a::z": 0.1}, ["a::x"]),
        ({"a::x": 0.3}, ["a"]),
        ({"a::x[1]": 0.9, "a::x[2]": 0.1, "a::y": 0.0, "a::z": 0.0}, ["a::x"]),
        ({"a::x[1]": 0.7, "a::x[2]": 0.0, "a::x[3]": 0.0}, []),
        (
            {"a::x[1]": 0.4, "a::x[2]": 0.4, **{f"a::x[{n}]": 0.0 for n in "3456"}},
            ["a::x[1]", "a::x[2]"],
        ),
    ],
)
def test_what_takes_long_is_listed_with_what_it_has_in_common(took, lines):
    assert long_ones(took) == lines


def test_a_report_of_pytest_is_read_by_the_names_that_pytest_gives(tmp_path):
    file = tmp_path / "run.xml"
    file.write_text(REPORT)

    assert seconds(file) == {
        "tests/tools/test_durations.py::test_a[x-1]": 0.5,
        "tests/bot/test_states.py::Walk::runTest": 7.25,
    }


def test_make_test_leaves_out_what_is_long_and_whoever_is_done_takes_work_of_others():
    lines = (TOP / "Makefile").read_text(encoding="utf-8").splitlines()

    assert "PLAYED := -n 2 --dist worksteal --timeout 120" in lines
    assert '\t$(BIN)/pytest $(PLAYED) -m "not long" --hypothesis-profile=brief' in lines
    assert '\t$(BIN)/pytest $(PLAYED) -m "long or hypothesis"' in lines
