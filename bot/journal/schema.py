"""The tables, as the newest migration leaves them. Times are UTC milliseconds."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    func,
    literal_column,
    true,
)

from bot.journal.statement import ending

metadata = MetaData()


EMPTY: ColumnElement[str] = literal_column("''")  # as an index has it
ANY_TEAM = ""  # of a workspace that no handle was given in yet, for all kinds


def an_end(text: ColumnElement[str]) -> ColumnElement[str]:
    """Return the last 8 characters of *text*, in any case, as they are indexed."""
    return func.lower(ending(text, literal_column("8")))


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


def _asker_columns() -> tuple[Column[Any], ...]:
    """Return who asked and where, as `Asker` has it."""
    texts = ("team", "user", "home", "enterprise", "channel")
    return (
        *(Column(name, String(32), nullable=False) for name in texts),
        Column("thread", String(32)),
        Column("direct", Boolean, nullable=False),
        Column("locale", String(16), nullable=False),
    )


intents = Table(
    "intents",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("action", String(80), nullable=False),
    Column("kind", String(1), nullable=False),
    Column("handle", String(8), nullable=False),
    Column("made", Boolean, nullable=False),  # the handle was allotted here
    Column("state", String(16), nullable=False),
    Column("rev", Integer, nullable=False),
    Column("team", String(32), nullable=False),
    Column("user", String(32), nullable=False),
    Column("home", String(32), nullable=False),
    Column("enterprise", String(32), nullable=False, server_default=""),
    Column("channel", String(32), nullable=False),
    Column("thread", String(32)),
    Column("direct", Boolean, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("app", String(32), nullable=False),
    Column("sdk_app_id", BigInteger, nullable=False),
    Column("region", String(32), nullable=False),
    Column("room", String(64), nullable=False),
    Column("ref", String(512), nullable=False),
    Column("agent", String(32), nullable=False),
    Column("about", String(26)),
    Column("masked", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("duplicates", String(64), nullable=False),
    Column("request", LargeBinary, nullable=False),  # sealed
    Column("reply_secret", LargeBinary),  # sealed
    Column("answer_url", LargeBinary),  # sealed
    Column("request_id", String(64), nullable=False),
    Column("error_code", String(128), nullable=False),
    Column("error_text", Text, nullable=False),
    Column("card_channel", String(32), nullable=False),
    Column("card_ts", String(32), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("creates", Boolean, nullable=False, server_default=false()),
    Column("ends", Boolean, nullable=False, server_default=false()),
    Column("changes", Boolean, nullable=False, server_default=false()),
    # Of a thing the number that its newest change was given, of a change its own.
    Column("sequence", BigInteger, nullable=False, server_default="0"),
    Column("course", Text, nullable=False, server_default="[]"),  # of a thing
    Column("differences", Text, nullable=False, server_default="[]"),  # of a change
    # Of a change what its thing becomes, and of a thing what it became.
    Column("present", Text, nullable=False, server_default=""),  # masked
    Column("present_request", LargeBinary),  # sealed
    Column("joins", String(26)),  # the stop whose answer is this one's, too
    Column("doubt", Boolean, nullable=False, server_default=false()),
    Column("batch", String(26)),  # the first of the stops that were asked for with it
    Column("approval", String(26)),  # the proposal by which somebody approved it
    Column("targets", Text, nullable=False, server_default="[]"),  # digests
    Column("standing", Text, nullable=False, server_default=""),  # of a thing
    Column("undecided", Boolean, nullable=False, server_default=false()),
    Column("callbacks", Boolean, nullable=False, server_default=false()),
    Column("preset", String(32), nullable=False, server_default=""),
    Column("settled_by", String(32), nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("marks", String(128), nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("send_by", BigInteger),
    Column("settled_at", BigInteger),
    Column("stop_at", BigInteger),  # when its timer is due
    Column("stop_after", BigInteger),  # milliseconds after its start, as it was asked
    Index("intents_by_handle", "handle", "team", "created_at"),
    Index("intents_by_state", "state", "created_at", "id"),
)
# Of those that have one: neither is the rest walked through, nor is an index written
# before there is anything in it.
for _name, _columns in {
    "about": ("about", "created_at", "id"),
    "joins": ("joins", "created_at", "id"),
    "batch": ("batch", "created_at", "id"),
    "ref": ("ref", "created_at", "id"),
    "request_id": ("request_id",),
    "agent": ("agent",),
    "card_ts": ("card_channel", "card_ts"),
}.items():
    _of = intents.c[_name]
    _has_one = _of.is_not(None) if _of.nullable else _of != EMPTY
    Index(
        f"intents_by_{_name.removesuffix('_ts')}",
        *(intents.c[one] for one in _columns),
        sqlite_where=_has_one,
        postgresql_where=_has_one,
    )

IS_THING = intents.c.about.is_(None) & ~intents.c.ends
# What there is of a workspace, newest first: of all, or of those that share a column.
for _name, _shared in {
    "team": (),
    "kind": ("kind",),
    "standing": ("kind", "state"),
    "user": ("user",),
    "user_standing": ("user", "state"),
    "room": ("room",),
    "room_standing": ("room", "state"),
}.items():
    Index(
        f"things_by_{_name}",
        intents.c.team,
        *(intents.c[one] for one in _shared),
        intents.c.created_at,
        intents.c.id,
        sqlite_where=IS_THING,
        postgresql_where=IS_THING,
    )
Index(  # there are few, and mostly old
    "things_undecided",
    *(intents.c[one] for one in ("team", "kind", "created_at", "id")),
    sqlite_where=intents.c.undecided == true(),  # as questions are asked
    postgresql_where=intents.c.undecided,
)
# And by a part of an ID, whichever case it is typed in.
for _name in ("ref", "request_id"):
    _is_known = IS_THING & (intents.c[_name] != EMPTY)
    for _part, _made in (("start", func.lower), ("end", an_end)):
        Index(
            f"things_by_{_name}_{_part}",
            intents.c.team,
            _made(intents.c[_name]),
            sqlite_where=_is_known,
            postgresql_where=_is_known,
        )

_is_open = (
    intents.c.ends
    & intents.c.joins.is_(None)
    & (intents.c.ref != "")
    & intents.c.state.in_(["queued", "sending"])
)
# One call ends a thing, however many ask for it.
Index(
    "one_open_stop",
    intents.c.sdk_app_id,
    intents.c.kind,
    intents.c.ref,
    unique=True,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)
_is_open_change = intents.c.changes & intents.c.state.in_(["queued", "sending"])
# One change of a thing at a time.
Index(
    "one_open_change",
    intents.c.about,
    unique=True,
    sqlite_where=_is_open_change,
    postgresql_where=_is_open_change,
)
_has_id = intents.c.creates & (intents.c.sdk_app_id != 0) & (intents.c.ref != "")
# One TaskId belongs to one relay.
Index(
    "one_thing_of_an_id",
    intents.c.sdk_app_id,
    intents.c.ref,
    unique=True,
    sqlite_where=_has_id,
    postgresql_where=_has_id,
)

lives = Table(  # a row for each run that is alive, or was a minute ago
    "lives",
    metadata,
    Column("boot", String(64), primary_key=True),  # what `owner` of an intent names
    Column("seen_at", BigInteger, nullable=False),  # by the database's clock
)

handles = Table(  # the last number given of each kind, in each workspace
    "handles",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("kind", String(1), primary_key=True),
    Column("last", Integer, nullable=False),
)

counters = Table(  # of releases that counted for all workspaces; nothing reads it
    "counters",
    metadata,
    Column("kind", String(1), primary_key=True),
    Column("last", Integer, nullable=False),
)

tallies = Table(  # what limits are held against; kept with what they count
    "tallies",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("expires_at", BigInteger),  # of what counts for a time
)

targets = Table(  # of what is active: each by its digest
    "targets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("intent", String(26), primary_key=True),
)

texts = Table(  # what Slack said last, for a start while it is away
    "known",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

outbox = Table(  # notices to be delivered; drawn at delivery
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("intent", String(26)),
    Column("app", String(32), nullable=False, server_default=""),
    Column("rev", Integer, nullable=False),
    Column("audience", String(8), nullable=False),  # channel, asker, ops, thread
    Column("notice", String(32), nullable=False),
    Column("facts", Text, nullable=False, server_default="{}"),
    Column("body", Text),  # of releases that drew when they wrote
    Column("state", String(8), nullable=False),  # pending, sent, dropped, failed
    Column("tries", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("line", String(64), nullable=False, server_default=""),
    # by which run it is being delivered, and until when nobody else may: see `holds`
    Column("held_by", String(64), nullable=False, server_default=""),
    Column("held_until", BigInteger, nullable=False, server_default="0"),
    Index("outbox_by_state", "state", "not_before"),
    Index("outbox_by_age", "state", "created_at"),
    Index("outbox_by_intent", "intent", "rev"),
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

slots = Table(  # what several share the pace of; milliseconds by the database's clock
    "slots",
    metadata,
    Column("name", String(160), primary_key=True),
    Column("asked_at", Double, nullable=False),  # last
    Column("slot_at", Double, nullable=False),  # which that was told
    Column("next_at", Double, nullable=False),
    Column("slowed_at", Double, nullable=False),
    Column("slowed_to", Double, nullable=False),  # a second
)

lines = Table(  # messages that several notices of an intent share
    "lines",
    metadata,
    Column("intent", String(26), primary_key=True),
    Column("line", String(64), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
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

facts = Table(  # what is known of things; every row is evidence, none is changed
    "facts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(128), nullable=False, unique=True),
    Column("thing", String(26), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("does", String(8), nullable=False),
    Column("job", String(26)),
    Column("by", String(32), nullable=False, server_default=""),
    Column("ref", String(2000), nullable=False, server_default=""),
    Column("target", String(64), nullable=False, server_default=""),
    Column("status", Integer, nullable=False, server_default="0"),
    Column("code", String(128), nullable=False, server_default=""),
    Column("text", Text, nullable=False, server_default=""),
    Column("since", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("came_at", BigInteger, nullable=False),
    Index("facts_by_thing", "thing", "id"),
    Index("facts_by_ref", "ref"),
)

hearing = Table(  # when callbacks of an app last arrived; app 0 is this bot itself
    "hearing",
    metadata,
    Column("sdk_app_id", BigInteger, primary_key=True, autoincrement=False),
    Column("heard_at", BigInteger),
    # after which fact one was last taken in, or refused: wall clocks step back
    Column("heard_after", Integer, nullable=False, server_default="-1"),
    Column("refused_after", Integer, nullable=False, server_default="-1"),
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

audit_heads = Table(  # where each chain ends; moved by one, never deleted
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
