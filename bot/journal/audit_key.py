"""The key with which audit records and their anchors are signed: HMAC-SHA256.

It is a key of its own, so that whoever checks the trail need not be able to unseal
anything: `BOT_AUDIT_KEY`, or a file beside the journal. Whoever may write the journal
and read this key can rewrite the trail; so a deployment that wants more than the
default keeps it elsewhere, with `BOT_AUDIT_KEY_FILE`. It is kept for good: with
another one the records before it do not fit.
"""

import hmac
import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.seal import key_as_it_is
from bot.private import replace_own

KEY_BYTES = 32
_in_one_way = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical(fields: Mapping[str, Any]) -> str:
    """Return the one way to write *fields* down: JSON, sorted, ASCII, no spaces."""
    return _in_one_way(fields)


class AuditKey:
    """Signs with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def from_secret(cls, secret: SecretStr) -> Self:
        """Derive the key from *secret*: HKDF-SHA256, no salt, info `patchbay audit`.

        A key as it is, which a journal had in a file, is that.
        """
        if key := key_as_it_is(secret.get_secret_value()):
            return cls(key)
        derive = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"patchbay audit")
        return cls(derive.derive(secret.get_secret_value().encode()))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the key in *path*: 32 bytes, for its owner's eyes only.

        Raises:
            JournalUnavailable: it is not there, no plain file, or others can read it.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                key = file.read(KEY_BYTES + 1)
        except OSError as error:
            raise JournalUnavailable(f"{path}: {error.strerror}") from None
        if not stat.S_ISREG(mode) or len(key) != KEY_BYTES:
            raise JournalUnavailable(f"{path} is not a key of the audit trail")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise JournalUnavailable(f"{path}: others can read that; chmod 600 it")
        return cls(key)

    @classmethod
    def made(cls, path: Path, random_bytes: Callable[[int], bytes]) -> Self:
        """Use the key in *path*, which is made on first use.

        Raises:
            JournalUnavailable: as `from_file` does.
        """
        if not os.path.lexists(path):
            replace_own(path, random_bytes(KEY_BYTES))
        return cls.from_file(path)

    def sign(self, fields: Mapping[str, Any]) -> str:
        """Return the MAC of *fields*, 64 hex digits."""
        return hmac.digest(self._key, canonical(fields).encode(), "sha256").hex()

    def signed(self, fields: Mapping[str, Any], mac: str) -> bool:
        """Tell whether *mac* is that of *fields*."""
        right = self.sign(fields).encode()
        return hmac.compare_digest(right, mac.encode(errors="replace"))
