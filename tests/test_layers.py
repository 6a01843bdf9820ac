"""Who imports whom, and what may stand in which unit: read from the syntax tree.

`python -m tests.tools.house` lists what breaks a rule.
"""

from pathlib import Path

import pytest

from tests.tools import floors
from tests.tools.house import broken, files

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def figures():
    return floors.measured(ROOT)


@pytest.mark.short
def test_the_house_has_few_floors_no_circle_and_no_import_that_runs_up(figures):
    assert floors.broken(figures) == []


def test_every_unit_stands_on_a_layer(figures):
    assert figures["units on no layer"] == []


@pytest.mark.parametrize("path", [*files(), "README.md"])
def test_a_file_breaks_no_rule_of_the_house(path):
    faults = {rule: dict(faults) for rule, faults in broken(path).items() if faults}

    assert faults == {}
