"""Text from anybody is shown as text, and never acts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.render.escape import (
    clean,
    cut,
    escape,
    size,
    uncoded,
    unmarked,
    unticked,
)

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


# Both ends of each stretch, and those that stand alone.
UNSEEN = (
    *("\x00\x08\x0b\x1f\x7f\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"),
    *("\u200b\u200f\u202a\u202e\u2060\u206f\u3164\ufeff\uffa0\ufff9\ufffb"),
    *("\U000e0000\U000e007f"),
)


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_each_character_that_is_not_seen_is_taken_out(unseen):
    assert clean(f"a{unseen}b") == "ab"


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\u2028", "\u2029"])
def test_every_end_of_a_line_is_one_newline(end):
    assert clean(f"a{end}b") == "a\nb"


def test_the_whole_of_an_escaped_text():
    assert escape("\ta & <b>\u200b") == " a &amp; &lt;b&gt;"


@pytest.mark.parametrize("text", ["<!channel>", "<@U123>", "<https://evil|ok>"])
def test_what_would_act_stays_text(text):
    assert escape(text) == text.replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("text", ["*bold*", "_it_", "~no~", "`code`", "> quote"])
def test_marks_that_would_draw_are_replaced(text):
    assert unmarked(text) != text


LOOKALIKES = {"*": "∗", "_": "ˍ", "~": "∼"}
EDGES = "09AZaz"  # both ends of what a word is made of


@pytest.mark.parametrize(("mark", "like"), LOOKALIKES.items())
def test_a_mark_at_the_edge_of_a_word_is_replaced_and_one_inside_stays(mark, like):
    for edge in EDGES:
        assert unmarked(f"{mark}{edge}") == f"{like}{edge}"
        assert unmarked(f"{edge}{mark}") == f"{edge}{like}"
        assert unmarked(f"{edge}{mark}{edge}") == f"{edge}{mark}{edge}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a`b", "aˋb"),
        ("> quote", "› quote"),
        ("a\n  > b", "a\n  › b"),
        ("a > b", "a > b"),
        ("x :smile: y", "x ꞉smile: y"),
    ],
)
def test_only_what_draws_is_replaced_and_the_rest_stays_as_it_is(text, shown):
    assert unmarked(text) == shown


@pytest.mark.parametrize(
    "name",
    [*"azAZ_+-'", "+1", "1a", "09z", *(f"a{one}" for one in "09azAZ_+-'"), "t-rex_2"],
)
def test_the_name_of_an_emoji_between_colons_is_none_any_more(name):
    assert uncoded(f":{name}:") == f"꞉{name}:"


@pytest.mark.parametrize("text", ["10:30:15", ":", "::", "a: b", ":a b:", "rtmp://x"])
def test_colons_that_draw_nothing_stay(text):
    assert uncoded(text) == text


@pytest.mark.parametrize("text", ["my_room_1", "2*3", "a-b", "rtmp://a/b_c"])
def test_marks_that_draw_nothing_stay(text):
    assert unmarked(text) == text


def test_a_green_light_is_ours_to_draw():
    assert ":large_green_circle:" not in uncoded(":large_green_circle:")


def test_text_between_backticks_has_none():
    assert unticked("a`b\nc") == "aˋb c"


@pytest.mark.parametrize(
    ("text", "units"), [("", 0), ("ab", 2), ("中", 1), ("\uffff", 1), ("😀a", 3)]
)
def test_a_size_is_counted_in_utf_16_units(text, units):
    assert size(text) == units


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("abcde", 5, "abcde"),
        ("abcdef", 5, "abcd…"),
        ("abc", 2, "a…"),
        ("abc", 1, "…"),
        ("ab cdef", 4, "ab…"),
        ("a😀bc", 4, "a😀…"),
        ("a😀bc", 3, "a…"),
    ],
)
def test_a_text_is_cut_as_late_as_it_fits(text, limit, short):
    assert cut(text, limit) == short
    assert cut("<<<", 9, sent_as=escape) == "<<…"


@given(ANY, st.integers(1, 50))
def test_a_cut_text_fits(text, limit):
    short = cut(text, limit)

    assert size(clean(short)) <= limit
    assert short == text or short.endswith("…")


@given(ANY, st.integers(5, 50))
def test_a_text_is_cut_by_what_is_sent(text, limit):
    assert size(escape(cut(text, limit, sent_as=escape))) <= limit
