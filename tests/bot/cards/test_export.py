"""A list as CSV: whatever stands in a cell, no spreadsheet runs it."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from bot.cards.export import FORMULAS, HEAD, csv_file, defused
from bot.resources.registry import RESOURCES
from tests.bot.resources.intents import AT, an_intent

HOSTILE = st.text(st.sampled_from("=+-@＝＠\t\r\n \",;'|\0 aZ")) | st.text()


@given(HOSTILE)
@example("=HYPERLINK(A1)")
@example(" \t=1+1")
@example("\ufeff@SUM(A1)")
@example("＝1")
def test_no_cell_begins_as_a_formula_and_none_loses_a_character(text):
    cell = defused(text)

    assert cell.strip("\0\t\r\n\v\f \u00a0\ufeff")[:1] not in FORMULAS or not cell
    assert cell in {text, f"'{text}"}


@given(st.lists(HOSTILE.filter(lambda text: "\0" not in text), min_size=1, max_size=3))
@example(['a","b', "line\nbreak", "=1;2"])
def test_every_thing_is_one_row_whatever_people_wrote(notes):
    things = [an_intent(kind="R", note=note) for note in notes]

    file = csv_file("relays", things, RESOURCES, AT)

    rows = list(csv.reader(io.StringIO(file.text, newline="")))
    assert rows[0] == list(HEAD)
    assert [row[HEAD.index("note")] for row in rows[1:]] == [*map(defused, notes)]
    assert {len(row) for row in rows} == {len(HEAD)}


def test_the_name_of_a_file_says_what_it_is_and_of_when():
    file = csv_file("relays", [], RESOURCES, AT)

    assert file.name == f"patchbay-relays-{AT:%Y%m%dT%H%M%SZ}.csv"
