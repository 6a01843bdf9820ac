"""What came packed: as much of it as can be read, within the bound."""

import gzip
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tencent.unpack import unpack

MOST = 1000


def bare(body):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


WAYS = {"gzip": gzip.compress, "deflate": zlib.compress, "DEFLATE": bare, "": bytes}


@pytest.mark.parametrize("way", WAYS)
@given(body=st.text(max_size=300).map(str.encode))
def test_what_was_packed_comes_out_as_it_was(way, body):
    assert unpack(WAYS[way](body), way, MOST * 4) == (body, True)


@pytest.mark.parametrize("way", ["gzip", "deflate", "DEFLATE"])
@given(cut=st.integers(1, 40), seed=st.integers(0, 99))
def test_of_what_breaks_off_all_that_came_is_read(way, cut, seed):
    body = random.Random(seed).randbytes(400)  # noqa: S311 - no secret
    packed = WAYS[way](body)

    plain, whole = unpack(packed[:-cut], way, MOST)

    assert body.startswith(plain)
    assert len(plain) >= 400 - cut - 16
    assert not whole


@pytest.mark.parametrize("way", ["gzip", "deflate", "DEFLATE"])
@pytest.mark.parametrize(("size", "whole"), [(MOST, True), (MOST + 1, False)])
def test_no_more_than_the_bound_is_unpacked(way, size, whole):
    assert unpack(WAYS[way](b"a" * size), way, MOST) == (b"a" * MOST, whole)


@given(st.binary(), st.sampled_from(["gzip", "deflate", "br", "", ","]))
def test_whatever_comes_is_unpacked_or_left(body, encoding):
    plain, _whole = unpack(body, encoding, MOST)

    assert len(plain) <= max(MOST, len(body))
