"""The tables of an empty file are those to which the migrations lead."""

import re
import subprocess
import sys

import pytest

from bot.errors import JournalUnavailable
from bot.journal.migrate import make_engine, upgrade
from bot.journal.sqlite.tables import make
from tests.bot.journal.revisions import home
from tests.fakes.journal import opened

pytestmark = pytest.mark.sqlite

MASTER = "SELECT name, sql FROM sqlite_master WHERE type = '{kind}' AND sql > ''"
COLUMNS = 'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)'


@pytest.fixture
def both(tmp_path):
    """Return a file that is migrated, and one whose tables are made."""
    migrated = make_engine(f"sqlite:///{tmp_path}/migrated.db")
    upgrade(migrated)
    made = make_engine(f"sqlite:///{tmp_path}/made.db")
    with made.begin() as connection:
        make(connection)
    yield migrated, made
    migrated.dispose()
    made.dispose()


def asked(engine, *query):
    with engine.connect() as connection:
        return connection.exec_driver_sql(*query).all()


def tables_of(engine):
    return sorted(name for name, _sql in asked(engine, MASTER.format(kind="table")))


def test_each_table_has_the_same_columns(both):
    migrated, made = (
        {name: sorted(asked(one, COLUMNS, (name,))) for name in tables_of(one)}
        for one in both
    )

    assert made == migrated
    assert len(made) > 20


def test_what_has_to_be_unique_is_the_same(both):
    migrated, made = (
        {
            (name, index, unique, part, origin)
            for name in tables_of(one)
            for index, unique, origin, part in asked(
                one,
                'SELECT name, "unique", origin, partial FROM pragma_index_list(?)',
                (name,),
            )
        }
        for one in both
    )

    assert made == migrated


def test_the_triggers_are_the_same(both):
    migrated, made = (dict(asked(one, MASTER.format(kind="trigger"))) for one in both)

    assert made == migrated
    assert len(made) == 13


def test_the_rows_are_the_same(both):
    migrated, made = (
        {
            name: rows
            for name in tables_of(one)
            if (rows := asked(one, f"SELECT * FROM {name}"))  # noqa: S608 - our own
        }
        for one in both
    )

    assert made == migrated
    assert sorted(made) == ["alembic_version", "known"]


def test_how_rows_are_kept_is_the_same(both):
    """Both with row IDs, none of them a strict table."""
    migrated, made = (
        sorted(
            (name, re.sub(r".*\)", "", sql, flags=re.DOTALL))
            for name, sql in asked(one, MASTER.format(kind="table"))
        )
        for one in both
    )

    assert made == migrated


MAKES = """
import sys
from bot.journal.migrate import make_engine
from bot.journal.sqlite.tables import make

with make_engine("sqlite:///{file}").begin() as connection:
    make(connection)
print({{"alembic", "sqlalchemy.dialects.postgresql"}} & {{*sys.modules}})
"""


def test_neither_alembic_nor_another_dialect_is_loaded_to_make_them(tmp_path):
    code = MAKES.format(file=tmp_path / "p.db")
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert done.stdout == "set()\n"


async def test_tables_without_a_revision_are_left_alone(url, tmp_path, clock):
    home(tmp_path / "var")
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE intents (in_the_way TEXT)")

    with pytest.raises(JournalUnavailable, match="intents already exists"):
        await opened(url, clock)

    assert tables_of(engine) == ["intents"]
    engine.dispose()
