"""The ring of keys in its file: made once, whole, and known for what it is."""

import base64
import json
import os
import stat

import pytest
from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.migrate import make_engine, upgrade
from bot.journal.seal import KEY_BYTES, Ring, key_id, ring_of
from bot.journal.sqlite.driver import Connection
from bot.journal.sqlite.files import kept_for
from bot.journal.sqlite.keyring import FileKeys, key_path
from tests.bot.journal.revisions import put_own

KEY = b"k" * KEY_BYTES
TEXT = base64.b64encode(KEY).decode()


@pytest.fixture
def file(tmp_path):
    return key_path(tmp_path / "p.db")


@pytest.fixture
def keys(tmp_path):
    return FileKeys(tmp_path / "p.db", os.urandom)


def test_a_key_is_made_once_for_its_owner_only(keys, file):
    made = keys.load(None)

    assert keys.load(None) == made
    assert (made.is_one, len(made.keys[0])) == (True, KEY_BYTES)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["p.key"]


def test_what_an_interrupted_start_left_of_a_ring_is_written_over(keys, file):
    file.with_name("p.key.new").write_bytes(b"x" * 64)

    keys.load(None)

    assert [one.name for one in file.parent.iterdir()] == ["p.key"]


def test_the_key_of_an_older_release_opens_and_does_not_seal(keys, file):
    put_own(file, KEY)

    assert keys.load(None) == Ring(keys=(), unbound=(KEY,))
    assert file.read_bytes() == KEY


def ring(**values):
    return {"keys": [TEXT], "unbound": [], "follows": "", **values}


@pytest.mark.parametrize(
    "content",
    [
        b"short",
        KEY + b"k",
        b"[]",
        b"{}",
        *(
            json.dumps(one).encode()
            for one in (
                ring(keys=[]),
                ring(keys="k"),
                ring(keys=[TEXT, TEXT[:-4]]),
                ring(keys=["!"]),
                ring(unbound=["x"]),
                ring(keys=None),
            )
        ),
    ],
)
def test_what_is_no_ring_is_refused_and_kept(keys, file, content):
    put_own(file, content)

    with pytest.raises(JournalUnavailable, match=r"^p\.key is not a key of mine$"):
        keys.load(None)
    assert file.read_bytes() == content


def test_a_key_whose_name_is_taken_is_not_added(tmp_path):
    """The bytes of chance repeat themselves once."""
    connection = Connection(tmp_path / "p.db")
    bytes_of_chance = iter((KEY, KEY, b"n" * KEY_BYTES))
    keys = FileKeys(tmp_path / "p.db", lambda _count: next(bytes_of_chance))
    first = keys.load(None)
    connection.run("CREATE TABLE known (name, value, at)")

    added = keys.add(connection, first)

    assert added.keys == (KEY, b"n" * KEY_BYTES)
    assert len({key_id(key) for key in added.keys}) == 2
    connection.close()


def test_a_secret_goes_before_a_file(tmp_path):
    file, secret = tmp_path / "p.db", SecretStr("s" * 20)
    upgrade(make_engine(f"sqlite:///{file}"))
    connection = Connection(file)

    kept = kept_for(file, connection, secret, os.urandom)

    assert kept.seal.ring == ring_of(secret.get_secret_value())
    assert not key_path(file).exists()
    connection.close()


def test_without_a_file_and_a_secret_nothing_can_be_sealed():
    with pytest.raises(JournalUnavailable, match="BOT_SEAL_KEY is needed"):
        kept_for(None, None, None, os.urandom)
