"""Every section of `make bench` can be run, at a scale that measures nothing."""

import math
import subprocess
import sys

import pytest

from tests.bench import replicas, whole
from tests.bench.__main__ import SECTIONS
from tests.bench.load import Figures
from tests.bench.pressure import Rush, _judge
from tests.bench.process import _path
from tests.bench.quick import ACK, CPU, ROOT, START_UP, checked_out, compared, told
from tests.bench.report import text
from tests.bench.scale import TINY
from tests.bench.table import Goal, Result, Section, markdown, ratio
from tests.bench.whole import Case
from tests.servers.postgres import why_not

FIGURES = {
    "start": 7,
    "tls": 3,
    "profile": 1,
    "acks": 4,
    "client": 2,
    "parts": 3,
    "life": 3,
    "pressure": 6,
    "questions": 5,
    "upkeep": 3,
    "long": 4,
}


def test_every_section_is_tried():
    assert FIGURES.keys() == SECTIONS.keys()


@pytest.fixture
def journals(tmp_path_factory, monkeypatch):
    """Keep the journals of all sections in one place, which is thrown away."""
    place = tmp_path_factory.getbasetemp() / "journals"
    monkeypatch.setenv("BENCH_JOURNALS", str(place))


@pytest.mark.usefixtures("journals")
@pytest.mark.parametrize("name", FIGURES)
async def test_every_figure_of_a_section_is_measured(name):
    section = await SECTIONS[name](TINY)

    measured = [result.measured for result in section.results]
    assert len(measured) == FIGURES[name]
    assert [one for one in measured if not 0 <= one < math.inf] == []


async def test_several_on_one_postgresql_are_measured():
    if reason := why_not():
        pytest.skip(reason)
    size = replicas.Size(rounds=1, calls=2, seconds=0.1)

    section = await replicas.measured(size, ("beside",))

    assert [one.goal for one in section.results] == [replicas.BESIDE]
    assert [one for one in section.results if not 0 <= one.measured < math.inf] == []


def test_what_was_measured_of_several_stands_on_its_page():
    page = replicas.PAGE.read_text(encoding="utf-8")
    section = Section("s")
    section.add(replicas.TAKEOVER, 0.5, "once")

    again = replicas.written(replicas.written(page, section), section)

    assert again == replicas.written(page, section)
    assert "| 0.5 s | kept | once |" in again
    for goal in (replicas.BESIDE, replicas.RATE, replicas.SLOW, replicas.FAR_RATE):
        assert f"| {goal.figure} | {goal.text} |" in page


def test_a_ratio_is_the_median_of_pairs():
    assert ratio([2, 9, 4], [1, 3, 4]) == 2


@pytest.mark.parametrize(
    ("goal", "measured", "kept"),
    [
        (Goal("at most", 0.5), 0.5, True),
        (Goal("at most", 0.5), 0.6, False),
        (Goal("at least", 2, at_least=True), 2, True),
        (Goal("at least", 2, at_least=True), 1.9, False),
        (Goal("measured by nobody", 2), math.nan, False),
        (Goal("shown alone"), 7, True),
    ],
)
def test_a_goal_is_kept_or_missed(goal, measured, kept):
    assert Result(goal, measured).kept is kept


def test_the_table_has_a_line_for_each_goal():
    section = Section("Some")
    section.add(Goal("cost", 0.5), 0.25, "1 to 4")
    section.add(Goal("rate", 2, at_least=True), 1)

    assert markdown([section]).splitlines()[2:] == [
        "| cost | ≤ 0.5× | 0.25× | kept | 1 to 4 |",
        "| rate | ≥ 2× | 1× | **missed** |  |",
    ]
    assert "| cost | ≤ 0.5× |" in text([section], TINY)


def test_what_only_developers_have_is_absent_from_what_is_measured():
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import structlog, sys; print('rich.text' in sys.modules)",
        ],
        env={"PYTHONPATH": _path(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert found.stdout == "False\n"


async def test_two_trees_are_measured_and_what_got_worse_is_named():
    base, new = await compared((ROOT, ROOT), TINY)

    assert base.keys() == new.keys() >= {CPU, ACK, START_UP}
    base = {name: some for name, some in base.items() if all(some)}  # a tick took none
    slower = {name: [9 * one for one in some] for name, some in base.items()}
    assert told(base, base)[1] == []
    assert {*told(base, slower)[1]} == set(base)


@pytest.mark.parametrize(
    ("base", "new"),
    [
        ({ACK: [1.0]}, {ACK: [math.nan]}),
        ({ACK: [math.nan]}, {ACK: [1.0]}),
        ({ACK: [1.0]}, {}),
        ({}, {ACK: [1.0]}),
    ],
)
def test_what_was_not_measured_on_both_sides_got_worse(base, new):
    assert told(base, new)[1] == [ACK]


@pytest.mark.parametrize(("rate", "counts"), [(19, False), (20, True)])
def test_against_a_prototype_that_is_less_than_twice_as_fast_as_b_nothing_is_won(
    rate, counts
):
    case, section = Case("16 in flight", 16, lean=0.6), Section("Some")
    rates = {"B": 10, "lean + row": rate, "bot": 1}
    case.runs = {peer: [Figures(seconds=1, done=n)] for peer, n in rates.items()}

    whole._judge(section, case)

    (against,) = section.results
    assert (against.goal.limit, against.kept) == ((0.6, False), (None, True))[
        not counts
    ]
    assert any("it does not count" in line for line in section.lines) is not counts


def figures(burst, over):
    """Return the goals of a round, by name, with what was measured."""
    section = Section("Some")
    _judge(section, Figures(seconds=1, done=200), burst, over)
    return {one.goal.figure: one for one in section.results}


def test_who_is_turned_away_was_not_served_and_a_stop_that_never_came_took_for_ever():
    acks, stops = [0.1] * 200, [0.1] * 99
    burst = Rush(sent=200, acks=acks, kept=[0.1] * 150, seconds=1, stops=stops)
    over = Rush(sent=200, acks=acks, kept=acks, seconds=0.1, stops=stops[1:], lost=2)

    found = figures(burst, over)

    served = found["burst of starts: served in 3 s"]
    lost = found["overload, 10 times what is served: stop p99"]
    assert (served.measured, served.kept) == (75, False)
    assert (lost.measured, lost.kept) == (math.inf, False)
    assert found["burst of starts: worst stop"].kept
    nobody = figures(Rush(sent=200, acks=acks, seconds=1), over)
    assert not any(one.kept for name, one in nobody.items() if "burst" in name)


def test_another_commit_is_made_ready_to_run():
    with checked_out("HEAD") as tree:
        made = [tree / "bot/tencent/explanations/all.json"]
        made += tree.glob("bot/locale/zh_CN/LC_MESSAGES/*.mo")
        sizes = [path.stat().st_size > 0 for path in made]

    assert (sizes, tree.exists()) == ([True] * 3, False)
