"""Words are cut where they are typed, and quotes hold them together."""

import pytest

from bot.grammar.cut import split, with_times


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


@pytest.mark.parametrize(
    ("typed", "raws"),
    [
        ("7 until=2026-11-24 18:00 --go", ["7", 'until="2026-11-24 18:00"', "--go"]),
        ("until=2026-11-24 6 7", ["until=2026-11-24", "6", "7"]),
        ("until=2026-11-24 6:00 pm Z", ['until="2026-11-24 6:00 pm Z"']),
        ("for=1h 30m 7", ['for="1h 30m"', "7"]),
        ('for=1h "30m"', ["for=1h", '"30m"']),
        ("note=1h 30m", ["note=1h", "30m"]),
    ],
)
def test_a_time_needs_no_quotes(typed, raws):
    assert [word.raw for word in with_times(split(typed))] == raws
