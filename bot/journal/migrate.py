"""Brings the tables up to the newest migration when the journal is opened.

A migration's file is named by its number, which is its revision. So it is told without
Alembic, which takes long to import, that there is nothing to do.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from bot.errors import JournalUnavailable
from bot.journal.sqlite.driver import prepare

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = "alembic_version"  # the table in which Alembic keeps the revision
NEWEST = "head"


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

    Raises:
        JournalUnavailable: the database is newer than this program.
    """
    with engine.begin() as connection:
        if to != NEWEST or revisions(connection) != [newest()]:
            _run(connection, to)


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
