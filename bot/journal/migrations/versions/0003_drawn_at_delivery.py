"""Notices instead of drawn messages, forms under their command, what makes a thing."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# The actions of releases before this one that make something.
CREATES = ("StartPublishCdnStream", "CreateSession")


def upgrade() -> None:
    """Keep every row: what was drawn already and waits is delivered as it is."""
    _intents()
    _outbox()
    _open_forms()


def _intents() -> None:
    column: sa.Column[bool] = sa.Column(
        "creates", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("intents", column)
    intents = sa.table("intents", sa.column("creates"), sa.column("action"))
    made = intents.update().where(intents.c.action.in_(CREATES))
    op.execute(made.values(creates=sa.true()))
    # anew, since SQLite before 3.35 cannot drop a column
    with op.batch_alter_table("intents") as batch:
        batch.alter_column("target_digest", new_column_name="duplicates")
        batch.alter_column("notices", new_column_name="marks")
        batch.drop_column("tries")


def _outbox() -> None:
    op.drop_index("outbox_by_state", "outbox")
    op.drop_index("outbox_by_intent", "outbox")
    op.rename_table("outbox", "outbox_drawn")
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("intent", sa.String(26), nullable=True),
        sa.Column("app", sa.String(32), nullable=False, server_default=""),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(8), nullable=False),
        sa.Column("notice", sa.String(32), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(  # numbered anew: PostgreSQL's sequence knows nothing of copied ids
        "INSERT INTO outbox (intent, rev, audience, notice, body, state, tries,"
        " not_before, created_at)"
        " SELECT intent, rev, audience,"
        " CASE audience WHEN 'channel' THEN 'card' ELSE 'drawn' END,"
        " body, state, tries, not_before, created_at FROM outbox_drawn ORDER BY id"
    )
    op.drop_table("outbox_drawn")
    op.create_index("outbox_by_state", "outbox", ["state", "not_before"])
    op.create_index("outbox_by_intent", "outbox", ["intent", "rev"])


def _open_forms() -> None:
    op.drop_index("drafts_by_expiry", "drafts")
    op.rename_table("drafts", "open_forms")
    op.execute("ALTER TABLE open_forms RENAME COLUMN room TO command")
    op.execute("ALTER TABLE open_forms RENAME COLUMN verb TO subcommand")
    op.create_index("open_forms_by_expiry", "open_forms", ["expires_at"])
