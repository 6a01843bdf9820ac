"""What is let into the audit trail while a journal is moved, and numbers after it."""

from contextlib import closing

import pytest

from bot.journal.postgres.driver import Connection
from bot.journal.postgres.filling import count_on, unguarded
from bot.journal.postgres.tables import brought_up
from bot.journal.schema import facts, lines, outbox
from bot.journal.schema_audit import audit_heads
from bot.journal.statement import inserted

HEAD = {"chain": "T", "count": 7, "head": "f" * 64}
LETTER = {
    "rev": 1,
    "audience": "ops",
    "notice": "n",
    "state": "pending",
    "tries": 0,
    "not_before": 1,
    "created_at": 1,
}


@pytest.fixture
def connection(postgres_url):
    with brought_up(postgres_url):
        pass
    with closing(Connection(postgres_url)) as one:
        yield one


def test_within_it_a_head_of_any_length_is_let_in_and_afterwards_none(connection):
    for chain in ("T1", "T2"):
        with connection.writing(), unguarded(connection, audit_heads):
            connection.execute(inserted(audit_heads), {**HEAD, "chain": chain})

    with pytest.raises(Exception, match="append-only"), connection.writing():
        connection.execute(inserted(audit_heads), HEAD)


def test_what_breaks_off_leaves_the_trail_guarded(connection):
    with pytest.raises(KeyError):
        _broken_off(connection)

    with pytest.raises(Exception, match="append-only"), connection.writing():
        connection.execute(inserted(audit_heads), HEAD)


def _broken_off(connection):
    with connection.writing(), unguarded(connection, audit_heads):
        connection.execute(inserted(audit_heads), HEAD)
        raise KeyError


def test_numbers_that_are_given_begin_behind_those_that_are_there(connection):
    with connection.writing():
        put = inserted(outbox, "id", *LETTER)
        connection.execute(put, {"id": 41, **LETTER})
    for table in (outbox, facts, lines):
        count_on(connection, table)
    with connection.writing():
        connection.execute(inserted(outbox, *LETTER), LETTER)

    assert connection.run("SELECT max(id) FROM outbox").scalar() == 42
