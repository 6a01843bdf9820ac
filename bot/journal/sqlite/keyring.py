"""The keys of a journal: in a file beside it, or made of a secret of the environment.

A new key is added, everything is sealed anew behind the running bot, and then the old
keys are dropped. At every moment in between, a crash included, each value opens with a
key of the ring. The file is only ever replaced whole.
"""

import base64
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog
from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.known import keep, kept
from bot.journal.seal import KEY_BYTES, Ring, key_id, ring_of
from bot.journal.sealed import found
from bot.journal.sqlite.handles import know_again, known_by
from bot.journal.statement import Connection
from bot.private import open_own, replace_own

SEALED_BY = "sealed"  # the text that names the key which has sealed all that there is
ANOTHER_LINE = "the keys are lines of BOT_SEAL_KEY; put a new one before them"

log = structlog.get_logger(__name__)


class Keys(Protocol):
    """Where the keys of a journal come from, and how they change."""

    def load(self, connection: Connection) -> Ring:
        """Return the ring; without keys, one has to be added."""

    def add(self, connection: Connection, ring: Ring) -> Ring:
        """Return *ring* with one key more, which seals from here on; it is kept.

        Raises:
            JournalUnavailable: it is not the bot's to change.
            OSError: it was not kept; the ring is as it was.
        """

    def drop_old(self, connection: Connection, ring: Ring) -> Ring:
        """Return *ring* with its newest key alone; that is kept.

        Raises:
            OSError: it was not kept; the ring is as it was.
        """


class FileKeys:
    """The key ring in a file beside *journal*, made on first use, for its owner only.

    By these two files the journal is known again, so each time that the ring is
    written it says what they were known by until then.
    """

    def __init__(self, journal: Path, random_bytes: Callable[[int], bytes]) -> None:
        self._journal = journal
        self.path = key_path(journal)
        self._random_bytes = random_bytes

    def load(self, _connection: Connection) -> Ring:
        """Return the ring. Releases before 0.3 kept one key, which has to be replaced.

        Raises:
            JournalUnavailable: it is no key ring.
            OSError: it cannot be read, or is not for its owner only.
        """
        if not os.path.lexists(self.path):
            return self._saved(Ring(keys=(self._random_bytes(KEY_BYTES),)))
        with os.fdopen(open_own(self.path, os.O_RDONLY), "rb") as file:
            content = file.read()
        if len(content) == KEY_BYTES:
            return Ring(keys=(), unbound=(content,))
        try:
            return _read(content)
        except (ValueError, KeyError, TypeError):
            name = self.path.name
            raise JournalUnavailable(f"{name} is not a key of mine") from None

    def add(self, connection: Connection, ring: Ring) -> Ring:
        """Return *ring* with a key of chance more; it is kept."""
        new = self._random_bytes(KEY_BYTES)
        while key_id(new) in map(key_id, ring.keys):
            new = self._random_bytes(KEY_BYTES)
        return self._replaced(connection, ring._replace(keys=(*ring.keys, new)))

    def drop_old(self, connection: Connection, ring: Ring) -> Ring:
        """Return *ring* with its newest key alone; it is kept."""
        found(connection)  # what does not open by now was told, value by value
        return self._replaced(connection, Ring(keys=ring.keys[-1:]))

    def _replaced(self, connection: Connection, ring: Ring) -> Ring:
        saved = self._saved(ring._replace(follows=known_by(connection)))
        know_again(connection, self._journal, self.path)
        return saved

    def _saved(self, ring: Ring) -> Ring:
        content = {
            "keys": _texts(ring.keys),
            "unbound": _texts(ring.unbound),
            "follows": ring.follows,
        }
        replace_own(self.path, json.dumps(content).encode())
        return ring


class SecretKeys:
    """Keys made of the lines of *secret*, the newest first: the same on every machine.

    Which of them has sealed all that there is, is kept in the journal. The others open
    as long as the operator leaves them there: another process may seal with one yet.
    """

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    def load(self, connection: Connection) -> Ring:
        """Return the ring; it is settled if its newest key has sealed all there is.

        Where the key that has is not among them, the operator is told: so it is with a
        bot that was given another secret than the others, and with one that was lost.
        """
        ring = ring_of(self._secret.get_secret_value())
        names = [key_id(one).hex() for one in ring.keys]
        sealed_by = kept(connection, SEALED_BY)
        if sealed_by == names[-1]:
            return Ring(keys=ring.keys, settled=True)
        if sealed_by and sealed_by not in names:
            log.critical("seal.key-missing", settings="BOT_SEAL_KEY, BOT_SEAL_KEY_OLD")
        return ring

    def add(self, _connection: Connection, _ring: Ring) -> Ring:
        """Refuse: the secret is the operator's."""
        raise JournalUnavailable(ANOTHER_LINE)

    def drop_old(self, connection: Connection, ring: Ring) -> Ring:
        """Return *ring*, settled, and note that its newest key would be enough."""
        newest = key_id(ring.keys[-1]).hex()
        keep(connection, SEALED_BY, newest)
        return Ring(keys=ring.keys, settled=True)


def key_path(journal: Path) -> Path:
    """Return where the key ring of *journal* lies."""
    return journal.with_suffix(".key")


def _read(content: bytes) -> Ring:
    entry = json.loads(content)
    keys, unbound = _keys(entry["keys"]), _keys(entry["unbound"])
    if not keys:
        raise ValueError("no key")
    return Ring(keys, unbound, str(entry["follows"]))


def _keys(encoded: Sequence[str]) -> tuple[bytes, ...]:
    keys = tuple(base64.b64decode(one, validate=True) for one in encoded)
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError("a key has another length")
    return keys


def _texts(keys: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(key).decode() for key in keys]
