"""Relay events, the audit trail, forms of one use, and how UNKNOWN was settled."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXTS = (("settled_by", sa.String(32)), ("reason", sa.Text()))


def upgrade() -> None:
    """Add to the tables of 0001; every row in them stays as it is."""
    for name, kind in (*TEXTS, ("notices", sa.String(128))):
        column = sa.Column(name, kind, nullable=False, server_default="")
        op.add_column("intents", column)
    callbacks: sa.Column[bool] = sa.Column(
        "callbacks", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("intents", callbacks)
    used_by = sa.Column("used_by", sa.String(255), nullable=False, server_default="")
    op.add_column("drafts", used_by)
    _events()
    _audit()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("intent", sa.String(26), nullable=False),
        sa.Column("task_id", sa.String(512), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("events_by_intent", "events", ["intent", "at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("user", sa.String(32), nullable=False),
        sa.Column("home", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("decision", sa.String(8), nullable=False),
        sa.Column("rule", sa.String(128), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("app", sa.String(32), nullable=False),
        sa.Column("intent", sa.String(26), nullable=False),
        sa.Column("handle", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("audit_by_handle", "audit", ["handle", "number"])
    op.create_index("audit_by_user", "audit", ["team", "user", "number"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            )
