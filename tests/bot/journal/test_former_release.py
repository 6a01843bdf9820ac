"""What the release before runs, runs on these tables: then both can work on them."""

import sqlite3

import pytest

from tests.fakes.journal import laid
from tests.tools.statements import kept

REVISION, FORMER = kept("sqlite")


class AnyValue(dict):
    """Parameters of every name: to prepare a statement, none needs a value."""

    def __missing__(self, _name):
        return None


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Return a connection to the tables as they are now."""
    file = laid(tmp_path_factory.mktemp("former") / "var/patchbay.db")
    connection = sqlite3.connect(file)
    yield connection
    connection.close()


def test_there_are_those_of_a_whole_release():
    assert REVISION.isdigit()
    assert len(FORMER) > 100
    assert {one.split()[0] for one in FORMER} == {
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
    }


@pytest.mark.parametrize("statement", FORMER, ids=lambda one: one[:60].strip())
def test_each_is_prepared_on_the_tables_of_now(tables, statement):
    steps = tables.execute(f"EXPLAIN {statement}", AnyValue()).fetchall()

    assert steps
