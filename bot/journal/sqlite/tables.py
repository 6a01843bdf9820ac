"""The tables of an empty file, made as they are now; others are brought up to date."""

from sqlalchemy import Connection

from bot.journal import migrate
from bot.journal.schema_audit import BEGINS, GROWS, LAST
from bot.journal.sqlite.driver import Connection as Connected

_IS_MADE = f"SELECT count(*) FROM sqlite_master WHERE name = '{migrate.VERSIONS}'"  # noqa: S608 - our own
_THERE = f"SELECT version_num FROM {migrate.VERSIONS}"  # noqa: S608 - our own
NEVER = "FALSE"
# Before what, and unless what, the statement is refused. BEFORE INSERT fires for
# INSERT OR REPLACE too, before anything is replaced.
TRIGGERS = {
    "audit_in_order": ("INSERT ON audit", f"(NEW.number - 1, NEW.previous) = {LAST}"),
    "audit_no_update": ("UPDATE ON audit", NEVER),
    "audit_no_delete": ("DELETE ON audit", NEVER),
    "audit_heads_begin": ("INSERT ON audit_heads", BEGINS),
    "audit_heads_grow": ("UPDATE ON audit_heads", GROWS),
    "audit_heads_no_delete": ("DELETE ON audit_heads", NEVER),
    "audit_unkeyed_closed": ("INSERT ON audit_unkeyed", NEVER),
    "audit_unkeyed_no_update": ("UPDATE ON audit_unkeyed", NEVER),
    "audit_unkeyed_no_delete": ("DELETE ON audit_unkeyed", NEVER),
}


def revision(connection: Connected) -> str:
    """Return the revision of the tables that there are; empty if there are none."""
    is_made = connection.run(_IS_MADE).scalar()
    return "".join(connection.run(_THERE).scalars()) if is_made else ""


def make(connection: Connection) -> None:
    """Make the tables in a file that has none, and what refuses to change the trail.

    Raises:
        SQLAlchemyError: there are some already.
    """
    migrate.make(connection)
    for name, (event, unless) in TRIGGERS.items():
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE {event} WHEN NOT ({unless}) "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
