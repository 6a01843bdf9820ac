"""A connection to PostgreSQL, which waits only for what is looked at."""

import sys
import threading

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import bindparam, delete, select, update
from structlog.testing import capture_logs

from bot.errors import JournalUnavailable
from bot.journal.marks import IS_UNFINISHED, MOVING
from bot.journal.migrate import newest
from bot.journal.postgres.driver import FETCHED, Connection, OnlyReads, Unanswered
from bot.journal.postgres.tables import NO_RIGHT, OLDER, READ_ONLY
from bot.journal.statement import Statement
from bot.journal.store import look
from bot.journal.trail import AuditFiles
from tests.bot.journal.postgres.conftest import ALL, PUT, THINGS, row
from tests.fakes.clock import FakeClock
from tests.fakes.journal import opened
from tests.fakes.psycopg import counted
from tests.servers.proxy import proxied

NAMED = Statement(select(THINGS).where(THINGS.c.name == bindparam("name")))
RENAME = Statement(
    update(THINGS).where(THINGS.c.id == bindparam("of")).values(name=bindparam("to"))
)
DROP = Statement(delete(THINGS).where(THINGS.c.name == bindparam("name")))


def test_what_nobody_looks_at_costs_no_round_trip_of_its_own(connection, kept):
    with counted() as trips:
        with connection.writing():
            connection.execute(PUT, row(1))
            connection.execute_many(PUT, [row(2), row(3)])
            before_it_was_looked_at = trips.take()
            names = connection.execute(ALL).scalars()

        assert before_it_was_looked_at == 0
        assert names == ["a", "a", "a"]
        assert trips.take() == 2  # all of it, and COMMIT
    assert kept() == [1, 2, 3]


def test_a_read_is_one_round_trip(connection):
    with counted() as trips:
        for _each in range(3):
            with connection.reading():
                connection.execute(ALL).all()

        assert trips.take() == 3


def test_how_many_rows_were_changed_is_known_of_each_and_of_all(connection):
    with connection.writing():
        put = connection.execute_many(PUT, [row(1), row(2, "b"), row(3, "b")])
        dropped = connection.execute(DROP, {"name": "b"})
        renamed = connection.execute(RENAME, {"of": 9, "to": "c"})

        assert (put.rowcount, dropped.rowcount, renamed.rowcount) == (3, 2, 0)


def test_rows_are_named_and_numbers_of_any_size_are_one_statement(connection):
    with connection.writing():
        for number in (1, 2**20, 2**40):
            connection.execute(PUT, {"id": number, "name": "a", "body": b"\0\xff"})
        first, *_ = connection.execute(NAMED, {"name": "a"})
        prepared = connection.run(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement ~ '^INSERT'"
        ).scalar()

    assert (first.id, first.name, bytes(first.body)) == (1, "a", b"\0\xff")
    assert prepared == 1


def test_a_zero_byte_which_no_text_can_hold_is_shown_as_unreadable(connection):
    with connection.writing():
        connection.execute(PUT, row(1, "a\0b"))

    with connection.reading():
        assert connection.execute(ALL).scalars() == ["a\ufffdb"]


def test_what_fails_undoes_all_and_the_connection_goes_on(connection, kept):
    for _each in range(3):
        with pytest.raises(psycopg.errors.UniqueViolation), connection.writing():
            connection.execute_many(PUT, [row(1), row(1)])
        with pytest.raises(KeyError), connection.writing():
            {}[connection.execute(PUT, row(2))]

    with connection.writing():
        connection.execute(PUT, row(3))

    assert kept() == [3]


def test_a_piece_is_undone_alone(connection, kept):
    with connection.writing():
        connection.execute(PUT, row(1))
        with pytest.raises(psycopg.errors.UniqueViolation), connection.piece():
            connection.execute_many(PUT, [row(2), row(1)])
        with connection.piece():
            connection.execute(PUT, row(3))

    assert kept() == [1, 3]


def test_a_read_is_as_of_one_moment(connection, postgres, url):
    with connection.reading():
        before = connection.execute(ALL).scalars()
        postgres.run("INSERT INTO things VALUES (1, 'a')", url)
        after = connection.execute(ALL).scalars()

    assert before == after == []


def test_of_more_rows_than_fit_some_are_fetched_at_a_time(connection):
    many = FETCHED * 2 + 1
    with connection.writing():
        connection.execute_many(PUT, [row(n) for n in range(many)])

    with counted() as trips, connection.reading():
        read = sum(1 for _row in connection.each(ALL))

        assert (read, trips.take()) == (many, 4)


def lost(connection, words, number=1):
    """Return the commit of a row that is written while *words* break the way."""
    with pytest.raises(Unanswered) as unanswered:
        _write(connection, words, number)
    connection.close()
    return unanswered.value.commit


def _write(connection, words, number):
    with connection.writing():
        connection.execute(PUT, row(number))
        words.append(b"COMMIT\0")  # not that of READ COMMITTED


@pytest.mark.parametrize("was_committed", [True, False])
def test_a_commit_without_an_answer_is_told_as_that_with_its_number(
    url, kept, connection, was_committed
):
    with proxied(url) as (proxy, through):
        words = proxy.cut_after if was_committed else proxy.cut_before
        commit = lost(Connection(through), words)

    ended = None
    while ended is None:
        ended = connection.how_ended(commit)

    assert ended == was_committed
    assert kept() == [1] * was_committed


def test_of_a_transaction_of_another_server_nothing_can_be_told(connection, url):
    with proxied(url) as (proxy, through):
        commit = lost(Connection(through), proxy.cut_after)

    with pytest.raises(LookupError):
        connection.how_ended(commit._replace(timeline="000000FF"))


def test_where_nothing_can_be_written_that_is_told_before_a_commit(postgres, url):
    name = url.rpartition("/")[2]
    postgres.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    connection = Connection(url)

    with pytest.raises(OnlyReads), connection.writing():
        pass
    with connection.reading():
        assert connection.execute(ALL).all() == []
    connection.close()


def test_what_need_not_last_does_not_wait_for_the_disk(connection, url, postgres):
    name = url.rpartition("/")[2]
    postgres.run(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    other = Connection(url)
    asked = "SELECT current_setting('synchronous_commit')"

    with other.writing():
        lasting = other.run(asked).scalar()
    with other.writing(lasting=False):
        fleeting = other.run(asked).scalar()
    other.close()

    assert (lasting, fleeting) == ("on", "off")


MISSING = {
    "event": "seal.key-missing",
    "log_level": "critical",
    "settings": "BOT_SEAL_KEY, BOT_SEAL_KEY_OLD",
}


async def test_without_a_driver_the_sentence_names_what_is_to_be_installed(monkeypatch):
    for name in list(sys.modules):
        if name.startswith("bot.journal.postgres."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(JournalUnavailable, match=r"patchbay\[postgres\]"):
        await opened("postgresql://x/y", FakeClock())
    assert "patchbay[postgres]" in look("postgresql://x/y").fault


def test_a_server_is_looked_at_without_anything_being_made(postgres_url):
    name = postgres_url.rpartition("/")[2]

    assert (look(postgres_url).fault, look(postgres_url).name) == ("", name)
    assert "does not exist" in look(postgres_url + "_gone").fault


def test_a_connection_can_be_cut_while_it_is_set_up(url):
    with proxied(url) as (proxy, way):

        def kept_still(connection):
            proxy.still.set()
            threading.Timer(0.1, connection.cut).start()

        with pytest.raises(psycopg.OperationalError):
            Connection(way, kept_still)


@pytest.fixture
async def made(postgres_url):
    """Return the URL of a database that has its tables, and nobody in it."""
    journal = await opened(postgres_url, FakeClock())
    journal.close()
    return postgres_url


def test_a_database_that_nothing_can_be_written_to_is_told(postgres, made):
    name = made.rpartition("/")[2]
    postgres.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only TO on')

    assert look(made).fault == f"{name}: {READ_ONLY}"


def test_an_empty_database_in_which_no_tables_may_be_made_is_told(
    postgres, postgres_url
):
    name = postgres_url.rpartition("/")[2]
    postgres.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC", postgres_url)
    postgres.run("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN")

    seen = look(postgres_url.replace("patchbay@", "guest@"))

    assert seen.fault == f"{name}: {NO_RIGHT}"


def test_tables_that_are_older_or_not_all_moved_yet_are_told(postgres, made):
    name = made.rpartition("/")[2]
    known = f"INSERT INTO known (name, value, at) VALUES ('{MOVING}', 'x', 0)"  # noqa: S608 - our own
    postgres.run(known, made)
    moving = look(made).fault
    postgres.run("UPDATE alembic_version SET version_num = '0001'", made)

    assert (moving, look(made).fault) == (
        f"{name}: {IS_UNFINISHED}",
        f"{name}: {OLDER.format(there='0001', here=newest())}",
    )


def test_a_server_that_is_away_is_told_in_one_line(postgres_url):
    told = look(postgres_url.replace("@127.0.0.1:", "@127.0.0.1:1,127.0.0.1:")).fault
    away = look("postgresql://bot:hush-hush@127.0.0.1:1/x").fault

    assert told == ""
    assert "Connection refused" in away
    assert "\n" not in away
    assert "hush" not in away


async def test_a_bot_with_another_audit_key_does_not_open_what_others_sign(
    postgres, made
):
    another = AuditFiles(SecretStr("b" * 40))
    with pytest.raises(JournalUnavailable, match="BOT_AUDIT_KEY is another key"):
        await opened(made, FakeClock(), audit=another)
    (count,) = postgres.run("SELECT count(*) FROM audit", made)
    journal = await opened(made, FakeClock())
    whole = await journal.trail.report(deep=True)
    journal.close()

    assert (count, whole.findings) == ((1,), ())


async def test_an_audit_key_that_was_lost_keeps_nobody_away_where_nobody_is(
    postgres, made
):
    postgres.run("DELETE FROM lives", made)
    another = AuditFiles(SecretStr("b" * 40))

    journal = await opened(made, FakeClock(), audit=another)
    report = await journal.trail.report(deep=True)
    journal.close()

    assert len(report.findings) == 1


@pytest.mark.parametrize(("secret", "told"), [("s" * 40, []), ("x" * 40, [MISSING])])
async def test_a_bot_without_the_key_that_sealed_the_journal_says_so(
    made, secret, told
):
    first = await opened(made, FakeClock())
    await first.rotation.reseal()
    first.close()

    with capture_logs() as logs:
        (await opened(made, FakeClock(), seal_key=SecretStr(secret))).close()

    assert [one for one in logs if one["event"].startswith("seal.")] == told


# Whoever commits a row is ended by the server, as when that is shut down.
IS_ENDED = """
CREATE FUNCTION is_ended() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(60); END';
CREATE CONSTRAINT TRIGGER is_ended AFTER INSERT ON things
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION is_ended()
"""


def test_of_a_commit_that_the_server_ends_nothing_is_told_either(postgres, url, kept):
    postgres.run(IS_ENDED, url)
    ended, connection = Connection(url), Connection(url)

    with pytest.raises(Unanswered) as unanswered, ended.writing():
        ended.execute(PUT, row(1))

    assert connection.how_ended(unanswered.value.commit) is False
    assert kept() == []
    for one in (ended, connection):
        one.close()
