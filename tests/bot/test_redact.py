"""No secret is left in a line of log."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import MASK, Redactor

SECRET = "s3cr/t+" + "value=" * 3


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        SECRET.encode().hex(),
        *(
            base64.b64encode(b"abc"[:shift] + SECRET.encode() + b"xyz").decode()
            for shift in range(3)
        ),
    ],
)
def test_a_known_secret_is_cut_in_every_form_in_which_it_travels(written):
    told = Redactor([SECRET])(f"before {written} after")

    assert told.startswith("before ")
    assert told.endswith(" after")
    assert MASK in told
    assert not any(part in told for part in (SECRET, "value=value", "76616c7565"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("id " + "AKID" + "x" * 32, "id ****"),
        ("tok " + "xoxb" + "-1234567890-abc", "tok ****"),
        ("tok " + "xapp" + "-1-A1-2-abcdef", "tok ****"),
        ("sig " + "eJ" + "w1zV8L" * 10, "sig ****"),
        ("Credential=x, Signature=" + "ab" * 32, "Credential=x, Signature=****"),
        (
            "to rtmp://push.example.com/live/key?a=b, later",
            "to rtmp://push.example.com/live/****, later".replace(", later", " later"),
        ),
        ("?tx" + "Secret=abc&txTime=1", "?tx" + "Secret=****&txTime=1"),
        (
            "url https://hooks.slack.com/commands/T/1/abc",
            "url https://hooks.slack.com/****",
        ),
    ],
)
def test_a_secret_is_known_by_its_shape(line, told):
    assert Redactor()(line) == told


def test_a_word_too_short_to_be_a_secret_masks_nothing():
    assert Redactor(["ab", ""])("abc ab") == "abc ab"


def test_the_longer_of_two_secrets_goes_first():
    assert Redactor(["abcdef", "abcdefgh"])("abcdefgh") == MASK


@given(st.text(max_size=300), st.lists(st.text(min_size=6, max_size=30), max_size=5))
def test_any_text_comes_out_without_the_secrets(text, secrets):
    told = Redactor(secrets)(text + "".join(secrets))

    assert not any(secret in told.replace(MASK, "\0") for secret in secrets)
