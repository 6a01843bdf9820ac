"""Numbers of errors: which kind they are of, and no meaning that nobody told."""

import pytest

from bot.cards.numbers import error_number, numbered


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("84", "84"),
        ("-3", "-3"),
        ("-102015", "-102015"),
        ('{"ErrorCode":84,"ErrorMsg":"refused"}', "84"),
        ("errCode: -3301", "-3301"),
        ("error code 84", "84"),
        ("code=-3320 msg=gone", "-3320"),
        ("错误码:84", "84"),
        ("onError (-3308) in the app", "-3308"),
    ],
)
def test_a_number_is_one_alone_or_by_what_stands_before_it(text, number):
    assert error_number(text) == number


@pytest.mark.parametrize(
    "text", ["295066", "room 84", "2026-1124", "v-1000.2", "zoe", "error in 84.5", ""]
)
def test_no_other_number_is_an_errors(text):
    assert error_number(text) == ""


@pytest.mark.parametrize("number", ["-1000", "-3301", "-102015"])
def test_what_an_app_gets_is_told_apart_and_leads_to_the_list(number):
    told = numbered(number)

    assert told.plain == (f"⚠️ {number} looks like an error code of TRTC's client SDKs.")
    assert "https://trtc.io/document/59414" in repr(told.context)


@pytest.mark.parametrize("number", ["84", "-3", "-999", "6001"])
def test_of_what_is_listed_nowhere_no_meaning_is_told(number):
    told = numbered(number)

    assert told.plain == f"⚠️ “{number}” is not on record here, and no code of the API."
    assert told.context == ()
