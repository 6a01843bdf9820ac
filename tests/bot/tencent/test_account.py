"""Accounts: the endpoint that a key is for, and no other."""

import pytest

from bot.errors import SettingsError
from bot.tencent.client import Account
from tests.bot.tencent.servers import KEY


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://trtc.intl.tencentcloudapi.com", "trtc.intl.tencentcloudapi.com"),
        ("https://gs.tencentcloudapi.com/", "gs.tencentcloudapi.com"),
        ("https://gs.tencentcloudapi.com:443", "gs.tencentcloudapi.com"),
        ("https://gs.tencentcloudapi.com:8443", "gs.tencentcloudapi.com:8443"),
        ("http://localhost", "localhost"),
        ("http://localhost:80/", "localhost"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://127.9.9.9:443", "127.9.9.9:443"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_the_host_that_is_signed_is_the_one_that_is_sent(endpoint, host):
    assert Account(endpoint, KEY).host == host


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "trtc.tencentcloudapi.com",
        "http://trtc.tencentcloudapi.com",
        "https://tencentcloudapi.com.evil.example",
        "https://eviltencentcloudapi.com",
        "https://evil.example#.tencentcloudapi.com",
        "https://evil.example\\.tencentcloudapi.com",
        "https://user@trtc.tencentcloudapi.com",
        "https://trtc.tencentcloudapi.com/path",
        "https://trtc.tencentcloudapi.com?query",
        "https://trtc.tencentcloudapi.com\n",
        "https://127.0.0.1",
        "http://10.0.0.1",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
    ],
)
def test_a_key_is_sent_nowhere_else(endpoint):
    with pytest.raises(SettingsError) as outcome:
        Account(endpoint, KEY)

    assert str(outcome.value) == (
        "an endpoint is https under tencentcloudapi.com, or http on loopback"
    )
