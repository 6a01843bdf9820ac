"""The tables, as the newest migration leaves them. Times are UTC milliseconds.

Of which rows an index is, is said once, as `sqlite_where`: PostgreSQL's dialect takes
it from there, and need not be loaded where there is none.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    event,
    false,
    func,
    true,
)

from bot.journal import schema_alerts, schema_audit, schema_saved, tables

metadata, EMPTY, an_end = tables.metadata, tables.EMPTY, tables.an_end
BESIDE = (schema_alerts, schema_audit, schema_saved)  # whose tables are made with these
ANY_TEAM = ""  # of a workspace that no handle was given in yet, for all kinds

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
    Column("pushed", Text, nullable=False, server_default=""),  # what a CDN gets of it
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
    )
HAS_FAILED = intents.c.error_code != EMPTY
Index(
    "failed_by_user",
    *(intents.c[one] for one in ("team", "user", "created_at", "id")),
    sqlite_where=HAS_FAILED,
)
IS_THING = intents.c.about.is_(None) & ~intents.c.ends
# What is on its way there, a start is twice: no index is written for what is over in a
# moment. There are few, and `intents_by_state` finds them.
HAS_ARRIVED = (intents.c.state != "queued") & (intents.c.state != "sending")
# What there is of a workspace, newest first: of all, or of those that share a column.
for _name, _shared, _which in (
    ("team", (), IS_THING),
    ("kind", ("kind",), IS_THING),
    ("standing", ("kind", "state"), IS_THING & HAS_ARRIVED),
    ("user", ("user",), IS_THING),
    ("user_standing", ("user", "state"), IS_THING & HAS_ARRIVED),
    ("room", ("room",), IS_THING),
    ("room_standing", ("room", "state"), IS_THING),
):
    Index(
        f"things_by_{_name}",
        intents.c.team,
        *(intents.c[one] for one in _shared),
        intents.c.created_at,
        intents.c.id,
        sqlite_where=_which,
    )
Index(  # there are few, and mostly old
    "things_undecided",
    *(intents.c[one] for one in ("team", "kind", "created_at", "id")),
    sqlite_where=intents.c.undecided == true(),  # as questions are asked
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
)
_is_open_change = intents.c.changes & intents.c.state.in_(["queued", "sending"])
# One change of a thing at a time.
Index(
    "one_open_change",
    intents.c.about,
    unique=True,
    sqlite_where=_is_open_change,
)
_has_id = intents.c.creates & (intents.c.sdk_app_id != 0) & (intents.c.ref != "")
# One TaskId belongs to one relay.
Index(
    "one_thing_of_an_id",
    intents.c.sdk_app_id,
    intents.c.ref,
    unique=True,
    sqlite_where=_has_id,
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

# What a trigger does with a NEW intent whose handle was given here: no number is in a
# row that is not counted.
WAS_GIVEN = "NEW.made AND NEW.handle <> ''"
COUNTS_HANDLE = (
    "INSERT INTO handles (team, kind, last) "
    "VALUES (NEW.team, NEW.kind, CAST(substr(NEW.handle, 2) AS INTEGER)) "
    "ON CONFLICT (team, kind) DO UPDATE SET last = excluded.last "
    "WHERE excluded.last > handles.last;"
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
# What a trigger does with a NEW intent that makes a thing, which is active: each of its
# targets, in the way in which a database reads a list.
IS_MADE = "NEW.creates AND NEW.targets <> '[]'"
AIMS = (
    "INSERT INTO targets (digest, intent) SELECT value, NEW.id FROM {each} AS aimed "
    "WHERE true ON CONFLICT DO NOTHING;"
)
# And with one that is being sent by now: the fact that it was written, in its turn.
IS_WRITTEN = "NEW.creates AND NEW.state = 'sending' AND OLD.state <> 'sending'"
WRITES = (
    "INSERT INTO facts (key, thing, kind, does, job, by, ref, since, at, came_at) "
    "VALUES (NEW.id || ' written', NEW.id, 'written', 'create', NEW.id, NEW.\"user\", "
    "NEW.ref, NEW.sent_at, NEW.sent_at, NEW.sent_at) ON CONFLICT DO NOTHING;"
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
    Index("outbox_by_state", "state", "not_before", "created_at"),
    Index("outbox_by_intent", "intent", "rev"),
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

rooms = Table(  # what each run has heard of a room; on PostgreSQL it is not logged
    "rooms",
    metadata,
    Column("room", String(64), primary_key=True),
    Column("sdk_app_id", BigInteger, primary_key=True, autoincrement=False),
    Column("numeric", Boolean, primary_key=True),
    Column("boot", String(64), primary_key=True),
    Column("heard_at", BigInteger, nullable=False),
    Column("presence", Text, nullable=False),
    Index("rooms_by_age", "heard_at"),
)
_unlogged = DDL("ALTER TABLE rooms SET UNLOGGED")  # type: ignore[no-untyped-call]
event.listen(rooms, "after_create", _unlogged.execute_if(dialect="postgresql"))

polls = Table(  # what one of several asks in its turn, and how that went
    "polls",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("next_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("code", String(128), nullable=False, server_default=""),  # if it was refused
)

lines = Table(  # messages that several notices of an intent share
    "lines",
    metadata,
    Column("intent", String(26), primary_key=True),
    Column("line", String(64), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("came_at", BigInteger),  # by the bot's clock; posted anew it came before
    Index("lines_by_place", "channel", "ts"),
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
)
Index("facts_by_ref", facts.c.ref, sqlite_where=facts.c.ref != EMPTY)

hearing = Table(  # when callbacks of an app last arrived; app 0 is this bot itself
    "hearing",
    metadata,
    Column("sdk_app_id", BigInteger, primary_key=True, autoincrement=False),
    Column("heard_at", BigInteger),
    # after which fact one was last taken in, or refused: wall clocks step back
    Column("heard_after", Integer, nullable=False, server_default="-1"),
    Column("refused_after", Integer, nullable=False, server_default="-1"),
)
