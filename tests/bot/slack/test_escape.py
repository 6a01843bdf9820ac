"""Text from anybody is shown as text, and never acts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.escape import clean, cut, escape, size, uncoded, unmarked, unticked

ANY = st.text(max_size=200)


@given(ANY)
def test_what_is_escaped_reads_back_as_what_was_cleaned(text):
    told = escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    assert told == clean(text)


@given(ANY)
def test_nothing_escaped_has_a_bracket_or_a_bare_ampersand(text):
    told = escape(text)

    assert not set("<>") & set(told)
    assert all(part.startswith(("amp;", "lt;", "gt;")) for part in told.split("&")[1:])


@given(ANY)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("a\r\nb\u2028c", "a\nb\nc"),
        ("a\tb", "a b"),
        ("\ud800", "\ufffd"),
        ("中文 😀", "中文 😀"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(text, shown):
    assert clean(text) == shown


@pytest.mark.parametrize("text", ["<!channel>", "<@U123>", "<https://evil|ok>"])
def test_what_would_act_stays_text(text):
    assert escape(text) == text.replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("text", ["*bold*", "_it_", "~no~", "`code`", "> quote"])
def test_marks_that_would_draw_are_replaced(text):
    assert unmarked(text) != text


@pytest.mark.parametrize("text", ["my_room_1", "2*3", "a-b", "rtmp://a/b_c"])
def test_marks_that_draw_nothing_stay(text):
    assert unmarked(text) == text


def test_a_green_light_is_ours_to_draw():
    assert ":large_green_circle:" not in uncoded(":large_green_circle:")


def test_text_between_backticks_has_none():
    assert "`" not in unticked("a`b\nc")


@given(ANY, st.integers(1, 50))
def test_a_cut_text_fits(text, limit):
    short = cut(text, limit)

    assert size(clean(short)) <= limit
    assert short == text or short.endswith("…")


@given(ANY, st.integers(5, 50))
def test_a_text_is_cut_by_what_is_sent(text, limit):
    assert size(escape(cut(text, limit, sent_as=escape))) <= limit
