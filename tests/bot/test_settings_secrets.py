"""No secret is empty, and no key of the journal can be guessed: in words, at once."""

import base64

import pytest

from bot.__main__ import main
from bot.config.kinds import KEY_LEAST, KEY_SOUND, TOO_SHORT
from bot.config.sources import keys, model_of
from bot.errors import SettingsError
from bot.journal.seal import key_as_line
from bot.operations.doctor import examine_settings
from bot.settings import App, Settings, load, read
from tests.bot.test_settings import bare, put

__all__ = ["bare"]

ALIASED = {  # all that can be named by NAME_FILE
    str(field.validation_alias)
    for field in Settings.model_fields.values()
    if field.validation_alias
}
SECRETS = sorted(
    str(field.validation_alias)
    for field in Settings.model_fields.values()
    if field.validation_alias and "SecretStr" in str(field.annotation)
)
OF_APPS = sorted(name for name in keys(App) if name.endswith("_key"))
OWN_KEYS = ("BOT_SEAL_KEY", "BOT_AUDIT_KEY")
MADE = "k" * 43  # as long as docs/operating.md makes it
URL = "postgresql://bot@db.example/patchbay"


def refusal():
    with pytest.raises(SettingsError) as error:
        load()
    return str(error.value)


@pytest.mark.parametrize("content", ["", " \n"])
@pytest.mark.parametrize("name", sorted(ALIASED))
def test_an_empty_file_is_not_taken_for_none(monkeypatch, tmp_path, name, content):
    file = tmp_path / "secret"
    file.write_text(content)
    file.chmod(0o600)
    put(monkeypatch, **{f"{name}_FILE": str(file)})

    assert refusal().splitlines()[0].endswith(" is empty")
    assert refusal().startswith(f"{name}_FILE: ")


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_is_not_read_is_told_once(monkeypatch, name):
    others = {
        "BOT_DATABASE_URL": URL,
        "BOT_SEAL_KEY": MADE,
        "BOT_SEAL_KEY_OLD": MADE,
        "BOT_AUDIT_KEY": MADE,
        "BOT_TRTC_SDK_APP_ID": "1400000001",
        "BOT_TRTC_USERSIG_KEY": "k" * 64,
    }
    put(monkeypatch, **{k: v for k, v in others.items() if k != name})
    put(monkeypatch, **{f"{name}_FILE": "nowhere"})

    (told,) = refusal().splitlines()
    assert told == f"{name}_FILE: the file that it names does not exist"


def table(key, value):
    rest = "" if key.startswith("usersig_key") else 'usersig_key = "k"\n'
    return f'[[apps]]\nname = "a"\nsdk_app_id = 1400000001\n{rest}{key} = "{value}"\n'


@pytest.mark.parametrize("key", OF_APPS)
def test_an_empty_secret_of_an_app_is_refused(tmp_path, key):
    (tmp_path / "bot.toml").write_text(table(key, " "))
    (tmp_path / "bot.toml").chmod(0o600)

    assert refusal() == f'bot.toml, app "a": {key}: it is empty'


def test_of_an_app_every_secret_is_meant():
    assert OF_APPS == ["callback_key", "usersig_key"]
    assert model_of(Settings.model_fields["apps"]) is App


@pytest.mark.parametrize("key", ["x", "x" * (KEY_LEAST - 1), "   ", f"x\n{MADE}"])
@pytest.mark.parametrize("name", OWN_KEYS)
def test_a_key_that_can_be_guessed_is_refused_and_not_shown(monkeypatch, name, key):
    put(monkeypatch, **dict.fromkeys(OWN_KEYS, MADE), BOT_SEAL_KEY_OLD=MADE)
    put(monkeypatch, **{name: key, "BOT_DATABASE_URL": URL})

    assert refusal() == f"{name}: {TOO_SHORT}"


@pytest.mark.parametrize("name", OWN_KEYS)
def test_it_is_refused_at_the_start_and_told_by_the_doctor(monkeypatch, capsys, name):
    put(monkeypatch, **{name: "x"})

    assert (main(["run"]), main(["migrate"])) == (2, 2)
    assert capsys.readouterr().err == f"{name}: {TOO_SHORT}\n" * 2
    assert main(["doctor", "--offline"]) == 1
    assert f"{name}: {TOO_SHORT}" in capsys.readouterr().out


@pytest.mark.parametrize("length", [KEY_LEAST, KEY_SOUND - 1, KEY_SOUND])
@pytest.mark.parametrize("name", OWN_KEYS)
def test_one_that_is_short_is_taken_and_the_doctor_names_it(monkeypatch, name, length):
    put(monkeypatch, **{name: "x" * length})

    named = {one.what: (one.well, one.fix) for one in examine_settings(load())}

    fix = "Shorter than 22 characters it can be guessed: docs/operating.md."
    assert named.get(name) == (None if length == KEY_SOUND else (None, fix))


@pytest.mark.parametrize("name", OWN_KEYS)
@pytest.mark.parametrize(
    "key",
    [
        MADE,
        key_as_line(bytes(32)),  # as `move` writes one
        base64.urlsafe_b64encode(bytes(16)).rstrip(b"=").decode(),  # of 128 bits
        f"{MADE}\nshort",  # the others only open
    ],
)
def test_a_key_that_was_made_is_taken(monkeypatch, name, key):
    put(monkeypatch, **{name: key})

    assert read().faults == ()


def test_a_key_that_only_opens_may_be_of_any_length(monkeypatch):
    put(monkeypatch, BOT_SEAL_KEY=MADE, BOT_SEAL_KEY_OLD="x")

    assert load().seal_keys.get_secret_value() == f"{MADE}\nx"
