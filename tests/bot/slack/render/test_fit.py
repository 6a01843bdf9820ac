"""What is taken for small enough without counting is small enough."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from bot.slack.render.fit import Piece, Space, fitted, weight

TEXTS = st.text(st.characters(codec="utf-8")) | st.just("\U0001f7e2" * 20)
NODES = st.recursive(
    TEXTS | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["text", "url", "type"]), inner, max_size=3)
    ),
    max_leaves=20,
)
BLOCKS = st.lists(st.dictionaries(st.sampled_from(["text", "elements"]), NODES))


@given(BLOCKS)
def test_no_block_shows_more_than_its_json_is_long(blocks):
    assert weight(blocks) <= len(to_json(blocks))


@given(BLOCKS, st.integers(0, 400))
def test_blocks_are_left_as_they_are_exactly_if_they_fit(blocks, text):
    fits = weight(blocks) <= text

    shown = fitted([Piece([one]) for one in blocks], Space(100, text))

    assert (shown == blocks) == fits
