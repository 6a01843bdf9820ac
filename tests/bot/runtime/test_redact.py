"""No secret is left in a line of log."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.runtime.redact import MASK, Redactor, secrets_in

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
        (
            "url https://hooks.slack-gov.com/commands/T/1/abc",
            "url https://hooks.slack-gov.com/****",
        ),
        (
            "https://h/p.png?q-SIGN" + "ATURE=" + "ab" * 20,
            "https://h/p.png?q-SIGNATURE=****",
        ),
        ("https://h/p.png?to" + "ken=abcdef&w=1", "https://h/p.png?token=****&w=1"),
        ("https://h/p.png?to" + "ken=abcde&w=1", "https://h/p.png?token=abcde&w=1"),
        ("user" + "Sig%3Dabcdef%26w", "userSig%3D****%26w"),
        ("uſer" + "_ſig=abcdef", "uſer_ſig=****"),
        ("https://me:word@h/p.png", "https://****@h/p.png"),
        ("https://h/archives/C1/p1?thread_ts=1.2&cid=C1",) * 2,
    ],
)
def test_a_secret_is_known_by_its_shape(line, told):
    assert Redactor()(line) == told


# How a secret begins, how long the rest is at least, and the ends of what it is of.
KINDS = [
    ("AK" + "ID", 16, "09AZaz"),
    *(("xox" + letter + "-", 8, "09AZaz-") for letter in "abeoprs"),
    ("xa" + "pp-", 8, "09AZaz-"),
    ("e" + "J", 40, "09AZaz*_-"),
]


@pytest.mark.parametrize(("start", "least", "edges"), KINDS)
def test_a_secret_is_known_from_its_least_length_on(start, least, edges):
    redact = Redactor()

    for edge in edges:
        assert redact(f"is {start}{edge * least} now") == f"is {MASK} now"
        short = f"is {start}{edge * (least - 1)} now"
        assert redact(short) == short
        within = f"is a{start}{edge * least} now"
        assert redact(within) == within


@pytest.mark.parametrize("edge", "09af")
def test_a_signature_is_masked_from_sixteen_digits_on(edge):
    assert Redactor()(f"Signature={edge * 16}, x") == f"Signature={MASK}, x"
    assert Redactor()(f"Signature={edge * 15}, x") == f"Signature={edge * 15}, x"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("rtmp://h/a/key", "rtmp://h/a/****"),
        ("rtmps://h.example/live/key", "rtmps://h.example/live/****"),
        ("rtmp://h/a/b/key", "rtmp://h/a/****"),
        ("rtmp://h/a?k=v", "rtmp://h/****"),
        ("rtmp://h/key", "rtmp://h/****"),
        ("rtmp://h/key/", "rtmp://h/****"),
        ("rtmp://h?k=v", "rtmp://h/****"),
        ("rtmp:///a/key", "rtmp:///a/****"),
        ("rtmp://[::1]:1935/a/key", "rtmp://[::1]:1935/a/****"),
        ("rtmp://me:word@h/a/key", "rtmp://****@h/a/****"),
        ("RTMP://H/A/KEY", "RTMP://H/A/****"),
        ("rtmp://h", "rtmp://h"),
        ("rtmp://h/", "rtmp://h/"),
        ("srt://h:9000?streamid=#!::r=a/key", "srt://h:9000/****"),
        ("WebRTC://h/a/key?k=v", "WebRTC://h/a/****"),
        (r"rtmp:\/\/h\/a\/key", r"rtmp:\/\/h\/a\/****"),
        (r"rtmp:\u002f\u002fh\u002fa\u002fkey", r"rtmp:\u002f\u002fh\u002fa\u002f****"),
        ("rtmp%3A%2F%2Fh%2fa%2Fkey%3Fk%3Dv", "rtmp%3A%2F%2Fh%2fa%2F****"),
        ("RTMP%253A%252F%252Fh%252Fkey", "RTMP%253A%252F%252Fh%252F****"),
    ],
)
def test_of_a_push_url_the_host_and_the_first_part_are_left(url, told):
    assert Redactor()(url) == told


@pytest.mark.parametrize("end", [" ", '"', "'", "<", ">", "\n"])
def test_what_is_masked_of_a_url_ends_where_the_url_ends(end):
    redact = Redactor()
    param, hook = "tx" + "Secret=", "https://hooks.slack.com/"

    assert redact(f"rtmp://h/a/key{end}x/y") == f"rtmp://h/a/{MASK}{end}x/y"
    assert redact(f"rtmp://h/a{end}b/key") == f"rtmp://h/{MASK}{end}b/key"
    assert redact(f"rtmp://h{end}i/a/key") == f"rtmp://h{end}i/a/key"
    assert redact(f"{param}abc{end}x") == f"{param}{MASK}{end}x"
    assert redact(f"{hook}T/1/abc{end}x") == f"{hook}{MASK}{end}x"


def test_a_secret_with_a_quote_is_cut_out_of_json_to_the_letter():
    secret = '"quo\\ted"'

    told = Redactor([secret])(json.dumps({"key": secret}))

    assert told == f'{{"key": "{MASK}"}}'


@pytest.mark.parametrize(
    ("shift", "left"),
    [(0, "****0e7u4+Q=="), (1, "YX****Hu7uPk="), (2, "YWJ****R7u7j5")],
)
def test_of_a_longer_base64_text_only_what_the_neighbours_share_is_left(shift, left):
    secret, ahead, behind = "s3cr/t", b"ab"[:shift], b"\x7b\xbb\xb8\xf9"
    whole = base64.b64encode(ahead + secret.encode() + behind).decode()

    assert Redactor([secret])(whole) == left


def test_a_task_id_is_no_ticket():
    for task_id in ("-e" + "J" + "a" * 70, "-m97.E" + "j" + "a" * 70):
        assert Redactor()(f"stop {task_id}") == f"stop {task_id}"


ENCODED = [
    str,
    str.upper,
    lambda url: url.replace("/", "\\/"),
    lambda url: quote(url, safe=""),
    lambda url: quote(quote(url, safe=""), safe=""),
    lambda url: quote(url, safe="").lower(),
    lambda url: json.dumps({"a": [json.dumps({"url": url})]}),
]
WORD = st.text("abcXYZ019_-.~", min_size=1, max_size=8)
SCHEMES = st.sampled_from(("rtmp", "RTMP", "rTmPs", "rtmpt", "srt", "webrtc", "rtsp"))


@given(SCHEMES, WORD, st.lists(WORD, max_size=3), WORD, st.sampled_from(ENCODED))
def test_no_address_of_a_stream_leaves_with_more_than_host_and_app(
    scheme, host, ahead, key, encoded
):
    key = f"k3y{key}"
    url = f"{scheme}://{host}/{'/'.join((*ahead, key))}?a={key}&b={key}"

    told = Redactor()(f"before {encoded(url)} after")

    assert "k3y" not in told.lower()
    assert told.startswith("before ")
    assert told.endswith(" after")
    assert Redactor()(told) == told


@pytest.mark.parametrize(
    "written",
    [
        str.upper,
        lambda secret: quote(quote(secret, safe=""), safe=""),
        lambda secret: quote(secret, safe="").lower(),
        lambda secret: json.dumps(json.dumps(secret)),
        lambda secret: json.dumps(secret).replace("/", "\\/"),
        lambda secret: json.dumps(secret, ensure_ascii=False),
        lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    ],
)
def test_a_known_secret_is_cut_in_any_case_and_however_it_is_wrapped(written):
    secret = "Kä" + "/y>" * 3 + '"w'

    told = Redactor([secret])(f"before {written(secret)} after")

    assert MASK in told
    assert "y" not in told.lower().replace("****", "")
    assert told.startswith("before ")


def test_a_secret_is_cut_where_it_stands_whatever_stands_before():
    assert Redactor(["abcdef"])("İİß ABCDEF ß") == f"İİß {MASK} ß"


def test_secrets_are_cut_at_any_depth_of_a_value():
    value = {"a": [{"b": ("rtmp://h/a/key", 1, None)}], "c": "x"}

    told = Redactor().deep(value)

    assert told == {"a": [{"b": ("rtmp://h/a/****", 1, None)}], "c": "x"}


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("rtmp://h/app/streamkey", {"streamkey"}),
        ("RTMP://h/app/streamkey", {"streamkey"}),
        (
            "rtmp://h/app/room/streamkey?a=secret&b=c",
            {"room/streamkey", "streamkey", "secret"},
        ),
        ("rtmp://h/app/k", set()),
        ("rtmp://h/streamkey", {"streamkey"}),
        ("rtmp://h/live/k", {"live/k"}),
        ("rtmp://h/live/k?a=b", {"live/k?a=b"}),
        ("rtmp://user:password@h/app/streamkey", {"password", "streamkey"}),
        ("https://h/streamkey?sign=secret&w=1", {"secret"}),
        ("https://h/streamkey", set()),
        ("no address", set()),
    ],
)
def test_what_is_secret_in_an_address(text, secrets):
    assert set(secrets_in(text)) == secrets


def test_six_characters_are_enough_for_a_secret():
    assert Redactor(["abcde"])("abcde") == "abcde"
    assert Redactor(["abcdef"])("abcdef") == MASK


def test_a_word_too_short_to_be_a_secret_masks_nothing():
    assert Redactor(["ab", ""])("abc ab") == "abc ab"


def test_the_longer_of_two_secrets_goes_first():
    assert Redactor(["abcdef", "abcdefgh"])("abcdefgh") == MASK


@given(st.text(max_size=300), st.lists(st.text(min_size=6, max_size=30), max_size=5))
def test_any_text_comes_out_without_the_secrets(text, secrets):
    told = Redactor(secrets)(text + "".join(secrets))

    assert not any(secret in told.replace(MASK, "\0") for secret in secrets)
