"""Push addresses in prose: found by what they have in common, shown without a key."""

import pytest

from bot.grammar.addresses import find_addresses

URL = "rtmp://push.example.com/live/a"


@pytest.mark.parametrize(
    "text",
    [
        URL,
        f"{URL}?sign=1",
        f"({URL}).",
        f"{URL}, {URL}?sign=2",
        "<rtmp://push.example.com/live/a|push.example.com/live/a>",
        f"地址{URL}，断了",
        "rtmps://PUSH.example.com:1935/live/a",
    ],
)
def test_one_address_is_one_however_often_and_however_it_is_written(text):
    (aim,) = find_addresses(text)
    (plain,) = find_addresses(URL)

    assert aim.digest == plain.digest
    assert aim.shown.endswith("/live/****")


def test_no_more_than_so_many_are_looked_for():
    text = " ".join(f"{URL}{number}" for number in range(9))

    assert len(find_addresses(text)) == 5


@pytest.mark.parametrize(
    "text", ["", "https://example.com/a", "rtmp", "rtmp://", "xrtmp:a"]
)
def test_what_is_none_is_none(text):
    assert find_addresses(text) == ()
