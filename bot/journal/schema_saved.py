"""The tables of what people keep for later: forms, names, presets, timers, proposals.

Times are UTC milliseconds.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from bot.journal.tables import metadata


def _asker_columns() -> tuple[Column[Any], ...]:
    """Return who asked and where, as `Asker` has it."""
    texts = ("team", "user", "home", "enterprise", "channel")
    return (
        *(Column(name, String(32), nullable=False) for name in texts),
        Column("thread", String(32)),
        Column("direct", Boolean, nullable=False),
        Column("locale", String(16), nullable=False),
    )


open_forms = Table(
    "open_forms",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("team", String(32), nullable=False),
    Column("user", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("thread", String(32)),
    Column("direct", Boolean, nullable=False),
    Column("command", String(32), nullable=False),
    Column("subcommand", String(32), nullable=False),
    Column("values", LargeBinary, nullable=False),  # sealed: what was typed
    Column("answer_url", LargeBinary),  # sealed
    Column("expires_at", BigInteger, nullable=False),
    Column("used_by", String(255), nullable=False, server_default=""),  # a key
    Index("open_forms_by_expiry", "expires_at"),
    Index("open_forms_by_owner", "team", "user", "expires_at"),
)

named_targets = Table(  # push addresses that a workspace has given a name
    "named_targets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("team", String(32), nullable=False),
    Column("name", String(32), nullable=False),
    Column("shown", Text, nullable=False),  # masked
    Column("digest", String(64), nullable=False),
    Column("url", LargeBinary, nullable=False),  # sealed
    Column("cdn", String(8), nullable=False),
    Column("apps", Text, nullable=False),  # a list; empty: every app
    Column("users", Text, nullable=False),  # and groups; empty: whoever may start
    Column("changed_by", String(32), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("named_targets_by_name", "team", "name", unique=True),
    Index("named_targets_by_digest", "team", "digest"),
)

presets = Table(  # saved forms: of a workspace, or of one person in it
    "presets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("team", String(32), nullable=False),
    Column("owner", String(32), nullable=False),  # a user; empty: the workspace's
    Column("name", String(32), nullable=False),
    Column("plan", LargeBinary, nullable=False),  # sealed
    Column("targets", Text, nullable=False),  # the names of those in it
    Column("changed_by", String(32), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Index("presets_by_name", "team", "owner", "name", unique=True),
)

proposals = Table(  # what is asked of a second person, and how that was decided
    "proposals",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("action", String(80), nullable=False),  # as rules call it
    Column("team", String(32), nullable=False),
    Column("user", String(32), nullable=False),
    Column("home", String(32), nullable=False),
    Column("enterprise", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("thread", String(32)),
    Column("direct", Boolean, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("rule", String(128), nullable=False),  # that wants a second person
    Column("orders", LargeBinary, nullable=False),  # sealed: what will be sent
    Column("shown", Text, nullable=False),  # what people read of it, masked
    Column("asked_in", String(32), nullable=False),  # the channel
    Column("state", String(16), nullable=False),
    Column("by", String(32), nullable=False),  # who decided, and why
    Column("by_home", String(32), nullable=False),
    Column("by_enterprise", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    Index("proposals_by_state", "state", "expires_at"),
)

timers = Table(  # what is to be done about a thing at a time; see `timers`
    "timers",
    metadata,
    Column("thing", String(26), primary_key=True),
    Column("kind", String(8), primary_key=True),
    *_asker_columns(),  # in whose name, and where that was asked
    Column("set_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),  # not known before a start is answered
    Column("next_at", BigInteger, nullable=False),  # when it is looked at next
    Column("rev", Integer, nullable=False),
    Column("marks", String(64), nullable=False, server_default=""),
    # the message that Slack posts by itself at a time, and where
    Column("note", String(64), nullable=False, server_default=""),
    Column("note_channel", String(32), nullable=False, server_default=""),
    Column("note_at", BigInteger),
    Index("timers_by_next", "next_at"),
)

copies = Table(  # what is to be stopped when a copy of it is live; gone when settled
    "copies",
    metadata,
    Column("copy", String(26), primary_key=True),
    Column("original", String(26), nullable=False),
    Column("state", String(8), nullable=False),  # waiting, look, due: see `Wish`
    Column("at", BigInteger, nullable=False),
    Index("copies_by_state", "state", "at"),
)
