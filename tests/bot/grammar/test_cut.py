"""Words are cut where they are typed, and quotes hold them together."""

import pytest

from bot.grammar.cut import split


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("", []),
        ("stop  R1", ["stop", "R1"]),
        ('"room one" \'a b\' ""', ["room one", "a b"]),
        ('note="a b" c', ['note="a b"', "c"]),
        ("`R1` *R2*", ["R1", "R2"]),
    ],
)
def test_words_end_where_a_space_is_and_no_quote(typed, texts):
    assert [word.text for word in split(typed)] == texts


@pytest.mark.parametrize(
    ("typed", "is_pair", "flag", "plain", "unclosed"),
    [
        ("stop", False, "", True, False),
        ("7", False, "", False, False),
        ("url=a", True, "", False, False),
        ("--go", False, "go", False, False),
        ("-y", False, "yes", False, False),
        ('"--go"', False, "", False, False),
        ('note="a', True, "", False, True),
    ],
)
def test_what_a_word_is(typed, is_pair, flag, plain, unclosed):
    (word,) = split(typed)

    told = bool(word.pair), word.flag, word.plain, word.unclosed
    assert told == (is_pair, flag, plain, unclosed)
