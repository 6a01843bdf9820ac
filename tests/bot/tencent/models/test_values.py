"""The kinds of value, each by itself."""

from typing import Annotated

import pytest
from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.tencent.models.values import (
    Between,
    Like,
    Many,
    OneOf,
    Rgb,
    Text,
)

STRICT = ConfigDict(strict=True)


def takes(kind, value):
    try:
        TypeAdapter(kind, config=STRICT).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("value", "taken"),
    [(1, True), (60, True), (0, False), (61, False), (True, False), ("5", False)],
)
def test_a_range_takes_whole_numbers_within_it(value, taken):
    assert takes(Annotated[int, Between(1, 60)], value) is taken


@pytest.mark.parametrize(
    ("value", "taken"), [(0, True), (1, True), (2, False), (True, False), (1.0, False)]
)
def test_a_choice_of_numbers_takes_no_look_alikes(value, taken):
    assert takes(Annotated[int, OneOf(0, 1)], value) is taken


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("a", True),
        ("四", True),
        ("四四", False),
        ("", False),
        ("a\n", False),
        ("a\x85", False),
        ("\ud800", False),
        (5, False),
    ],
)
def test_text_is_counted_in_bytes_and_has_no_control_characters(value, taken):
    assert takes(Annotated[str, Text(most=5)], value) is taken


def test_free_text_may_be_empty_and_of_several_lines():
    free = Annotated[str, Text(most=5, least=0, free=True)]

    assert [takes(free, text) for text in ("", "a\nb", "123456")] == [True, True, False]


@pytest.mark.parametrize(
    ("value", "taken"), [("ab", True), ("ab\n", False), ("", False)]
)
def test_a_pattern_holds_from_end_to_end(value, taken):
    assert takes(Annotated[str, Like(r"[ab]+", lambda: "no")], value) is taken


@pytest.mark.parametrize(
    ("value", "taken"),
    [([1, 2], True), ((1, 2), True), (["1"], False), ("12", False), ({"1": 2}, False)],
)
def test_a_list_is_taken_as_one_and_stays_strict_inside(value, taken):
    assert takes(Many[int], value) is taken


@pytest.mark.parametrize(
    ("value", "taken"),
    [("0xFF0000", True), ("0xff00aa", True), ("#FF0000", False), ("0xFF00001", False)],
)
def test_a_colour_is_written_as_the_page_writes_it(value, taken):
    assert takes(Rgb, value) is taken
