"""The tables of an empty database, made as they are now; others are brought up to date.

Several bots may start at once: one does it, and the others find it done.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import structlog
from psycopg import IsolationLevel
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from bot.errors import JournalUnavailable
from bot.journal.known import kept
from bot.journal.marks import IS_UNFINISHED, MOVING
from bot.journal.migrate import VERSIONS, make, newest, upgrade
from bot.journal.postgres.dialect import NAME
from bot.journal.postgres.driver import Connection as Connected
from bot.journal.postgres.driver import connect
from bot.journal.schema import (
    AIMS,
    COUNTS_HANDLE,
    IS_MADE,
    IS_WRITTEN,
    WAS_GIVEN,
    WRITES,
)
from bot.journal.schema_audit import BEGINS, GROWS, LAST, MOVES_HEAD, STANDS

OLDER = (
    "the database is at migration {there} and this release needs {here}: run "
    "`python -m bot migrate` first"
)
READ_ONLY = "nothing can be written to it: it is a standby, or set to be read only"
NO_RIGHT = "this user may not make tables in it"
UNGUARDED = (
    "somebody has dropped or switched off triggers of its tables, and this user may "
    "not make them again: start the bot once as who owns the tables: {names}"
)
_STATE = (
    "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')"
    f" = 'on', to_regclass('{VERSIONS}') IS NOT NULL, "
    "COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE)"
)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('patchbay tables', 0))"
_IS_MADE = f"SELECT to_regclass('{VERSIONS}') IS NOT NULL"
_THERE = f"SELECT version_num FROM {VERSIONS}"  # noqa: S608 - our own
_WORK = (  # that are there, on the tables that are found, and not switched off
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
    "AND tgrelid IN (to_regclass('audit'), to_regclass('audit_heads'), "
    "to_regclass('audit_unkeyed'), to_regclass('intents'))"
)
_REFUSED = "RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = '{code}';"
_NEVER = _REFUSED.format(code="insufficient_privilege")
# Another record came first, perhaps: whoever wrote this one runs again.
_NOT_NEXT = _REFUSED.format(code="serialization_failure")
_AIMS = AIMS.format(each="json_array_elements_text(NEW.targets::json)")
# What each function does, and when it does that.
TRIGGERS = {
    "audit_in_order": (
        (
            f"IF (NEW.number - 1, NEW.previous) IS DISTINCT FROM {LAST} "
            f"THEN {_NOT_NEXT} END IF; RETURN NEW;"
        ),
        ("BEFORE INSERT ON audit FOR EACH ROW",),
    ),
    "audit_moves_head": (
        f"{MOVES_HEAD} RETURN NULL;",
        ("AFTER INSERT ON audit FOR EACH ROW",),
    ),
    "audit_heads_begin": (
        (
            f"IF {STANDS} THEN RETURN NULL; END IF; "
            f"IF NOT ({BEGINS}) THEN {_NOT_NEXT} END IF; RETURN NEW;"
        ),
        ("BEFORE INSERT ON audit_heads FOR EACH ROW",),
    ),
    "audit_heads_grow": (
        f"IF NOT ({GROWS}) THEN {_NEVER} END IF; RETURN NEW;",
        ("BEFORE UPDATE ON audit_heads FOR EACH ROW",),
    ),
    "audit_never": (
        _NEVER,
        (
            "BEFORE UPDATE OR DELETE ON audit FOR EACH ROW",
            "BEFORE DELETE ON audit_heads FOR EACH ROW",
            "BEFORE INSERT OR UPDATE OR DELETE ON audit_unkeyed FOR EACH ROW",
            "BEFORE TRUNCATE ON audit FOR EACH STATEMENT",
            "BEFORE TRUNCATE ON audit_heads FOR EACH STATEMENT",
            "BEFORE TRUNCATE ON audit_unkeyed FOR EACH STATEMENT",
        ),
    ),
    "intents_count_handles": (
        f"{COUNTS_HANDLE} RETURN NULL;",
        (f"AFTER INSERT ON intents FOR EACH ROW WHEN ({WAS_GIVEN})",),
    ),
    "intents_take_aim": (
        f"{_AIMS} RETURN NULL;",
        (f"AFTER INSERT ON intents FOR EACH ROW WHEN ({IS_MADE})",),
    ),
    "intents_written": (
        f"{WRITES} RETURN NULL;",
        (f"AFTER UPDATE OF state ON intents FOR EACH ROW WHEN ({IS_WRITTEN})",),
    ),
}
_Trigger = tuple[str, str]  # its function, and when that is executed
_TRIGGERS: Mapping[str, _Trigger] = {
    f"{function}_{number}": (function, occasion)
    for function, (_body, occasions) in TRIGGERS.items()
    for number, occasion in enumerate(occasions)
}

log = structlog.get_logger(__name__)


def make_engine(url: str) -> Engine:
    """Return SQLAlchemy's way to the database at *url*."""
    scheme = NAME.replace(".", "+")
    return create_engine(
        f"{scheme}://",
        creator=lambda: connect(url, by_itself=False),
        hide_parameters=True,
        poolclass=NullPool,
    )


def fault_of(connection: Connected) -> str:
    """Return why the database of *connection* would not open; empty if it would."""
    reads, is_made, may_make = connection.run(_STATE).one()
    if reads:
        return READ_ONLY
    if not is_made:
        return "" if may_make else NO_RIGHT
    there = connection.run(_THERE).scalar()
    here = newest()
    if there < here:
        return OLDER.format(there=there, here=here)
    return IS_UNFINISHED if kept(connection, MOVING) else ""


@contextmanager
def brought_up(url: str, *, migrates: bool = False) -> Iterator[str]:
    """Make the tables, or bring them up to date; give of which revision they were.

    Until it is left no other process does that, or what goes with it. Tables that
    others use, perhaps, are only brought up to date by what *migrates*.

    Raises:
        JournalUnavailable: the database is newer, and does not serve this program, or
            older.
    """
    with connect(url, by_itself=False) as guard:
        guard.isolation_level = IsolationLevel.READ_COMMITTED
        guard.execute(_LOCK)
        before = _revision(guard)  # which whoever had the lock may have made
        if before and before < newest() and not migrates:
            raise JournalUnavailable(OLDER.format(there=before, here=newest()))
        if not before:
            with make_engine(url).begin() as connection:
                _make(connection)
        elif before != newest():
            upgrade(make_engine(url))
        else:
            _guard(url, {name for (name,) in guard.execute(_WORK).fetchall()})
        yield before


def _revision(guard: "psycopg.Connection[tuple[Any, ...]]") -> str:
    (is_made,) = guard.execute(_IS_MADE).fetchone() or (False,)
    (there,) = (is_made and guard.execute(_THERE).fetchone()) or ("",)
    return str(there)


def _make(connection: Connection) -> None:
    make(connection)
    _make_triggers(connection, _TRIGGERS)


def _guard(url: str, work: set[str]) -> None:
    """Make the triggers anew that do not *work*: the journal needs them.

    What was done to the tables while somebody had dropped them, or switched them off,
    is for the trail to find.

    Raises:
        JournalUnavailable: this user may not make them.
    """
    missing = {name: of for name, of in _TRIGGERS.items() if name not in work}
    for name in missing:
        log.critical("journal.unguarded", trigger=name)
    if not missing:
        return
    try:
        with make_engine(url).begin() as connection:
            _make_triggers(connection, missing)
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        names = ", ".join(sorted(missing))
        raise JournalUnavailable(UNGUARDED.format(names=names)) from None


def _make_triggers(connection: Connection, wanted: Mapping[str, _Trigger]) -> None:
    """Make the triggers that are *wanted*, and before them each function once."""
    for function in dict.fromkeys(function for function, _occasion in wanted.values()):
        body, _occasions = TRIGGERS[function]
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path FROM CURRENT AS $$ BEGIN {body} END $$"
        )
    for name, (function, occasion) in wanted.items():
        table = occasion.partition(" ON ")[2].split()[0]
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} {occasion} EXECUTE FUNCTION {function}()"
        )
