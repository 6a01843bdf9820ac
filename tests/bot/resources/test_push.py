"""An address to push to is a secret, whoever prints it."""

from pydantic import SecretStr

from bot.resources.push import PushAddress


def test_it_is_printed_without_what_opens_it():
    secret = "the-stream" + "-key"
    address = PushAddress(SecretStr(f"rtmp://push.example.com/live/{secret}"), "other")

    assert secret not in f"{address} {address!r}"
    assert address.url.get_secret_value().endswith(secret)
