"""Addresses of the web, and the one spelling that every address has."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.tencent.models.base import REVEAL
from bot.tencent.models.urls import PLAIN, WebUrl, address_of, masked_web_url

WEB = TypeAdapter(WebUrl, config=ConfigDict(strict=True))
LABEL = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?", fullmatch=True)
HOSTS = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
REST = st.from_regex(r"([/?#][!-\[\]-~]{0,20})?", fullmatch=True)
SCHEMES = st.sampled_from(["rtmp", "RTMP", "https", "Https", "http"])
PORTS = st.none() | st.integers(1, 65_535)


def takes(url):
    try:
        WEB.validate_python(url)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://example.com/a/b.png?x=1&y=(2)", True),
        ("http://example.com", True),
        ("https://192.0.2.7/a", True),  # whether that is allowed is for policy to say
        ("https://example.com?a", True),
        ("ftp://example.com/a.png", False),
        ("https:///a.png", False),
        ("https://example.com/a b.png", False),
        ("https://example.com/a$.png", False),
        ("https://example.com/四.png", False),
        ("https://example.com/" + "a" * 2048, False),
        ("https://listed.example@evil.example/a", False),
        ("https://evil.example:443@listed.example/a", False),
        ("https://listed.example&evil.example/a", False),
        ("https://a_b.example/a", False),
        ("https://a..example/a", False),
        ("https://example.com:0/a", False),
        ("https://example.com:65536/a", False),
        ("https://example.com:/a", False),
    ],
)
def test_a_web_address_has_a_plain_host_and_the_characters_that_the_api_names(
    url, taken
):
    assert takes(url) is taken


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("https://EXAMPLE.com./A%2fb?Sig=%2F#x", "https://example.com/A%2fb?Sig=%2F#x"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80", "http://example.com"),
        ("http://example.com:443/a", "http://example.com:443/a"),
    ],
)
def test_a_web_address_is_sent_in_one_spelling(typed, sent):
    assert WEB.validate_python(typed) == sent


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/a.png", "https://example.com/a.png"),
        ("https://example.com/a.png?sign=abc/#d", "https://example.com/a.png?****"),
        ("https://example.com#d", "https://example.com?****"),
        ("no address", "****"),
    ],
)
def test_what_an_address_is_signed_with_is_for_the_wire_only(url, shown):
    assert masked_web_url(url) == shown
    assert WEB.dump_python(url) == shown
    assert WEB.dump_python(url, context={REVEAL: True}) == url


@given(SCHEMES, HOSTS, st.booleans(), PORTS, REST)
@example(scheme="RTMP", host="A.b", dot=True, port=1935, rest="/a/../b?%41#")
def test_a_spelling_is_canonical_and_leaves_the_rest_byte_for_byte(
    scheme, host, dot, port, rest
):
    assume(len(host) <= 253)
    typed = f"{scheme}://{host}{'.' * dot}{'' if port is None else f':{port}'}{rest}"

    address = address_of(typed)

    assert address
    assert (address.scheme, address.host) == (scheme.lower(), host.lower())
    assert address.rest == rest
    assert str(address).endswith(rest)
    assert address_of(str(address)) == address


@given(HOSTS, REST)
def test_spellings_of_one_place_are_one(host, rest):
    spellings = (
        f"rtmp://{host}{rest}",
        f"RTMP://{host.upper()}{rest}",
        f"rtmp://{host}.{rest}",
        f"Rtmp://{host}:1935{rest}",
        f"rtmp://{host.lower()}.:01935{rest}",
    )

    assert len({str(address_of(one)) for one in spellings}) == 1


@given(st.text(max_size=40))
def test_no_text_has_two_hosts(text):
    address = address_of(f"https://{text}")
    if address is None:
        return

    authority = text.partition("/")[0].partition("?")[0].partition("#")[0]
    assert not set(authority) & set("@%\\ \t")


@given(st.from_regex(PLAIN, fullmatch=True))
def test_what_is_sent_unread_would_be_sent_so_if_it_were_read(url):
    assert str(address_of(url)) == url
