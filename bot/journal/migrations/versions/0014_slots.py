"""Several that share a database share the pace of what they do, and its letters."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add a table and two columns; no row is written."""
    times = ("asked_at", "slot_at", "next_at", "slowed_at", "slowed_to")
    op.create_table(
        "slots",
        sa.Column("name", sa.String(160), primary_key=True),
        *(sa.Column(name, sa.Double, nullable=False) for name in times),
    )
    for column in (
        sa.Column("held_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("held_until", sa.BigInteger, nullable=False, server_default="0"),
    ):
        op.add_column("outbox", column)
