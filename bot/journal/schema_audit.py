"""The tables of the audit trail. Times are UTC milliseconds."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from bot.journal.anchors import NOTHING_BEFORE
from bot.journal.tables import metadata


def _audit_columns() -> tuple[Column[Any], ...]:
    """Return the columns that the audit trail has and had."""
    texts = {"team": 32, "user": 32, "home": 32, "channel": 32, "action": 32}
    more = {"app": 32, "intent": 26, "handle": 8, "digest": 64}
    more |= {"previous": 64, "hash": 64}
    return (
        Column("at", BigInteger, nullable=False),
        *(Column(name, String(size), nullable=False) for name, size in texts.items()),
        Column("decision", String(8), nullable=False),
        Column("rule", String(128), nullable=False),
        Column("why", Text, nullable=False),
        *(Column(name, String(size), nullable=False) for name, size in more.items()),
    )


audit = Table(  # never updated, never deleted from: triggers see to it
    "audit",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_audit_columns(),
    Index("audit_by_handle", "team", "handle", "number"),
    Index("audit_by_user", "team", "user", "number"),
)

audit_heads = Table(  # where each chain ends; moved by triggers, never deleted
    "audit_heads",
    metadata,
    Column("chain", String(32), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("head", String(64), nullable=False),
)

audit_unkeyed = Table(  # the one chain of earlier releases, closed
    "audit_unkeyed",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_audit_columns(),
    Index("audit_unkeyed_by_team", "team", "number"),
    Index("audit_unkeyed_by_handle", "team", "handle", "number"),
    Index("audit_unkeyed_by_user", "team", "user", "number"),
)

# What triggers ask about a NEW record, or a NEW head, in the words of any database.
HAS_RECORD = (
    "EXISTS (SELECT 1 FROM audit WHERE chain = NEW.chain AND number = NEW.count "
    "AND hash = NEW.head)"
)
_COUNT = "(SELECT count FROM audit_heads WHERE chain = NEW.chain)"
_HEAD = "(SELECT head FROM audit_heads WHERE chain = NEW.chain)"
_CLOSED = "(SELECT hash FROM audit_unkeyed ORDER BY number DESC LIMIT 1)"
LAST = f"(COALESCE({_COUNT}, 0), COALESCE({_HEAD}, {_CLOSED}, '{NOTHING_BEFORE}'))"
BEGINS = f"NEW.count = 1 AND {_COUNT} IS NULL AND {HAS_RECORD}"
_GROWS = f"NEW.count = OLD.count + 1 AND {HAS_RECORD}"
# Releases before 0027 move a head by themselves, to where it stands by then.
STANDS = (
    "EXISTS (SELECT 1 FROM audit_heads WHERE chain = NEW.chain AND count = NEW.count "
    "AND head = NEW.head)"
)
_STAYS = "NEW.count = OLD.count AND NEW.head = OLD.head"
GROWS = f"NEW.chain = OLD.chain AND ({_GROWS} OR {_STAYS})"
# What follows a NEW record: the head of its chain is it.
MOVES_HEAD = (
    "UPDATE audit_heads SET count = NEW.number, head = NEW.hash "
    "WHERE chain = NEW.chain AND NEW.number > 1;"
    "INSERT INTO audit_heads (chain, count, head) "
    "SELECT NEW.chain, NEW.number, NEW.hash WHERE NEW.number = 1;"
)
