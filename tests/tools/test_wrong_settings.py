"""Every wrong setting is named by the doctor, and docs/install.md shows how."""

import pytest

from tests.tools.wrong_cases import WRONG
from tests.tools.wrong_settings import BEGIN, DOC, END, row, usual

TOLD = DOC.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
ROWS = [line for line in TOLD.splitlines() if line.startswith("| ")][1:]


def test_sound_settings_are_told_nothing():
    assert usual() == []


def test_the_page_has_a_row_for_each_wrong_setting():
    assert len(WRONG) >= 24
    assert [one.split(" | ")[0] for one in ROWS] == [f"| {one.what}" for one in WRONG]


@pytest.mark.parametrize("number", range(len(WRONG)), ids=lambda n: WRONG[n].what)
def test_a_wrong_setting_is_named(number):
    made = row(WRONG[number])

    assert WRONG[number].names.replace("*", "\\*") in made
    assert made == ROWS[number], "python -m tests.tools.wrong_settings"
