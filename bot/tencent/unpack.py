"""Answers that come packed, though none was asked for: unpacked within a bound.

The client asks for identity. A proxy on the way may pack all the same, and a TaskId in
what it packed is worth as much as any other.
"""

import zlib

GZIP = b"\x1f\x8b"

_WITH_GZIP_HEAD = 16 + zlib.MAX_WBITS
_WITH_ZLIB_HEAD = zlib.MAX_WBITS
_BARE = -zlib.MAX_WBITS


def unpack(body: bytes, encoding: str, most: int) -> tuple[bytes, bool]:
    """Return *body* unpacked, *most* bytes of it, and whether that is all.

    *encoding* is the header `Content-Encoding`. What is packed in no way that is known
    comes back as it is; of what is broken, that which can be read before the break.
    """
    names = {name.strip().casefold() for name in encoding.split(",")}
    if body.startswith(GZIP):
        return _unpacked(body, _WITH_GZIP_HEAD, most)
    if "deflate" in names:
        plain, whole = _unpacked(body, _WITH_ZLIB_HEAD, most)
        return (plain, whole) if plain or whole else _unpacked(body, _BARE, most)
    return body, True


def _unpacked(body: bytes, how: int, most: int) -> tuple[bytes, bool]:
    """Unpack piece by piece, so that a break costs only what comes after it."""
    unpacker = zlib.decompressobj(how)
    plain = bytearray()
    for piece in _pieces(body):
        try:
            plain += unpacker.decompress(piece, most - len(plain) + 1)
        except zlib.error:
            return bytes(plain), False
        if unpacker.eof or len(plain) > most:
            break
    return bytes(plain[:most]), unpacker.eof and len(plain) <= most


def _pieces(body: bytes) -> list[bytes]:
    size = 16
    return [body[start : start + size] for start in range(0, len(body), size)]
