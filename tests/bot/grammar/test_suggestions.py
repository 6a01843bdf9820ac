"""Which keys of a vocabulary a typed one may have been."""

import pytest

from bot.grammar.suggestions import keys_like

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
