"""Secrets are sealed before they are written, so that a copied file shows none.

Fernet (AES-128-CBC with HMAC-SHA256, https://github.com/fernet/spec) with one key:
a file beside the journal, or, for replicas, a secret of the environment.
"""

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from bot.errors import JournalUnavailable

KEY_BYTES = 32


class Seal:
    """Seals and unseals with one key."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    @classmethod
    def from_file(cls, path: Path, random_bytes: Callable[[int], bytes]) -> Self:
        """Use the key in *path*, made on first use, for its owner's eyes only."""
        if not path.exists():
            _make_key(path, random_bytes(KEY_BYTES))
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise JournalUnavailable(f"{path.name} is not a key of mine")
        return cls(key)

    @classmethod
    def from_secret(cls, secret: SecretStr) -> Self:
        """Derive the key from *secret*, the same on every replica."""
        derive = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"patchbay journal")
        return cls(derive.derive(secret.get_secret_value().encode()))

    def close(self, data: bytes) -> bytes:
        """Return *data*, sealed."""
        return self._fernet.encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            JournalUnavailable: it was sealed with another key, or altered.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise JournalUnavailable("a sealed value does not open") from None


def _make_key(path: Path, key: bytes) -> None:
    """Write *key* whole and durably, before anything is sealed with it."""
    begun = path.with_name(f"{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(begun, flags, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name has to outlive a power cut too
    finally:
        os.close(folder)
