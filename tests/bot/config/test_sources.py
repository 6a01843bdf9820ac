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
from bot.settings import Settings, load, read
from bot.spelling import nearest
from commands import COMMANDS

TOP = Path(bot.__file__).parents[1]
EXAMPLE = (TOP / "bot.example.toml").read_text()
VARIABLES = sorted(
    {str(one.validation_alias) for one in Settings.model_fields.values()} - {"None"}
)


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
        "bot.toml, [alerts]: pager_url_file: /run/secrets/pager-url does not exist",
        *(
            f'bot.toml, app "live-main": {key}_key_file: '
            f"/run/secrets/live-main-{key} does not exist"
            for key in ("usersig", "callback")
        ),
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
        f"bot.toml has a secret in it, and others can read that file; chmod 600 {file}"
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


def shapes(model):
    """Return tables of *model* in which anything may stand, also once for several."""
    odd = st.sampled_from([True, 7, "", "x", "/nowhere", [], ["x", 7], {}, {"x": 7}])
    values = {}
    for name, one in sources.keys(model).items():
        inner = sources.model_of(one)
        one_of = st.sampled_from(["", "x", 7])
        tables = shapes(inner) if inner else one_of
        values[name] = tables | st.lists(tables | one_of, max_size=2) | odd
        values[f"{name}x"] = odd
    return st.fixed_dictionaries({}, optional=values)


@given(table=shapes(Settings))
def test_whatever_shape_a_file_has_it_is_told_and_nothing_is_raised(
    table, tmp_path_factory
):
    file = tmp_path_factory.mktemp("odd") / "bot.toml"
    file.touch(0o600)
    file.write_text("".join(f"{key} = {toml(one)}\n" for key, one in table.items()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(sources.CONFIG, str(file))
        told = read().faults

    assert all(isinstance(one, str) and "\n" not in one for one in told)
    assert told or set(table) <= set(sources.keys(Settings))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[apps]\nname = "a"\nsdk_apid = 1\n',
            [
                'bot.toml, [apps]: there is no "sdk_apid"; did you mean "sdk_app_id"?',
                "bot.toml: apps: each app is a table under [[apps]]",
            ],
        ),
        (
            '[policy.rules]\nactions = ["*"]\n',
            ["bot.toml, [policy]: rules: each rule is a table under [[policy.rules]]"],
        ),
    ],
)
def test_one_bracket_where_two_belong_is_told(text, told, tmp_path, monkeypatch):
    (tmp_path / "bot.toml").write_text(text)
    monkeypatch.setenv(sources.CONFIG, str(tmp_path / "bot.toml"))

    assert read().faults == tuple(told)


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
