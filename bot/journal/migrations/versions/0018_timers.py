"""What is to be done about a thing at a time is kept beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add a table and two columns; no row is written."""
    op.create_table(
        "timers",
        sa.Column("thing", sa.String(26), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("user", sa.String(32), nullable=False),
        sa.Column("home", sa.String(32), nullable=False),
        sa.Column("enterprise", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("thread", sa.String(32)),
        sa.Column("direct", sa.Boolean, nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("rev", sa.Integer, nullable=False),
        sa.Column("marks", sa.String(64), nullable=False, server_default=""),
        sa.Column("note", sa.String(64), nullable=False, server_default=""),
        sa.Column("note_channel", sa.String(32), nullable=False, server_default=""),
        sa.Column("note_at", sa.BigInteger),
    )
    op.create_index("timers_by_next", "timers", ["next_at"])
    for name in ("stop_at", "stop_after"):
        op.add_column("intents", sa.Column(name, sa.BigInteger))
