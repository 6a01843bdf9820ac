"""A writer of a file, and pieces of work for it."""

import pytest

from bot.journal.sqlite.writer import Writer


@pytest.fixture
def writer(tmp_path, driver):
    """Return what makes a writer, by a clock that stands; all are closed at the end."""
    made = []

    def make(on_full=lambda: False, has_room=lambda: True, timer=float):
        made.append(Writer(tmp_path / "p.db", on_full, has_room, timer=timer))
        return made[-1]

    yield make
    for one in made:
        one.close()


def create(connection):
    connection.run("CREATE TABLE t (x)")


def fill(connection):
    connection.run("INSERT INTO t VALUES (zeroblob(1000000))")


def put(connection):
    connection.run("INSERT INTO t VALUES (1)")
    return count(connection)


def count(connection):
    return connection.run("SELECT count(*) FROM t").scalar()
