"""A request as what it has beside its masked copy, which stands in the same row."""

import zlib

from bot.errors import Unreadable

PACKED = b"x"  # the first byte of what zlib wrote; a request begins with a brace


def packed(request: bytes, masked: str) -> bytes:
    """Write a *request* as what it has beside its *masked* copy in the same row."""
    packer = zlib.compressobj(level=1, zdict=masked.encode())
    return packer.compress(request) + packer.flush()


def unpacked(kept: bytes, masked: str) -> bytes:
    """Read a request that was `packed`, or that an earlier release kept whole.

    Raises:
        Unreadable: the *masked* copy is another one now.
    """
    if kept[:1] != PACKED:
        return kept
    try:
        return zlib.decompressobj(zdict=masked.encode()).decompress(kept)
    except zlib.error as error:
        raise Unreadable(f"a request does not open: {error}") from None
