"""What may stand in the table of exits, and which table holds."""

import os

import pytest
from pydantic import ValidationError

from bot.errors import SettingsError
from bot.exit_table import (
    ANY_EXIT,
    NO_EXITS,
    Exits,
    effective,
    is_address,
    is_local,
)
from bot.settings import load

HOSTS = ("push.example.com", ".example.com", "*", "xn--bcher-kva.example")
NO_HOSTS = (
    *("", "**", "*.example.com", "example", "localhost", ".localhost", "a.localhost"),
    *("https://example.com", "example.com:1935", "example.com.", "a_b.example"),
    *("-a.example", "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "bücher.example"),
)
SOUND = {
    "push": HOSTS,
    "pictures": HOSTS,
    "stores": (
        *("*", "template", "cos/ap-singapore/live-1", "aws/*/live-*"),
        *("s3.example.com/us-east-1/live", "s3.example.com/storage/v1/*/*"),
    ),
    "vod_apps": ("*", "main", "0", "1500000001"),
    "rooms": ("*", "lobby", "lobby-*", "live-main/lobby-*", "room one"),
    "car_parameters": ("*", "-level *"),
    "pager": HOSTS,
}
BROKEN = {
    "push": NO_HOSTS,
    "pictures": NO_HOSTS,
    "stores": (
        *("", "cos", "cos/x", "cos//x", "other/region/bucket", "**", "templates"),
        *("10.0.0.1/region/bucket", "localhost/region/bucket"),
    ),
    "vod_apps": ("", "mains", "-1", "12345678901", "1 "),
    "rooms": ("", "Live/lobby", "a/b/c", "live-main/", "**", "a**"),
    "car_parameters": ("", "**"),
}


@pytest.mark.parametrize(
    ("row", "entry"), [(row, one) for row, some in SOUND.items() for one in some]
)
def test_what_can_match_is_taken(row, entry):
    assert getattr(Exits(**{row: (entry,)}), row) == (entry,)


@pytest.mark.parametrize(
    ("row", "entry"), [(row, one) for row, some in BROKEN.items() for one in some]
)
def test_what_could_never_match_is_refused_when_it_is_read(row, entry):
    with pytest.raises(ValidationError):
        Exits(**{row: (entry,)})


def test_a_host_is_listed_in_lower_case():
    assert Exits(push=(".Example.COM",)).push == (".example.com",)


def test_a_row_that_does_not_exist_is_refused():
    with pytest.raises(ValidationError):
        Exits(hosts=("*",))


def test_every_row_is_empty_unless_it_says_otherwise():
    assert {*NO_EXITS.model_dump().values()} == {()}
    assert {*ANY_EXIT.model_dump().values()} == {("*",)}
    assert SOUND.keys() == Exits.model_fields.keys()


ROOMS = Exits(push=("a.example",), rooms=("lobby",))


@pytest.mark.parametrize(
    ("table", "push_hosts", "allow_all", "holds"),
    [
        (None, None, False, NO_EXITS),
        (None, None, True, ANY_EXIT),
        (None, (), True, NO_EXITS),
        (NO_EXITS, None, True, NO_EXITS),
        (None, ("b.example",), True, Exits(push=("b.example",))),
        (ROOMS, None, False, ROOMS),
        (
            ROOMS,
            ("b.example",),
            False,
            Exits(push=("a.example", "b.example"), rooms=("lobby",)),
        ),
    ],
)
def test_anything_goes_only_where_everybody_may_and_no_table_says_otherwise(
    table, push_hosts, allow_all, holds
):
    assert effective(table, push_hosts, allow_all=allow_all) == holds


@pytest.mark.parametrize(
    ("host", "address", "local"),
    [
        ("push.example.com", False, False),
        ("1.example", False, False),
        ("127.0.0.1", True, False),
        ("127.1", True, False),
        ("0x7f000001", True, False),
        ("017700000001", True, False),
        ("[::ffff:127.0.0.1]", True, False),
        ("::1", True, False),
        ("localhost", False, True),
        ("a.localhost", False, True),
        ("localhost.localdomain", False, True),
        ("localhost.example", False, False),
    ],
)
def test_addresses_and_this_machine_are_known_in_any_spelling(host, address, local):
    assert (is_address(host), is_local(host)) == (address, local)


@pytest.fixture
def bare(monkeypatch, tmp_path):
    for name in [k for k in os.environ if k.startswith(("SLACK_", "BOT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("toml", "allow_all", "push", "rooms"),
    [
        ("", "false", (), ()),
        ("", "true", ("*",), ("*",)),
        ("[exits]\n", "true", (), ()),
        ("[policy]\npush_hosts = []\n", "true", (), ()),
        ('[policy]\npush_hosts = [".A.example"]\n', "true", (".a.example",), ()),
        ('[exits]\nrooms = ["lobby"]\n', "false", (), ("lobby",)),
    ],
)
def test_where_requests_may_lead_is_what_the_table_says(
    monkeypatch, tmp_path, toml, allow_all, push, rooms
):
    monkeypatch.setenv("BOT_ALLOW_ALL", allow_all)
    (tmp_path / "bot.toml").write_text(toml)

    settings = load()

    assert (settings.terms.exits.push, settings.terms.exits.rooms) == (push, rooms)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    "toml", ['[exits]\nhosts = ["*"]\n', '[policy]\npush_hosts = ["127.0.0.1"]\n']
)
def test_a_row_or_a_host_that_could_never_match_is_refused(tmp_path, toml):
    (tmp_path / "bot.toml").write_text(toml)

    with pytest.raises(
        SettingsError, match=r"\[exits\]: there is no .hosts|push_hosts"
    ):
        load()
