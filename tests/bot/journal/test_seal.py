"""A sealed value opens with its key, in its cell, and nowhere else."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import JournalUnavailable
from bot.journal.seal import KEY_BYTES, Cell, Ring, Seal, key_id, ring_of
from tests.bot.journal.revisions import unbound

HERE = Cell("intents", "request", "01A")
KEY, NEW = b"k" * KEY_BYTES, b"n" * KEY_BYTES

cells = st.builds(
    Cell,
    st.sampled_from(("intents", "open_forms")),
    st.sampled_from(("request", "reply_secret", "answer_url", "values")),
    st.text(alphabet="01AB", min_size=1, max_size=3),
)


def seal_with(*keys, old=()):
    return Seal(Ring(keys=keys, unbound=old), os.urandom)


def refuses(seal, sealed, cell=HERE):
    with pytest.raises(JournalUnavailable, match=r"^a sealed value does not open$"):
        seal.open(sealed, cell)
    return True


@given(data=st.binary(max_size=100), cell=cells, other=cells)
def test_it_opens_in_its_own_cell_only(data, cell, other):
    seal = seal_with(KEY)

    sealed = seal.close(data, cell)

    assert (seal.open(sealed, cell), data in sealed[5:] and len(data) > 3) == (
        data,
        False,
    )
    assert other == cell or refuses(seal, sealed, other)


@given(at=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_value_with_one_bit_changed_or_cut_off_does_not_open(at, bit):
    seal = seal_with(KEY)
    sealed = bytearray(seal.close(b"data", HERE))
    at %= len(sealed)
    sealed[at] ^= 1 << bit

    assert refuses(seal, bytes(sealed))
    assert refuses(seal, seal.close(b"data", HERE)[:at])


def test_the_same_twice_is_sealed_differently():
    seal = seal_with(KEY)

    assert seal.close(b"data", HERE) != seal.close(b"data", HERE)


def test_the_newest_key_seals_and_all_of_them_open():
    before = seal_with(KEY).close(b"data", HERE)
    both = seal_with(KEY, NEW)

    sealed = both.close(b"data", HERE)

    assert both.open(before, HERE) == both.open(sealed, HERE) == b"data"
    assert (both.is_newest(before), both.is_newest(sealed)) == (False, True)
    assert seal_with(NEW).open(sealed, HERE) == b"data"
    assert refuses(seal_with(KEY), sealed)
    assert refuses(seal_with(NEW), before)


def test_what_an_older_release_sealed_opens_as_long_as_its_key_is_kept():
    before = unbound(KEY, b"data")

    assert seal_with(NEW, old=(NEW, KEY)).open(before, HERE) == b"data"
    assert not seal_with(NEW, old=(KEY,)).is_newest(before)
    assert refuses(seal_with(NEW), before)
    assert refuses(seal_with(NEW, old=(NEW,)), before)


def test_other_keys_can_be_taken_up():
    seal = seal_with(KEY)
    before = seal.close(b"data", HERE)

    seal.use(Ring(keys=(NEW,)))

    assert seal.ring == Ring(keys=(NEW,))
    assert refuses(seal, before)


def test_every_line_of_a_secret_is_a_key_and_the_first_seals():
    one, both = ring_of("old secret"), ring_of("new secret\n\nold secret\n")

    assert both.keys[0] == one.keys[0] != both.keys[1]
    assert len({key_id(key) for key in both.keys}) == 2
    assert both.unbound[0] == one.unbound[0]
    assert (len(both.keys), len(both.unbound)) == (2, 2)


@pytest.mark.parametrize(
    ("ring", "is_one"),
    [
        (Ring(keys=(KEY,)), True),
        (Ring(keys=(KEY,), follows="1 2"), True),
        (Ring(keys=(KEY, NEW)), False),
        (Ring(keys=(KEY,), unbound=(KEY,)), False),
        (Ring(keys=(KEY, NEW), settled=True), True),
        (Ring(keys=(KEY,), unbound=(KEY,), settled=True), False),
    ],
)
def test_a_ring_is_one_key_once_no_other_opens_anything(ring, is_one):
    assert ring.is_one is is_one
