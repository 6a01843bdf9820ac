"""`python -m bot backup`, and `recover --restored` after a copy was put back."""

import asyncio
import os

import pytest
from pydantic import SecretStr

from bot.__main__ import main
from bot.app import Ports, opened_journal
from bot.errors import JournalUnavailable
from bot.journal.marks import RECOVER
from bot.journal.migrate import newest
from bot.operations.keeping import withdraw
from bot.settings import load
from tests.bot.journal.runs import together
from tests.bot.journal.test_audit import entry
from tests.bot.journal.test_named_targets import target


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    for name in os.environ:
        if name.startswith(("SLACK_", "TENCENTCLOUD_", "BOT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def put_back(tmp_path, monkeypatch, capsys):
    """Copy a journal away with `backup`, and let the settings name the copy."""
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")
    assert main(["migrate"]) == 0
    capsys.readouterr()
    copies = tmp_path / "copies"
    copies.mkdir(mode=0o700)
    assert main(["backup", str(copies / "p.db")]) == 0
    told = capsys.readouterr().out.splitlines()
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{copies}/p.db")
    return copies, told


def test_a_backup_says_what_was_made_and_what_to_do_once_it_is_put_back(
    put_back, tmp_path
):
    copies, told = put_back

    files = ", ".join(str(copies / f"p{end}") for end in (".db", ".key", ".audit.key"))
    assert told == [
        f"{tmp_path}/p.db is copied, and the copy is whole: {files}",
        "The keys open what is sealed in it: keep them as safe.",
        f"Once it is put back, and before the bot is started: {RECOVER}",
    ]


def test_what_is_there_already_is_not_overwritten_by_a_backup(
    put_back, monkeypatch, tmp_path, capsys
):
    copies, _told = put_back
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/p.db")

    assert main(["backup", str(copies / "p.db")]) == 2
    sentence = f"{copies / 'p.db'} is there already, and is not overwritten\n"
    assert capsys.readouterr().err == sentence


@pytest.mark.usefixtures("put_back")
def test_a_backup_that_was_put_back_opens_once_it_is_taken_up(capsys):
    refused = main(["migrate"])
    why = capsys.readouterr().err
    taken_up = main(["recover", "--restored", "--reason", "disk lost"])
    told = capsys.readouterr().out.splitlines()
    opened = main(["migrate"])
    verified = main(["audit", "verify"])

    assert (refused, taken_up, opened, verified) == (2, 0, 0, 0)
    assert why.startswith("this journal is the backup of ")
    assert told[:3] == [
        "0 were under way: they are shown as unknown, and are not sent again.",
        "0 messages that waited are not posted; cards are drawn anew.",
        "Handles go on a thousand further, so that none is given twice.",
    ]
    assert told[-1] == "Settled: the audit trail goes on from here."
    assert capsys.readouterr().out.splitlines()[-1].endswith("disk lost")


def test_nothing_is_recovered_that_is_not_said_to_be_restored(capsys):
    with pytest.raises(SystemExit):
        main(["recover"])

    assert "--restored" in capsys.readouterr().err


def test_the_help_names_what_keeps_the_journal(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])

    told = capsys.readouterr().out
    for name in ("migrate", "backup", "recover"):
        assert f"\n    {name} " in told


HOW = "sslmode=prefer&application_name=patchbay"


@pytest.fixture
def moved(tmp_path, monkeypatch, capsys, postgres_url):
    """Make a journal, and move it; return what was printed."""
    source = f"sqlite:///{tmp_path}/p.db"
    monkeypatch.setenv("BOT_DATABASE_URL", source)
    assert main(["migrate"]) == 0
    capsys.readouterr()
    assert main(["move", source, f"{postgres_url}?{HOW}"]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_move_says_what_to_set_and_with_that_the_journal_is_whole(
    moved, tmp_path, monkeypatch, capsys, postgres_url
):
    where = f"postgresql://{postgres_url.rpartition('@')[2]}?{HOW}"
    keys = [f"{name}_FILE" for name in ("BOT_SEAL_KEY", "BOT_AUDIT_KEY")]
    files = {name: f"{tmp_path}/p.db.{name.removesuffix('_FILE')}" for name in keys}

    assert moved[0].endswith(
        f" rows are in {where}. The audit trail is whole there (1 records), and 0 "
        "sealed values open."
    )
    assert moved[1:] == [
        "Set for every bot, in the place of what they have:",
        f"  BOT_DATABASE_URL={where}",
        *(f"  {name}={file}" for name, file in files.items()),
        f"{tmp_path}/p.db is left as it is, and does not open any more.",
    ]
    monkeypatch.setenv("BOT_DATABASE_URL", postgres_url)
    for name, file in files.items():
        monkeypatch.setenv(name, file)
    assert [main(["migrate"]), main(["audit", "verify"])] == [0, 0]
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith(" is up to date already (migration " + newest() + ").")
    assert told[1] == "whole: 1 records"


OLD, NEW = ({"BOT_SEAL_KEY": one * 40} for one in "on")
BOTH = NEW | {"BOT_SEAL_KEY_OLD": "o" * 40}
OF_SEALS = {  # what seals, what is set when it is moved, and what is said of it
    "one key": (OLD, OLD, ["  BOT_SEAL_KEY as it is"]),
    "an exchange": (OLD, BOTH, [f"  {name} as it is" for name in BOTH]),
    "all of several, ahead": (NEW, BOTH, [f"  {name} as it is" for name in BOTH]),
}


async def seal_something():
    url = SecretStr("rtmp://push.example.com/live/k")
    async with opened_journal(load(), Ports()) as journal:
        await journal.saved.targets.add(target(7), url, entry(1))


@pytest.mark.parametrize("case", OF_SEALS)
def test_what_opens_in_the_file_opens_there_by_all_that_is_to_be_set(
    case, tmp_path, monkeypatch, capsys, postgres_url
):
    pytest.importorskip("psycopg")
    sealed_by, then, told_of = OF_SEALS[case]
    source = f"sqlite:///{tmp_path}/p.db"
    monkeypatch.setenv("BOT_AUDIT_KEY", "a" * 40)
    monkeypatch.setenv("BOT_DATABASE_URL", source)
    for name, value in sealed_by.items():
        monkeypatch.setenv(name, value)
    asyncio.run(seal_something())
    for name, value in then.items():
        monkeypatch.setenv(name, value)

    assert main(["move", source, postgres_url]) == 0

    first, *rest = capsys.readouterr().out.splitlines()
    assert first.endswith(" and 1 sealed values open.")
    assert rest[2:-1] == [*told_of, "  BOT_AUDIT_KEY as it is"]


def test_a_move_without_the_key_says_that_none_that_is_set_opens(
    tmp_path, monkeypatch, capsys, postgres_url
):
    pytest.importorskip("psycopg")
    source = f"sqlite:///{tmp_path}/p.db"
    monkeypatch.setenv("BOT_DATABASE_URL", source)
    monkeypatch.setenv("BOT_SEAL_KEY", "o" * 40)
    asyncio.run(seal_something())
    monkeypatch.setenv("BOT_SEAL_KEY", "n" * 40)

    assert main(["move", source, postgres_url]) == 0

    sentence = "1 sealed values do not open, as in the file: no key that is set opens"
    assert capsys.readouterr().out.splitlines()[1] == f"{sentence} them."


def test_a_servers_database_is_not_copied_by_backup(
    moved, tmp_path, monkeypatch, capsys, postgres_url
):
    del moved
    monkeypatch.setenv("BOT_DATABASE_URL", postgres_url)
    for name in ("BOT_SEAL_KEY", "BOT_AUDIT_KEY"):
        monkeypatch.setenv(f"{name}_FILE", f"{tmp_path}/p.db.{name}")

    assert main(["backup", str(tmp_path / "copy.db")]) == 2
    assert "is backed up by its own means" in capsys.readouterr().err


@pytest.mark.usefixtures("moved")
def test_what_was_moved_is_recovered_after_a_restore_there_too(
    tmp_path, monkeypatch, capsys, postgres_url
):
    monkeypatch.setenv("BOT_DATABASE_URL", postgres_url)
    for name in ("BOT_SEAL_KEY", "BOT_AUDIT_KEY"):
        monkeypatch.setenv(f"{name}_FILE", f"{tmp_path}/p.db.{name}")

    recovered = main(["recover", "--restored"])

    assert recovered == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("0 were under way")
    assert "go on a thousand further" in told[-1]


@pytest.mark.usefixtures("moved")
def test_a_command_that_has_ended_is_no_bot_that_has_the_journal_open(
    tmp_path, monkeypatch, postgres_url
):
    monkeypatch.setenv("BOT_DATABASE_URL", postgres_url)
    for name in ("BOT_SEAL_KEY", "BOT_AUDIT_KEY"):
        monkeypatch.setenv(f"{name}_FILE", f"{tmp_path}/p.db.{name}")
    again = ["recover", "--restored"]

    assert [main(["keys", "reseal"]), main(again), main(again)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("bots", "why"),
    [
        (1, "1 bot has the journal open: stop it, and wait for a minute"),
        (2, "2 bots have the journal open: stop them, and wait for a minute"),
    ],
)
async def test_nothing_is_withdrawn_under_bots_that_run(
    postgres, postgres_url, bots, why
):
    async with together(postgres_url, postgres) as several:
        for _number in range(bots):
            await several.open()
        journal = await several.open()

        with pytest.raises(JournalUnavailable, match=f"^{why}$"):
            await withdraw(journal, by="uid 0")
