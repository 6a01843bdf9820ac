"""Sentences follow the reader."""

import subprocess
import sys

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.i18n import (
    AS_ASKED,
    Channel,
    Language,
    Languages,
    _,
    language_of,
    n_,
    once_known,
    reader_locale,
    reading_in,
)

SET = Languages.of("en", [Channel(id="CCHINA", language="zh-CN")])


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


@pytest.mark.parametrize(
    ("locale", "read"),
    [
        *(("en-GB", "en"), ("", "en"), ("de-DE", "en"), ("zh", "zh-CN")),
        *(("zh-CN", "zh-CN"), ("ZH_cn", "zh-CN"), ("zh-TW", "zh-CN"), ("zhx", "en")),
    ],
)
def test_a_reader_gets_their_language_or_one_they_can_read_or_english(locale, read):
    assert language_of(locale) == read


@pytest.mark.parametrize(
    ("languages", "channel", "direct", "read"),
    [
        (AS_ASKED, "CCHINA", False, "ja-JP"),
        (SET, "CCHINA", False, "zh-CN"),
        (SET, "COTHER", False, "en"),
        (SET, "CCHINA", True, "ja-JP"),
    ],
)
def test_a_channel_has_its_own_language_or_the_bots_or_the_askers(
    languages, channel, direct, read
):
    assert languages.at(channel, "ja-JP", direct=direct) == read


@pytest.mark.parametrize("language", ["", "en", "zh-CN"])
def test_a_language_is_one_of_which_there_is_a_catalogue(language):
    assert TypeAdapter(Language).validate_python(language) == language


@pytest.mark.parametrize("language", ["zh_CN", "chinese", "tlh"])
def test_any_other_is_refused_with_those_there_are(language):
    with pytest.raises(ValidationError, match="write en or zh-CN"):
        TypeAdapter(Language).validate_python(language)


def test_a_reader_may_become_known_while_the_answer_is_prepared():
    known = [""]

    with reading_in(lambda: known[0]):
        before = reader_locale()
        known[0] = "zh-CN"
        after = reader_locale()

    assert (before, after) == ("en-US", "zh-CN")


def test_a_language_is_asked_for_until_it_is_known():
    answers = iter(["", "zh-CN"])

    locale = once_known(lambda: next(answers))

    assert [locale() for _time in range(3)] == ["", "zh-CN", "zh-CN"]


LAZY = """
import gettext
from bot.i18n import _, reading_in
from bot.tencent.explain import explain
read = lambda: len(gettext._translations)
_("Start"), explain("LimitExceeded")
print(read())
with reading_in("zh-CN"):
    _("Start"), _("Start")
    print(read())
    explain("LimitExceeded", locale="zh-CN")
    print(read())
"""


def test_a_catalogue_is_read_when_its_first_reader_comes_and_once():
    read = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", LAZY], capture_output=True, text=True, check=True
    )

    assert read.stdout.split() == ["0", "1", "2"]


@pytest.mark.parametrize("name", ["#ops", "ops", "U0ANA", "c0ops", ""])
def test_a_channel_is_named_by_its_id(name):
    with pytest.raises(ValidationError, match="a name is none"):
        Channel(id=name, language="en")
