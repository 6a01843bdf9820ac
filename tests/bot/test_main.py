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


WHOLE = {
    "SLACK_BOT_TOKEN": "xoxb" + "-b",
    "SLACK_SIGNING_SECRET": "s",
    "TENCENTCLOUD_SECRET_ID": "i",
    "TENCENTCLOUD_SECRET_KEY": "k",
    "BOT_TRTC_SDK_APP_ID": "1400000001",
    "BOT_TRTC_USERSIG_KEY": "u",
}
TRIAL = {f"BOT_{name}_ENDPOINT": "http://127.0.0.1:1" for name in ("TRTC", "CAR", "GS")}
ANY_PUSH = '[exits]\npush = ["*"]\n'
ONE_PUSH = '[exits]\npush = [".example.com"]\nrooms = ["lobby"]\n'


@pytest.mark.parametrize(
    ("toml", "more", "code", "said"),
    [
        ("", {}, 0, "note  Exits: relays may go nowhere"),
        ("[policy]\npush_hosts = []\n", {}, 0, "note  Exits: relays may go nowhere"),
        (ONE_PUSH, {}, 0, "ok    Exits: push 1, rooms 1"),
        ('[policy]\npush_hosts = ["a.b"]\n', {}, 0, "ok    Exits: push 1"),
        (ANY_PUSH, {}, 1, "FAIL  Exits: any for push"),
        ('[policy]\npush_hosts = ["*"]\n', {}, 1, "FAIL  Exits: any for push"),
        (ANY_PUSH, TRIAL, 0, "note  Exits: any for push"),
        (ANY_PUSH, {**TRIAL, "BOT_CAR_ENDPOINT": ""}, 1, "FAIL  Exits: any for push"),
        ("", {"BOT_ALLOW_ALL": "true"}, 1, "FAIL  BOT_ALLOW_ALL"),
        ("", {"BOT_ALLOW_ALL": "true"}, 1, "FAIL  Exits: any for push, pictures,"),
        ("", {**TRIAL, "BOT_ALLOW_ALL": "true"}, 0, "note  BOT_ALLOW_ALL"),
    ],
)
def test_the_doctor_lets_nothing_be_open_beside_a_real_account(  # noqa: PLR0913, PLR0917
    monkeypatch, tmp_path, capsys, toml, more, code, said
):
    for name, value in {**WHOLE, **more}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "bot.toml").write_text(toml)

    assert main(["doctor"]) == code
    assert said in capsys.readouterr().out


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


def test_the_audit_trail_is_verified_beside_the_bot(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")

    def verify(*more):
        code = main(["audit", "verify", *more])
        return code, capsys.readouterr().out

    main(["migrate"])
    empty = verify()
    with sqlite3.connect(tmp_path / "p.db") as file:
        file.execute(INSERT, {"number": 1})
    file.close()

    assert empty == (0, "whole: 0 records, newest hash -\n")
    assert verify() == (1, "record 1 does not fit: the trail was changed\n")


def test_a_trail_whose_end_was_cut_off_lacks_the_exported_hash(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")
    main(["migrate"])

    assert main(["audit", "verify", "--has", "a" * 64]) == 1
    assert "its end was cut off" in capsys.readouterr().out


INSERT = """
    INSERT INTO audit VALUES (:number, 1, 'T', 'U', 'T', 'C', 'relay.start', 'allow',
    'r', '', '', '', '', '', 'p', 'h')
"""
