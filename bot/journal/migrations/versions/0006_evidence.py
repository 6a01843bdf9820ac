"""What is known of a thing as facts, from which its state is folded; stops that join.

Of what happened before, the state says all that can still be known: it becomes the
facts that lead to the same state.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

RUNS = "('started', 'stopping', 'expiring', 'stopped', 'ended')"
ENDS = "StopPublishCdnStream"


def upgrade() -> None:
    """Keep every row; nothing that was told changes by this alone."""
    _columns()
    _tables()
    _facts_of_states()
    _events()
    _one_of_each()
    op.drop_index("events_by_intent", "events")
    op.drop_table("events")


def _columns() -> None:
    for name in ("ends", "doubt"):
        flag: sa.Column[bool] = sa.Column(
            name, sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column("intents", flag)
    op.add_column("intents", sa.Column("joins", sa.String(26), nullable=True))
    for name, default in (("targets", "[]"), ("standing", "")):
        text = sa.Column(name, sa.Text(), nullable=False, server_default=default)
        op.add_column("intents", text)
    intents = sa.table("intents", sa.column("ends"), sa.column("action"))
    op.execute(intents.update().where(intents.c.action == ENDS).values(ends=sa.true()))
    for name in ("about", "joins"):
        has_one = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"intents_by_{name}",
            "intents",
            [name],
            sqlite_where=has_one,
            postgresql_where=has_one,
        )
    op.drop_index("intents_by_room", "intents")
    op.create_index("intents_by_room", "intents", ["room", "sdk_app_id"])


def _tables() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("thing", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("does", sa.String(8), nullable=False),
        sa.Column("job", sa.String(26), nullable=True),
        sa.Column("by", sa.String(32), nullable=False, server_default=""),
        sa.Column("ref", sa.String(2000), nullable=False, server_default=""),
        sa.Column("target", sa.String(64), nullable=False, server_default=""),
        sa.Column("status", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("code", sa.String(128), nullable=False, server_default=""),
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("facts_by_thing", "facts", ["thing", "id"])
    op.create_index("facts_by_ref", "facts", ["ref"])
    op.create_table(
        "hearing",
        sa.Column("sdk_app_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sdk_app_id"),
    )


def _facts_of_states() -> None:
    settled = "COALESCE(settled_at, sent_at, created_at)"
    sent = "COALESCE(sent_at, created_at)"
    things = "creates AND state <> 'queued'"
    # one that had ended is known of by more than a word
    by_hand = "settled_by <> '' AND state NOT IN ('closed', 'ended')"
    _fact("written", sent, f"{things} AND sent_at IS NOT NULL")
    runs = f"creates AND state IN {RUNS}"
    _fact("answered", settled, f"{runs} AND NOT ({by_hand})", ref="ref", since=sent)
    _fact("attached", settled, f"{runs} AND {by_hand}", ref="ref", by="settled_by")
    texts = {"code": "error_code", "text": "error_text"}
    _fact("refused", settled, "creates AND state = 'not started'", **texts)
    doubt = "creates AND state IN ('unknown', 'closed')"
    _fact("no-answer", settled, doubt, since=sent, **texts)
    closed = "creates AND state = 'closed'"
    _fact("closed", settled, closed, by="settled_by", text="reason")
    aged = {"status": "25"}  # days
    _fact("aged", settled, "creates AND state = 'expiring'", **aged)
    _ended(settled)


def _ended(settled: str) -> None:
    """Let what was over be over by an answer of that moment."""
    of_stop = '(SELECT s."user" FROM intents s WHERE s.about = intents.id AND s.ends'
    done = f"{of_stop} AND s.state = 'done' ORDER BY s.created_at LIMIT 1)"
    _fact(
        "answered",
        settled,
        "creates AND state = 'stopped'",
        does="end",
        ref="ref",
        by=f"COALESCE({done}, '')",
    )
    _fact("gone", settled, "creates AND state = 'ended'", does="end", ref="ref")
    _fact(
        "asked",
        settled,
        "creates AND state = 'stopping'",
        does="end",
        ref="ref",
        by=f"COALESCE({of_stop} LIMIT 1), '')",
    )


def _fact(kind: str, at: str, where: str, does: str = "create", **more: str) -> None:
    """Insert a fact of every intent that *where* names; *more* are SQL expressions."""
    columns = {"by": "''", "ref": "''", "code": "''", "text": "''", "since": "NULL"}
    columns |= {"status": "0", **more}
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(columns.values())
    op.execute(  # names and expressions of this file
        f'INSERT INTO facts ("key", thing, kind, does, job, at, came_at, {names})'
        f" SELECT id || '-{kind}-{does}', id, '{kind}', '{does}', id, {at}, {at},"
        f" {values} FROM intents WHERE {where}"
    )


def _events() -> None:
    """Keep every event; its target is known by the digest of the whole address."""
    op.execute(
        'INSERT INTO facts ("key", thing, kind, does, ref, target, status, "text",'
        " at, came_at)"
        " SELECT key, intent, 'event', 'create', task_id, target, status, error,"
        " at, came_at FROM events ORDER BY came_at"
    )


def _one_of_each() -> None:
    """Keep one relay of a TaskId, and one open stop: the others wait for that.

    What was said of a TaskId that is another relay's says nothing of this one.
    """
    op.execute(
        "UPDATE facts SET ref = '', kind = CASE kind WHEN 'attached' THEN 'no-answer'"
        " ELSE kind END"
        " WHERE kind IN ('answered', 'attached', 'gone', 'asked')"
        " AND EXISTS (SELECT 1 FROM intents i JOIN intents o ON o.ref = i.ref"
        " WHERE i.id = facts.thing AND i.creates AND i.sdk_app_id <> 0 AND i.ref <> ''"
        " AND o.creates AND o.sdk_app_id = i.sdk_app_id AND o.id < i.id)"
    )
    op.execute(
        "UPDATE intents SET ref = '' WHERE creates AND sdk_app_id <> 0 AND ref <> ''"
        " AND EXISTS (SELECT 1 FROM intents o WHERE o.creates"
        " AND o.sdk_app_id = intents.sdk_app_id AND o.ref = intents.ref"
        " AND o.id < intents.id)"
    )
    first = (
        "(SELECT MIN(o.id) FROM intents o WHERE o.ends AND o.joins IS NULL"
        " AND o.state IN ('queued', 'sending') AND o.sdk_app_id = intents.sdk_app_id"
        " AND o.kind = intents.kind AND o.ref = intents.ref)"
    )
    op.execute(
        f"UPDATE intents SET joins = {first}, state = 'waiting'"
        " WHERE ends AND state IN ('queued', 'sending') AND ref <> ''"
        f" AND id <> {first}"
    )
    is_open = sa.text(
        "ends AND joins IS NULL AND ref <> '' AND state IN ('queued', 'sending')"
    )
    op.create_index(
        "one_open_stop",
        "intents",
        ["sdk_app_id", "kind", "ref"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    has_id = sa.text("creates AND sdk_app_id <> 0 AND ref <> ''")
    op.create_index(
        "one_thing_of_an_id",
        "intents",
        ["sdk_app_id", "ref"],
        unique=True,
        sqlite_where=has_id,
        postgresql_where=has_id,
    )
