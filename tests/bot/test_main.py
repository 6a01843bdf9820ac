"""`python -m bot`, word by word."""

import ctypes
import json
import os
import resource
import sqlite3
import sys

import pytest
import yaml

from bot.__main__ import main
from bot.journal.sqlite.files import claim
from bot.runtime.memory import SET_DUMPABLE


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    for name in os.environ:
        if name.startswith(("SLACK_", "TENCENTCLOUD_", "BOT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _memory_as_before():
    """`run` closes the memory of its process, which is that of all tests here."""
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    yield
    resource.setrlimit(resource.RLIMIT_CORE, limits)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(SET_DUMPABLE, 1, 0, 0, 0)


def test_a_run_keeps_its_memory_to_itself_before_it_reads_a_secret(monkeypatch):
    monkeypatch.setenv("BOT_PORT", "none")

    assert main(["run"]) == 2
    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0


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


def test_the_doctor_asks_slack_and_tencent_themselves_where_it_is_told_to(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/api/")  # nobody is there

    assert main(["doctor", "--live", "--relay", "a", "--push", "rtmp://h/a/b"]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Level 1 of 3: free")
    assert lines[1].startswith("FAIL  Slack is not set up  Set SLACK_BOT_TOKEN")
    assert "note  Not started  Say --yes to start it." in lines
    (recorded,) = (tmp_path / "var").glob("live-*.jsonl")
    assert recorded.read_text() == ""


@pytest.mark.parametrize(
    "words",
    [["--post", "#a"], ["--relay", "a"], ["--resume"], ["--yes"], ["--as", "U1"]],
)
def test_what_only_matters_to_a_doctor_that_asks_is_refused_without_it(capsys, words):
    assert main(["doctor", *words]) == 2

    told = capsys.readouterr()
    assert told.err.startswith("say --live with that")
    assert told.out == ""


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_rule_about_an_action_that_there_is_not_stops_the_start(
    monkeypatch, capsys, tmp_path, command
):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb" + "-b")
    (tmp_path / "bot.toml").write_text(
        "[[policy.rules]]\nname = 'a'\nactions = ['relay.strat']\nusers = ['U1']\n"
    )

    assert main([command]) == 2
    told = "policy.rules.0.actions.0 is no action; did you mean relay.start?\n"
    assert capsys.readouterr().err == told


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


def test_a_key_is_added_to_the_ring_and_the_journal_stays_open_to_all(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")
    main(["migrate"])
    before = json.loads((tmp_path / "p.key").read_bytes())["keys"]

    assert main(["keys", "rotate"]) == 0

    assert json.loads((tmp_path / "p.key").read_bytes())["keys"][:-1] == before
    assert capsys.readouterr().out.startswith("A new key is in the ring and seals")


def test_keys_are_not_exchanged_under_a_running_bot_or_behind_the_environments_back(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")
    with claim(tmp_path / "p.db"):
        beside = main(["keys", "rotate"])
    monkeypatch.setenv("BOT_SEAL_KEY", "a secret")

    assert (beside, main(["keys", "rotate"])) == (2, 2)
    in_use, lines = capsys.readouterr().err.splitlines()
    assert in_use == f"{tmp_path}/p.db is in use by another Patchbay"
    assert lines == "the keys are lines of BOT_SEAL_KEY; put a new one before them"


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
