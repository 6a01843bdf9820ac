"""One mistake is one sentence: two tables of one name, and a file that is not there."""

import pytest

from bot.config.faults import DOUBLES
from bot.config.sources import NO_DOTENV, keys, model_of
from bot.operations.preflight.reading import examine_reading
from bot.settings import Settings, read
from commands import COMMANDS

NAMING = ("name", "id", "team")  # keys by which a table is told from another
WHO = 'users = ["U0000000001"]\n'
APP = 'region = "ap-singapore"\nusersig_key_file = "secret"\n'

# Each kind of table, with what it has beside those keys: once, and once more.
ONE, OTHER = (
    {
        "apps": {"name": name, "sdk_app_id": number},
        "channels": {"id": f"C000000000{number}", "language": language},
        "projects": {"name": name, "id": f"cap-{number}"},
        "workspaces": {"team": f"T{number}"},
        "policy.rules": {"name": name, "actions": ["relay.*"]},
        "policy.second": {"name": name, "actions": ["relay.start"]},
    }
    for name, number, language in (("one", 1, "en"), ("two", 2, "zh-CN"))
)
MORE = {"apps": APP, "policy.rules": WHO}


def named(model, at=""):
    """Yield the tables of *model* of which there are several, and what names each."""
    for name, field in keys(model).items():
        inner = model_of(field)
        if inner and "tuple" in str(field.annotation):
            yield from ((f"{at}{name}", key) for key in NAMING if key in keys(inner))
        elif inner:
            yield from named(inner, f"{at}{name}.")


@pytest.fixture
def doctor(monkeypatch, tmp_path):
    """Write a bot.toml, and return what the doctor says is wrong with it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(NO_DOTENV, "1")
    (tmp_path / "secret").write_text("s")
    (tmp_path / "secret").chmod(0o600)
    permits = [one for command in COMMANDS.values() for one in command.permits]

    def says(text):
        (tmp_path / "bot.toml").write_bytes(text.encode())
        checks = examine_reading(read(), permits)
        return [one.what for one in checks if one.well is False]

    return says


def table(kind, values):
    """Return a table of *kind* as it stands in the file."""
    lines = [f"{key} = {value!r}\n" for key, value in values.items()]
    return f"[[{kind}]]\n{''.join(lines)}{MORE.get(kind, '')}"


def test_every_table_that_has_a_name_or_an_id_is_tried():
    places = {(place.replace("all_apps", "apps"), key) for place, key in DOUBLES}

    assert places == set(named(Settings))
    assert {kind for kind, _key in places} == {*ONE}


@pytest.mark.parametrize(("kind", "key"), sorted(named(Settings)))
def test_two_tables_of_one_name_or_id_are_a_fault_and_two_others_are_none(
    doctor, kind, key
):
    one, other = ONE[kind], OTHER[kind]
    second = 'name = "x"\nactions = ["patchbay.approve"]\n' + WHO
    approves = f"[[policy.rules]]\n{second}" if kind == "policy.second" else ""

    assert doctor(approves + table(kind, one) + table(kind, other)) == []
    (fault,) = doctor(
        approves + table(kind, one) + table(kind, other | {key: one[key]})
    )

    assert fault.startswith("two ")
    assert one[key] in fault


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            "[[apps]]\nname = 'live'\nsdk_app_id = 1\nusersig_key_file = 'gone'\n"
            "[exits]\nrooms = ['live/lobby']\n"
            "[[policy.rules]]\nname = 'a'\nactions = ['relay.*']\napps = ['live']\n"
            + WHO,
            "usersig_key_file",
        ),
        ("[alerts]\npager_url_file = 'gone'\n", "pager_url_file"),
    ],
)
def test_a_file_that_is_not_there_is_told_once_and_nothing_that_follows(
    doctor, text, key
):
    (fault,) = doctor(text)

    assert f"{key}: " in fault
    assert fault.endswith("does not exist")


def test_a_mark_of_unicode_before_the_file_is_no_fault(doctor):
    assert doctor("\ufeffops_channel = 'C0000000001'\n") == []
    (fault,) = doctor("\ufeffpolcy = 1\n")
    assert fault.startswith('bot.toml: there is no "polcy"')
