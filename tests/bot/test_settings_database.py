"""Which databases can be set, and what they need."""

import pytest

from bot.errors import SettingsError
from bot.settings import load
from tests.bot.test_settings import bare, put

__all__ = ["bare"]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://bot:hush-hush@db.example/patchbay",
        "sqlitely:///x.db",
        "x.db",
    ],
)
def test_a_database_of_another_kind_is_refused(monkeypatch, url):
    put(monkeypatch, BOT_DATABASE_URL=url)

    with pytest.raises(SettingsError) as refusal:
        load()

    assert str(refusal.value) == (
        "BOT_DATABASE_URL: a database is sqlite:///… or postgresql://…"
    )


@pytest.mark.parametrize("url", ["sqlite:///x.db", "sqlite+pysqlite:////var/x.db"])
def test_a_database_is_a_file_of_sqlite(monkeypatch, url):
    put(monkeypatch, BOT_DATABASE_URL=url)

    assert load().database_url.get_secret_value() == url


SERVERS = [
    "postgresql://bot:hush-hush@db.example/patchbay",
    "postgresql+psycopg://bot:hush-hush@db.example/patchbay",
    "postgres://bot:hush-hush@db.example/patchbay",
]


@pytest.mark.parametrize("url", SERVERS)
def test_a_database_is_a_server_that_several_bots_share(monkeypatch, url):
    put(
        monkeypatch, BOT_DATABASE_URL=url, BOT_SEAL_KEY="s" * 40, BOT_AUDIT_KEY="a" * 40
    )

    assert load().database_url.get_secret_value() == url


@pytest.mark.parametrize("url", SERVERS)
def test_a_database_of_several_bots_needs_keys_that_are_the_same_for_all(
    monkeypatch, url
):
    put(monkeypatch, BOT_DATABASE_URL=url)

    with pytest.raises(SettingsError) as refusal:
        load()

    assert str(refusal.value) == (
        "BOT_DATABASE_URL: "
        "a database of several bots needs BOT_SEAL_KEY and BOT_AUDIT_KEY"
    )
