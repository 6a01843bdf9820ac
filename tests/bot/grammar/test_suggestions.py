"""Which keys of a vocabulary a typed one may have been."""

import pytest

from bot.grammar.suggestions import key_named, keys_like, value_like

KEYS = ("url", "user", "room", "layout")


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("url", ("url",)),
        ("URL", ("url",)),
        ("u", ("url", "user")),
        ("lay", ("layout",)),
        ("lyaout", ("layout",)),
        ("rm", ()),
        ("xyz", ()),
    ],
)
def test_a_key_is_itself_or_begins_or_is_near(typed, keys):
    assert keys_like(typed, KEYS) == keys


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("kbps", None),
        ("Target", ("url", "a push target")),
        ("room_id", ("room", "the room")),
        ("url", None),
    ],
)
def test_a_name_of_what_a_key_is_for_leads_to_the_key_if_there_is_one(typed, named):
    assert key_named(typed, KEYS) == named


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1080p", "1080p30"),
        ("1080P30", "1080p30"),
        ("720p1", "720p15"),
        ("", ""),
        ("8k", ""),
        ("7", ""),
    ],
)
def test_a_value_is_told_if_only_one_can_be_meant(typed, value):
    qualities = ("1080p30", "720p15", "720p60", "custom")

    assert value_like(typed, qualities) == value
