"""A name has letters, digits and dashes; whatever else is typed gets a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.resources.relay.naming import LONGEST_NAME, fault, read

GOOD = st.from_regex(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,15}", fullmatch=True)
WRITTEN = (
    "A name has letters a to z, digits and dashes between them,"
    f" {LONGEST_NAME} at most."
)


@pytest.mark.parametrize(
    "name", ["a", "youtube-main", "7", "n1", "two-hosts-2", "x" * 32]
)
def test_a_good_one_has_no_fault(name):
    assert fault(name) == ""


@given(GOOD)
def test_any_case_and_the_mark_make_no_difference(text):
    assert read(f" @{text} ") == text.casefold() == read(text)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Give it a name."),
        ("here", "“here” means something else here; choose another name."),
        ("r12", "“r12” means something else here; choose another name."),
        *(
            (one, "That is an address. A name has letters, digits and dashes alone.")
            for one in (
                "rtmp://a.example.com/live/k",
                "a.example.com/live",
                "push.example.com:1935",
                "user@host",
            )
        ),
        *(
            (
                one,
                WRITTEN,
            )
            for one in ("-a", "a-", "two hosts", "x" * 33, "ü", "a.b", "a_b", "名")
        ),
    ],
)
def test_a_bad_one_is_told_why(name, sentence):
    assert fault(name) == sentence


@given(st.text(max_size=40))
def test_what_is_taken_can_be_typed_as_it_is(text):
    name = read(text)
    if not fault(name):
        assert name.isascii()
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
