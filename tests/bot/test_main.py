"""`python -m bot`, word by word."""

import os
import sqlite3

import pytest
import yaml

from bot.__main__ import main


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    for name in os.environ:
        if name.startswith(("SLACK_", "TENCENTCLOUD_", "BOT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_manifest_can_have_a_prefix_and_an_address(capsys):
    assert (
        main(["manifest", "--prefix", "tc-", "--http-url", "https://b.example.com"])
        == 0
    )

    made = yaml.safe_load(capsys.readouterr().out)
    first = made["features"]["slash_commands"][0]
    assert (first["command"], first["url"]) == (
        "/tc-relay",
        "https://b.example.com/slack/events",
    )


def test_the_doctor_fails_where_something_is_missing(capsys):
    assert main(["doctor"]) == 1

    told = capsys.readouterr().out
    assert "FAIL  Slack" in told
    assert "TENCENTCLOUD_SECRET_ID" in told


def test_the_doctor_is_content_with_a_whole_set(monkeypatch, capsys):
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb" + "-b",
        "SLACK_SIGNING_SECRET": "s",
        "TENCENTCLOUD_SECRET_ID": "i",
        "TENCENTCLOUD_SECRET_KEY": "k",
        "BOT_TRTC_SDK_APP_ID": "1400000001",
        "BOT_TRTC_USERSIG_KEY": "u",
    }.items():
        monkeypatch.setenv(name, value)

    assert main(["doctor"]) == 0
    assert "note  Rules" in capsys.readouterr().out


def test_the_journal_can_be_migrated_ahead(tmp_path, monkeypatch):
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")

    assert main(["migrate"]) == 0
    assert (tmp_path / "p.db").exists()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "SLACK_BOT_TOKEN is not set"),
        ({"BOT_PORT": "no"}, "BOT_PORT"),
        ({"SLACK_BOT_TOKEN": "xoxp"}, "SLACK_BOT_TOKEN: it begins with xoxb-"),
        ({"SLACK_APP_TOKEN": "xoxb"}, "SLACK_APP_TOKEN: it begins with xapp-"),
    ],
)
def test_a_bot_that_cannot_start_says_why(monkeypatch, capsys, values, told):
    for name, value in values.items():
        monkeypatch.setenv(name, value)

    assert main(["run"]) == 2
    assert told in capsys.readouterr().err


@pytest.fixture
def audit(tmp_path, monkeypatch, capsys):
    """Say `audit …` of a journal that is just made; return the code and the lines."""
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")
    main(["migrate"])
    capsys.readouterr()

    def run(*words):
        code = main(["audit", *words])
        return code, capsys.readouterr().out.splitlines()

    return run


def test_the_audit_trail_is_verified_beside_the_bot(audit, tmp_path):
    code, lines = audit("verify")
    with sqlite3.connect(tmp_path / "p.db") as file:
        file.execute("DROP TRIGGER audit_no_update")
        file.execute("UPDATE audit SET why = 'x'")
    file.close()

    assert (code, lines[0]) == (0, "whole: 1 records")
    assert lines[1].startswith("installation: 1, newest hash ")
    code, lines = audit("verify")
    assert code == 1
    assert lines[0].startswith("installation: record 1 does not fit.")


def test_a_hash_that_was_told_is_looked_for(audit):
    _code, lines = audit("verify")
    told = lines[1].rpartition(" ")[2]

    assert audit("verify", "--has", told) == (0, lines)
    assert audit("verify", "--has", "a" * 64) == (
        1,
        ["That hash is not in the trail: it was rewritten or cut off."],
    )


def test_a_restored_journal_is_settled_for_a_reason(audit, tmp_path):
    (tmp_path / "p.db.anchors").unlink()

    assert audit("settle", "--reason", "disk lost")[0] == 0

    code, lines = audit("verify")
    assert code == 0
    assert lines[-1].startswith("settled at ")
    assert lines[-1].endswith(f"by uid {os.getuid()}: disk lost")


def test_without_its_key_nothing_of_the_trail_is_believed(audit, tmp_path, capsys):
    (tmp_path / "p.audit.key").unlink()

    assert audit("verify") == (2, [])
