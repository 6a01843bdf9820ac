"""Stops that belong together, and what is asked of a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

TEXTS = {"key": 255, "digest": 64, "action": 80, "team": 32, "user": 32, "home": 32}
TEXTS |= {"enterprise": 32, "channel": 32, "locale": 16, "rule": 128, "asked_in": 32}
TEXTS |= {"state": 16, "by": 32, "by_home": 32, "by_enterprise": 32}
TIMES = ("created_at", "expires_at")


def upgrade() -> None:
    """Add a table and two columns; no row is written."""
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(26), primary_key=True),
        *(sa.Column(name, sa.String(n), nullable=False) for name, n in TEXTS.items()),
        sa.Column("thread", sa.String(32)),
        sa.Column("direct", sa.Boolean, nullable=False),
        sa.Column("orders", sa.LargeBinary, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in TIMES),
        sa.Column("decided_at", sa.BigInteger),
        sa.UniqueConstraint("key"),
    )
    op.create_index("proposals_by_state", "proposals", ["state", "expires_at"])
    for name in ("batch", "approval"):
        op.add_column("intents", sa.Column(name, sa.String(26)))
    has_one = sa.text("batch IS NOT NULL")
    op.create_index(
        "intents_by_batch",
        "intents",
        ["batch", "created_at", "id"],
        sqlite_where=has_one,
        postgresql_where=has_one,
    )
