"""Every claim about security names a test that there is."""

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
PAGE = (TOP / "docs/security.md").read_text()
CLAIMS = PAGE.partition("## Claims")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in CLAIMS.splitlines()
    if line.startswith("| ") and not line.startswith("| claim ")
]
NAMED = re.compile(r"`(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)`")


def names_in(file):
    tree = ast.parse((TOP / file).read_text())
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_a_claim_is_shown_by_tests_that_there_are(row):
    claim, shown_by = row
    names = list(NAMED.finditer(shown_by))

    assert claim
    assert names
    assert NAMED.sub("", shown_by).strip(" ,") == ""
    assert [
        one["test"] for one in names if one["test"] not in names_in(one["file"])
    ] == []


def test_no_claim_is_made_twice():
    claims = [claim for claim, _shown_by in ROWS]

    assert len(claims) == len(set(claims)) >= 20


def test_whoever_finds_a_hole_is_told_where_to_go():
    assert "docs/security.md" in (TOP / "SECURITY.md").read_text()
    assert "SECURITY.md" in (TOP / "README.md").read_text()
    assert "../SECURITY.md" in PAGE
