"""What is written and does nothing is refused, with the name that was meant."""

import json
import os
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

import bot
from bot.config import sources
from bot.products import ENDPOINTS
from bot.settings import Reading, Settings, load, read
from bot.spelling import nearest
from commands import COMMANDS

TOP = Path(bot.__file__).parents[1]
EXAMPLE = (TOP / "bot.example.toml").read_text()
VARIABLES = sorted(
    {str(one.validation_alias) for one in Settings.model_fields.values()} - {"None"}
)
NO_ID = "an ID begins with U or W, in capitals and digits; a name is none"


class Inner(BaseModel):
    word: str = ""
    secret: SecretStr | None = None


class Outer(BaseModel):
    inner: Inner = Inner()
    several: tuple[Inner, ...] = ()
    plain: int = 0


def tables(model, at=()):
    """Yield every key that a table of *model* may have, with the tables around it."""
    for name, field in sources.keys(model).items():
        yield (*at, name)
        if inner := sources.model_of(field):
            yield from tables(inner, (*at, name))


def misspelt(name):
    """Yield *name* with each letter left out, doubled, swapped and exchanged."""
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]
        yield name[:at] + name[at] + name[at:]
        yield name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
        yield name[:at] + ("x" if name[at].islower() else "X") + name[at + 1 :]


def nested(path, value, model=Settings):
    """Return a table with *value* at *path*, in lists where *model* has several."""
    name, *rest = path
    if not rest:
        return {name: value}
    field = sources.keys(model)[name]
    inner = nested(rest, value, sources.model_of(field))
    several = "tuple" in str(field.annotation)
    return {name: [inner] if several else inner}


def toml(value):
    """Return *value* as it is written in a file of TOML, all on one line."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {toml(one)}" for key, one in value.items())
        return f"{{{pairs}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value)


def read_from(file, table, model=Settings):
    """Write *table* to *file*, and return what is read from it alone."""
    lines = [f"{key} = {toml(one)}\n" for key, one in table.items()]
    file.write_text("".join(lines))
    environ = {sources.CONFIG: str(file), sources.NO_DOTENV: "1"}
    return sources.gather(environ, model, nearest)


def checked(environ, *more):
    return sources.check_variables(environ, VARIABLES, *more, nearest=nearest)


KEYS = list(tables(Settings))


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_every_key_misspelt_by_a_letter_is_refused_with_its_name(path, tmp_path):
    *above, name = path
    right = {one for *around, one in KEYS if around == above}
    wrong = set(misspelt(name)) - right - {""}

    for one in sorted(wrong):
        table = nested([*above, one], 1)
        (told,) = read_from(tmp_path / "bot.toml", table).faults
        refused, _, near = told.partition("; did you mean ")
        assert refused.startswith("bot.toml")
        assert refused.endswith(f': there is no "{one}"')
        assert f'"{name}"' in re.split(" or |[?]", near) or len(name) < 3
    assert len(wrong) >= len(name)


def test_no_rule_of_the_example_names_an_app_for_what_belongs_to_none():
    permits = [one for command in COMMANDS.values() for one in command.permits]

    for rule in tomllib.loads(EXAMPLE)["policy"]["rules"]:
        for pattern in rule["actions"]:
            fit = [one for one in permits if fnmatch(one.action, pattern)]
            assert fit
            assert all(one.on_apps for one in fit) or not rule.get("apps"), pattern


@pytest.mark.parametrize("right", ["SLACK_APP_TOKEN", "SLACK_APP_TOKEN_FILE"])
def test_what_others_read_is_no_slip_where_the_right_name_is_set_too(right):
    others = {"SLACK_API_TOKEN": "1", right: "1"}

    assert checked(others) == []
    (told,) = checked({"SLACK_API_TOKEN": "1"})
    assert "did you mean SLACK_APP_TOKEN" in told


@pytest.mark.parametrize("name", [*VARIABLES, *(f"{one}_FILE" for one in VARIABLES)])
def test_every_variable_misspelt_by_a_letter_is_refused_with_its_name(name):
    prefixes = (sources.OWN, *sources.SHARED)
    wrong = {one for one in misspelt(name) if one.startswith(prefixes)} - {name}

    for one in sorted(wrong):
        (told,) = checked({one: "1"}, "BOT_CONFIG")
        refused, _, near = told.partition("; did you mean ")
        assert refused == f"{one} is no setting"
        assert name in re.split(" or |[?]", near)
    assert len(wrong) > len(name)


@pytest.mark.parametrize(
    "name",
    ["SLACK_CLIENT_ID", "TENCENTCLOUD_REGION", "TENCENTCLOUD_APPID", "SLACK_URL", "X"],
)
def test_variables_of_other_programs_are_let_be(name):
    assert checked({name: "1"}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_RELAY_SERVICE_HOST", "10.0.0.1"),
        ("BOT_RELAY_SERVICE_PORT", "80"),
        ("BOT_RELAY_SERVICE_PORT_HTTP", "80"),
        ("BOT_RELAY_PORT", "tcp://10.0.0.1:80"),
        ("BOT_RELAY_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("BOT_RELAY_PORT_80_TCP_PROTO", "tcp"),
    ],
)
def test_what_kubernetes_sets_for_a_service_of_a_like_name_is_let_be(name, value):
    assert checked({name: value}) == []
    assert len(checked({"BOT_RELAY_PORT": "80"})) == 1


def test_a_variable_of_ours_that_is_near_to_nothing_is_refused_too():
    assert checked({"bot_colour": "1"}) == ["BOT_COLOUR is no setting"]


def test_a_value_that_another_hides_is_refused(tmp_path):
    both = {"BOT_PORT": "1", "BOT_PORT_FILE": "2"}
    assert checked({**both, "BOT_PORT": ""}) == []
    assert checked(both) == ["BOT_PORT is set twice: by itself, and by BOT_PORT_FILE"]

    file = tmp_path / "bot.toml"
    file.touch(0o600)
    table = {"several": [{"secret": "s", "secret_file": "f"}]}
    assert read_from(file, table, Outer).faults == [
        "bot.toml, [several]: entry 1, secret: it is set twice, also by secret_file"
    ]


def test_the_example_has_no_key_that_is_none(tmp_path):
    (tmp_path / "bot.toml").write_text(EXAMPLE)

    environ = {sources.CONFIG: str(tmp_path / "bot.toml")}
    assert sources.gather(environ, Settings, nearest).faults == [
        f'bot.toml, app "live-main": {key}_key_file: '
        f"/run/secrets/live-main-{key} does not exist"
        for key in ("usersig", "callback")
    ]


@pytest.mark.parametrize(
    "table",
    [
        {"inner": {"secret": "s"}},
        {"several": [{"word": "w"}, {"secret": "s"}]},
    ],
)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602, 0o666])
def test_a_secret_in_a_file_that_others_can_reach_is_refused(tmp_path, table, mode):
    file = tmp_path / "bot.toml"
    file.touch()
    file.chmod(mode)

    assert read_from(file, table, Outer).faults == [
        "bot.toml has a secret in it, and others can read that file; chmod 600 bot.toml"
    ]
    file.chmod(0o600)
    assert read_from(file, table, Outer).faults == []


@pytest.mark.parametrize(
    "table",
    [
        {"plain": 1, "inner": {"word": "w"}},
        {"several": 7, "inner": [1, "x"]},
    ],
)
def test_a_file_without_secrets_may_be_read_by_all(tmp_path, table):
    file = tmp_path / "bot.toml"
    file.touch(mode=0o644)

    assert read_from(file, table, Outer).faults == []


@given(name=st.sampled_from(sorted(Settings.model_fields)))
def test_only_variables_that_are_named_are_read(name, tmp_path_factory):
    """A variable called POLICY, which something else set, is no setting."""
    if Settings.model_fields[name].validation_alias:
        return
    with pytest.MonkeyPatch.context() as patch:
        for key in [k for k in os.environ if k.startswith((sources.OWN, "SLACK_"))]:
            patch.delenv(key)
        patch.chdir(tmp_path_factory.mktemp("empty"))
        bare = load()
        patch.setenv(name.upper(), "{not json")
        assert load() == bare


# ── .env ─────────────────────────────────────────────────────────────────────────


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


def test_what_the_environment_sets_to_nothing_dotenv_does_not_bring_back(
    dotenv, monkeypatch
):
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "")

    assert dotenv("SLACK_SIGNING_SECRET=s\n").settings.slack_signing_secret is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_dotenv_with_a_secret_that_others_can_reach_is_told(dotenv, mode):
    told = ".env has a secret in it, and others can read that file; chmod 600 .env"

    assert dotenv("SLACK_SIGNING_SECRET=s\n", mode).faults == (told,)
    assert dotenv("SLACK_SIGNING_SECRET=\nBOT_PORT=1\n", mode).faults == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("BOT_PROT=1\n", ".env: BOT_PROT is no setting; did you mean BOT_PORT?"),
        ("BOT_PORT=x\n", ".env: BOT_PORT: a whole number is needed"),
        ("A=1\nhush\n", ".env, line 2: write NAME=value"),
        ("A=1\nhush hush\n", ".env, line 2: write NAME=value"),
        (
            "BOT_PORT=1\n\nBOT_PORT=2\n",
            ".env, line 3: BOT_PORT is set a second time",
        ),
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
        'bot.toml, rule "s": apps: there is no such app; there are b, a, c',
    )
    settings = reading.settings
    assert settings.port == 1
    assert settings.ops_channel == "C1"
    assert [app.name for app in settings.all_apps] == ["b"]
    assert [rule.name for rule in settings.policy.rules] == ["s"]
    assert (settings.policy.limits.width, settings.policy.limits.height) == (1920, 5)
