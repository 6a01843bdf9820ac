"""Every place that the doctor or the page of the first day names is there."""

import ast
import re
from pathlib import Path

import pytest

from bot.live import places

TOP = Path(__file__).parents[3]
PAGE = (TOP / "docs/first-day.md").read_text()
PLACE = re.compile(r"(?P<file>[\w/.-]+\.(?:py|md|toml|yml|yaml)): (?P<name>[\w. *]+)")
IN_CODE = re.compile(r"`([^`]+)`")
NAMED = sorted(
    {match[0] for code in IN_CODE.findall(PAGE) if (match := PLACE.fullmatch(code))}
    | {one for name, one in vars(places).items() if name.isupper()}
)
ROW = re.compile(r"\| (?P<number>[ST]\d+) \|(?P<cells>.*)\|$", re.MULTILINE)
ROWS = {
    match["number"]: [cell.strip() for cell in match["cells"].split(" | ")]
    for match in ROW.finditer(PAGE)
}


def names_in(tree, before=""):
    """Yield each name that is bound at the top of *tree*, or in a class of it."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield before + node.name
            yield from names_in(node, f"{before}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield before + node.name
        else:
            stored = (one for one in ast.walk(node) if isinstance(one, ast.Name))
            yield from (
                before + one.id for one in stored if isinstance(one.ctx, ast.Store)
            )


@pytest.mark.parametrize("place", NAMED)
def test_a_place_is_a_file_and_a_name_in_it(place):
    match = PLACE.fullmatch(place)
    file = TOP / match["file"]

    assert file.is_file()
    if file.suffix == ".py":
        assert match["name"] in set(names_in(ast.parse(file.read_text())))
    else:
        assert match["name"] in file.read_text()


@pytest.mark.parametrize("number", ROWS)
def test_a_row_says_what_to_do_what_to_expect_and_what_to_change(number):
    do, expect, change = ROWS[number]

    assert do
    assert expect
    assert [one for one in IN_CODE.findall(change) if PLACE.fullmatch(one)]


def test_the_page_has_every_row_of_both_lists():
    numbers = [f"S{n}" for n in range(1, 25)] + [f"T{n}" for n in range(1, 19)]

    assert list(ROWS) == numbers


def test_the_page_is_found_from_the_readme():
    assert "docs/first-day.md" in (TOP / "README.md").read_text()
