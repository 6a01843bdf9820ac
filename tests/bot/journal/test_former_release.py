"""What the release before runs, runs on these tables: then both can work on them.

No release before this one ran on PostgreSQL: what stands there for it is what the first
tables there were made for.
"""

import re
import sqlite3

import pytest

from tests.fakes.journal import laid
from tests.tools.statements import DIALECTS, kept

VERBS = {"SELECT", "INSERT", "UPDATE", "DELETE"}
PARAMETER = re.compile(r"%\((\w+)\)s")
FORMER = {name: kept(name)[1] for name in DIALECTS}
each = [
    pytest.param(name, one, id=f"{name} {one[:60].strip()}")
    for name, all_of_it in FORMER.items()
    for one in all_of_it
]


class AnyValue(dict):
    """Parameters of every name: to prepare a statement, none needs a value."""

    def __missing__(self, _name):
        return None


def numbered(statement):
    """Return *statement* with parameters as PostgreSQL has them, and their number."""
    names = list(dict.fromkeys(PARAMETER.findall(statement)))
    text = PARAMETER.sub(lambda one: f"${names.index(one[1]) + 1}", statement)
    return text.replace("%%", "%"), len(names)


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    """Prepare a statement on the tables as they are now."""
    file = laid(tmp_path_factory.mktemp("former") / "var/patchbay.db")
    connection = sqlite3.connect(file)
    yield lambda statement: connection.execute(f"EXPLAIN {statement}", AnyValue())
    connection.close()


@pytest.fixture(scope="module")
def postgresql(postgres):
    """Prepare a statement on the tables as they are now; skip without a server."""
    import psycopg  # noqa: PLC0415 - it may not be installed

    from bot.journal.postgres.tables import brought_up  # noqa: PLC0415 - see above

    url = postgres.database()
    with brought_up(url):
        pass
    with psycopg.connect(url, autocommit=True) as connection:

        def prepare(statement):
            text, count = numbered(statement)
            values = f"({', '.join(['NULL'] * count)})" if count else ""
            connection.execute(f"PREPARE former AS {text}")
            try:  # only a plan needs the constraints that it names
                connection.execute(f"EXPLAIN EXECUTE former{values}")
            finally:
                connection.execute("DEALLOCATE former")

        yield prepare
    postgres.drop(url)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_there_are_those_of_a_whole_release(dialect):
    revision, statements = kept(dialect)

    assert revision.isdigit()
    assert len(statements) > 100
    assert {one.split()[0] for one in statements} == VERBS


@pytest.mark.parametrize(("dialect", "statement"), each)
def test_each_is_prepared_on_the_tables_of_now(request, dialect, statement):
    prepare = request.getfixturevalue(dialect)

    prepare(statement)


def test_one_that_the_tables_do_not_serve_is_noticed(sqlite, postgresql):
    other = "INSERT INTO counters VALUES ('R', 1) ON CONFLICT (last) DO NOTHING"

    with pytest.raises(sqlite3.OperationalError, match="ON CONFLICT clause does not"):
        sqlite(other)
    with pytest.raises(Exception, match="no unique or exclusion constraint"):
        postgresql(other)
