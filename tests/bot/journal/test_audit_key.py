"""The key of the audit trail."""

import hmac
import os

import pytest
from pydantic import SecretStr

from bot.errors import JournalUnavailable
from bot.journal.audit_key import AuditKey, canonical

FIELDS = {"b": 1, "a": "é"}


def random_bytes(count):
    return b"r" * count


def test_a_key_is_made_once_for_its_owner_alone(tmp_path):
    path = tmp_path / "p.audit.key"

    mac = AuditKey.made(path, random_bytes).sign(FIELDS)

    assert path.read_bytes() == b"r" * 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert AuditKey.made(path, os.urandom).sign(FIELDS) == mac
    assert AuditKey.from_file(path).signed(FIELDS, mac)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_what_a_power_cut_left_of_a_key_is_made_anew(tmp_path):
    (tmp_path / "p.audit.key.new").write_bytes(b"half")

    AuditKey.made(tmp_path / "p.audit.key", random_bytes)

    assert (tmp_path / "p.audit.key").read_bytes() == b"r" * 32


def test_a_planted_link_is_not_written_through(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "p.audit.key.new").symlink_to(victim)
    AuditKey.made(tmp_path / "p.audit.key", random_bytes)
    (tmp_path / "q.audit.key").symlink_to(tmp_path / "nothing")

    with pytest.raises(JournalUnavailable, match=r"q\.audit\.key"):
        AuditKey.made(tmp_path / "q.audit.key", random_bytes)

    assert victim.read_text() == "mine"
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_can_reach_is_refused(tmp_path, mode):
    path = tmp_path / "p.audit.key"
    AuditKey.made(path, random_bytes)
    path.chmod(mode)

    with pytest.raises(JournalUnavailable, match="chmod 600"):
        AuditKey.from_file(path)


@pytest.mark.parametrize("content", [b"", b"k" * 31, b"k" * 33])
def test_what_is_no_key_is_refused(tmp_path, content):
    path = tmp_path / "p.audit.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(JournalUnavailable, match="is not a key"):
        AuditKey.from_file(path)


def test_a_secret_of_the_environment_gives_one_key_for_all_times():
    one = AuditKey.from_secret(SecretStr("s" * 20))
    other = AuditKey.from_secret(SecretStr("t" * 20))

    drawn = hmac.digest(b"\0" * 32, b"s" * 20, "sha256")  # RFC 5869, by hand
    key = hmac.digest(drawn, b"patchbay audit\x01", "sha256")
    assert one.sign({}) == hmac.digest(key, b"{}", "sha256").hex()
    assert one.signed({}, one.sign({}))
    assert not one.signed({}, other.sign({}))


@pytest.mark.parametrize("mac", ["", "é", "\ud800", "0" * 64])
def test_what_is_no_mac_is_none_of_the_fields(mac):
    assert not AuditKey(b"k" * 32).signed(FIELDS, mac)


def test_fields_are_written_down_in_one_way():
    assert canonical(FIELDS) == '{"a":"\\u00e9","b":1}'
