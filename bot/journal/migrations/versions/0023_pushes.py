"""What a CDN gets of a thing is kept with it, and who asks next is settled in a row."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add a column and a table; no row is written."""
    pushed = sa.Column("pushed", sa.Text, nullable=False, server_default="")
    op.add_column("intents", pushed)
    op.create_table(
        "polls",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("code", sa.String(128), nullable=False, server_default=""),
    )
