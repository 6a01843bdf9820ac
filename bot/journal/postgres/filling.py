"""What PostgreSQL needs while rows that were written elsewhere are put into it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Table

from bot.journal.postgres.driver import Connection
from bot.journal.schema import intents
from bot.journal.schema_audit import audit, audit_heads, audit_unkeyed

_WITH_TRIGGERS = (audit, audit_heads, audit_unkeyed, intents)


@contextmanager
def unguarded(connection: Connection, table: Table) -> Iterator[None]:
    """Let rows be put in as they were elsewhere, in the caller's transaction.

    Their table's triggers do nothing: not even refuse whole parts of the audit trail.
    Nobody else writes to *table* until that has ended, and then it is guarded again,
    however it ended. Only the owner of the tables can do that; what came in is checked
    by whoever has the key.
    """
    if table not in _WITH_TRIGGERS:
        yield
        return
    connection.alter(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
    yield
    connection.alter(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")


def count_on(connection: Connection, table: Table) -> None:
    """Let the numbers that *table* gives begin behind those that are in it."""
    column = table.autoincrement_column
    if column is None:
        return
    connection.run(
        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608 - our own
        f"(SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}), false)"
    )
