"""How chains, circles and the order of layers are found, on small graphs."""

import ast

import pytest

from tests.tools.imports import (
    against_the_order,
    circles,
    grouped,
    longest_chain,
    targets,
)

GRAPH = {"a.x": {"a.y", "b.x"}, "a.y": {"c"}, "b.x": {"c"}, "c": set()}
ROUND = {"a": {"b"}, "b": {"a", "c"}, "c": set()}


def test_the_longest_chain_begins_with_the_importer():
    assert longest_chain(GRAPH) == ["a.x", "a.y", "c"]


def test_a_circle_is_found_and_counts_as_one_floor():
    assert circles(GRAPH) == []
    assert circles(ROUND) == [("a", "b")]
    assert longest_chain(ROUND) == ["a+b", "c"]


def test_groups_have_the_arrows_of_their_modules_but_none_to_themselves():
    assert grouped(GRAPH, lambda name: name[0]) == {
        "a": {"b", "c"},
        "b": {"c"},
        "c": set(),
    }


def test_an_import_up_or_of_a_sibling_is_against_the_order():
    assert against_the_order(GRAPH, [["a"], ["b"], ["c"]]) == []
    assert against_the_order(GRAPH, [["b"], ["a", "c"]]) == ["a.x -> b.x", "a.y -> c"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("import a.b, c", ["a.b", "c"]),
        ("from a import b, c", ["a.b", "a.c"]),
        ("from . import b", ["x.y.b"]),
        ("from ..z import b", ["x.z.b"]),
        ("a = 1", []),
    ],
)
def test_an_import_names_its_targets_wherever_it_starts(line, names):
    assert targets(ast.parse(line).body[0], "x.y") == names
