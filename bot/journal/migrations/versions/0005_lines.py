"""Notices that share one message, and where it stands."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Every notice that waits has a message of its own, as before."""
    line: sa.Column[str] = sa.Column(
        "line", sa.String(64), nullable=False, server_default=""
    )
    op.add_column("outbox", line)
    op.create_table(
        "lines",
        sa.Column("intent", sa.String(26), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("ts", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("intent", "line"),
    )
