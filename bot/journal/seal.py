"""Secrets are sealed before they are written, so that a copied file shows none.

A value is sealed with AES-256-GCM (NIST SP 800-38D) for the cell that it stands in:
moved to another row or column it does not open. It names the key that sealed it, so
several keys can be in use at once: the newest seals, all of them open.
"""

import base64
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import JournalUnavailable, Unreadable

KEY_BYTES = 32
BOUND = b"\x01"  # how a value begins; an unbound one of Fernet begins with a letter
_ID, _NONCE = 4, 12  # bytes
_HEAD = len(BOUND) + _ID
_SEALS, _NAMES = b"patchbay seal", b"patchbay key id"
_AS_IT_IS = re.compile(r"patchbay-key:([A-Za-z0-9+/]{43}=)")


class Cell(NamedTuple):
    """Where a value stands. A table and a column keep the names they had first."""

    table: str
    column: str
    row: str

    @property
    def name(self) -> bytes:
        """What a value is bound to."""
        return ".".join(self).encode()


class Ring(NamedTuple):
    """The keys, oldest first; *unbound* are those of releases that bound no value.

    *follows* is what the journal's files were known by before the ring was written.
    *settled*: nothing is known of any more that another key than the newest has sealed.
    """

    keys: tuple[bytes, ...]
    unbound: tuple[bytes, ...] = ()
    follows: str = ""
    settled: bool = False

    @property
    def is_one(self) -> bool:
        """Whether no key but the newest has anything to open."""
        return not self.unbound and (self.settled or len(self.keys) == 1)


class Seal:
    """Seals with the newest key of *ring*, and opens with all of them."""

    def __init__(self, ring: Ring, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        self.use(ring)

    def use(self, ring: Ring) -> None:
        """Seal and open with the keys of *ring* from here on."""
        self.ring = ring
        self._keys = {key_id(key): AESGCM(derived(key, _SEALS)) for key in ring.keys}
        self._newest = key_id(ring.keys[-1])
        self._unbound: Sequence[Fernet] = [
            Fernet(base64.urlsafe_b64encode(key)) for key in ring.unbound
        ]

    def close(self, data: bytes, cell: Cell) -> bytes:
        """Return *data*, sealed for *cell*."""
        nonce = self._random_bytes(_NONCE)
        sealed = self._keys[self._newest].encrypt(nonce, data, cell.name)
        return BOUND + self._newest + nonce + sealed

    def open(self, sealed: bytes, cell: Cell) -> bytes:
        """Return what was sealed for *cell*.

        Raises:
            JournalUnavailable: it was sealed with another key, for another cell, or
                altered.
        """
        if not sealed.startswith(BOUND):
            return self._open_unbound(sealed)
        key, rest = self._keys.get(sealed[len(BOUND) : _HEAD]), sealed[_HEAD:]
        with suppress(InvalidTag, ValueError):  # of another cell; cut off
            if key:
                return key.decrypt(rest[:_NONCE], rest[_NONCE:], cell.name)
        raise _does_not_open()

    def is_newest(self, sealed: bytes) -> bool:
        """Tell whether the newest key sealed it."""
        return sealed[:_HEAD] == BOUND + self._newest

    def _open_unbound(self, sealed: bytes) -> bytes:
        for key in self._unbound:
            with suppress(InvalidToken):
                return key.decrypt(sealed)
        raise _does_not_open()


def key_id(key: bytes) -> bytes:
    """Return the 4 bytes by which values name *key*; they tell nothing of it."""
    return derived(key, _NAMES)[:_ID]


def named_by(sealed: bytes) -> str:
    """Return the name of the key that *sealed* a value; empty if it is not bound."""
    return sealed[len(BOUND) : _HEAD].hex() if sealed.startswith(BOUND) else ""


def ring_of(secret: str) -> Ring:
    """Return the keys of *secret*, a line for each, the newest first.

    They are the same wherever the secret is. A line is what a key is made of, or a key
    as it is: of a journal that had it in a file.
    """
    lines = [line for line in secret.splitlines() if line.strip()]
    return Ring(
        keys=tuple(_key_of(line, b"patchbay ring") for line in reversed(lines)),
        unbound=tuple(_key_of(line, b"patchbay journal") for line in reversed(lines)),
    )


def as_secret(ring: Ring) -> str:
    """Return the secret of which `ring_of` makes the keys of *ring*."""
    keys = dict.fromkeys((*reversed(ring.keys), *reversed(ring.unbound)))
    return "".join(f"{key_as_line(key)}\n" for key in keys)


def key_as_line(key: bytes) -> str:
    """Return *key*, 32 bytes, as a line that is it and not what it is made of."""
    return f"patchbay-key:{base64.b64encode(key).decode()}"


def key_as_it_is(line: str) -> bytes | None:
    """Return the key that *line* is; None if it is what a key is made of."""
    match = _AS_IT_IS.fullmatch(line.strip())
    return base64.b64decode(match[1]) if match else None


def _key_of(line: str, info: bytes) -> bytes:
    return key_as_it_is(line) or derived(line.encode(), info)


def derived(key: bytes, info: bytes) -> bytes:
    """Return a key for the one purpose that *info* names (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(key)


def _does_not_open() -> JournalUnavailable:
    return Unreadable("a sealed value does not open")
