"""Sentences follow the reader."""

from bot.i18n import _, n_, reader_locale, reading_in


def test_english_is_the_language_of_the_source():
    assert _("Nothing was sent.") == "Nothing was sent."
    assert [n_("{n} target", "{n} targets", n) for n in (1, 2)] == [
        "{n} target",
        "{n} targets",
    ]


def test_the_reader_is_followed_inside_the_block_only():
    with reading_in("zh-CN"):
        inside = reader_locale()

    assert (inside, reader_locale()) == ("zh-CN", "en-US")


def test_a_reader_without_a_locale_reads_english():
    with reading_in(""):
        assert reader_locale() == "en-US"
