"""What the pages for operators say is so: links, commands, settings, figures."""

import re
from pathlib import Path

import pytest

from bot import lifecycle
from bot.__main__ import _parser
from bot.slack.outbound.line import ACK_SECONDS, CLOSE_SECONDS
from tests.tools.ceilings import PAGE, written
from tests.tools.deployed import ALIASES

TOP = Path(__file__).parents[1]
OPERATING = (TOP / "docs/operating.md").read_text()
PAGES = {
    name: (TOP / "docs" / name).read_text() for name in ("operating.md", "scale.md")
}
ROW = re.compile(r"^\| [^|]+ \| ([\d.]+) s(?: \+ ([\d.]+) s)? \|", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(#[^)]+)?\)")


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    links = LINK.findall(PAGES[name])
    there = [TOP / "docs" / path for path, _anchor in links]

    assert links
    assert [str(path) for path in there if not path.exists()] == []


def test_every_command_that_is_named_exists():
    line = next(
        action for action in _parser()._actions if getattr(action, "choices", None)
    )
    named = set(re.findall(r"`patchbay (\w+)", OPERATING))

    assert {"backup", "migrate", "move", "recover"} <= named
    assert sorted(named - set(line.choices)) == []


def test_every_variable_that_is_named_is_a_setting():
    named = set(re.findall(r"\b(?:SLACK|TENCENTCLOUD|BOT)_[A-Z_]+\b", OPERATING))

    assert {one.removesuffix("_FILE") for one in named} <= ALIASES


def test_a_stop_takes_as_long_as_is_said():
    """The steps of the page's table, and what the source gives them."""
    stated = ROW.findall(OPERATING)
    seconds = [tuple(float(one) for one in row if one) for row in stated]

    record, last = lifecycle.RECORD_SECONDS, lifecycle.LAST_ROUND_SECONDS
    assert seconds == [
        (ACK_SECONDS + CLOSE_SECONDS + 0.5,),
        (lifecycle.SERVER_SECONDS,),
        (lifecycle.WORK_SECONDS, lifecycle.CANCELLED_SECONDS),
        (3 * record,),
        (lifecycle.FLUSH_SECONDS + 0.5, last),
        (2 * record,),
    ]
    assert sum(sum(row) for row in seconds) <= 40


def test_the_figures_are_those_that_the_source_and_the_benchmarks_have():
    page = PAGE.read_text()

    assert written(page) == page, "python -m tests.tools.ceilings --write"
