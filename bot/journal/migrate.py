"""Brings the tables up to the newest migration, or makes them as it leaves them.

A migration's file is named by its number, which is its revision. So it is told without
Alembic, which takes long to import, that there is nothing to do.

Several releases may work on one database while they are exchanged, one bot after the
other. So a migration adds, and what it leaves over goes one release later; and the
database says which is the oldest release that it serves, by that one's revision.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.pool import NullPool

from bot.errors import JournalUnavailable
from bot.journal.schema import metadata, texts
from bot.journal.sqlite.driver import prepare

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = "alembic_version"  # the table in which Alembic keeps the revision
NEWEST = "head"
# The oldest revision whose release can work on the tables as they are now. It is raised
# by a migration that takes away what releases before that revision use.
OLDEST_SERVED = "0016"  # before it a chain of the trail began after nothing
SERVES = "minimum_reader"  # the text in the database that says so
_FORGET_SERVED = delete(texts).where(texts.c.name == SERVES)
_SERVE = insert(texts)
_SERVED = select(texts.c.value).where(texts.c.name == SERVES)

TOO_NEW = (
    "the journal is at migration {there} and serves releases from {serves} on; this "
    "one has {here}: start a newer one"
)


def make_engine(url: str) -> Engine:
    """Return SQLAlchemy's way to the database at *url*, which Alembic goes."""
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # `_on_begin` begins transactions
    prepare(connection)


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def upgrade(engine: Engine, to: str = NEWEST) -> None:
    """Run the migrations that *engine*'s database lacks.

    One that is newer is left as it is, if it serves this program.

    Raises:
        JournalUnavailable: the database is newer, and does not serve this program.
    """
    with engine.begin() as connection:
        there = revisions(connection)
        if to != NEWEST:
            _run(connection, to)
        elif there != [newest()] and not _serves(connection, "".join(there)):
            _run(connection, to)
            say_served(connection)


def make(connection: Connection) -> None:
    """Make the tables as the newest migration leaves them, in a tenth of the time.

    What a dialect alone has, as triggers, is made by its own `tables`.

    Raises:
        SQLAlchemyError: there are some already.
    """
    metadata.create_all(connection, checkfirst=False)
    connection.exec_driver_sql(
        f"CREATE TABLE {VERSIONS} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
    )
    connection.exec_driver_sql(
        f"INSERT INTO {VERSIONS} VALUES ('{newest()}')"  # noqa: S608 - our own
    )
    say_served(connection)


def _serves(connection: Connection, there: str) -> bool:
    """Tell whether a newer database serves this program; False if it is not newer.

    Raises:
        JournalUnavailable: it is newer, and does not.
    """
    here = newest()
    if len(there) != len(here) or there < here:
        return False
    serves = connection.execute(_SERVED).scalar() or there
    if serves > here:
        sentence = TOO_NEW.format(there=there, serves=serves, here=here)
        raise JournalUnavailable(sentence)
    return True


def say_served(connection: Connection) -> None:
    """Let the database say which is the oldest release that it serves."""
    connection.execute(_FORGET_SERVED)
    connection.execute(_SERVE, {"name": SERVES, "value": OLDEST_SERVED, "at": 0})


def revision(engine: Engine) -> str:
    """Return the revision of the tables that there are; empty if there are none."""
    with engine.begin() as connection:
        return "".join(revisions(connection))


def newest() -> str:
    """Return the revision of this program's tables."""
    files = (MIGRATIONS / "versions").glob("[0-9]*.py")
    return max(file.name.partition("_")[0] for file in files)


def revisions(connection: Connection) -> list[str]:
    """Return the revision of the tables that there are: one, none of an empty base."""
    if not inspect(connection).has_table(VERSIONS):
        return []
    query = text(f"SELECT version_num FROM {VERSIONS}")  # noqa: S608 - our own
    return list(connection.execute(query).scalars())


def _run(connection: Connection, to: str) -> None:
    from alembic import command  # noqa: PLC0415 - most starts need none of it
    from alembic.config import Config  # noqa: PLC0415 - see above
    from alembic.util.exc import CommandError  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        sentence = f"the journal does not open: {type(error).__name__}: {error}"
        raise JournalUnavailable(sentence) from None
