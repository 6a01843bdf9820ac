"""`.env` in the working directory is read, the environment wins; tests read none."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot
from bot.config import sources
from bot.products import ENDPOINTS
from bot.settings import Reading, Settings, read

TOP = Path(bot.__file__).parents[1]
NO_ID = "an ID begins with U or W, in capitals and digits; a name is none"


@pytest.fixture
def dotenv(monkeypatch, tmp_path):
    """Write a `.env` into the working directory; return what is read then."""
    prefixes = (sources.OWN, *sources.SHARED)
    for name in [one for one in os.environ if one.startswith(prefixes)]:
        monkeypatch.delenv(name)
    monkeypatch.delenv(sources.NO_DOTENV)
    monkeypatch.chdir(tmp_path)

    def written(text, mode=0o600):
        file = tmp_path / ".env"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        file.chmod(mode)
        return read()

    return written


def test_the_variables_of_dotenv_are_read(dotenv):
    reading = dotenv(
        "# a comment\nexport BOT_HOST=127.0.0.2\nBOT_PORT = '4000' # mine\n"
        'SLACK_SIGNING_SECRET="a$b"\nBOT_ALLOW_ALL=\nOTHER=1\n'
    )

    assert (reading.faults, reading.there) == ((), (".env",))
    settings = reading.settings
    assert (settings.host, settings.port, settings.allow_all) == (
        "127.0.0.2",
        4000,
        False,
    )
    assert settings.slack_signing_secret.get_secret_value() == "a$b"


def test_a_file_elsewhere_is_named_as_it_was_given(dotenv, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "bot.toml").write_text('[alerts]\npager_url = "x"\n')
    (tmp_path / "other" / "bot.toml").chmod(0o644)

    for given in ("other/bot.toml", str(tmp_path / "other" / "bot.toml")):
        reading = dotenv(f"BOT_CONFIG={given}\n")

        assert reading.there == (".env", given)
        assert reading.faults[0].endswith(f"chmod 600 {given}")


def test_dotenv_may_name_the_other_files(dotenv, tmp_path):
    (tmp_path / "other.toml").write_text('ops_channel = "C1"\n')
    (tmp_path / "secret").write_text("hush")
    (tmp_path / "secret").chmod(0o600)

    reading = dotenv("BOT_CONFIG=other.toml\nSLACK_SIGNING_SECRET_FILE=secret\n")

    assert reading.faults == ()
    assert reading.there == (".env", "other.toml")
    assert reading.settings.ops_channel == "C1"
    assert reading.settings.slack_signing_secret.get_secret_value() == "hush"


@pytest.mark.parametrize("name", ["BOT_PORT", "bot_port"])
def test_the_environment_wins_over_dotenv(dotenv, monkeypatch, name):
    monkeypatch.setenv(name, "5000")

    assert dotenv("BOT_PORT=4000\n").settings.port == 5000


def test_a_secret_of_the_environment_wins_however_it_is_written(
    dotenv, monkeypatch, tmp_path
):
    (tmp_path / "secret").write_text("from a file")
    (tmp_path / "secret").chmod(0o600)
    monkeypatch.setenv("SLACK_SIGNING_SECRET_FILE", str(tmp_path / "secret"))

    reading = dotenv("SLACK_SIGNING_SECRET=from-dotenv\n")

    assert reading.faults == ()
    assert reading.settings.slack_signing_secret.get_secret_value() == "from a file"


def test_nor_does_a_file_that_dotenv_names_win(dotenv, monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from a file")
    (tmp_path / "secret").chmod(0o600)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "from the environment")

    reading = dotenv("SLACK_SIGNING_SECRET_FILE=secret\n")

    secret = reading.settings.slack_signing_secret.get_secret_value()
    assert (reading.faults, secret) == ((), "from the environment")


def test_what_the_environment_sets_to_nothing_dotenv_does_not_bring_back(
    dotenv, monkeypatch
):
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "")

    assert dotenv("SLACK_SIGNING_SECRET=s\n").settings.slack_signing_secret is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "slack_signing_secret"])
def test_a_dotenv_with_a_secret_that_others_can_reach_is_told(dotenv, mode, name):
    told = ".env has a secret in it, and others can read that file; chmod 600 .env"

    assert dotenv(f"{name}=s\n", mode).faults == (told,)
    assert dotenv("SLACK_SIGNING_SECRET=\nBOT_PORT=1\n", mode).faults == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("BOT_PROT=1\n", ".env: BOT_PROT is no setting; did you mean BOT_PORT?"),
        ("BOT_PORT=x\n", ".env: BOT_PORT: a whole number is needed"),
        ("bot_port=x\n", ".env: BOT_PORT: a whole number is needed"),
        ("A=1\nhush\n", ".env, line 2: write NAME=value"),
        ("A=1\nhush hush\n", ".env, line 2: write NAME=value"),
        (
            "BOT_PORT=1\n\nBOT_PORT=2\n",
            ".env, line 3: BOT_PORT is set a second time",
        ),
        ("BOT_PORT=1\nbot_port=1\n", ".env, line 2: bot_port is set a second time"),
        (b"A=\xff\n", ".env is not text in UTF-8"),
    ],
)
def test_a_mistake_in_dotenv_is_told_by_its_line_or_its_name(dotenv, text, told):
    assert dotenv(text).faults == (told,)


def test_a_folder_of_that_name_is_no_dotenv(monkeypatch, tmp_path):
    monkeypatch.delenv(sources.NO_DOTENV)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").mkdir()

    assert read().there == ()


def test_no_test_reads_a_developers_dotenv(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("BOT_PORT=nonsense\n")

    assert read() == Reading(Settings())


@pytest.mark.parametrize("package", ["trials", "tools", "bench"])
def test_no_script_of_the_tests_reads_a_developers_dotenv(package):
    code = f"import os, tests.{package}; print(os.environ['{sources.NO_DOTENV}'])"
    kept = {k: v for k, v in os.environ.items() if k != sources.NO_DOTENV}

    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        cwd=TOP,
        env=kept,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert ran.stdout == "1\n"


def test_no_test_clears_the_environment_and_stays_where_a_dotenv_may_be():
    """Whoever clears it sets the switch again, or goes to a folder of its own."""
    cleared = re.compile(r"clear=True|environ\.clear\(\)|env=\{\}")
    careless = [
        str(path.relative_to(TOP))
        for path in sorted((TOP / "tests").rglob("*.py"))
        if cleared.search(text := path.read_text(encoding="utf-8"))
        if not re.search(r"NO_DOTENV|chdir\(|copytree\(|kept", text)
    ]

    assert careless == []


# ── what goes on beside a mistake ────────────────────────────────────────────────


def test_what_is_wrong_is_left_out_and_all_else_is_read(dotenv, tmp_path):
    (tmp_path / "key").write_text("k")
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "bot.toml").write_text(
        'comand_prefix = "x"\nops_channel = "C1"\n'
        '[[apps]]\nname = "a"\nsdk_app_id = 1\nusersig_key_file = "nowhere"\n'
        '[[apps]]\nname = "b"\nsdk_app_id = 2\nusersig_key_file = "key"\n'
        '[[apps]]\nname = "c"\nusersig_key_file = "key"\n'
        "[policy.limits]\nwidth = 0\nheight = 5\n"
        '[[policy.rules]]\nname = "r"\nactions = ["*"]\nusers = ["ana"]\n'
        '[[policy.rules]]\nname = "s"\nactions = ["*"]\nusers = ["U1"]\n'
        'apps = ["a", "d"]\n'
    )

    reading = dotenv("BOT_TRTC_ENDPOINT=https://evil.example\nBOT_PORT=1\n")

    assert reading.faults == (
        'bot.toml: there is no "comand_prefix"; did you mean "command_prefix"?',
        'bot.toml, app "a": usersig_key_file: the file that it names does not exist',
        f".env: BOT_TRTC_ENDPOINT: it is {ENDPOINTS}",
        'bot.toml, app "c": sdk_app_id is missing',
        f'bot.toml, rule "r": users, entry 1: {NO_ID}',
        "bot.toml, [policy.limits]: width: it is 1 at least",
        'bot.toml, rule "s": apps: there is no such app; there are a, b, c',
    )
    settings = reading.settings
    assert settings.port == 1
    assert settings.ops_channel == "C1"
    assert [app.name for app in settings.all_apps] == ["b"]
    assert [rule.name for rule in settings.policy.rules] == ["s"]
    assert (settings.policy.limits.width, settings.policy.limits.height) == (1920, 5)
