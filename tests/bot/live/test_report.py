"""A line for each finding, and a table of what was assumed and seen."""

import pytest

from bot.live.report import Report, Seen
from bot.runtime.redact import Redactor


@pytest.fixture
def lines():
    return []


@pytest.fixture
def report(lines):
    return Report(lines.append, Redactor(["s3cr3t-word"]))


@pytest.mark.parametrize(
    ("well", "line", "code"),
    [
        (True, "ok    a  b\n", 0),
        (None, "note  a  b\n", 0),
        (False, "FAIL  a  b\n", 1),
    ],
)
def test_a_finding_is_one_line_and_decides_the_exit_code(
    report, lines, well, line, code
):
    report.add("a", well=well, fix="b")

    assert (lines, report.code) == ([line], code)


def test_what_quotes_a_secret_or_breaks_the_line_does_neither(report, lines):
    report.add("Slack says\ns3cr3t-word", seen=Seen("a", "s3cr3t-word", "x.py: Y"))
    report.table()

    assert lines[0] == "ok    Slack says ****\n"
    assert "s3cr3t-word" not in "".join(lines)


def test_the_table_names_what_to_change_where_something_differs(report, lines):
    report.add("x", seen=Seen("hello", "hello", "bot/a.py: A"))
    report.add("y", seen=Seen("two words", "one", "bot/b.py: B"))
    lines.clear()
    report.table()

    assert lines == [
        "\n  assumed   | seen\n",
        "  hello     | hello\n",
        "≠ two words | one  change bot/b.py: B\n",
    ]


def test_without_rows_there_is_no_table(report, lines):
    report.table()

    assert lines == []
