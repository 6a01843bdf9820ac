"""What is written and does nothing is refused, with the name that was meant."""

import os
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

import bot
from bot import config
from bot.settings import Settings, load
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
    for name, field in config._keys(model).items():
        yield (*at, name)
        if inner := config._model_of(field):
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
    field = config._keys(model)[name]
    inner = nested(rest, value, config._model_of(field))
    several = "tuple" in str(field.annotation)
    return {name: [inner] if several else inner}


KEYS = list(tables(Settings))


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_every_key_misspelt_by_a_letter_is_refused_with_its_name(path, tmp_path):
    *above, name = path
    right = {one for *around, one in KEYS if around == above}
    wrong = set(misspelt(name)) - right - {""}

    for one in sorted(wrong):
        with pytest.raises(LookupError) as told:
            config.check_table(nested([*above, one], 1), Settings, tmp_path, nearest)
        refused, _, near = str(told.value).partition("; did you mean ")
        assert refused.endswith(f"{one} is no setting")
        names = re.split(" or |[?]", near.replace(".0.", "."))
        assert ".".join(path) in names or len(name) < 3
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

    config.check_variables(others, VARIABLES, nearest=nearest)
    with pytest.raises(LookupError, match="did you mean SLACK_APP_TOKEN"):
        config.check_variables({"SLACK_API_TOKEN": "1"}, VARIABLES, nearest=nearest)


@pytest.mark.parametrize("name", [*VARIABLES, *(f"{one}_FILE" for one in VARIABLES)])
def test_every_variable_misspelt_by_a_letter_is_refused_with_its_name(name):
    prefixes = (config.OWN, *config.SHARED)
    wrong = {one for one in misspelt(name) if one.startswith(prefixes)} - {name}

    for one in sorted(wrong):
        with pytest.raises(LookupError) as told:
            config.check_variables({one: "1"}, VARIABLES, "BOT_CONFIG", nearest=nearest)
        refused, _, near = str(told.value).partition("; did you mean ")
        assert refused == f"{one} is no setting"
        assert name in re.split(" or |[?]", near)
    assert len(wrong) > len(name)


@pytest.mark.parametrize(
    "name",
    ["SLACK_CLIENT_ID", "TENCENTCLOUD_REGION", "TENCENTCLOUD_APPID", "SLACK_URL", "X"],
)
def test_variables_of_other_programs_are_let_be(name):
    config.check_variables({name: "1"}, VARIABLES, nearest=nearest)


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
    config.check_variables({name: value}, VARIABLES, nearest=nearest)
    with pytest.raises(LookupError):
        config.check_variables({"BOT_RELAY_PORT": "80"}, VARIABLES, nearest=nearest)


def test_a_variable_of_ours_that_is_near_to_nothing_is_refused_too():
    with pytest.raises(LookupError, match=r"^BOT_COLOUR is no setting$"):
        config.check_variables({"bot_colour": "1"}, VARIABLES, nearest=nearest)


def test_a_value_that_another_hides_is_refused():
    both = {"BOT_PORT": "1", "BOT_PORT_FILE": "2"}
    config.check_variables({**both, "BOT_PORT": ""}, VARIABLES, nearest=nearest)
    with pytest.raises(LookupError) as told:
        config.check_variables(both, VARIABLES, nearest=nearest)
    assert str(told.value) == "BOT_PORT is set twice: by itself, and by BOT_PORT_FILE"

    table = {"several": [{"secret": "s", "secret_file": "f"}]}
    with pytest.raises(LookupError) as told:
        config.check_table(table, Outer, Path("/dev/null"), nearest)
    assert "several.0.secret is set twice" in str(told.value)


def test_the_example_has_no_key_that_is_none(tmp_path):
    config.check_table(tomllib.loads(EXAMPLE), Settings, tmp_path, nearest)


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

    with pytest.raises(LookupError) as told:
        config.check_table(table, Outer, file, nearest)
    assert str(told.value) == (
        "bot.toml has a secret in it, and others can read that file; chmod 600 it"
    )
    file.chmod(0o600)
    config.check_table(table, Outer, file, nearest)


@pytest.mark.parametrize(
    "table",
    [
        {"plain": 1, "inner": {"word": "w"}},
        {"several": [{"secret_file": "f"}]},
        {"several": 7, "inner": [1, "x"]},
    ],
)
def test_a_file_without_secrets_may_be_read_by_all(tmp_path, table):
    file = tmp_path / "bot.toml"
    file.touch(mode=0o644)

    config.check_table(table, Outer, file, nearest)


IDS = {
    config.UserId: ("U0123ABCD", "W1"),
    config.GroupId: ("S0123ABCD",),
    config.ChannelId: ("C0123ABCD", "G1", "D1"),
    config.TeamId: ("T0123ABCD", "E1"),
    config.OneChannelOrNone: ("C0123ABCD", "G1", ""),
}
NO_IDS = (
    "@ana",
    "ana",
    "#ops",
    "u0123ABCD",
    "U",
    "U 1",
    "U1\n",
    "<@U1>",
    "U1,U2",
    "Ü1",
)


@pytest.mark.parametrize("kind", IDS, ids=lambda kind: str(IDS[kind][0][0]))
def test_an_id_is_of_its_kind_and_a_name_is_none(kind):
    adapter = TypeAdapter(kind)
    others = {one for ids in IDS.values() for one in ids} - {*IDS[kind], ""}

    assert [adapter.validate_python(one) for one in IDS[kind]] == [*IDS[kind]]
    for one in (*NO_IDS, *others - {"D1", "C0123ABCD", "G1"}):
        with pytest.raises(ValidationError, match="a name is none"):
            adapter.validate_python(one)


@pytest.mark.parametrize("action", ["*", "relay.start", "car.*"])
def test_an_action_is_one_or_all_of_a_command_or_all(action):
    assert TypeAdapter(config.Action).validate_python(action) == action


@pytest.mark.parametrize(
    "action", ["relay", "relay.", "relay.st*", "*.start", "Relay.start", "r.s.t", ""]
)
def test_what_looks_like_no_action_is_refused(action):
    with pytest.raises(ValidationError, match=r"write relay\.start"):
        TypeAdapter(config.Action).validate_python(action)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://slack.com/api/", True),
        ("https://slack-gov.com/api/", True),
        ("http://127.0.0.1:8080/api/", True),
        ("http://localhost:1/slack/api/", True),
        ("https://[::1]:1/api/", True),
        ("https://evil.example/api/", False),
        ("https://slack.com.evil.example/api/", False),
        ("https://evil-slack.com/api/", False),
        ("https://slack.com:8443/api/", False),
        ("https://slack.com@evil.example/api/", False),
        ("http://localhost@evil.example/api/", False),
        ("http://127.0.0.1.evil.example/api/", False),
        ("https://slack.com/api/?x=/api/", False),
        ("http://slack.com/api/", False),
        ("https://slack.com/", False),
    ],
)
def test_the_token_goes_to_slack_or_to_this_machine(url, good):
    assert config.is_slack_api(url) is good


@given(name=st.sampled_from(sorted(Settings.model_fields)))
def test_only_variables_that_are_named_are_read(name, tmp_path_factory):
    """A variable called POLICY, which something else set, is no setting."""
    if Settings.model_fields[name].validation_alias:
        return
    with pytest.MonkeyPatch.context() as patch:
        for key in [k for k in os.environ if k.startswith((config.OWN, "SLACK_"))]:
            patch.delenv(key)
        patch.chdir(tmp_path_factory.mktemp("empty"))
        bare = load()
        patch.setenv(name.upper(), "{not json")
        assert load() == bare
