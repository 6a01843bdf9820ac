"""The tables of an empty file, made as they are now; others are brought up to date."""

import structlog
from sqlalchemy import Connection

from bot.journal import migrate
from bot.journal.schema import (
    AIMS,
    COUNTS_HANDLE,
    IS_MADE,
    IS_WRITTEN,
    WAS_GIVEN,
    WRITES,
)
from bot.journal.schema_audit import BEGINS, GROWS, LAST, MOVES_HEAD, STANDS
from bot.journal.sqlite.driver import Connection as Connected

_IS_MADE = f"SELECT count(*) FROM sqlite_master WHERE name = '{migrate.VERSIONS}'"  # noqa: S608 - our own
_THERE = f"SELECT version_num FROM {migrate.VERSIONS}"  # noqa: S608 - our own
_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
NEVER = "FALSE"
_REFUSED = "SELECT RAISE(ABORT, 'the audit trail is append-only')"
# Before what, and unless what, the statement is refused. BEFORE INSERT fires for
# INSERT OR REPLACE too, before anything is replaced.
_GUARDS = {
    "audit_in_order": ("INSERT ON audit", f"(NEW.number - 1, NEW.previous) = {LAST}"),
    "audit_no_update": ("UPDATE ON audit", NEVER),
    "audit_no_delete": ("DELETE ON audit", NEVER),
    "audit_heads_grow": ("UPDATE ON audit_heads", GROWS),
    "audit_heads_no_delete": ("DELETE ON audit_heads", NEVER),
    "audit_unkeyed_closed": ("INSERT ON audit_unkeyed", NEVER),
    "audit_unkeyed_no_update": ("UPDATE ON audit_unkeyed", NEVER),
    "audit_unkeyed_no_delete": ("DELETE ON audit_unkeyed", NEVER),
}
# When, and what is done then.
TRIGGERS = {
    **{
        name: (f"BEFORE {event} WHEN NOT ({unless})", f"{_REFUSED};")
        for name, (event, unless) in _GUARDS.items()
    },
    "audit_heads_begin": (
        "BEFORE INSERT ON audit_heads",
        f"SELECT RAISE(IGNORE) WHERE {STANDS}; {_REFUSED} WHERE NOT ({BEGINS});",
    ),
    "audit_moves_head": ("AFTER INSERT ON audit", MOVES_HEAD),
    "intents_count_handles": (
        f"AFTER INSERT ON intents WHEN {WAS_GIVEN}",
        COUNTS_HANDLE,
    ),
    "intents_take_aim": (
        f"AFTER INSERT ON intents WHEN {IS_MADE}",
        AIMS.format(each="json_each(NEW.targets)"),
    ),
    "intents_written": (
        f"AFTER UPDATE OF state ON intents WHEN {IS_WRITTEN}",
        WRITES,
    ),
}

log = structlog.get_logger(__name__)


def revision(connection: Connected) -> str:
    """Return the revision of the tables that there are; empty if there are none."""
    is_made = connection.run(_IS_MADE).scalar()
    return "".join(connection.run(_THERE).scalars()) if is_made else ""


def make(connection: Connection) -> None:
    """Make the tables in a file that has none, and their triggers.

    Raises:
        SQLAlchemyError: there are some already.
    """
    migrate.make(connection)
    for name in TRIGGERS:
        connection.exec_driver_sql(_trigger(name))


def guard(connection: Connected) -> None:
    """Make the triggers anew that somebody has dropped: the journal needs them.

    What was done to the tables meanwhile is for the trail to find.
    """
    there = connection.run(_TRIGGERS).scalars()
    for name in TRIGGERS.keys() - set(there):
        log.critical("journal.unguarded", trigger=name)
        connection.run(_trigger(name))


def _trigger(name: str) -> str:
    event, does = TRIGGERS[name]
    return f"CREATE TRIGGER {name} {event} BEGIN {does} END"
