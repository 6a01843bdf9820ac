"""Who imports whom, and what may stand in which room: read from the syntax tree.

What breaks a rule today is listed in `tests/data/known.json`, which can only become
shorter: see `tests/tools/known.py`.
"""

from pathlib import Path

import pytest

from tests.tools import floors
from tests.tools.known import broken, everything, files, known, listed

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def figures():
    return floors.measured(ROOT)


def test_the_house_has_few_floors_no_circle_and_no_import_that_runs_up(figures):
    assert floors.broken(figures) == []


def test_every_room_stands_on_a_layer(figures):
    assert figures["rooms on no layer"] == []


@pytest.mark.parametrize("path", [*files(), "README.md"])
def test_a_file_breaks_no_rule_that_it_kept_before(path):
    more = {rule: faults - listed(rule, path) for rule, faults in broken(path).items()}

    assert {rule: dict(faults) for rule, faults in more.items() if faults} == {}


def test_what_is_mended_is_off_the_list():
    now = everything()

    assert [
        (rule, path)
        for rule, paths in known().items()
        for path in paths
        if path not in now.get(rule, ())
    ] == []
