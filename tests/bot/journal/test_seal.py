"""Whose key it is, where it lies, and that half a key is never one."""

import os
import stat

import pytest
from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.seal import Seal
from bot.journal.sqlite.files import seal_for


def test_a_key_is_made_once_for_its_owner_only(tmp_path):
    file = tmp_path / "p.key"

    sealed = Seal.from_file(file, os.urandom).close(b"data")

    assert (len(file.read_bytes()), stat.S_IMODE(file.stat().st_mode)) == (32, 0o600)
    assert Seal.from_file(file, os.urandom).open(sealed) == b"data"
    assert [one.name for one in tmp_path.iterdir()] == ["p.key"]


def test_what_an_interrupted_start_left_of_a_key_is_written_over(tmp_path):
    (tmp_path / "p.key.new").write_bytes(b"x" * 64)

    Seal.from_file(tmp_path / "p.key", lambda count: b"k" * count)

    assert (tmp_path / "p.key").read_bytes() == b"k" * 32


def test_a_secret_goes_before_a_file(tmp_path):
    secret = SecretStr("s" * 20)

    sealed = seal_for(tmp_path / "p.db", secret, os.urandom).close(b"data")

    assert seal_for(None, secret, os.urandom).open(sealed) == b"data"
    assert list(tmp_path.iterdir()) == []


def test_without_a_file_and_a_secret_nothing_can_be_sealed():
    with pytest.raises(JournalUnavailable, match="BOT_SEAL_KEY is needed"):
        seal_for(None, None, os.urandom)


def test_what_was_altered_does_not_open(tmp_path):
    seal = Seal.from_file(tmp_path / "p.key", os.urandom)

    with pytest.raises(JournalUnavailable, match="does not open"):
        seal.open(seal.close(b"data")[:-4] + b"AAA=")
