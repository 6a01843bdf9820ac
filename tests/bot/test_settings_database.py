"""Which databases can be set, and what they need."""

import pytest

from bot.config.kinds import SERVER, is_sound_server
from bot.errors import JournalUnavailable, SettingsError
from bot.journal.moving import move
from bot.journal.trail import BESIDE
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


PASSWORDS = ("hush%hush", "hush%zzhush", "hush/hush", "12/hush", "hush@hush", "12?hush")
SOUND = (
    "postgresql:///patchbay?host=/run/postgresql",
    "postgresql://db.example",
    "postgresql://bot@[::1]:5432/patchbay",
    "postgresql://bot:h%40u%25s%2Fh:#@one:5432,two:5433/p?target_session_attrs=any",
    "postgresql://%2Frun%2Fpostgresql/patchbay",
)


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_that_would_be_read_as_something_else_is_refused_and_not_shown(
    monkeypatch, password
):
    url = f"postgresql://bot:{password}@db.example:5432/patchbay"
    put(
        monkeypatch, BOT_DATABASE_URL=url, BOT_SEAL_KEY="s" * 40, BOT_AUDIT_KEY="a" * 40
    )

    with pytest.raises(SettingsError) as refusal:
        load()
    with pytest.raises(JournalUnavailable) as unmoved:
        move("sqlite:///x.db", url, None, BESIDE)

    assert str(refusal.value) == f"BOT_DATABASE_URL: {SERVER}"
    assert str(unmoved.value) == f"the URL of the database: {SERVER}"


@pytest.mark.parametrize("url", SOUND)
def test_whatever_libpq_reads_as_it_is_meant_is_taken(url):
    assert is_sound_server(url)
