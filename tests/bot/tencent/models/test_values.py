"""The kinds of value, each by itself."""

import re
from typing import Annotated, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.i18n import _, reading_in
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Part
from bot.tencent.models.exits import model_in
from bot.tencent.models.faults import faults_of
from bot.tencent.models.nouns import noun
from bot.tencent.models.values import (
    Between,
    Like,
    Many,
    OneOf,
    Rgb,
    Text,
)

STRICT = ConfigDict(strict=True)


def marks_within(model):
    """Yield all that the types of the fields of *model* are annotated with."""
    for info in model.model_fields.values():
        yield from info.metadata
        yield from annotations(info.annotation)
        if inner := model_in(info.annotation):
            yield from marks_within(inner)


def annotations(kind):
    yield from getattr(kind, "__metadata__", ())
    for inner in get_args(kind):
        yield from annotations(inner)


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


PATTERNS = sorted(
    {
        mark.pattern
        for request in REQUESTS.values()
        for mark in marks_within(request)
        if isinstance(mark, Like)
    }
)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(data=st.data())
def test_each_pattern_is_understood_as_python_understands_it(pattern, data):
    fitting = st.from_regex(pattern, fullmatch=True)
    text = data.draw(
        st.one_of(
            fitting,
            st.text(),
            st.tuples(fitting, st.characters(max_codepoint=0x2FF)).map("".join),
        )
    )

    kind = Annotated[str, Like(pattern, lambda: "no")]

    assert takes(kind, text) is bool(re.fullmatch(pattern, text))


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_fault_is_said_in_the_language_of_whoever_reads_it(locale):
    class Frame(Part):
        fps: Annotated[int, Between(1, 60)]
        codec: Annotated[int, OneOf(0, 1)]

    with pytest.raises(ValidationError) as caught:
        Frame.model_validate({"Fps": 61, "Codec": 2})

    with reading_in(locale):
        least_most = _("The {what} is {least} to {most}; {given} was given.")
        choices = _("The {what} is one of {choices}; {given} was given.")
        assert faults_of(caught.value, Frame) == {
            "Fps": least_most.format(what=noun("Fps"), least=1, most=60, given=61),
            "Codec": choices.format(what=noun("Codec"), choices="0, 1", given=2),
        }


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
