"""`python -m bot`, word by word."""

import ctypes
import json
import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import bot
from bot import VERSION
from bot.__main__ import main
from bot.config.sources import NO_DOTENV
from bot.journal.migrate import make_engine, newest, upgrade
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
    assert main(["doctor", "--offline"]) == 1

    told = capsys.readouterr().out
    assert "FAIL  Slack" in told
    assert "TENCENTCLOUD_SECRET_ID" in told


WHOLE = {
    "SLACK_BOT_TOKEN": "xoxb" + "-b",
    "SLACK_SIGNING_SECRET": "0123456789abcdef" * 2,
    "TENCENTCLOUD_SECRET_ID": "i",
    "TENCENTCLOUD_SECRET_KEY": "k",
    "BOT_TRTC_SDK_APP_ID": "1400000001",
    "BOT_TRTC_USERSIG_KEY": "u",
    "BOT_PORT": "0",
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

    assert main(["doctor", "--offline"]) == code
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


def test_a_rule_about_an_action_that_there_is_not_stops_the_start(
    monkeypatch, capsys, tmp_path
):
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "bot.toml").write_text(
        "[[policy.rules]]\nname = 'a'\nactions = ['relay.strat']\nusers = ['U1']\n"
    )
    told = 'rule "a": relay.strat is no action; did you mean relay.start?'

    assert main(["run"]) == 2
    assert capsys.readouterr().err == f"{told}\n"
    assert main(["doctor", "--offline"]) == 1
    assert f"FAIL  {told}\n" in capsys.readouterr().out


def test_the_doctor_says_how_many_things_are_wrong_and_goes_on(
    monkeypatch, capsys, tmp_path
):
    monkeypatch.setenv("BOT_PORT", "lots")
    (tmp_path / "bot.toml").write_text("[polcy]\n")

    assert main(["doctor", "--offline"]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    wrong = [line for line in lines if line.startswith("FAIL")]
    assert wrong[:2] == [
        'FAIL  bot.toml: there is no "polcy"; did you mean "policy"?',
        "FAIL  BOT_PORT: a whole number is needed",
    ]
    assert last == f"{len(wrong)} of {len(lines)} are wrong."
    assert any(line.startswith("ok    Journal") for line in lines)


def test_the_journal_can_be_migrated_ahead_and_it_is_said_what_was_done(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")

    assert [main(["migrate"]), main(["migrate"])] == [0, 0]
    upgrade(make_engine(f"sqlite:///{tmp_path}/old.db"), "0001")
    (tmp_path / "old.db").chmod(0o600)
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/old.db")
    assert main(["migrate"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/p.db is made, as migration {newest()} has it.",
        f"{tmp_path}/p.db is up to date already (migration {newest()}).",
        f"{tmp_path}/old.db is brought from migration 0001 to {newest()}.",
    ]


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (b"no tables" * 99, 0o600, "does not open: DatabaseError: file is not"),
        (b"no tables" * 99, 0o644, "can be reached by others; chmod 600"),
        (None, 0o700, "p.db is not a file"),
    ],
)
def test_what_is_no_journal_is_refused_as_a_start_refuses_it_and_let_be(
    tmp_path, monkeypatch, capsys, content, mode, told
):
    file = tmp_path / "p.db"
    file.mkdir() if content is None else file.write_bytes(content)
    file.chmod(mode)
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{file}")

    assert main(["migrate"]) == 2

    assert told in capsys.readouterr().err
    assert content is None or file.read_bytes() == content


def test_what_takes_long_is_not_imported_before_an_interrupt_is_answered():
    """Ctrl-C in an import ends in a traceback, unless `main` runs by then."""
    long = "{'asyncio', 'pydantic', 'aiohttp', 'bot.settings'}"
    code = f"import sys, bot.__main__; print({long} & set(sys.modules))"

    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        cwd=Path(bot.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert ended.stdout == "set()\n"


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"patchbay {VERSION}\n"


def test_the_help_names_every_command_and_has_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])

    told = capsys.readouterr().out
    for name in ("run", "sandbox", "doctor", "manifest", "migrate", "keys", "audit"):
        assert f"\n    {name} " in told
    assert "examples:\n  python -m bot " in told


UNFINISHED = (
    "Slack is not configured: set {missing}.\n`python -m bot doctor` says what else is "
    "missing; `python -m bot sandbox` starts the sandbox, which needs nothing.\n"
)


@pytest.mark.parametrize("words", [[], ["run"]])
def test_a_file_that_does_not_configure_slack_is_named_and_no_sandbox_starts(
    monkeypatch, tmp_path, capsys, words
):
    monkeypatch.delenv(NO_DOTENV)
    (tmp_path / ".env").write_text("# nothing yet\n")
    (tmp_path / "bot.toml").write_text("")

    assert main(words) == 2
    told = UNFINISHED.format(missing="SLACK_BOT_TOKEN")
    assert capsys.readouterr().err == f"Read: .env, bot.toml. {told}"


def test_a_token_without_a_way_in_starts_neither(monkeypatch, capsys):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb" + "-b")

    assert main([]) == 2
    way_in = "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"
    assert capsys.readouterr().err == UNFINISHED.format(missing=way_in)


def test_a_mistake_is_told_and_no_sandbox_starts(monkeypatch, capsys):
    monkeypatch.setenv("BOT_PROT", "3000")

    assert main([]) == 2
    told = "BOT_PROT is no setting; did you mean BOT_PORT?\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "Slack is not configured: set SLACK_BOT_TOKEN."),
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


def test_a_start_is_tried_again_while_another_command_has_the_journal(
    monkeypatch, capsys, tmp_path
):
    file = tmp_path / "p.db"
    for name, value in {**WHOLE, "BOT_DATABASE_URL": f"sqlite:///{file}"}.items():
        monkeypatch.setenv(name, value)
    unit = Path(bot.__file__).parents[1] / "deploy/patchbay.service"

    with claim(file):
        ended = main(["run"])

    assert ended == 1
    assert f"RestartPreventExitStatus={ended}\n" not in unit.read_text()
    assert f"{file} is in use by another Patchbay\n" in capsys.readouterr().err


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
    *_migrated, told = capsys.readouterr().out.splitlines()
    assert told.startswith("A new key is in the ring and seals")


def test_keys_are_not_exchanged_under_a_running_bot_or_behind_the_environments_back(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")
    with claim(tmp_path / "p.db"):
        beside = main(["keys", "rotate"])
    monkeypatch.setenv("BOT_SEAL_KEY", "a secret" * 4)

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
