"""What each run has heard of rooms, for a day; nothing that has to outlive a crash."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add a table, which PostgreSQL need not log."""
    unlogged = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "rooms",
        sa.Column("room", sa.String(64), primary_key=True),
        sa.Column("sdk_app_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("numeric", sa.Boolean, primary_key=True),
        sa.Column("boot", sa.String(64), primary_key=True),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
        sa.Column("presence", sa.Text, nullable=False),
        prefixes=["UNLOGGED"] if unlogged else [],
    )
    op.create_index("rooms_by_age", "rooms", ["heard_at"])
