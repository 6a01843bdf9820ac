"""Where a relay goes, and its SEI."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import SecretStr, TypeAdapter, ValidationError

from bot.tencent.models.trtc.output import (
    PLAIN,
    PushUrl,
    canonical_target,
    masked_push_url,
    target_digest,
)
from bot.tencent.models.urls import address_of

URL = "PublishCdnParams.0.PublishCdnUrl"
KEY = "?tx" + "Secret=0a1b2c&txTime=6A"

RTMP_ONLY = "The push address begins with rtmp://."
SIGNS = (
    "The push address has a space, a backslash, a line break or a letter beyond a to z"
    " in it."
)
FORM = "The push address is written rtmp://host/app/stream."
USER = "The push address has a user name or password before its host."
SEVERAL = "The push address ends in a comma, or in another address: give one at a time."


@pytest.mark.parametrize(
    "url",
    [
        "rtmp://3891.livepush.myqcloud.com/live/test1",
        f"rtmp://push.example.com/live/test1{KEY}",
        "rtmp://push.example.com:443/live/a/b/c@d",
        "rtmp://192.0.2.7/live/x",  # whether that is allowed is for policy to say
        "rtmp://[2001:db8::1]/live/x",
        "rtmp://push.example.com/live/..x/.y/x..?a=/../b",
        f"rtmp://{'a' * 63}.example/live/x",
        "rtmp://push.example.com/live/a,b?c=d,e&back=https://f.example/g",
    ],
)
def test_an_rtmp_address_is_taken_as_it_is(mix, put, url):
    assert TypeAdapter(PushUrl).validate_python(url) == SecretStr(url)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("RTMP://Push.Example.com/Live/A", "rtmp://push.example.com/Live/A"),
        ("rtmp://push.example.com./a/b", "rtmp://push.example.com/a/b"),
        ("rtmp://push.example.com:1935/a/b", "rtmp://push.example.com/a/b"),
        ("rtmp://push.example.com:01935/a/b", "rtmp://push.example.com/a/b"),
        ("rtmp://push.example.com:0443/a/b", "rtmp://push.example.com:443/a/b"),
        ("rtmp://P.example/a/B?tX=%2F&y=%C3", "rtmp://p.example/a/B?tX=%2F&y=%C3"),
        ("rtmp://[2001:DB8::1]:1935/live/x", "rtmp://[2001:db8::1]/live/x"),
    ],
)
def test_scheme_host_and_port_have_one_spelling_and_the_rest_is_left(typed, sent):
    assert TypeAdapter(PushUrl).validate_python(typed) == SecretStr(sent)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", RTMP_ONLY),
        ("rtmps://push.example.com/live/x", RTMP_ONLY),
        ("https://push.example.com/live/x", RTMP_ONLY),
        (" rtmp://push.example.com/live/x", RTMP_ONLY),
        ("rtmp:/push.example.com/live/x", RTMP_ONLY),
        ("rtmp://push.example.com/live/x y", SIGNS),
        ("rtmp://push.example.com/live/x\r\nHost: y", SIGNS),
        ("rtmp://push.example.com/live/x\n", SIGNS),
        ("rtmp://push.example.com\\@evil.example/live/x", SIGNS),
        ("rtmp://push.example.com/live/\x00", SIGNS),
        ("rtmp://push.exаmple.com/live/x", SIGNS),
        ("rtmp://push.example.com/live/\ud800", SIGNS),
        ("rtmp://user:pass@push.example.com/live/x", USER),
        *(
            (f"rtmp://push.example.com/live/x{more}", SEVERAL)
            for more in (
                *(",", ";", ",rtmp://b.example/live/y", ",@main", "rtmp://b.example/a"),
                *("?a=b,", "?a=b,RTMP://b.example/live/y", "?a=b;@main"),
            )
        ),
        ("rtmp://", FORM),
        ("rtmp:///live/x", FORM),
        ("rtmp://push.example.com:0/live/x", FORM),
        ("rtmp://push.example.com:65536/live/x", FORM),
        ("rtmp://push.example.com:1935:1/live/x", FORM),
        ("rtmp://push.example.com#.evil.example/live/x", FORM),
        ("rtmp://push.example.com?x/live/x", FORM),
        *(
            (f"rtmp://{host}/live/x", FORM)
            for host in (
                *("-a.example", "a-.example", "a..example", ".example", "a_b.example"),
                *(f"{'a' * 64}.example", "a." * 126 + "example", "[::", "[1.2.3.4]"),
            )
        ),
        *(
            (f"rtmp://push.example.com{path}", FORM)
            for path in (
                *("", "/", "//", "/live", "/live/", "//x", "/live//x", "/?a/b"),
                *("/../../a/b", "/a/b/..", "/a/./b", "/a/..?c"),
            )
        ),
        (
            "rtmp://push.example.com/" + "x" * 2048,
            "The push address takes 2048 characters at most.",
        ),
    ],
)
def test_an_address_that_is_not_plain_rtmp_is_refused(told, url, sentence):
    assert told((URL, url)) == {URL: sentence}


def test_what_was_sent_before_is_read_back_as_it_was():
    url = "rtmp://push.example.com/live/x,rtmp://b.example/live/y"

    assert TypeAdapter(PushUrl).validate_json(f'"{url}"') == SecretStr(url)


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        (f"rtmp://push.example.com/live/x{KEY}", "rtmp://push.example.com/live/****"),
        ("RTMP://h:443/live/a/b/c", "rtmp://h:443/live/****"),
        ("rtmp://h/key-of-the-stream", "rtmp://h/****"),
        ("rtmp://h/?key=1/2", "rtmp://h/****"),
        ("rtmp://h", "rtmp://h/****"),
        ("https://h/live/x", "****"),
        ("", "****"),
    ],
)
def test_a_masked_address_shows_host_and_app_only(url, masked):
    assert masked_push_url(url) == masked


@given(st.text(max_size=30))
def test_no_text_in_an_address_gets_past_the_mask(text):
    masked = masked_push_url(f"rtmp://push.example.com/live/{text}")

    assert masked in {"rtmp://push.example.com/live/****", "****"}


@given(st.from_regex(r"rtmp://\S{1,40}", fullmatch=True))
def test_an_address_that_is_taken_has_one_host_however_it_is_read(url):
    try:
        TypeAdapter(PushUrl).validate_python(url)
    except ValidationError:
        return

    authority = url[len("rtmp://") :].partition("/")[0]
    assert not set(authority) & set("@?#\\%")


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            "PublishCdnParams.0.IsTencentCdn",
            2,
            "The choice of Tencent's CDN is one of 0, 1; 2 was given.",
        ),
        (
            "SeiParams.LayoutVolume.PayloadType",
            244,
            "The SEI payload type is 100 to 254 without 244; 244 was given.",
        ),
        (
            "SeiParams.LayoutVolume.PayloadType",
            5,
            "The SEI payload type is 100 to 254 without 244; 5 was given.",
        ),
        (
            "SeiParams.LayoutVolume.PayloadType",
            255,
            "The SEI payload type is 100 to 254 without 244; 255 was given.",
        ),
        (
            "SeiParams.LayoutVolume.AppData",
            "四" * 1366,
            "The app data takes 4095 bytes at most; 4098 were given.",
        ),
        (
            "SeiParams.LayoutVolume.FollowIdr",
            2,
            "The choice to follow key frames is one of 0, 1; 2 was given.",
        ),
        (
            "SeiParams.LayoutVolume.Interval",
            -1,
            "The SEI interval is 0 to 4294967295; -1 was given.",
        ),
    ],
)
def test_a_value_that_the_page_does_not_have_is_refused(told, path, value, sentence):
    assert told((path, value)) == {path: sentence}


@pytest.mark.parametrize("sei", [{}, {"LayoutVolume": {}}])
def test_sei_may_be_left_to_the_defaults(told, sei):
    assert told(("SeiParams", sei)) == {}


UUID = "00112233445566778899aabbccddeeFF"


@pytest.mark.parametrize(
    ("sei", "fault"),
    [
        ({"PayloadType": 100}, {}),
        ({"PayloadType": 5, "PayloadUuid": UUID}, {}),
        (
            {"PayloadType": 5},
            {"PayloadUuid": "SEI of payload type 5 needs a UUID."},
        ),
        (
            {"PayloadType": 100, "PayloadUuid": UUID},
            {"PayloadUuid": "A UUID goes with SEI of payload type 5 only."},
        ),
        (
            {"PayloadType": 5, "PayloadUuid": "00112233-4455-6677-8899-aabbccddeeff"},
            {
                "PayloadUuid": (
                    "The UUID of the SEI payload is 32 hexadecimal digits,"
                    " without dashes."
                )
            },
        ),
        (
            {"PayloadType": 244},
            {
                "PayloadType": (
                    "The SEI payload type is 100 to 254 without 244; 244 was given."
                )
            },
        ),
    ],
)
def test_sei_of_type_5_and_no_other_has_a_uuid(told, sei, fault):
    path = "SeiParams.PassThrough"

    assert told((path, {"PayloadContent": "{}", **sei})) == {
        f"{path}.{field}": sentence for field, sentence in fault.items()
    }


@given(st.from_regex(PLAIN, fullmatch=True))
def test_what_is_sent_unread_is_an_address_in_its_one_spelling(url):
    address = address_of(url)
    path = address.rest.partition("?")[0]

    assert str(address) == url
    assert address.scheme == "rtmp"
    assert len(path.split("/")) > 2
    assert not {"", ".", ".."} & set(path.split("/")[1:])
    assert not set(address.rest) & set("@\\# ")


# ── one target, however it is spelt ──────────────────────────────────────────────

HOSTS = st.sampled_from(
    ["push.example.com", "1.2.3.4", "[2001:db8::1]", "a_b.example", "xn--4gq.com"]
)
PATHS = st.from_regex(r"(/[A-Za-z0-9._~!@%:+-]{0,8}){0,4}", fullmatch=True)
QUERIES = st.sampled_from(["", "?txSecret=1&txTime=2", "?", "?a=/b?c", "#x", "?a#b"])
SPELLINGS = st.tuples(
    st.sampled_from(["rtmp://", "RTMP://", ""]),
    st.sampled_from([str, str.upper, str.title]),
    st.sampled_from(["", "."]),
    st.sampled_from(["", ":1935", ":01935", ":"]),
    QUERIES,
)


def spelt(host, path, how):
    scheme, case, dot, port, query = how
    dot = "" if host.startswith("[") else dot
    return f"{scheme}{case(host)}{dot}{port}{path}{query}"


@given(host=HOSTS, path=PATHS, one=SPELLINGS, other=SPELLINGS)
def test_every_spelling_of_a_target_is_one_target(host, path, one, other):
    # without a scheme, an empty port before slashes reads as one
    assume(not any(how[0] == "" and how[3] == ":" for how in (one, other)))
    assert canonical_target(spelt(host, path, one)) == f"{host}:1935{path}"
    assert target_digest(spelt(host, path, one)) == target_digest(
        spelt(host, path, other)
    )


@given(host=HOSTS, paths=st.lists(PATHS, min_size=2, max_size=2, unique=True))
def test_another_path_is_another_target(host, paths):
    digests = {target_digest(f"rtmp://{host}{path}") for path in paths}

    assert len(digests) == 2


@pytest.mark.parametrize("other", ["h.x:1936/a/b", "g.x/a/b", "h.x/A/b", "h.x/a/b/"])
def test_another_host_port_or_path_is_another_target(other):
    assert target_digest(f"rtmp://{other}") != target_digest("rtmp://h.x/a/b")


@given(st.text() | st.from_regex(r"[a-z0-9:/@?#.\[\]]{0,40}", fullmatch=True))
def test_what_is_canonical_stays_as_it_is(text):
    canonical = canonical_target(text)

    assert canonical_target(canonical) == canonical


def test_no_address_is_no_target():
    assert target_digest("") == ""


def test_a_user_name_is_no_part_of_a_target():
    assert canonical_target("rtmp://me:pw@h.x/a/b") == "h.x:1935/a/b"
